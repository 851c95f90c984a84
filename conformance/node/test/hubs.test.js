// Several hubs on one server: made while it runs, and kept apart.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { deviceErrors, message, parse, Registry, TestHub } from '../harness/hub.js';
import { EventHubConsumerClient, Reader } from '../harness/reader.js';
import { Server } from '../harness/server.js';

describe('two hubs on one server', () => {
  let server;
  let first;
  let second;

  before(async () => {
    server = await Server.start();
    const made = await server.run('hub', 'create', 'hub2');
    assert.equal(made.code, 0, made.stderr);
    first = new TestHub(server, 'hub1');
    second = new TestHub(server, 'hub2');
  });
  afterEach(() => Promise.all([first?.close(), second?.close()]));
  after(() => server?.stop());

  it('are both listed, in the ready file and by the command', async () => {
    assert.equal(first.hostName, 'hub1.hub.test');
    assert.equal(second.hostName, 'hub2.hub.test');
    const { code, stdout, stderr } = await server.run('hub', 'list');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /hub1/);
    assert.match(stdout, /hub2/);
  });

  it('keep devices of the same id apart: keys, registries and telemetry', async () => {
    const deviceId = 'same-id';
    const [one, two] = [await first.createDevice({ deviceId }), await second.createDevice({ deviceId })];
    const keyOf = (device) => device.authentication.symmetricKey.primaryKey;
    assert.notEqual(keyOf(one), keyOf(two));

    await assert.rejects(first.open(first.stringFor(deviceId, keyOf(two))), deviceErrors.UnauthorizedError);
    await assert.rejects(second.open(second.stringFor(deviceId, keyOf(one))), deviceErrors.UnauthorizedError);

    // Both at once: one does not supersede the other, for they are two devices.
    const [clientOne, clientTwo] = [await first.open(one.connectionString), await second.open(two.connectionString)];
    const [readerOne, readerTwo] = [
      await Reader.start(first.facts.eventHubConnectionString),
      await Reader.start(second.facts.eventHubConnectionString),
    ];
    try {
      await clientOne.sendEvent(message('one', { messageId: 'to hub1' }));
      await clientTwo.sendEvent(message('two', { messageId: 'to hub2' }));
      await clientOne.sendEvent(message('one', { messageId: 'to hub1 again' }));
      await clientTwo.sendEvent(message('two', { messageId: 'to hub2 again' }));
      const ids = (events) => events.map((event) => event.messageId);
      assert.deepEqual(ids(await readerOne.fromDevice(deviceId, 2)), ['to hub1', 'to hub1 again']);
      assert.deepEqual(ids(await readerTwo.fromDevice(deviceId, 2)), ['to hub2', 'to hub2 again']);
      assert.equal(readerOne.of(deviceId).length, 2);
      assert.equal(readerTwo.of(deviceId).length, 2);
    } finally {
      await Promise.all([readerOne.close(), readerTwo.close()]);
    }

    await first.registry.delete(deviceId);
    const { responseBody: kept } = await second.registry.get(deviceId);
    assert.equal(kept.generationId, two.generationId);
  });

  it('do not take each other\'s policies', async () => {
    const { SharedAccessKeyName, SharedAccessKey } = parse(first.facts.serviceConnectionString);
    const registry = Registry.fromConnectionString(
      `HostName=${second.hostName};SharedAccessKeyName=${SharedAccessKeyName};SharedAccessKey=${SharedAccessKey}`);
    await assert.rejects(registry.list(), (error) => error.constructor.name === 'UnauthorizedError');

    const events = parse(first.facts.eventHubConnectionString);
    const { Endpoint, EntityPath } = parse(second.facts.eventHubConnectionString);
    const stranger = new EventHubConsumerClient('$Default',
      `Endpoint=${Endpoint};SharedAccessKeyName=${events.SharedAccessKeyName};`
      + `SharedAccessKey=${events.SharedAccessKey};EntityPath=${EntityPath}`,
      { retryOptions: { maxRetries: 0 } });
    await assert.rejects(stranger.getPartitionIds(), (error) => error.code === 'UnauthorizedError');
    await stranger.close();
  });

  it('are both there after a restart, and a deleted one is not', async () => {
    const device = await second.createDevice();
    await server.stop();
    await server.startAgain();
    assert.deepEqual(server.ready.hubs.map((hub) => hub.name).toSorted(), ['hub1', 'hub2']);
    const { responseBody: read } = await second.registry.get(device.deviceId);
    assert.equal(read.generationId, device.generationId);

    const deleted = await server.run('hub', 'delete', 'hub2', '--yes');
    assert.equal(deleted.code, 0, deleted.stderr);
    await assert.rejects(second.open(device.connectionString), deviceErrors.UnauthorizedError);
    await server.stop();
    await server.startAgain();
    assert.deepEqual(server.ready.hubs.map((hub) => hub.name), ['hub1']);
  });

  it('can\'t be made twice, nor with a name that no host can have', async () => {
    const twice = await server.run('hub', 'create', 'hub1');
    assert.equal(twice.code, 1);
    assert.match(twice.stderr, /hub1/);
    const bad = await server.run('hub', 'create', 'not a name');
    assert.notEqual(bad.code, 0);
    assert.notEqual(bad.stderr, '');
  });
});
