// Cloud-to-device messages with the official Node SDKs: a service sends, devices receive over every transport, and the sender hears of it.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import httpTransport from 'azure-iot-device-http';
import serviceSdk from 'azure-iothub';
import rhea from 'rhea';
import { close, connect, putToken } from '../harness/amqp.js';
import { within } from '../harness/deadline.js';
import { Amqp, AmqpWs, deviceToken, freshId, message as anyMessage, Mqtt, MqttWs, parse, TestHub } from '../harness/hub.js';
import { Server } from '../harness/server.js';

const TRANSPORTS = { MQTT: Mqtt, 'MQTT-WS': MqttWs, AMQP: Amqp, 'AMQP-WS': AmqpWs, HTTPS: httpTransport.Http };
/** What can give a message back or turn it down; MQTT can't. */
const SETTLING = { AMQP: Amqp, 'AMQP-WS': AmqpWs, HTTPS: httpTransport.Http };

describe('Node SDKs: cloud-to-device messages', () => {
  let server;
  let hub;
  let service;

  before(async () => {
    server = await Server.start();
    hub = new TestHub(server);
    service = serviceSdk.Client.fromConnectionString(hub.facts.serviceConnectionString);
    await service.open();
  });
  afterEach(() => hub.close());
  after(async () => {
    await service?.close();
    await server?.stop();
  });

  const message = (body, members = {}) => anyMessage(body, { messageId: freshId('message'), ...members });

  const send = (deviceId, made) => within(20_000, 'the message is taken', service.send(deviceId, made));

  /** Opens a device that hands every message it receives to `received`, and settles it as `settle` says. */
  async function receiver(device, transport, settle = 'complete') {
    const received = [];
    const waiting = [];
    // Over HTTPS a device asks now and then, and the promise of setOptions resolves with a policy for that only.
    const client = await hub.open(device.connectionString, { transport, http: { receivePolicy: { interval: 1, drain: true } } });
    client.on('message', async (one) => {
      received.push(one);
      await client[settle](one);
      waiting.splice(0).forEach((wake) => wake());
    });
    const atLeast = (count) => within(20_000, `${count} messages`, (async () => {
      while (received.length < count) {
        await new Promise((resolve) => waiting.push(resolve));
      }
      return received;
    })());
    return { client, received, atLeast };
  }

  const waiting = async (deviceId) => (await hub.registry.get(deviceId)).responseBody.cloudToDeviceMessageCount;

  async function until(what, check) {
    await within(30_000, what, (async () => {
      while (!(await check())) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    })());
  }

  for (const [name, transport] of Object.entries(TRANSPORTS)) {
    it(`arrive whole over ${name}`, async () => {
      const device = await hub.createDevice();
      const sent = message(JSON.stringify({ text: 'grün', list: [1] }), {
        correlationId: 'c-1',
        userId: 'someone',
        contentType: 'application/json',
        contentEncoding: 'utf-8',
        properties: { plain: 'value', odd: 'a b/c&d=e?f+g%h' },
      });
      await send(device.deviceId, sent);
      const { atLeast } = await receiver(device, transport);
      const [got] = await atLeast(1);
      assert.equal(got.getData().toString(), sent.getData().toString());
      assert.equal(got.messageId, sent.messageId);
      assert.equal(got.correlationId, 'c-1');
      // Over HTTPS this client reads no content type, and names properties by their whole header field.
      assert.equal(got.contentType, name === 'HTTPS' ? undefined : 'application/json');
      assert.equal(got.contentEncoding, name === 'HTTPS' ? undefined : 'utf-8');
      const properties = Object.fromEntries(got.properties.propertyList
        .map(({ key, value }) => [key.replace(/^iothub-app-/, ''), value]));
      assert.equal(properties.plain, 'value');
      assert.equal(properties.odd, 'a b/c&d=e?f+g%h');
      await until('the queue is empty', async () => (await waiting(device.deviceId)) === 0);
    });

    it(`arrive in order over ${name}, those that were sent before the device came and those after`, async () => {
      const device = await hub.createDevice();
      for (let i = 0; i < 15; i++) {
        await send(device.deviceId, message(String(i)));
      }
      const { atLeast } = await receiver(device, transport);
      await atLeast(5);
      for (let i = 15; i < 30; i++) {
        await send(device.deviceId, message(String(i)));
      }
      const got = (await atLeast(30)).map((one) => one.getData().toString());
      assert.deepEqual(got, Array.from({ length: 30 }, (_, i) => String(i)));
    });
  }

  for (const [name, transport] of Object.entries(SETTLING)) {
    it(`come again over ${name} when the device gives them back, ten times at most`, async () => {
      const device = await hub.createDevice();
      await send(device.deviceId, message('again'));
      const { received, atLeast, client } = await receiver(device, transport, 'abandon');
      await atLeast(10);
      await until('the queue is empty', async () => (await waiting(device.deviceId)) === 0);
      assert.equal(received.length, 10);
      await client.close();
    });

    it(`are gone when the device turns them down over ${name}`, async () => {
      const device = await hub.createDevice();
      await send(device.deviceId, message('no'));
      const { atLeast } = await receiver(device, transport, 'reject');
      await atLeast(1);
      await until('the queue is empty', async () => (await waiting(device.deviceId)) === 0);
    });
  }

  it('are told of to the sender who asked', async () => {
    const device = await hub.createDevice();
    const [done, refused, purged] = ['full', 'full', 'negative'].map((ack) => message('m', { ack }));
    const feedback = [];
    // The promise of this call resolves with something else than its callback gets.
    const notices = await new Promise((resolve, reject) => {
      service.getFeedbackReceiver((error, receiver) => (error ? reject(error) : resolve(receiver)));
    });
    notices.on('message', (batch) => {
      feedback.push(...JSON.parse(batch.getData().toString()));
      notices.complete(batch, () => {});
    });
    await send(device.deviceId, done);
    const first = await receiver(device, Amqp);
    await first.atLeast(1);
    await first.client.close();
    await send(device.deviceId, refused);
    const second = await receiver(device, Amqp, 'reject');
    await second.atLeast(1);
    await second.client.close();
    await send(device.deviceId, purged);
    assert.deepEqual(await purge(device.deviceId), { totalMessagesPurged: 1, deviceId: device.deviceId, moduleId: null });
    await until('feedback', () => feedback.length >= 3);
    const byMessage = Object.fromEntries(feedback.map((record) => [record.originalMessageId, record]));
    assert.equal(byMessage[done.messageId].statusCode, 'Success');
    assert.equal(byMessage[refused.messageId].statusCode, 'Rejected');
    assert.equal(byMessage[purged.messageId].statusCode, 'Purged');
    for (const record of feedback) {
      assert.equal(record.deviceId, device.deviceId);
      assert.equal(record.deviceGenerationId, device.generationId);
      assert.ok(Math.abs(Date.parse(record.enqueuedTimeUtc) - Date.now()) < 120_000, record.enqueuedTimeUtc);
    }
  });

  /** The SDK has no call for it, so this goes below its own. */
  function purge(deviceId) {
    return new Promise((resolve, reject) => {
      hub.registry._restApiClient.executeApiCall('DELETE', `/devices/${encodeURIComponent(deviceId)}/commands?api-version=2021-04-12`, {}, null,
        (error, answer) => (error ? reject(error) : resolve(answer)));
    });
  }

  it('are refused when fifty wait, and taken again when there is room', async () => {
    const device = await hub.createDevice();
    for (let i = 0; i < 50; i++) {
      await send(device.deviceId, message(String(i)));
    }
    await assert.rejects(send(device.deviceId, message('more')), { name: 'DeviceMaximumQueueDepthExceededError' });
    await purge(device.deviceId);
    await send(device.deviceId, message('room'));
    assert.equal(await waiting(device.deviceId), 1);
  });

  it('are refused for nobody, and when they are too large', async () => {
    await assert.rejects(send(freshId('nobody'), message('x')), { name: 'DeviceNotFoundError' });
    const device = await hub.createDevice();
    await assert.rejects(send(device.deviceId, message('x'.repeat(64 * 1024 + 1))), { name: 'MessageTooLargeError' });
    await send(device.deviceId, message('x'.repeat(63 * 1024)));
  });

  it('expire when their sender said so', async () => {
    const device = await hub.createDevice();
    await send(device.deviceId, message('old', { expiryTimeUtc: Date.now() + 1500 }));
    await until('it expired', async () => (await waiting(device.deviceId)) === 0);
  });

  // Over AMQP the SDK has one link for all of a module's messages, and gives those without an input under no name.
  for (const [name, transport, withoutInput] of [['MQTT', Mqtt, []], ['AMQP', Amqp, [[undefined, 'no input']]]]) {
    it(`reach the module that is meant over ${name}, and the input that they are addressed to`, async () => {
      const { deviceId } = await hub.createDevice();
      const [one, two] = [await hub.createModule(deviceId), await hub.createModule(deviceId)];
      const inputs = [];
      const client = await hub.openModule(one.connectionString, { transport });
      client.on('inputMessage', (input, got) => inputs.push([input, got.getData().toString()]));
      await sendTo(`/devices/${deviceId}/modules/${two.moduleId}/inputs/other`, message('not for this one'));
      await sendTo(`/devices/${deviceId}/modules/${one.moduleId}/inputs/first`, message('a'));
      await sendTo(`/devices/${deviceId}/modules/${one.moduleId}/messages/devicebound`, message('no input'));
      await sendTo(`/devices/${deviceId}/modules/${one.moduleId}/inputs/second`, message('b'));
      await until('both inputs', () => inputs.length >= 2 + withoutInput.length);
      assert.deepEqual(inputs, [['first', 'a'], ...withoutInput, ['second', 'b']]);
      await assert.rejects(sendTo(`/devices/${deviceId}/modules/nothing/messages/devicebound`, message('x')), { condition: 'amqp:not-found' });
    });
  }

  /** The Node SDK addresses devices only, so rhea sends this. */
  async function sendTo(address, { messageId, data }) {
    const { SharedAccessKeyName: policy, SharedAccessKey: key } = parse(hub.facts.serviceConnectionString);
    const connection = await connect({ host: hub.hostName, ca: hub.ca });
    try {
      await putToken(connection, hub.hostName, deviceToken(hub.hostName, key, { policy }));
      const sender = connection.open_sender({ target: { address: '/messages/devicebound' } });
      const outcome = new Promise((resolve, reject) => {
        sender.once('accepted', resolve);
        sender.once('rejected', ({ delivery }) => reject(Object.assign(new Error(delivery.remote_state.error.description), { condition: delivery.remote_state.error.condition })));
        sender.once('sender_error', () => reject(sender.error));
      });
      sender.once('sendable', () => sender.send({ to: address, message_id: messageId, body: rhea.message.data_section(Buffer.from(data)) }));
      await within(20_000, 'the message is taken', outcome);
    } finally {
      await close(connection);
    }
  }

  it('wait for a device whose subscription is kept, and come once', async () => {
    const device = await hub.createDevice();
    const first = await receiver(device, Mqtt);
    await send(device.deviceId, message('one'));
    await first.atLeast(1);
    await first.client.close();
    await send(device.deviceId, message('two'));
    const second = await receiver(device, Mqtt);
    const [got] = await second.atLeast(1);
    assert.equal(got.getData().toString(), 'two');
  });

  it('survive kill -9 of the server, and what was completed does not come back', async () => {
    const device = await hub.createDevice();
    await send(device.deviceId, message('completed'));
    await send(device.deviceId, message('kept'));
    const client = await hub.open(device.connectionString, { transport: Amqp });
    // The client receives as long as somebody listens.
    const one = await within(20_000, 'a message', new Promise((resolve) => client.on('message', resolve)));
    assert.equal(one.getData().toString(), 'completed');
    await client.complete(one);
    await until('its completion is on disk', async () => (await waiting(device.deviceId)) === 1);
    await server.kill();
    await server.startAgain();
    const second = await receiver(device, Amqp);
    await second.atLeast(1);
    await until('the queue is empty', async () => (await waiting(device.deviceId)) === 0);
    assert.deepEqual(second.received.map((got) => got.getData().toString()), ['kept']);
  });
});
