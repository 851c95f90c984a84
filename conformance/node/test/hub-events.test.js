// What the hub itself tells readers of its telemetry: changes of twins, devices and modules that come and go, connections. Made with
// the official service and device SDKs for Node, read with the official Event Hubs client.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { next } from '../harness/deadline.js';
import { message, TestHub } from '../harness/hub.js';
import { Reader } from '../harness/reader.js';
import { Server } from '../harness/server.js';

const ALL = 'TwinChangeEvents,DeviceLifecycleEvents,DeviceConnectionStateEvents';

let server;
let hub;
let reader;

before(async () => {
  server = await Server.start();
  hub = new TestHub(server);
  await server.done('hub', 'set', 'hub1', '--events', ALL);
  reader = await Reader.start(hub.facts.eventHubConnectionString);
});
afterEach(() => hub?.close());
after(async () => {
  await reader?.close();
  await server?.stop();
});

/** The events of a device that came from one source, when there are as many. */
async function events(deviceId, source, count) {
  return reader.until(`${count} ${source} of ${deviceId}`, (all) => {
    const found = all.filter((event) => event.systemProperties['iothub-connection-device-id'] === deviceId
      && event.systemProperties['iothub-message-source'] === source);
    return found.length >= count ? found : null;
  });
}

/** Checks what all events have in common. */
function check(event, { deviceId, moduleId, schema, opType }) {
  assert.equal(event.contentType, 'application/json');
  assert.equal(event.systemProperties.contentEncoding, 'utf-8');
  assert.ok(event.correlationId.length > 0);
  assert.equal(Buffer.from(Object.values(event.systemProperties.userId)).toString(), 'hub1');
  assert.equal(event.systemProperties['iothub-connection-module-id'], moduleId);
  assert.equal(typeof event.systemProperties['iothub-enqueuedtime'], 'number');
  assert.equal(event.systemProperties['iothub-connection-auth-method'], undefined);
  const { operationTimestamp, ...properties } = event.properties;
  assert.match(operationTimestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/);
  assert.deepEqual(properties, {
    hubName: 'hub1', deviceId, opType, 'iothub-message-schema': schema, ...(moduleId ? { moduleId } : {}),
  });
}

