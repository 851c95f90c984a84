// Throttles: what official clients, and curl, see of a hub that lets less pass than comes. Each test sets what it needs and takes it back.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import common from 'azure-iot-common';
import httpTransport from 'azure-iot-device-http';
import serviceSdk from 'azure-iothub';
import { within } from '../harness/deadline.js';
import { Amqp, deviceErrors, deviceToken, freshId, message, Mqtt, MqttWs, parse, TestHub } from '../harness/hub.js';
import { connect, connectOptions } from '../harness/raw-mqtt.js';
import { Reader } from '../harness/reader.js';
import { Reports } from '../harness/reports.js';
import { run, Server } from '../harness/server.js';
import { settings } from '../harness/settings.js';

const OPERATIONS = ['registry', 'connect', 'telemetry', 'message-send', 'message-receive', 'method', 'twin-read', 'twin-write'];

let server;
let hub;
let reader;
let reports;
let service;

before(async () => {
  server = await Server.start();
  hub = new TestHub(server);
  reader = await Reader.start(hub.facts.eventHubConnectionString);
  reports = new Reports(server);
  service = serviceSdk.Client.fromConnectionString(hub.facts.serviceConnectionString);
  service.setRetryPolicy(new common.NoRetry());
  await service.open();
});
afterEach(async () => {
  await server.done('hub', 'set', 'hub1', '--throttle', OPERATIONS.map((each) => `${each}=default`).join(','));
  await hub.close();
});
after(async () => {
  // Its connection went with the server that was started again.
  await service?.close().catch(() => {});
  await reader?.close();
  await server?.stop();
});

const throttle = (rates) => server.done('hub', 'set', 'hub1', '--throttle', rates);

const throttledReport = async (words) => {
  const found = (await reports.list('--last', '5')).find((report) => report.reason === 'Throttled');
  assert.ok(found, 'there is a report');
  assert.match(found.explanation, words);
  return found;
};

/** curl with a token; resolves with status, header fields and body. */
async function curl(path, token, ...options) {
  const base = join(settings.scratch, freshId('curl'));
  writeFileSync(`${base}.ca`, hub.ca);
  writeFileSync(base, `header = "Authorization: ${token}"\n`, { mode: 0o600 });
  const { stdout } = await run('curl', ['--silent', '--show-error', '--config', base, '--cacert', `${base}.ca`, '--include',
    '--max-time', '30', ...options, `https://${hub.hostName}${path}${path.includes('?') ? '&' : '?'}api-version=2021-04-12`]);
  const [head, body] = stdout.split(/\r\n\r\n(?!HTTP)/);
  const fields = Object.fromEntries(head.split('\r\n').slice(1).map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]));
  return { status: Number(head.split(' ')[1]), fields, body };
}

function asService(path, ...options) {
  const { SharedAccessKeyName: policy, SharedAccessKey: key } = parse(hub.facts.serviceConnectionString);
  return curl(path, deviceToken(hub.hostName, key, { policy }), ...options);
}

function asDevice(device, below, ...options) {
  const path = `/devices/${device.deviceId}${below}`;
  return curl(path, deviceToken(`${hub.hostName}/devices/${device.deviceId}`, parse(device.connectionString).SharedAccessKey), ...options);
}

/** Some SDKs put their own error into another one. */
function isThrottled(error) {
  const errors = [error, error.amqpError].filter(Boolean);
  assert.ok(errors.some((each) => each instanceof deviceErrors.ThrottlingError || each.name === 'ThrottlingError'), `${error.name}: ${error.message}`);
  return true;
}

/** Over MQTT the Node SDK makes a plain error of the text and nothing of the status. */
function namesThrottle(error) {
  assert.match(error.message, /its throttle 'twin-(read|write)' lets pass, which is 1 a minute/);
  return true;
}

async function metric(operation) {
  const text = await (await fetch(server.ready.monitoring.metrics)).text();
  return Number(text.match(new RegExp(`^holdfast_throttled_total\\{hub="hub1",operation="${operation}"\\} ([0-9.]+)`, 'm'))[1]);
}

