// Devices and modules over AMQP and AMQP over WebSocket with the official Node SDKs: telemetry, twins and methods, with keys and certificates.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, afterEach, before, describe, it } from 'node:test';
import serviceSdk from 'azure-iothub';
import rhea from 'rhea';
import { close, connect, putToken } from '../harness/amqp.js';
import { Authority } from '../harness/authorities.js';
import { selfSigned } from '../harness/certificates.js';
import { within } from '../harness/deadline.js';
import { Amqp, AmqpWs, deviceErrors, deviceToken, freshId, inSeconds, message, parse, TestHub } from '../harness/hub.js';
import { Reader } from '../harness/reader.js';
import { Server } from '../harness/server.js';

const WRONG_KEY = Buffer.alloc(32, 7).toString('base64');

let server;
let hub;
let reader;
let service;

before(async () => {
  server = await Server.start();
  hub = new TestHub(server);
  reader = await Reader.start(hub.facts.eventHubConnectionString);
  service = serviceSdk.Client.fromConnectionString(hub.facts.serviceConnectionString);
});
afterEach(() => hub.close());
after(async () => {
  await reader?.close();
  await server?.stop();
});

const invoke = async (deviceId, method, members = {}) => within(60_000, `the result of ${method}`,
  (async () => (await service.invokeDeviceMethod(deviceId, {
    methodName: method, payload: {}, responseTimeoutInSeconds: 20, connectTimeoutInSeconds: 15, ...members,
  })).result)());

const report = (twin, patch) => within(15_000, 'the answer to a report', new Promise((resolve, reject) => {
  twin.properties.reported.update(patch, (error) => (error ? reject(error) : resolve()));
}));

