// Devices and modules over HTTPS: the official device SDK for Node with its HTTP transport, compared with what the official Event
// Hubs client reads; and requests by hand, as other SDKs spell them or as none may.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import httpTransport from 'azure-iot-device-http';
import { Authority } from '../harness/authorities.js';
import { selfSigned } from '../harness/certificates.js';
import { deviceErrors, deviceToken, freshId, message, parse, TestHub } from '../harness/hub.js';
import { Reader } from '../harness/reader.js';
import { Reports } from '../harness/reports.js';
import { run, Server } from '../harness/server.js';
import { settings } from '../harness/settings.js';

const { Http } = httpTransport;
const KIB = 1024;
const BATCH = 'application/vnd.microsoft.iothub.json';

let server;
let hub;
let reader;
let reports;

before(async () => {
  server = await Server.start();
  hub = new TestHub(server);
  reader = await Reader.start(hub.facts.eventHubConnectionString);
  reports = new Reports(server);
});
afterEach(() => hub?.close());
after(async () => {
  await reader?.close();
  await server?.stop();
});

/** The promise of this transport's setOptions resolves with a policy for receiving only. */
function open(connectionString, options = {}) {
  return hub.open(connectionString, { transport: Http, http: { receivePolicy: { interval: 1 } }, ...options });
}

/** curl as a device; resolves with status and body. */
async function curl(path, connectionString, ...options) {
  const { DeviceId, ModuleId, SharedAccessKey } = parse(connectionString);
  const resource = `${hub.hostName}/devices/${DeviceId}${ModuleId ? `/modules/${ModuleId}` : ''}`;
  const base = join(settings.scratch, freshId('curl'));
  writeFileSync(`${base}.ca`, hub.ca);
  writeFileSync(base, `header = "Authorization: ${deviceToken(resource, SharedAccessKey)}"\n`, { mode: 0o600 });
  const { stdout } = await run('curl', ['--silent', '--show-error', '--config', base, '--cacert', `${base}.ca`,
    '--write-out', '\n%{http_code}', '--max-time', '30', ...options, `https://${hub.hostName}${path}`]);
  const end = stdout.lastIndexOf('\n');
  return { status: Number(stdout.slice(end + 1)), body: stdout.slice(0, end) };
}

function events(connectionString, version = '2021-04-12') {
  const { DeviceId, ModuleId } = parse(connectionString);
  return `/devices/${encodeURIComponent(DeviceId)}${ModuleId ? `/modules/${ModuleId}` : ''}/messages/events?api-version=${version}`;
}