describe('a throttle of the hub', () => {
  it('is off at first, and shown and changed by command and operator API', async () => {
    assert.equal(await throttle('registry=100/minute:20'), 'Hub hub1, registry: 100/minute:20.\n');
    const url = `${server.ready.operator.url}/holdfast/v1/hubs/hub1/throttles`;
    const { stdout } = await run('curl', ['--silent', '--cacert', server.ready.trustBundle, '--header',
      `Authorization: Bearer ${server.ready.operatorToken}`, url]);
    const shown = JSON.parse(stdout);
    assert.deepEqual(Object.keys(shown), OPERATIONS);
    assert.deepEqual(shown.registry, { rate: '100/minute:20', own: true });
    assert.deepEqual(shown['twin-read'], { rate: 'off', own: false });
    assert.equal(await throttle('registry=default'), 'Hub hub1, registry: off.\n');
    const wrong = await server.run('hub', 'set', 'hub1', '--throttle', 'registry=100/hour');
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /'registry' is a number with \/second or \/minute/);
  });

  it('of the registry: the service SDK sees ThrottlingError, curl 429 with Retry-After, and operators are not held up', async () => {
    const device = await hub.createDevice();
    const before = await metric('registry');
    await throttle('registry=1/minute');
    await hub.registry.get(device.deviceId);
    await assert.rejects(hub.registry.get(device.deviceId), isThrottled);
    const { status, fields, body } = await asService(`/devices/${device.deviceId}`);
    assert.equal(status, 429);
    assert.equal(fields['iothub-errorcode'], 'ThrottlingException');
    assert.match(fields['retry-after'], /^[0-9]+$/);
    assert.ok(Number(fields['retry-after']) >= 50 && Number(fields['retry-after']) <= 60, fields['retry-after']);
    assert.equal(JSON.parse(body).errorCode, 429001);
    assert.match(body, /throttle 'registry'.*1 a minute, 1 at once.*hub set hub1 --throttle registry=RATE.*throttles\.registry/);
    await throttledReport(/registry operations came to the hub 'hub1'/);
    assert.equal(await metric('registry'), before + 2);
    await server.done('device', 'list');
    await server.done('device', 'disable', device.deviceId);
  });

  it('of the registry counts each identity of a bulk call', async () => {
    const devices = [await hub.createDevice(), await hub.createDevice()];
    await throttle('registry=10/minute:3');
    const bulk = () => hub.registry.removeDevices(devices.map(({ deviceId }) => ({ deviceId })), true);
    await hub.registry.get(devices[0].deviceId);
    await hub.registry.get(devices[0].deviceId);
    await assert.rejects(bulk(), isThrottled);
    assert.equal((await hub.registry.get(devices[0].deviceId)).responseBody.deviceId, devices[0].deviceId);
  });

  for (const [name, transport] of Object.entries({ MQTT: Mqtt, 'MQTT-WS': MqttWs, AMQP: Amqp })) {
    it(`of twins: the device SDK over ${name} is told, and goes on afterwards`, async () => {
      const device = await hub.createDevice();
      const client = await hub.open(device.connectionString, { transport });
      const isTold = transport === Amqp ? isThrottled : namesThrottle;
      await throttle('twin-read=1/minute,twin-write=1/minute');
      const twin = await within(20_000, 'the twin', client.getTwin());
      await assert.rejects(within(20_000, 'a throttled read', twin.get()), isTold);
      const report = (patch) => within(20_000, 'a report', new Promise((resolve, reject) => {
        twin.properties.reported.update(patch, (error) => (error ? reject(error) : resolve()));
      }));
      await report({ first: 1 });
      await assert.rejects(report({ second: 2 }), isTold);
      await throttle('twin-read=off,twin-write=off');
      await report({ third: 3 });
      const { responseBody: seen } = await hub.registry.getTwin(device.deviceId);
      assert.deepEqual(Object.keys(seen.properties.reported).filter((key) => !key.startsWith('$')).sort(), ['first', 'third']);
    });
  }

  it('of twins: services are told, too', async () => {
    const device = await hub.createDevice();
    await throttle('twin-write=1/minute');
    await hub.registry.updateTwin(device.deviceId, { tags: { a: 1 } }, '*');
    await assert.rejects(hub.registry.updateTwin(device.deviceId, { tags: { a: 2 } }, '*'), isThrottled);
  });

  it('of connections: CONNACK 3 over MQTT, a throttling error over AMQP; who has a wrong key takes nothing', async () => {
    const device = await hub.createDevice();
    const other = await hub.createDevice();
    const third = await hub.createDevice();
    await throttle('connect=1/minute');
    for (let i = 0; i < 3; i++) {
      const password = deviceToken(`${hub.hostName}/devices/${device.deviceId}`, Buffer.alloc(32, 7).toString('base64'));
      await assert.rejects(connect(connectOptions(hub, device.connectionString, { password })), (error) => error.code === 5);
    }
    await hub.open(device.connectionString);
    await assert.rejects(connect(connectOptions(hub, other.connectionString)), (error) => {
      assert.equal(error.code, 3);
      return true;
    });
    await throttledReport(/More connections came/);
    const client = hub.client(third.connectionString, { transport: Amqp });
    await assert.rejects(within(30_000, 'the open', (async () => {
      await hub.connect(client);
      await client.sendEvent(message('x'));
    })()), isThrottled);
  });

  it('of telemetry: MQTT waits and loses nothing, in order', async () => {
    const device = await hub.createDevice();
    const client = await connect(connectOptions(hub, device.connectionString));
    await throttle('telemetry=5/second:2');
    const begun = Date.now();
    await within(30_000, '12 acknowledgements', Promise.all(Array.from({ length: 12 }, (_, i) =>
      client.publishAsync(`devices/${device.deviceId}/messages/events/`, JSON.stringify({ i }), { qos: 1 }))));
    const millis = Date.now() - begun;
    assert.ok(millis >= 1900, `10 messages beyond the burst at 5 a second take 2 s; these took ${millis} ms`);
    client.end(true);
    const events = await reader.fromDevice(device.deviceId, 12);
    assert.deepEqual(events.map((event) => event.body.i ?? JSON.parse(event.body).i), Array.from({ length: 12 }, (_, i) => i));
  });

  it('of telemetry: MQTT that would have to wait too long is ended, with a report', async () => {
    const device = await hub.createDevice();
    await throttle('telemetry=1/minute');
    const client = await connect(connectOptions(hub, device.connectionString));
    const topic = `devices/${device.deviceId}/messages/events/`;
    await within(10_000, 'the first one', client.publishAsync(topic, 'a', { qos: 1 }));
    const gone = new Promise((resolve) => client.once('close', resolve));
    client.publish(topic, 'b', { qos: 1 });
    await within(10_000, 'the end', gone);
    client.end(true);
    await throttledReport(/telemetry messages came/);
  });

  it('of telemetry: AMQP and HTTPS are told', async () => {
    const device = await hub.createDevice();
    const amqp = await hub.open(device.connectionString, { transport: Amqp });
    await within(20_000, 'a first message', amqp.sendEvent(message('before')));
    await throttle('telemetry=1/minute');
    await within(20_000, 'the message that passes', amqp.sendEvent(message('passes')));
    await assert.rejects(within(20_000, 'the answer', amqp.sendEvent(message('does not'))), isThrottled);
    const { status, fields } = await asDevice(device, '/messages/events', '--data', 'x');
    assert.equal(status, 429);
    assert.match(fields['retry-after'], /^[0-9]+$/);
    // The promise of this transport's setOptions resolves with a policy for receiving only.
    const https = await hub.open(device.connectionString, { transport: httpTransport.Http, http: { receivePolicy: { interval: 60 } } });
    await assert.rejects(within(20_000, 'the answer', https.sendEvent(message('x'))), (error) => {
      assert.equal(error.response.statusCode, 429);
      return true;
    });
  });

  it('of cloud-to-device messages: who sends and who asks over HTTPS is told', async () => {
    const device = await hub.createDevice();
    await throttle('message-send=1/minute,message-receive=1/minute');
    await within(20_000, 'the message that passes', service.send(device.deviceId, message('a')));
    await assert.rejects(within(20_000, 'the answer', service.send(device.deviceId, message('b'))), isThrottled);
    const first = await asDevice(device, '/messages/deviceBound');
    assert.deepEqual([first.status, first.body], [200, 'a']);
    assert.equal((await asDevice(device, '/messages/deviceBound')).status, 429);
  });

  it('of methods: a payload counts by each 4 KB', async () => {
    const device = await hub.createDevice();
    const client = await hub.open(device.connectionString);
    client.onDeviceMethod('reboot', (_, response) => response.send(200, {}, () => {}));
    const invoke = (payload) => within(30_000, 'the result', service.invokeDeviceMethod(device.deviceId, {
      methodName: 'reboot', payload, responseTimeoutInSeconds: 15, connectTimeoutInSeconds: 10,
    }));
    await invoke({});
    await throttle('method=4/minute');
    await invoke({ text: 'x'.repeat(9000) });
    await invoke({});
    await assert.rejects(invoke({}), isThrottled);
  });
});

describe('a throttle of all hubs', () => {
  it('is a setting, holds where a hub says nothing, and a hub can turn it off', async () => {
    const device = await hub.createDevice();
    await server.stop();
    process.env.HOLDFAST_THROTTLES_TWIN_READ = '1/minute';
    try {
      await server.startAgain();
    } finally {
      delete process.env.HOLDFAST_THROTTLES_TWIN_READ;
    }
    await hub.registry.getTwin(device.deviceId);
    await assert.rejects(hub.registry.getTwin(device.deviceId), isThrottled);
    await throttle('twin-read=off');
    await hub.registry.getTwin(device.deviceId);
    await hub.registry.getTwin(device.deviceId);
    assert.equal(await throttle('twin-read=default'), 'Hub hub1, twin-read: 1/minute.\n');
  });
});