describe('events of the hub', () => {
  it('are told of a device and a module that are made and deleted, with their twins', async () => {
    const { deviceId } = await hub.createDevice();
    const { moduleId } = await hub.createModule(deviceId);
    await hub.registry.delete(deviceId);
    const told = await events(deviceId, 'deviceLifecycleEvents', 4);
    const schema = 'deviceLifecycleNotification';
    check(told[0], { deviceId, schema, opType: 'createDeviceIdentity' });
    check(told[1], { deviceId, moduleId, schema, opType: 'createDeviceIdentity' });
    check(told[2], { deviceId, moduleId, schema, opType: 'deleteDeviceIdentity' });
    check(told[3], { deviceId, schema, opType: 'deleteDeviceIdentity' });
    const { etag, ...twin } = told[1].body;
    assert.ok(etag.length > 0);
    const empty = { $metadata: { $lastUpdated: '0001-01-01T00:00:00Z' }, $version: 1 };
    assert.deepEqual(twin, { deviceId, moduleId, version: 1, properties: { desired: empty, reported: empty } });
  });

  it('are told of every change of a twin, by services and devices, in their order', async () => {
    const device = await hub.createDevice();
    const { deviceId } = device;
    const client = await hub.open(device.connectionString);
    const own = await client.getTwin();
    const { responseBody: twin } = await hub.registry.getTwin(deviceId);
    await twin.update({ tags: { place: 'hall' }, properties: { desired: { interval: 5, gone: null } } });
    await new Promise((resolve, reject) => own.properties.reported.update({ heat: { now: 21 } }, (error) => (error ? reject(error) : resolve())));
    const { responseBody: now } = await hub.registry.getTwin(deviceId);
    await hub.registry.updateTwin(deviceId, { tags: { place: 'yard' } }, now.etag);

    const told = await events(deviceId, 'twinChangeEvents', 3);
    for (const event of told) {
      check(event, { deviceId, schema: 'twinChangeNotification', opType: 'updateTwin' });
    }
    const [written, reported, tagged] = told.map((event) => event.body);
    assert.equal(written.version, 2);
    assert.deepEqual(written.tags, { place: 'hall' });
    assert.equal(written.properties.desired.interval, 5);
    assert.equal(written.properties.desired.gone, null);
    assert.equal(written.properties.desired.$version, 2);
    assert.equal(written.properties.desired.$metadata.interval.$lastUpdatedVersion, 2);
    assert.match(written.properties.desired.$metadata.$lastUpdated, /^2\d{3}-/);
    assert.equal(reported.version, 3);
    assert.deepEqual(reported.properties.reported.heat, { now: 21 });
    assert.equal(reported.properties.reported.$version, 2);
    assert.deepEqual(tagged, { version: 4, tags: { place: 'yard' } });
  });

  it('are told of connections, with numbers that rise over restarts', async () => {
    const device = await hub.createDevice();
    const { deviceId } = device;
    const numbers = async (count) => (await events(deviceId, 'deviceConnectionStateEvents', count)).map((event) => event.body.sequenceNumber);
    const first = await hub.open(device.connectionString);
    const takenOver = next(first, 'disconnect');
    const second = await hub.open(device.connectionString);
    await takenOver;
    await second.close();
    const told = await events(deviceId, 'deviceConnectionStateEvents', 2);
    assert.deepEqual(told.map((event) => event.properties.opType), ['deviceConnected', 'deviceDisconnected'], 'a takeover is no news');
    check(told[0], { deviceId, schema: 'deviceConnectionStateNotification', opType: 'deviceConnected' });
    assert.deepEqual(Object.keys(told[0].body), ['sequenceNumber']);

    await hub.open(device.connectionString);
    assert.equal((await numbers(3)).length, 3);
    await reader.close();
    await server.stop();
    await server.startAgain();
    reader = await Reader.start(hub.facts.eventHubConnectionString);
    await hub.open(device.connectionString);
    const all = await numbers(5);
    assert.deepEqual((await events(deviceId, 'deviceConnectionStateEvents', 5)).map((event) => event.properties.opType),
      ['deviceConnected', 'deviceDisconnected', 'deviceConnected', 'deviceDisconnected', 'deviceConnected']);
    assert.deepEqual(all, all.toSorted());
    assert.equal(new Set(all).size, 5);
    assert.ok(all.every((number) => /^[0-9a-f]{64}$/i.test(number)));
  });

  it('are in the partition of their device, between its telemetry', async () => {
    const device = await hub.createDevice();
    const client = await hub.open(device.connectionString);
    await client.sendEvent(message('between'));
    const all = await reader.fromDevice(device.deviceId, 3);
    assert.equal(new Set(all.map((event) => event.partitionId)).size, 1);
    const sources = all.map((event) => event.systemProperties['iothub-message-source']);
    assert.deepEqual(sources.toSorted(), ['Telemetry', 'deviceConnectionStateEvents', 'deviceLifecycleEvents']);
    assert.ok(sources.indexOf('deviceConnectionStateEvents') < sources.indexOf('Telemetry'));
  });

  it('are told of nothing unless asked for, hub by hub', async () => {
    const name = 'hub2'; // a name that leads here
    await server.done('hub', 'create', name);
    const other = new TestHub(server, name);
    const quiet = await Reader.start(other.facts.eventHubConnectionString);
    try {
      const device = await other.createDevice();
      const client = await other.open(device.connectionString);
      await client.sendEvent(message('alone'));
      assert.equal((await quiet.fromDevice(device.deviceId)).length, 1);
      await server.done('hub', 'set', name, '--events', 'DeviceLifecycleEvents');
      await other.registry.delete(device.deviceId);
      const [, last] = await quiet.fromDevice(device.deviceId, 2);
      assert.equal(last.properties.opType, 'deleteDeviceIdentity');
      await server.done('hub', 'set', name, '--events', 'none');
      const wrong = await server.run('hub', 'set', name, '--events', 'Nonsense');
      assert.equal(wrong.code, 1);
      assert.match(wrong.stderr, /TwinChangeEvents, DeviceLifecycleEvents, DeviceConnectionStateEvents/);
      const hubs = JSON.parse(await server.done('hub', 'list', '--json'));
      assert.deepEqual(hubs.find((each) => each.name === name).events, []);
    } finally {
      await quiet.close();
      await other.close();
    }
  });
});
