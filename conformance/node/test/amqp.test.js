// Telemetry read over plain AMQP 1.0 with rhea: every way to authenticate, the redirect from the hub's own address, and
// credit, which the official Event Hubs client hides.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { close, connect, putToken, receive, selector, take } from '../harness/amqp.js';
import { selfSigned } from '../harness/certificates.js';
import { deviceToken, eventHubToken, freshId, message, parse, TestHub } from '../harness/hub.js';
import { EventHubConsumerClient } from '../harness/reader.js';
import { Server } from '../harness/server.js';

const WRONG_KEY = Buffer.alloc(32, 7).toString('base64');

describe('rhea', () => {
  let server;
  let hub;
  let device;
  let events; // the Event Hubs connection string, by member
  let partition;
  let host;
  let address;
  const connections = [];

  before(async () => {
    server = await Server.start();
    hub = new TestHub(server);
    device = await hub.createDevice();
    events = parse(hub.facts.eventHubConnectionString);
    host = new URL(events.Endpoint.replace(/^sb:/, 'https:')).hostname;
    const sender = await hub.open(device.connectionString);
    for (const messageId of ['one', 'two', 'three', 'four', 'five']) {
      await sender.sendEvent(message(messageId, { messageId }));
    }
    await sender.close();
    const client = new EventHubConsumerClient('$Default', hub.facts.eventHubConnectionString);
    for (const id of await client.getPartitionIds()) {
      const { isEmpty } = await client.getPartitionProperties(id);
      partition = isEmpty ? partition : id;
    }
    await client.close();
    address = `${events.EntityPath}/ConsumerGroups/$Default/Partitions/${partition}`;
  });
  afterEach(() => Promise.all(connections.splice(0).map(close)));
  after(() => server?.stop());

  async function open(options = {}) {
    const connection = await connect({ host, ca: hub.ca, ...options });
    connections.push(connection);
    return connection;
  }

  function audience() {
    return `sb://${host}/${address}`;
  }

  function goodToken() {
    return eventHubToken(audience(), events.SharedAccessKey, events.SharedAccessKeyName);
  }

  async function readsFive(connection) {
    const receiver = await receive(connection, { address, filter: selector("amqp.annotation.x-opt-offset > '-1'") });
    const messages = await take(receiver, 5);
    assert.deepEqual(messages.map((one) => one.message_id), ['one', 'two', 'three', 'four', 'five']);
    return messages;
  }

  it('reads without SASL, with a token put on $cbs', async () => {
    const connection = await open();
    assert.equal(await putToken(connection, audience(), goodToken()), 200);
    await readsFive(connection);
  });

  it('reads with SASL ANONYMOUS', async () => {
    const connection = await open({ username: 'anonymous' });
    assert.equal(await putToken(connection, audience(), goodToken()), 200);
    await readsFive(connection);
  });

  it('reads with SASL MSSBCBS', async () => {
    const mechanism = { start: (done) => done(undefined, Buffer.alloc(0)), step: (_, done) => done() };
    const connection = await open({ sasl_mechanisms: { MSSBCBS: () => mechanism } });
    assert.equal(await putToken(connection, audience(), goodToken()), 200);
    await readsFive(connection);
  });

  it('reads with SASL EXTERNAL and a client certificate', async () => {
    const { cert, key } = await selfSigned(freshId('reader'));
    const connection = await open({ cert, key, enable_sasl_external: true });
    assert.equal(await putToken(connection, audience(), goodToken()), 200);
    await readsFive(connection);
  });

  it('reads with SASL PLAIN, the token as password', async () => {
    const policy = parse(hub.facts.serviceConnectionString);
    const connection = await open({
      host: hub.hostName,
      username: `${policy.SharedAccessKeyName}@sas.root.hub1`,
      password: deviceToken(hub.hostName, policy.SharedAccessKey, { policy: policy.SharedAccessKeyName }),
    });
    await readsFive(connection);
  });

  it('is refused by SASL PLAIN with a token of a wrong key', async () => {
    const { SharedAccessKeyName: policy } = parse(hub.facts.serviceConnectionString);
    const attempt = open({
      host: hub.hostName,
      username: `${policy}@sas.root.hub1`,
      password: deviceToken(hub.hostName, WRONG_KEY, { policy }),
    });
    await assert.rejects(attempt, /Failed to authenticate|unauthorized/);
    await server.logged('PolicySignatureWrong', policy);
  });

  it('is told 401 when it puts a token of a wrong key', async () => {
    const connection = await open();
    const token = eventHubToken(audience(), WRONG_KEY, events.SharedAccessKeyName);
    assert.equal(await putToken(connection, audience(), token), 401);
  });

  it('may not attach without a token', async () => {
    const connection = await open();
    await assert.rejects(receive(connection, { address }), { condition: 'amqp:unauthorized-access' });
  });

  it('may not attach with a token for another partition\'s audience', async () => {
    const connection = await open();
    const other = `sb://${host}/${events.EntityPath}/ConsumerGroups/$Default/Partitions/${Number(partition) + 1}`;
    const token = eventHubToken(other, events.SharedAccessKey, events.SharedAccessKeyName);
    assert.equal(await putToken(connection, other, token), 200);
    await assert.rejects(receive(connection, { address }), { condition: 'amqp:unauthorized-access' });
  });

  it('is told that a partition does not exist', async () => {
    const connection = await open();
    const wide = `sb://${host}/${events.EntityPath}`;
    const token = eventHubToken(wide, events.SharedAccessKey, events.SharedAccessKeyName);
    assert.equal(await putToken(connection, wide, token), 200);
    await assert.rejects(
      receive(connection, { address: `${events.EntityPath}/ConsumerGroups/$Default/Partitions/99` }),
      (error) => /amqp:not-found|com.microsoft:argument-out-of-range/.test(error.condition));
  });

  it('is redirected from the hub\'s own address, and reads where it is sent', async () => {
    const policy = parse(hub.facts.serviceConnectionString);
    const connection = await open({ host: hub.hostName });
    const token = deviceToken(hub.hostName, policy.SharedAccessKey, { policy: policy.SharedAccessKeyName });
    assert.equal(await putToken(connection, hub.hostName, token), 200);
    let redirect;
    await assert.rejects(
      receive(connection, { address: `/messages/events/ConsumerGroups/$Default/Partitions/${partition}` }),
      (error) => {
        assert.equal(error.condition, 'amqp:link:redirect');
        redirect = error.info;
        return true;
      });
    assert.equal(redirect.port, 5671);
    const target = new URL(redirect.address.replace(/^amqps:/, 'https:'));
    assert.equal(target.hostname, redirect.hostname);
    assert.match(decodeURIComponent(target.pathname), new RegExp(`/ConsumerGroups/\\$Default/Partitions/${partition}/?$`));

    const followed = await open({ host: redirect['network-host'], servername: redirect.hostname, port: redirect.port });
    const path = decodeURIComponent(target.pathname).replace(/^\/|\/$/g, '');
    const there = `sb://${redirect.hostname}/${path}`;
    assert.equal(
      await putToken(followed, there, eventHubToken(there, events.SharedAccessKey, events.SharedAccessKeyName)), 200);
    const receiver = await receive(followed, { address: path, filter: selector("amqp.annotation.x-opt-offset > '-1'") });
    assert.equal((await take(receiver, 1))[0].message_id, 'one');
  });

  it('gets one message for one credit', async () => {
    const connection = await open();
    await putToken(connection, audience(), goodToken());
    const receiver = await receive(connection, { address, filter: selector("amqp.annotation.x-opt-offset > '-1'") });
    let delivered = 0;
    receiver.on('message', () => delivered++);
    for (const [index, expected] of ['one', 'two', 'three', 'four', 'five'].entries()) {
      const [{ message_id: messageId }] = await take(receiver, 1);
      assert.equal(messageId, expected);
      // A whole exchange on the same connection: whatever the server had sent by now is here.
      assert.equal(await putToken(connection, audience(), goodToken()), 200);
      assert.equal(delivered, index + 1);
    }
  });

  it('waits with credit for a message that is sent later', async () => {
    const connection = await open();
    await putToken(connection, audience(), goodToken());
    const receiver = await receive(connection, { address, filter: selector("amqp.annotation.x-opt-offset > '-1'") });
    await take(receiver, 5);
    const later = take(receiver, 1);
    const sender = await hub.open(device.connectionString);
    await sender.sendEvent(message('late', { messageId: 'six' }));
    await sender.close();
    assert.equal((await later)[0].message_id, 'six');
  });

  it('finds the sections and types that the protocol promises', async () => {
    const connection = await open();
    await putToken(connection, audience(), goodToken());
    const [first] = await readsFive(connection);
    assert.equal(first.body.typecode, 0x75, 'a data section');
    assert.equal(first.body.content.toString(), 'one');
    const annotations = first.message_annotations;
    assert.equal(typeof annotations['x-opt-offset'], 'string');
    assert.equal(typeof annotations['x-opt-sequence-number'], 'number');
    assert.ok(annotations['x-opt-enqueued-time'] instanceof Date);
    assert.ok(annotations['iothub-enqueuedtime'] instanceof Date);
    assert.equal(annotations['iothub-connection-device-id'], device.deviceId);
  });
});
