// One identity, many programs that take it from each other: one owner at the end, no message lost, none completed twice.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, it } from 'node:test';
import serviceSdk from 'azure-iothub';
import { close, connect as connectAmqp, putToken } from '../harness/amqp.js';
import { within } from '../harness/deadline.js';
import { deviceToken, freshId, message, parse, TestHub } from '../harness/hub.js';
import { connect as connectMqtt, connectOptions } from '../harness/raw-mqtt.js';
import { Server } from '../harness/server.js';

const TAKEOVERS = Number(process.env.TAKEOVERS ?? 1000);
const MESSAGES = 40;
const AT_ONCE = 4;

let server;
let hub;

before(async () => {
  server = await Server.start();
  hub = new TestHub(server);
});
after(() => server?.stop());

it(`${TAKEOVERS} takeovers over MQTT and AMQP leave one owner, and each message is completed once`, { timeout: 120_000 + TAKEOVERS * 100 }, async (t) => {
  const device = await hub.createDevice();
  const filter = `devices/${device.deviceId}/messages/devicebound/#`;
  const service = serviceSdk.Client.fromConnectionString(hub.facts.serviceConnectionString);
  const told = new Map();
  const notices = await new Promise((resolve, reject) => {
    service.getFeedbackReceiver((error, receiver) => (error ? reject(error) : resolve(receiver)));
  });
  notices.on('message', (batch) => {
    for (const { originalMessageId, statusCode } of JSON.parse(batch.getData().toString())) {
      told.set(originalMessageId, [...(told.get(originalMessageId) ?? []), statusCode]);
    }
    notices.complete(batch, () => {});
  });

  let connections = 0;
  let given = 0;
  const open = [];

  async function overMqtt() {
    const client = await connectMqtt(connectOptions(hub, device.connectionString, { clean: false }));
    client.on('message', () => { given += 1; }); // acknowledged by the client
    client.subscribe(filter, { qos: 1 }, () => {});
    return () => client.end(true);
  }

  async function overAmqp() {
    const connection = await connectAmqp({ host: hub.hostName, ca: hub.ca });
    connection.on('disconnected', () => {});
    const { SharedAccessKey: key } = parse(device.connectionString);
    await putToken(connection, 'device', deviceToken(`${hub.hostName}/devices/${device.deviceId}`, key));
    const receiver = connection.open_receiver({ source: { address: `/devices/${device.deviceId}/messages/devicebound` }, autoaccept: true });
    receiver.on('message', () => { given += 1; });
    receiver.on('receiver_error', () => {}); // stolen
    return () => close(connection);
  }

  // Several programs at once: each connects, and goes some connections later.
  async function program() {
    while (connections < TAKEOVERS) {
      connections += 1;
      try {
        open.push(await (connections % 10 === 0 ? overAmqp() : overMqtt()));
      } catch {
        // taken over before it was in
      }
      if (open.length > 8) {
        await open.shift()();
      }
    }
  }

  const sent = [];
  async function sender() {
    while (sent.length < MESSAGES) {
      const one = message(`body ${sent.length}`, { messageId: freshId('message'), ack: 'full' });
      sent.push(one.messageId);
      await within(20_000, 'the message is taken', service.send(device.deviceId, one));
      await new Promise((resolve) => setTimeout(resolve, randomInt(200)));
    }
  }

  await Promise.all([sender(), ...Array.from({ length: AT_ONCE }, program)]);
  const last = await overMqtt();
  await within(60_000, 'feedback of every message', (async () => {
    while (told.size < MESSAGES) {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  })());
  assert.deepEqual([...told.keys()].sort(), [...sent].sort());
  for (const [id, fates] of told) {
    assert.deepEqual(fates, ['Success'], id);
  }
  const { responseBody } = await hub.registry.get(device.deviceId);
  assert.equal(responseBody.connectionState, 'Connected');
  assert.equal(responseBody.cloudToDeviceMessageCount, 0);
  const metrics = await (await fetch('http://127.0.0.1:9464/metrics')).text();
  const connected = [...metrics.matchAll(/^holdfast_devices_connected\{hub="hub1"[^}]*\} (\d+)/gm)].map((found) => Number(found[1]));
  assert.equal(connected.reduce((sum, count) => sum + count, 0), 1);
  t.diagnostic(`${connections} connections, ${given} messages given for ${MESSAGES} sent`);
  last();
  await Promise.all(open.map((end) => end()));
  await service.close();
});