for (const [name, transport] of [['AMQP', Amqp], ['AMQP over WebSocket', AmqpWs]]) {
  describe(`Node SDK over ${name}`, () => {
    const open = (device, options = {}) => within(30_000, 'the open', hub.open(device.connectionString, { transport, ...options }));

    it('sends telemetry with a key, and everything in it arrives', async () => {
      const device = await hub.createDevice();
      const client = await open(device);
      await within(15_000, 'the first message', client.sendEvent(message('{"n":1}', {
        messageId: 'm-1', correlationId: 'c-1', userId: 'u-1', contentType: 'application/json', contentEncoding: 'utf-8',
        properties: { colour: 'grün', empty: '' },
      })));
      for (let number = 2; number <= 20; number++) {
        await client.sendEvent(message(`text ${number}`, { messageId: `m-${number}` }));
      }
      const events = await reader.fromDevice(device.deviceId, 20);
      const [first] = events;
      assert.deepEqual(first.body, { n: 1 });
      assert.equal(first.messageId, 'm-1');
      assert.equal(first.correlationId, 'c-1');
      assert.equal(first.contentType, 'application/json');
      assert.equal(first.systemProperties.contentEncoding, 'utf-8');
      assert.deepEqual(first.properties, { colour: 'grün', empty: '' });
      assert.equal(JSON.parse(first.systemProperties['iothub-connection-auth-method']).type, 'sas');
      assert.deepEqual(events.map(({ messageId }) => messageId), Array.from({ length: 20 }, (_, i) => `m-${i + 1}`));
    });

    it('sends telemetry with a certificate', async () => {
      const { cert, key, sha256 } = await selfSigned(freshId('leaf'));
      const device = await hub.createDevice({
        authentication: { type: 'selfSigned', x509Thumbprint: { primaryThumbprint: sha256, secondaryThumbprint: null } },
      });
      const client = await open({ connectionString: hub.stringFor(device.deviceId) }, { cert, key });
      await within(15_000, 'the message', client.sendEvent(message('by certificate', { messageId: 'x' })));
      const [event] = await reader.fromDevice(device.deviceId, 1);
      assert.equal(JSON.parse(event.systemProperties['iothub-connection-auth-method']).type, 'x509');
    });

    it('comes in with the certificate of an authority and its chain alone, and goes with the authority', async () => {
      const plant = freshId('plant');
      const root = await Authority.root(plant);
      await server.done('cert', 'authority', 'add', plant, '--file', root.certFile);
      const line = await root.intermediate(`${plant} line`);
      const [device, other] = await Promise.all([1, 2].map(() =>
        hub.createDevice({ authentication: { type: 'certificateAuthority' } })));
      const own = await line.device(device.deviceId);
      const connectionString = hub.stringFor(device.deviceId);
      // This SDK names no device to open with a certificate: its first link does.
      const refused = async (reason, { deviceId }, options) => {
        const client = await open({ connectionString: hub.stringFor(deviceId) }, options);
        await assert.rejects(within(15_000, 'the refusal', client.sendEvent(message('no'))), deviceErrors.UnauthorizedError);
        await server.logged(reason, deviceId);
      };
      await refused('AuthorityUnknown', device, own.alone());
      await refused('CommonNameDiffers', other, own.chain());

      const client = await open({ connectionString }, own.chain());
      await within(15_000, 'the message', client.sendEvent(message('by authority', { messageId: 'x' })));
      const [event] = await reader.fromDevice(device.deviceId, 1);
      assert.deepEqual(JSON.parse(event.systemProperties['iothub-connection-auth-method']), {
        scope: 'device', type: 'x509', issuer: 'external', acceptingIpFilterRule: null,
      });
      const ended = once(client, 'disconnect');
      await server.done('cert', 'authority', 'delete', plant);
      await within(15_000, 'the end of the connection', ended);
      await server.logged('AuthorityDeleted', device.deviceId);
    });

    it('sends many at once, in order', async () => {
      const device = await hub.createDevice();
      const client = await open(device);
      const ids = Array.from({ length: 1000 }, (_, i) => `${i}`);
      await within(60_000, 'a thousand messages', Promise.all(ids.map((id) => client.sendEvent(message(id, { messageId: id })))));
      const events = await reader.fromDevice(device.deviceId, 1000, 60_000);
      assert.deepEqual(events.map(({ messageId }) => messageId), ids);
    });

    it('is told that a message is too large, and goes on', async () => {
      const device = await hub.createDevice();
      const client = await open(device);
      await client.sendEvent(message('x'.repeat(255 * 1024)));
      await assert.rejects(within(15_000, 'the refusal', client.sendEvent(message('x'.repeat(256 * 1024 + 1)))),
        deviceErrors.MessageTooLargeError);
      await client.sendEvent(message('small', { messageId: 'small' }));
      assert.equal((await reader.fromDevice(device.deviceId, 2)).at(-1).messageId, 'small');
    });

    it('is not let in with a wrong key, and not as what is not there', async () => {
      const device = await hub.createDevice();
      for (const connectionString of [hub.stringFor(device.deviceId, WRONG_KEY), hub.stringFor(freshId('nobody'), WRONG_KEY)]) {
        await assert.rejects(open({ connectionString }), (error) => error instanceof deviceErrors.UnauthorizedError);
      }
      await server.logged('TokenSignatureWrong', device.deviceId);
    });

    it('reads its twin, reports and hears of desired properties', async () => {
      const device = await hub.createDevice();
      await hub.registry.updateTwin(device.deviceId, { properties: { desired: { led: { on: true } } } }, '*');
      const client = await open(device);
      const twin = await within(15_000, 'the twin', client.getTwin());
      assert.deepEqual(twin.properties.desired.led, { on: true });
      const told = [];
      twin.on('properties.desired', (delta) => told.push(structuredClone(delta)));
      await report(twin, { battery: 55 });
      for (let interval = 1; interval <= 5; interval++) {
        await hub.registry.updateTwin(device.deviceId, { properties: { desired: { interval } } }, '*');
      }
      await within(15_000, 'the last change', (async () => {
        while (!told.some(({ $version }) => $version === 7)) {
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      })());
      assert.deepEqual(told.filter(({ interval }) => interval).map(({ interval }) => interval), [1, 2, 3, 4, 5]);
      const { responseBody } = await hub.registry.getTwin(device.deviceId);
      assert.equal(responseBody.properties.reported.battery, 55);
      assert.equal(responseBody.connectionState, 'Connected');
      await assert.rejects(report(twin, { ['x'.repeat(2000)]: 1 }), /is too long\. Use names of 1 to 1,024 bytes/);
    });

    it('is called and answers', async () => {
      const device = await hub.createDevice();
      const client = await open(device);
      client.onDeviceMethod('echo', (request, response) => response.send(201, request.payload, () => {}));
      const payload = { text: 'grün', list: [1, null] };
      assert.deepEqual(await invoke(device.deviceId, 'echo', { payload }), { status: 201, payload });
      const results = await Promise.all(Array.from({ length: 40 }, (_, i) => invoke(device.deviceId, 'echo', { payload: i })));
      assert.deepEqual(results.map((result) => result.payload), Array.from({ length: 40 }, (_, i) => i));
    });

    it('works as a module', async () => {
      const { deviceId } = await hub.createDevice();
      const module = await hub.createModule(deviceId);
      const client = await within(30_000, 'the open', hub.openModule(module.connectionString, { transport }));
      await within(15_000, 'an output', client.sendOutputEvent('alarms', message('out', { messageId: 'out' })));
      const [event] = await reader.fromDevice(deviceId, 1);
      assert.equal(event.systemProperties['iothub-connection-module-id'], module.moduleId);
      assert.equal(event.systemProperties['iothub-outputname'], 'alarms');
      const twin = await within(15_000, 'the twin', client.getTwin());
      await report(twin, { here: true });
      client.onMethod('who', (request, response) => response.send(200, module.moduleId, () => {}));
      const { result } = await service.invokeDeviceMethod(deviceId, module.moduleId,
        { methodName: 'who', responseTimeoutInSeconds: 20, connectTimeoutInSeconds: 15 });
      assert.deepEqual(result, { status: 200, payload: module.moduleId });
    });

    it('goes when another connection comes, when it is disabled, and with the server\'s word', async () => {
      const device = await hub.createDevice();
      const first = await open(device);
      await first.sendEvent(message('first'));
      const ended = once(first, 'disconnect');
      const second = await open(device);
      await second.sendEvent(message('second'));
      await within(15_000, 'the end of the first', ended);
      await server.logged('SupersededByNewConnection', device.deviceId);
      const disabled = once(second, 'disconnect');
      await hub.registry.update({ ...(await hub.registry.get(device.deviceId)).responseBody, status: 'disabled' });
      await within(15_000, 'the end of the second', disabled);
      await assert.rejects(open(device));
      await server.logged('DeviceDisabled', device.deviceId);
    });

    it('stays when its token is renewed in time, and goes when it is not', async () => {
      const device = await hub.createDevice();
      const { SharedAccessKey: key } = parse(device.connectionString);
      const resource = `${hub.hostName}/devices/${device.deviceId}`;
      const token = (expiry) => deviceToken(resource, key, { expiry });
      const client = await within(30_000, 'the open', hub.openWithToken(token(inSeconds(-298)), { transport })); // 2 s, with the allowance of 5 minutes
      await client.sendEvent(message('one'));
      await within(15_000, 'the renewal', client.updateSharedAccessSignature(token(inSeconds(-294))));
      await new Promise((resolve) => setTimeout(resolve, 3000));
      await within(15_000, 'a message with the new token', client.sendEvent(message('two')));
      await within(15_000, 'the end of the token', once(client, 'disconnect'));
      await server.logged('TokenExpired', device.deviceId);
      await reader.fromDevice(device.deviceId, 2);
    });
  });
}

describe('rhea as devices', () => {
  const connections = [];
  afterEach(() => Promise.all(connections.splice(0).map(close)));

  async function connection(options = {}) {
    const opened = await connect({ host: hub.hostName, ca: hub.ca, ...options });
    connections.push(opened);
    return opened;
  }

  const resourceOf = ({ deviceId, moduleId }) => `${hub.hostName}/devices/${deviceId}${moduleId ? `/modules/${moduleId}` : ''}`;
  const tokenOf = (device) => deviceToken(resourceOf(device), parse(device.connectionString).SharedAccessKey);

  async function proved(...devices) {
    const opened = await connection();
    for (const device of devices) {
      assert.equal(await putToken(opened, 'one name for all', tokenOf(device)), 200);
    }
    return opened;
  }

  /** Attaches a sender; rejects with what refused it. */
  function sender(opened, address) {
    const link = opened.open_sender({ target: { address } });
    return within(15_000, `a sender to ${address}`, new Promise((resolve, reject) => {
      link.once('sendable', () => resolve(link));
      link.once('sender_error', () => reject(link.error));
    }));
  }

  const outcome = (link, ...sent) => within(15_000, 'an outcome', new Promise((resolve) => {
    link.once('accepted', () => resolve('accepted'));
    link.once('rejected', ({ delivery }) => resolve(delivery.remote_state.error.condition));
    link.send(...sent);
  }));

  it('share a connection, each with its own token, and none is let in without', async () => {
    const [one, two, other] = [await hub.createDevice(), await hub.createDevice(), await hub.createDevice()];
    const module = await hub.createModule(one.deviceId);
    const opened = await proved(one, two, module);
    for (const { deviceId, moduleId } of [one, two, module]) {
      const address = moduleId ? `/devices/${deviceId}/modules/${moduleId}/messages/events` : `amqps://${hub.hostName}/devices/${deviceId}/messages/events`;
      assert.equal(await outcome(await sender(opened, address), { message_id: moduleId ?? deviceId, body: rhea.message.data_section(Buffer.from('x')) }), 'accepted');
    }
    await assert.rejects(sender(opened, `/devices/${other.deviceId}/messages/events`), (error) => {
      assert.equal(error.condition, 'amqp:unauthorized-access');
      assert.match(error.info['com.microsoft:tracking-id'], /^[0-9a-f]{20}$/);
      return true;
    });
    const events = await reader.fromDevice(one.deviceId, 2);
    assert.deepEqual(events.map(({ messageId }) => messageId), [one.deviceId, module.moduleId]);
    assert.equal((await reader.fromDevice(two.deviceId, 1))[0].messageId, two.deviceId);
    assert.equal((await hub.registry.get(two.deviceId)).responseBody.connectionState, 'Connected');
  });

  it('send a batch, whole or not at all', async () => {
    const device = await hub.createDevice();
    const link = await sender(await proved(device), `/devices/${device.deviceId}/messages/events`);
    const part = (number, body = rhea.message.data_section(Buffer.from(`text ${number}`))) =>
      rhea.message.encode({ message_id: `${number}`, application_properties: { number: `${number}` }, body });
    const batch = (parts) => rhea.message.encode({ body: rhea.message.data_sections(parts) });
    const good = Array.from({ length: 50 }, (_, i) => part(i));
    assert.equal(await outcome(link, batch([...good.slice(0, 3), part(3, 'a value')]), undefined, 0x80013700), 'amqp:invalid-field');
    assert.equal(await outcome(link, batch(good), undefined, 0x80013700), 'accepted');
    const events = await reader.fromDevice(device.deviceId, 50);
    assert.deepEqual(events.map(({ messageId }) => messageId), Array.from({ length: 50 }, (_, i) => `${i}`));
    assert.deepEqual(events[7].properties, { number: '7' });
  });

  it('come in by SASL PLAIN, with a policy, and read telemetry beside', async () => {
    const device = await hub.createDevice();
    const plain = await connection({ username: `${device.deviceId}@sas.hub1`, password: tokenOf(device) });
    assert.equal(await outcome(await sender(plain, `/devices/${device.deviceId}/messages/events`),
      { message_id: 'plain', body: rhea.message.data_section(Buffer.from('x')) }), 'accepted');
    const { SharedAccessKey: key, SharedAccessKeyName: policy } = parse(hub.facts.iothubownerConnectionString ?? hub.facts.serviceConnectionString);
    const mixed = await connection();
    const status = await putToken(mixed, hub.hostName, deviceToken(hub.hostName, key, { policy }));
    assert.equal(status, 200);
    await reader.fromDevice(device.deviceId, 1);
  });

  it('are told 401 by $cbs for a wrong key, whoever they say to be', async () => {
    const device = await hub.createDevice();
    const opened = await connection();
    for (const deviceId of [device.deviceId, freshId('nobody')]) {
      const resource = `${hub.hostName}/devices/${deviceId}`;
      assert.equal(await putToken(opened, resource, deviceToken(resource, WRONG_KEY)), 401);
    }
  });
});