describe('Node device SDK over HTTPS', () => {
  it('sends a message with a key, and every property arrives', async () => {
    const device = await hub.createDevice();
    const client = await open(device.connectionString);
    const result = await client.sendEvent(message(JSON.stringify({ temperature: 21.5, place: 'Küche' }), {
      messageId: 'message 1', correlationId: 'correlation/1', userId: 'user 1', contentType: 'application/json',
      contentEncoding: 'utf-8', properties: { temperatureAlert: 'true', level: '3', odd: 'a=b&c;d/%20"\'' },
    }));
    assert.equal(result.constructor.name, 'MessageEnqueued');
    const [event] = await reader.fromDevice(device.deviceId);
    assert.deepEqual(event.body, { temperature: 21.5, place: 'Küche' });
    assert.equal(event.messageId, 'message 1');
    assert.equal(event.correlationId, 'correlation/1');
    assert.equal(event.contentType, 'application/json');
    assert.deepEqual(event.properties, { temperatureAlert: 'true', level: '3', odd: 'a=b&c;d/%20"\'' });
    const system = event.systemProperties;
    assert.equal(Buffer.from(Object.values(system.userId)).toString(), 'user 1');
    assert.equal(system.contentEncoding, 'utf-8');
    assert.equal(system['iothub-connection-device-id'], device.deviceId);
    assert.equal(system['iothub-connection-auth-generation-id'], device.generationId);
    assert.equal(system['iothub-message-source'], 'Telemetry');
    assert.deepEqual(JSON.parse(system['iothub-connection-auth-method']), {
      scope: 'device', type: 'sas', issuer: 'iothub', acceptingIpFilterRule: null,
    });
  });

  it('sends bytes without any property', async () => {
    const device = await hub.createDevice();
    const client = await open(device.connectionString);
    await client.sendEvent(message(Buffer.from([0, 1, 2, 254, 255])));
    const [event] = await reader.fromDevice(device.deviceId);
    assert.deepEqual(Buffer.from(event.body), Buffer.from([0, 1, 2, 254, 255]));
    assert.deepEqual(event.properties ?? {}, {});
  });

  it('sends a batch of 100 messages, which are read one by one in their order', async () => {
    const device = await hub.createDevice();
    const client = await open(device.connectionString);
    const batch = Array.from({ length: 100 }, (_, number) => message(`body ${number}`, { properties: { number: String(number), Case: 'kept' } }));
    const result = await client.sendEventBatch(batch);
    assert.equal(result.constructor.name, 'MessageEnqueued');
    const read = await reader.fromDevice(device.deviceId, 100);
    assert.deepEqual(read.map((event) => event.properties),
      batch.map((_, number) => ({ number: String(number), Case: 'kept' })));
    assert.equal(Buffer.from(read[42].body).toString(), 'body 42');
    assert.equal(new Set(read.map((event) => event.partitionId)).size, 1);
  });

  it('sends with a certificate by its thumbprint, one message and a batch', async () => {
    const certificate = await selfSigned(freshId('cert'));
    const device = await hub.createDevice({
      authentication: { type: 'selfSigned', x509Thumbprint: { primaryThumbprint: certificate.sha256, secondaryThumbprint: null } },
    });
    const client = await open(device.connectionString, { cert: certificate.cert, key: certificate.key });
    await client.sendEvent(message('one'));
    await client.sendEventBatch([message('two'), message('three')]);
    const read = await reader.fromDevice(device.deviceId, 3);
    assert.deepEqual(read.map((event) => Buffer.from(event.body).toString()), ['one', 'two', 'three']);
    assert.equal(JSON.parse(read[0].systemProperties['iothub-connection-auth-method']).type, 'x509');
  });

  it('takes 255 KiB, one message or a batch of four, and refuses more with its own error class', async () => {
    const device = await hub.createDevice();
    const client = await open(device.connectionString);
    const large = randomBytes(255 * KIB);
    await client.sendEvent(message(large));
    await client.sendEventBatch(Array.from({ length: 4 }, () => message(randomBytes(63 * KIB))));
    await assert.rejects(client.sendEvent(message(randomBytes(257 * KIB))), deviceErrors.MessageTooLargeError);
    await assert.rejects(client.sendEventBatch(Array.from({ length: 5 }, () => message(randomBytes(63 * KIB)))),
      deviceErrors.MessageTooLargeError);
    const read = await reader.fromDevice(device.deviceId, 5);
    assert.equal(Buffer.compare(Buffer.from(read[0].body), large), 0);
    assert.deepEqual(read.map((event) => event.body.length), [255 * KIB, 63 * KIB, 63 * KIB, 63 * KIB, 63 * KIB]);
  });

  it('is refused with its own error class for a wrong key and for a device that there is not', async () => {
    const device = await hub.createDevice();
    const wrong = await open(hub.stringFor(device.deviceId, randomBytes(32).toString('base64')));
    const report = await reports.of('TokenSignatureWrong',
      () => assert.rejects(wrong.sendEvent(message('x')), deviceErrors.UnauthorizedError), '--device', device.deviceId);
    assert.equal(report.listener, 'https');
    const nobody = await open(hub.stringFor(freshId('nobody'), randomBytes(32).toString('base64')));
    await assert.rejects(nobody.sendEvent(message('x')), deviceErrors.UnauthorizedError);
  });

  it('is refused as soon as its device is disabled, on the same connection', async () => {
    const device = await hub.createDevice();
    const agent = new https.Agent({ keepAlive: true });
    const client = await open(device.connectionString, { http: { receivePolicy: { interval: 1 }, agent } });
    try {
      await client.sendEvent(message('before'));
      await hub.registry.update({ ...device, status: 'disabled' });
      await assert.rejects(client.sendEvent(message('after')), deviceErrors.UnauthorizedError);
      assert.equal((await reader.fromDevice(device.deviceId)).length, 1);
    } finally {
      agent.destroy();
    }
  });

  it('asks for messages again and again while none waits, without an error', async () => {
    const device = await hub.createDevice();
    const client = await open(device.connectionString, { http: { receivePolicy: { interval: 0.2 } } });
    const came = [];
    client.on('message', (one) => came.push(one)).on('error', (error) => came.push(error));
    const polls = async () => {
      const metrics = await (await fetch(server.ready.monitoring.metrics)).text();
      return Number(/holdfast_http_requests_total\{operation="GET \/devices\/\{id\}\/messages\/deviceBound",status="2xx"\} ([0-9.]+)/.exec(metrics)?.[1] ?? 0);
    };
    const late = Date.now() + 20_000;
    while (await polls() < 3) {
      assert.ok(Date.now() < late, 'three polls within 20 s');
    }
    assert.deepEqual(came, []);
  });

  it('is counted in the fleet once for a connection, with what it calls itself', async () => {
    const device = await hub.createDevice();
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    const client = await open(device.connectionString, { http: { receivePolicy: { interval: 1 }, agent } });
    try {
      for (let i = 0; i < 3; i++) {
        await client.sendEvent(message(String(i)));
      }
      const known = JSON.parse(await server.done('fleet', 'show', device.deviceId, '--json'));
      assert.equal(known.listener, 'https');
      assert.equal(known.fullHandshakes + known.resumedHandshakes, 1);
      assert.match(known.client, /azure-iot-device/);
      const { responseBody } = await hub.registry.get(device.deviceId);
      assert.equal(responseBody.connectionState.toLowerCase(), 'disconnected', 'HTTPS is no connection');
    } finally {
      agent.destroy();
    }
  });
});

