// Telemetry of the official device SDK for Node over MQTT, authenticated by key, compared with what the official Event
// Hubs client reads.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, afterEach, before, describe, it } from 'node:test';
import deviceSdk from 'azure-iot-device';
import { deviceErrors, deviceToken, inSeconds, message, parse, TestHub } from '../harness/hub.js';
import { Reader } from '../harness/reader.js';
import { Server } from '../harness/server.js';

const { SharedAccessSignatureAuthenticationProvider } = deviceSdk;
const KIB = 1024;

describe('Node device SDK over MQTT with a key', () => {
  let server;
  let hub;
  let reader;

  before(async () => {
    server = await Server.start();
    hub = new TestHub(server);
    reader = await Reader.start(hub.facts.eventHubConnectionString);
  });
  afterEach(() => hub?.close());
  after(async () => {
    await reader?.close();
    await server?.stop();
  });

  it('sends with the demo connection string, and every property arrives', async () => {
    const demo = hub.facts.demoDeviceConnectionString;
    const { DeviceId: deviceId } = parse(demo);
    const client = await hub.open(demo);
    const sentAt = Date.now();

    const result = await client.sendEvent(message(JSON.stringify({ temperature: 21.5, place: 'Küche' }), {
      messageId: 'message 1',
      correlationId: 'correlation/1',
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      userId: 'user 1',
      properties: { alarm: 'true', level: '3' },
    }));

    assert.equal(result.constructor.name, 'MessageEnqueued');
    const [event] = await reader.fromDevice(deviceId);
    const { responseBody: registered } = await hub.registry.get(deviceId);
    assert.deepEqual(event.body, { temperature: 21.5, place: 'Küche' });
    assert.equal(event.messageId, 'message 1');
    assert.equal(event.correlationId, 'correlation/1');
    assert.equal(event.contentType, 'application/json');
    assert.deepEqual(event.properties, { alarm: 'true', level: '3' });
    const system = event.systemProperties;
    assert.equal(system.contentEncoding, 'utf-8');
    assert.equal(Buffer.from(Object.values(system.userId)).toString(), 'user 1'); // the SDK makes an object of the bytes
    assert.equal(system['iothub-connection-device-id'], deviceId);
    assert.equal(system['iothub-connection-auth-generation-id'], registered.generationId);
    assert.deepEqual(JSON.parse(system['iothub-connection-auth-method']), {
      scope: 'device', type: 'sas', issuer: 'iothub', acceptingIpFilterRule: null,
    });
    assert.equal(system['iothub-message-source'], 'Telemetry');
    assertNear(system['iothub-enqueuedtime'], sentAt);
    assertNear(event.enqueuedTimeUtc.getTime(), sentAt);
  });

  it('sends a message without any property', async () => {
    const device = await hub.createDevice();
    const client = await hub.open(device.connectionString);

    await client.sendEvent(message(Buffer.from([0, 1, 2, 254, 255])));

    const [event] = await reader.fromDevice(device.deviceId);
    assert.deepEqual(Buffer.from(event.body), Buffer.from([0, 1, 2, 254, 255]));
    assert.equal(event.messageId, undefined);
    assert.equal(event.contentType, undefined);
    assert.deepEqual(event.properties ?? {}, {});
  });

  it('keeps property names and values with characters that mean something in a topic', async () => {
    const device = await hub.createDevice();
    const client = await hub.open(device.connectionString);
    const properties = {
      'with space': 'a b',
      percent: '100%',
      equals: 'a=b=c',
      ampersand: 'a&b',
      umlaut: 'für Ölmühle',
      slash: 'a/b/c/',
      plus: '1+1',
      hash: '#1',
      question: '?x',
      dollar: '$.mid',
      'ключ=&%/ ü': '価値 🙂',
      empty: '',
    };

    await client.sendEvent(message('odd', { messageId: 'a=b&c/d %', properties }));

    const [event] = await reader.fromDevice(device.deviceId);
    assert.deepEqual(event.properties, properties);
    assert.equal(event.messageId, 'a=b&c/d %');
  });

  it('opens with the secondary key, too', async () => {
    const device = await hub.createDevice();
    const key = device.authentication.symmetricKey.secondaryKey;
    assert.notEqual(key, device.authentication.symmetricKey.primaryKey);

    const client = await hub.open(hub.stringFor(device.deviceId, key));
    await client.sendEvent(message('second key'));

    assert.equal((await reader.fromDevice(device.deviceId)).length, 1);
  });

  it('keeps the order of 200 messages of one device, all in one partition', async () => {
    const device = await hub.createDevice();
    const client = await hub.open(device.connectionString);

    await Promise.all(Array.from({ length: 200 }, (_, number) =>
      client.sendEvent(message(String(number), { messageId: `m${number}` }))));

    const events = await reader.fromDevice(device.deviceId, 200);
    assert.deepEqual(events.map((event) => event.messageId), Array.from({ length: 200 }, (_, number) => `m${number}`));
    assert.equal(new Set(events.map((event) => event.partitionId)).size, 1);
    const numbers = events.map((event) => event.sequenceNumber);
    assert.deepEqual(numbers, numbers.toSorted((a, b) => a - b));
  });

  it('takes a message of 255 KiB whole', async () => {
    const device = await hub.createDevice();
    const client = await hub.open(device.connectionString);
    const body = randomBytes(255 * KIB);

    await client.sendEvent(message(body, { messageId: 'large' }));

    const [event] = await reader.fromDevice(device.deviceId);
    assert.equal(Buffer.compare(Buffer.from(event.body), body), 0);
  });

  it('refuses a message that is over 256 KiB with its properties, and stores nothing of it', async () => {
    const device = await hub.createDevice();
    const client = await hub.open(device.connectionString);

    await assert.rejects(
      client.sendEvent(message(randomBytes(256 * KIB), { properties: { more: 'x'.repeat(2 * KIB) } })),
      deviceErrors.NotConnectedError);

    await server.logged('MessageTooLarge', device.deviceId);
    const again = await hub.open(device.connectionString);
    await again.sendEvent(message('small', { messageId: 'after' }));
    const events = await reader.fromDevice(device.deviceId);
    assert.deepEqual(events.map((event) => event.messageId), ['after']);
  });

  it('goes on with a new token after it renewed the old one', async () => {
    const device = await hub.createDevice();
    const { SharedAccessKey: key } = parse(device.connectionString);
    const token = (expiry) => deviceToken(`${hub.hostName}/devices/${device.deviceId}`, key, { expiry });
    const client = await hub.open(new SharedAccessSignatureAuthenticationProvider({
      host: hub.hostName, deviceId: device.deviceId, sharedAccessSignature: token(inSeconds(600)),
    }));

    await client.sendEvent(message('1', { messageId: 'before' }));
    await client.updateSharedAccessSignature(token(inSeconds(7200)));
    await client.sendEvent(message('2', { messageId: 'after' }));

    const events = await reader.fromDevice(device.deviceId, 2);
    assert.deepEqual(events.map((event) => event.messageId), ['before', 'after']);
  });
});

function assertNear(millis, expected) {
  assert.ok(Math.abs(millis - expected) < 60_000, `${millis} is within a minute of ${expected}`);
}
