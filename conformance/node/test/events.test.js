// Telemetry read with the official Event Hubs client: what it asks about the hub, where it may start, and that nothing
// is lost or repeated over a restart of the server.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { message, TestHub } from '../harness/hub.js';
import { endOfPartitions, EventHubConsumerClient, latestEventPosition, Reader } from '../harness/reader.js';
import { Server } from '../harness/server.js';

describe('Event Hubs client', () => {
  let server;
  let hub;
  let device;
  let client;
  const open = [];

  before(async () => {
    server = await Server.start();
    hub = new TestHub(server);
    device = await hub.createDevice();
    client = new EventHubConsumerClient('$Default', hub.facts.eventHubConnectionString);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((reader) => reader.close()));
    await hub.close();
  });
  after(async () => {
    await client?.close();
    await server?.stop();
  });

  async function read(options) {
    const reader = await Reader.start(hub.facts.eventHubConnectionString, options);
    open.push(reader);
    return reader;
  }

  async function send(...names) {
    const sender = await hub.open(device.connectionString);
    for (const messageId of names) {
      await sender.sendEvent(message(messageId, { messageId }));
    }
    await sender.close();
  }

  const ids = (events) => events.map((event) => event.messageId);

  it('asks for the properties of the hub and of its partitions', async () => {
    const hubProperties = await client.getEventHubProperties();
    assert.equal(hubProperties.name, 'hub1');
    assert.ok(Math.abs(Date.now() - hubProperties.createdOn.getTime()) < 24 * 3600 * 1000, `${hubProperties.createdOn}`);
    assert.deepEqual(hubProperties.partitionIds, hubProperties.partitionIds.map((_, index) => String(index)));
    assert.deepEqual(await client.getPartitionIds(), hubProperties.partitionIds);

    const reader = await read();
    await send('properties-1', 'properties-2');
    const [, last] = await reader.fromDevice(device.deviceId, 2);

    const partition = await client.getPartitionProperties(last.partitionId);
    assert.equal(partition.eventHubName, 'hub1');
    assert.equal(partition.partitionId, last.partitionId);
    assert.equal(partition.isEmpty, false);
    assert.equal(partition.lastEnqueuedSequenceNumber, last.sequenceNumber);
    assert.equal(partition.lastEnqueuedOffset, last.offset);
    assert.equal(partition.lastEnqueuedOnUtc.getTime(), last.enqueuedTimeUtc.getTime());
    assert.ok(partition.beginningSequenceNumber <= last.sequenceNumber - 1);
    const empty = (await Promise.all(hubProperties.partitionIds.map((id) => client.getPartitionProperties(id))))
      .filter(({ isEmpty }) => isEmpty);
    for (const { lastEnqueuedSequenceNumber } of empty) {
      assert.equal(lastEnqueuedSequenceNumber, -1);
    }
  });

  it('starts at a sequence number, at an offset and at a time', async () => {
    const all = await read({ from: await endOfPartitions(client) });
    await send('start-0', 'start-1', 'start-2', 'start-3');
    const [, second, third] = await all.fromDevice(device.deviceId, 4);
    const positions = {
      'sequence number': { sequenceNumber: second.sequenceNumber },
      'inclusive sequence number': { sequenceNumber: third.sequenceNumber, isInclusive: true },
      'offset': { offset: second.offset },
      'inclusive offset': { offset: third.offset, isInclusive: true },
      'time': { enqueuedOn: second.enqueuedTimeUtc },
    };
    for (const [name, position] of Object.entries(positions)) {
      const reader = await read({ from: { ...(await endOfPartitions(client)), [second.partitionId]: position } });
      const events = await reader.fromDevice(device.deviceId, 2);
      assert.deepEqual(ids(events), ['start-2', 'start-3'], name);
      await reader.close(); // a partition has few receivers
    }
  });

  it('starts at the end', async () => {
    await send('old');
    const reader = await read({ from: latestEventPosition });
    // Only what is sent after its link is there must come; when that is, it does not tell.
    let probes = 0;
    let heard;
    while (!heard) {
      assert.ok(probes < 20, 'one of twenty messages is heard');
      await send(`probe-${probes++}`);
      heard = await reader.fromDevice(device.deviceId, 1, 1000).catch(() => null);
    }
    await send('last');
    const events = await reader.until('the last', (all) => all.some((event) => event.messageId === 'last') && all);
    const expected = Array.from({ length: probes }, (_, number) => `probe-${number}`).concat('last');
    assert.deepEqual(ids(events), expected.slice(-events.length));
  });

  it('resumes at an offset after a restart of the server with exactly the later messages', async () => {
    const reader = await read({ from: await endOfPartitions(client) });
    await send('restart-0', 'restart-1', 'restart-2');
    const [, seen] = await reader.fromDevice(device.deviceId, 3);
    await reader.close();

    await server.stop();
    await server.startAgain();
    await send('restart-3', 'restart-4');

    const resumed = await read({ from: { ...(await endOfPartitions(client)), [seen.partitionId]: { offset: seen.offset } } });
    const events = await resumed.fromDevice(device.deviceId, 3);
    assert.deepEqual(ids(events), ['restart-2', 'restart-3', 'restart-4']);
    assert.deepEqual(
      events.map((event) => event.sequenceNumber),
      [1, 2, 3].map((step) => seen.sequenceNumber + step),
      'sequence numbers go on without a gap');
  });

  it('goes on by itself when the server is restarted under it', async () => {
    const reader = await read({ from: await endOfPartitions(client), patient: true });
    await send('under-0');
    await reader.fromDevice(device.deviceId, 1);

    await server.stop();
    await server.startAgain();
    await send('under-1');

    assert.deepEqual(ids(await reader.fromDevice(device.deviceId, 2, 60_000)), ['under-0', 'under-1']);
  });

  it('reads in two consumer groups independently', async () => {
    const made = await server.run('hub', 'consumer-group', 'create', 'second', '--hub', 'hub1');
    assert.equal(made.code, 0, made.stderr);
    const from = await endOfPartitions(client);
    const first = await read({ from });
    const second = await read({ group: 'second', from });
    await send('groups-0', 'groups-1');
    assert.deepEqual(ids(await first.fromDevice(device.deviceId, 2)), ['groups-0', 'groups-1']);
    assert.deepEqual(ids(await second.fromDevice(device.deviceId, 2)), ['groups-0', 'groups-1']);
    await first.close();
    await send('groups-2');
    assert.deepEqual(ids(await second.fromDevice(device.deviceId, 3)), ['groups-0', 'groups-1', 'groups-2']);
    assert.equal(first.of(device.deviceId).length, 2);
  });

  it('is refused a consumer group that does not exist', async () => {
    const reader = await read({ group: 'nosuchgroup' });
    await assert.rejects(reader.fromDevice(device.deviceId), (error) => {
      assert.equal(error.cause.cause.code, 'MessagingEntityNotFoundError');
      assert.match(error.message, /nosuchgroup/);
      return true;
    });
  });

  it('is refused with a wrong key: UnauthorizedError', async () => {
    const wrong = hub.facts.eventHubConnectionString
      .replace(/SharedAccessKey=[^;]+/, `SharedAccessKey=${Buffer.alloc(32, 9).toString('base64')}`);
    const stranger = new EventHubConsumerClient('$Default', wrong, { retryOptions: { maxRetries: 0 } });
    await assert.rejects(stranger.getPartitionIds(), (error) => error.code === 'UnauthorizedError');
    await stranger.close();
    await server.logged('PolicySignatureWrong');
  });

  it('pages through a thousand messages', async () => {
    const reader = await read({ from: await endOfPartitions(client) });
    const sender = await hub.open(device.connectionString);
    const names = Array.from({ length: 1000 }, (_, number) => `page-${number}`);
    await Promise.all(names.map((messageId) => sender.sendEvent(message('x'.repeat(1000), { messageId }))));
    assert.deepEqual(ids(await reader.fromDevice(device.deviceId, 1000, 60_000)), names);
  });
});
