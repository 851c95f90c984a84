// MQTT 3.1.1 as a plain client sees it: the dialects of the SDKs that do not run here, and the edges of the protocol.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { deviceToken, freshId, inSeconds, parse, TestHub } from '../harness/hub.js';
import { closed, connect, connectOptions } from '../harness/raw-mqtt.js';
import { Reader } from '../harness/reader.js';
import { Server } from '../harness/server.js';

describe('a plain MQTT 3.1.1 client', () => {
  let server;
  let hub;
  let reader;
  const clients = [];

  before(async () => {
    server = await Server.start();
    hub = new TestHub(server);
    reader = await Reader.start(hub.facts.eventHubConnectionString);
  });
  afterEach(() => Promise.all(clients.splice(0).map((client) => client.endAsync(true))));
  after(async () => {
    await reader?.close();
    await server?.stop();
  });

  async function open(device, changes) {
    const client = await connect(connectOptions(hub, device.connectionString, changes));
    clients.push(client);
    return client;
  }

  const USER_NAMES = {
    'of the Node, C and .NET SDKs': '/?api-version=2021-04-12&DeviceClientType=conformance%2F1',
    'with a model id': '/?api-version=2020-09-30&model-id=dtmi%3Acontoso%3Athing%3B1',
    'without a slash before the question mark': '?api-version=2019-10-01',
    'of old clients, with a slash instead of the question mark': '/api-version=2016-11-14',
    'with the parameters in another order': '/?DeviceClientType=x&api-version=2018-06-30',
    'without any parameter': '',
    'with a slash and no parameter': '/',
  };
  for (const [form, rest] of Object.entries(USER_NAMES)) {
    it(`may use the user name ${form}`, async () => {
      const device = await hub.createDevice();
      const client = await open(device, { username: `${hub.hostName}/${device.deviceId}${rest}` });
      await client.publishAsync(`devices/${device.deviceId}/messages/events/`, form, { qos: 1 });
      const [event] = await reader.fromDevice(device.deviceId);
      assert.equal(event.body.toString(), form);
    });
  }

  it('may write its token as each SDK does', async () => {
    const device = await hub.createDevice();
    const { SharedAccessKey: key } = parse(device.connectionString);
    const resource = `${hub.hostName}/devices/${device.deviceId}`;
    const encoded = deviceToken(resource, key);
    const plainSr = await plainToken(resource, key);
    const forms = {
      'sr, sig, se (Node)': encoded,
      'sig, se, sr, not encoded (Java)': reorder(plainSr, ['sig', 'se', 'sr']),
      'lower-case hexadecimal (C)': plainSr.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase()),
      'se, sig, sr': reorder(encoded, ['se', 'sig', 'sr']),
      'an empty skn (C over HTTPS)': `${encoded}&skn=`,
      'sr of the whole hub\'s devices': deviceToken(`${hub.hostName}/devices`, key),
    };
    for (const [form, password] of Object.entries(forms)) {
      const client = await open(device, { password }).catch((error) => assert.fail(`${form}: ${error.message}`));
      await client.publishAsync(`devices/${device.deviceId}/messages/events/`, form, { qos: 1 });
      await client.endAsync();
    }
    const events = await reader.fromDevice(device.deviceId, Object.keys(forms).length);
    assert.deepEqual(events.map((event) => event.body.toString()), Object.keys(forms));
  });

  it('may use a token of a hub policy with DeviceConnect, which is stamped as scope hub', async () => {
    const device = await hub.createDevice();
    const policy = parse(hub.facts.serviceConnectionString);
    const client = await open(device, {
      password: deviceToken(`${hub.hostName}/devices/${device.deviceId}`, policy.SharedAccessKey, {
        policy: policy.SharedAccessKeyName,
      }),
    });
    await client.publishAsync(`devices/${device.deviceId}/messages/events/`, 'by policy', { qos: 1 });
    const [event] = await reader.fromDevice(device.deviceId);
    assert.equal(JSON.parse(event.systemProperties['iothub-connection-auth-method']).scope, 'hub');
  });

  it('may spell telemetry topics as each SDK does', async () => {
    const device = await hub.createDevice();
    const client = await open(device);
    const topic = `devices/${device.deviceId}/messages/events`;
    const bags = [
      ['', {}],
      ['/', {}],
      ['/%24.mid=1&%24.ct=application%2Fjson&%24.ce=utf-8&p=v%20w', { messageId: '1', properties: { p: 'v w' } }], // Node
      ['/$.mid=2&$.cid=c&$.ct=application%2Fjson&p=v%20w', { messageId: '2', correlationId: 'c', properties: { p: 'v w' } }], // Java
      ['/p=v w&%24.mid=3&%24.ct=application/json&%24.ce=utf-8', { messageId: '3', properties: { p: 'v w' } }], // C
      ['/?p=1&%24.mid=4', { messageId: '4', properties: { p: '1' } }], // as the protocol's guide spells it
      ['/%24.mid=5&p=1/', { messageId: '5', properties: { p: '1' } }], // Java modules, Node outputs
    ];
    for (const [bag] of bags) {
      await client.publishAsync(topic + bag, '{}', { qos: 1 });
    }
    const events = await reader.fromDevice(device.deviceId, bags.length);
    assert.deepEqual(
      events.map(({ messageId, correlationId, properties }) => ({ messageId, correlationId, properties: properties ?? {} })),
      bags.map(([, { messageId, correlationId, properties }]) => ({ messageId, correlationId, properties: properties ?? {} })));
  });

  it('sends with QoS 0, in order with QoS 1', async () => {
    const device = await hub.createDevice();
    const client = await open(device);
    const topic = `devices/${device.deviceId}/messages/events/`;
    for (let number = 0; number < 20; number++) {
      await client.publishAsync(topic, `n${number}`, { qos: number % 2 });
    }
    const events = await reader.fromDevice(device.deviceId, 20);
    assert.deepEqual(events.map((event) => event.body.toString()), Array.from({ length: 20 }, (_, number) => `n${number}`));
  });

  it('finds a retained publish marked with mqtt-retain, and nothing retained', async () => {
    const device = await hub.createDevice();
    const client = await open(device);
    await client.publishAsync(`devices/${device.deviceId}/messages/events/`, 'kept?', { qos: 1, retain: true });
    const [event] = await reader.fromDevice(device.deviceId);
    assert.deepEqual(event.properties, { 'mqtt-retain': 'true' });
  });

  it('has its will sent, marked, when it vanishes', async () => {
    const device = await hub.createDevice();
    const client = await open(device, {
      will: { topic: `devices/${device.deviceId}/messages/events/a=1`, payload: 'gone', qos: 1, retain: false },
    });
    client.stream.destroy();
    const [event] = await reader.fromDevice(device.deviceId);
    assert.equal(event.body.toString(), 'gone');
    assert.deepEqual(event.properties, { a: '1', 'iothub-MessageType': 'Will' });
  });

  it('has no will sent when it says goodbye', async () => {
    const device = await hub.createDevice();
    const client = await open(device, {
      will: { topic: `devices/${device.deviceId}/messages/events/`, payload: 'gone', qos: 1, retain: false },
    });
    await client.endAsync();
    const again = await open(device);
    await again.publishAsync(`devices/${device.deviceId}/messages/events/`, 'still here', { qos: 1 });
    const events = await reader.fromDevice(device.deviceId);
    assert.deepEqual(events.map((event) => event.body.toString()), ['still here']);
  });

  it('finds its session again, and only if it did not ask for a clean one', async () => {
    const device = await hub.createDevice();
    const sessionPresent = async (clean) => {
      const client = await open(device, { clean });
      await client.subscribeAsync(`devices/${device.deviceId}/messages/devicebound/#`, { qos: 1 });
      await client.endAsync();
      return client.connack.sessionPresent;
    };
    assert.equal(await sessionPresent(false), false, 'the first time there is none');
    assert.equal(await sessionPresent(false), true, 'it is there again');
    assert.equal(await sessionPresent(true), false, 'a clean session forgets it');
    assert.equal(await sessionPresent(false), false, 'and it stays forgotten');
  });

  it('is granted QoS 1 when it subscribes with QoS 2', async () => {
    const device = await hub.createDevice();
    const client = await open(device);
    const granted = await client.subscribeAsync(`devices/${device.deviceId}/messages/devicebound/#`, { qos: 2 });
    assert.deepEqual(granted.map((grant) => grant.qos), [1]);
  });

  const CLOSED = {
    'publishes with QoS 2': (id) => [`devices/${id}/messages/events/`, { qos: 2 }],
    'publishes to an unknown topic': () => ['somewhere/else', { qos: 1 }],
    'publishes as another device': () => ['devices/another/messages/events/', { qos: 1 }],
    'publishes a property without a name': (id) => [`devices/${id}/messages/events/=value`, { qos: 1 }],
  };
  for (const [what, publish] of Object.entries(CLOSED)) {
    it(`is disconnected when it ${what}, and nothing is stored`, async () => {
      const device = await hub.createDevice();
      const client = await open(device);
      const close = closed(client);
      const [topic, options] = publish(device.deviceId);
      client.publish(topic, 'never', options, () => {});
      await close;
      const again = await open(device);
      await again.publishAsync(`devices/${device.deviceId}/messages/events/`, 'after', { qos: 1 });
      const events = await reader.fromDevice(device.deviceId);
      assert.deepEqual(events.map((event) => event.body.toString()), ['after']);
    });
  }

  it('is disconnected after one and a half times its keep-alive of silence', async () => {
    const device = await hub.createDevice();
    const client = await open(device, { keepalive: 1 });
    client.keepaliveManager.destroy(); // it would ping, and give up by itself
    await closed(client, 10_000);
  });

  it('stays connected while it pings', async () => {
    const device = await hub.createDevice();
    const client = await open(device, { keepalive: 1 });
    const answers = new Promise((resolve) => {
      let pings = 0;
      client.on('packetreceive', (packet) => packet.cmd === 'pingresp' && ++pings === 3 && resolve());
    });
    await answers;
    await client.publishAsync(`devices/${device.deviceId}/messages/events/`, 'alive', { qos: 1 });
    assert.equal((await reader.fromDevice(device.deviceId)).length, 1);
  });

  it('is refused with MQTT 5', async () => {
    const device = await hub.createDevice();
    await assert.rejects(open(device, { protocolVersion: 5 }));
  });

  it('is refused when client id and user name name two devices', async () => {
    const device = await hub.createDevice();
    await assert.rejects(open(device, { clientId: freshId('other') }), /identifier rejected|not authorized/i);
  });

  it('accepts a token that expired less than five minutes ago, for clocks differ', async () => {
    const device = await hub.createDevice();
    const { SharedAccessKey: key } = parse(device.connectionString);
    const client = await open(device, {
      password: deviceToken(`${hub.hostName}/devices/${device.deviceId}`, key, { expiry: inSeconds(-60) }),
    });
    assert.equal(client.connected, true);
  });
});

/** A token whose `sr` is written plainly, as the Java and C SDKs do; they sign what they write. */
async function plainToken(resource, key, expiry = inSeconds(3600)) {
  const { createHmac } = await import('node:crypto');
  const sig = createHmac('sha256', Buffer.from(key, 'base64')).update(`${resource}\n${expiry}`).digest('base64');
  return `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(sig)}&se=${expiry}`;
}

function reorder(token, names) {
  const fields = new Map(token.slice('SharedAccessSignature '.length).split('&').map((field) => {
    const equals = field.indexOf('=');
    return [field.slice(0, equals), field.slice(equals + 1)];
  }));
  return `SharedAccessSignature ${names.map((name) => `${name}=${fields.get(name)}`).join('&')}`;
}