describe('requests by hand', () => {
  it('sends as a module with its key', async () => {
    const device = await hub.createDevice();
    const module = await hub.createModule(device.deviceId);
    const { status, body } = await curl(events(module.connectionString), module.connectionString, '--data-binary', 'as a module');
    assert.deepEqual({ status, body }, { status: 204, body: '' });
    const [event] = await reader.fromDevice(device.deviceId);
    assert.equal(Buffer.from(event.body).toString(), 'as a module');
    assert.equal(event.systemProperties['iothub-connection-module-id'], module.moduleId);
  });

  it('sends with a certificate of a registered authority', async () => {
    const root = await Authority.root(freshId('Root'));
    await server.done('cert', 'authority', 'add', freshId('root'), '--file', root.certFile);
    const device = await hub.createDevice({ authentication: { type: 'certificateAuthority' } });
    const client = await open(device.connectionString, (await root.device(device.deviceId)).chain());
    await client.sendEvent(message('by authority'));
    assert.equal((await reader.fromDevice(device.deviceId)).length, 1);
  });

  for (const version of ['2016-11-14', '2020-09-30', '2021-04-12']) {
    it(`takes the spellings of the C and Java SDKs, a body in chunks, api-version ${version}`, async () => {
      const device = await hub.createDevice();
      const { status } = await curl(events(device.connectionString, version), device.connectionString,
        '--header', 'Transfer-Encoding: chunked', '--header', 'IoTHub-MessageId: m1', '--header', 'IoTHub-CorrelationId: c1',
        '--header', 'iothub-creation-time-utc: 2026-11-22T10:00:00Z', '--header', 'iothub-app-Alarm: on', '--data-binary', 'in chunks');
      assert.equal(status, 204);
      const [event] = await reader.fromDevice(device.deviceId);
      assert.equal(Buffer.from(event.body).toString(), 'in chunks');
      assert.equal(event.messageId, 'm1');
      assert.equal(event.correlationId, 'c1');
      assert.deepEqual(event.properties, { Alarm: 'on' });
    });
  }

  it('takes a batch as the C and Java SDKs write it: texts, Base64, system properties', async () => {
    const device = await hub.createDevice();
    const { status } = await curl(events(device.connectionString), device.connectionString, '--header', `Content-Type: ${BATCH}`,
      '--data-binary', JSON.stringify([
        { body: 'a "text"', base64Encoded: false },
        { body: Buffer.from('bytes').toString('base64'), base64Encoded: true, properties: { 'iothub-app-a': '1', 'iothub-messageid': 'm2' } },
      ]));
    assert.equal(status, 204);
    const [first, second] = await reader.fromDevice(device.deviceId, 2);
    assert.equal(Buffer.from(first.body).toString(), 'a "text"');
    assert.equal(Buffer.from(second.body).toString(), 'bytes');
    assert.equal(second.messageId, 'm2');
    assert.deepEqual(second.properties, { a: '1' });
  });

  it('refuses with number, name and sentence, and stores nothing', async () => {
    const device = await hub.createDevice();
    const refused = async (status, errorCode, says, path, ...options) => {
      const answer = await curl(path, device.connectionString, ...options);
      assert.equal(answer.status, status, answer.body);
      assert.equal(JSON.parse(answer.body).errorCode, errorCode);
      assert.match(JSON.parse(answer.body).message, says);
    };
    const own = events(device.connectionString);
    const batch = (body) => ['--header', `Content-Type: ${BATCH}`, '--data-binary', body];
    const large = join(settings.scratch, freshId('large'));
    writeFileSync(large, randomBytes(300 * KIB));
    await refused(400, 400001, /api-version/, own.replace(/\?.*/, ''), '--data', 'x');
    await refused(405, 405000, /POST only/, own);
    await refused(413, 413001, /limit is 262144/, own, '--data-binary', `@${large}`);
    await refused(413, 413001, /limit is 262144/, own, '--header', 'Transfer-Encoding: chunked', '--data-binary', `@${large}`);
    await refused(400, 400006, /batch is not as it has to be/, own, ...batch('[{"body":"*"}]'));
    await refused(400, 400006, /batch is not as it has to be/, own, ...batch('{"body":""}'));
    await refused(400, 400004, /Send at least one/, own, ...batch('[]'));
    await refused(400, 400004, /limit is 1000/, own, ...batch(`[${Array(1001).fill('{"body":""}').join()}]`));
    await refused(400, 400004, /limit is 64/, own, ...Array.from({ length: 65 }, (_, i) => ['--header', `iothub-app-p${i}: v`]).flat(), '--data', 'x');
    await refused(501, 501000, /File uploads are not served/, `/devices/${device.deviceId}/files?api-version=2021-04-12`, '--data', '{}');
    const { status } = await curl(own, device.connectionString, '--header', 'iothub-app-last: yes', '--data', 'last');
    assert.equal(status, 204);
    const read = await reader.fromDevice(device.deviceId);
    assert.deepEqual(read.map((event) => event.properties), [{ last: 'yes' }]);
  });

  it('answers 204 while no message waits, and refuses locks that are none', async () => {
    const device = await hub.createDevice();
    const inbox = `/devices/${device.deviceId}/messages/deviceBound`;
    const version = '?api-version=2020-09-30';
    const ask = async (path, ...options) => {
      const { status, body } = await curl(path, device.connectionString, ...options);
      return [status, body === '' ? 0 : JSON.parse(body).errorCode];
    };
    assert.deepEqual(await ask(inbox + version, '--header', 'IotHub-MessageLockTimeout: 180'), [204, 0]);
    assert.deepEqual(await ask(inbox + version, '--header', 'IotHub-MessageLockTimeout: 301'), [400, 400004]);
    assert.deepEqual(await ask(`${inbox}/00000000-0000-0000-0000-000000000000${version}`, '--request', 'DELETE'), [412, 412002]);
    assert.deepEqual(await ask(`${inbox}/none/abandon${version}`, '--data', 'x'), [412, 412002]);
    assert.deepEqual(await ask(inbox + version, '--data', 'x'), [405, 405000]);
    const other = await hub.createDevice();
    assert.equal((await curl(`/devices/${other.deviceId}/messages/deviceBound${version}`, device.connectionString)).status, 401);
  });

  it('lets nobody send for another device or module', async () => {
    const device = await hub.createDevice();
    const other = await hub.createDevice();
    const module = await hub.createModule(device.deviceId);
    const target = (path) => [`/devices/${path}/messages/events?api-version=2021-04-12`];
    for (const [path, who] of [
      [other.deviceId, device], [device.deviceId, module], [`${device.deviceId}/modules/${module.moduleId}`, other],
      [`${device.deviceId}%2F..%2F${other.deviceId}`, device], [device.deviceId.toUpperCase(), device],
    ]) {
      const { status } = await curl(...target(path), who.connectionString, '--data', 'x');
      assert.ok([400, 401].includes(status), `${path}: ${status}`);
    }
    assert.equal(reader.of(other.deviceId).length, 0);
  });
});
