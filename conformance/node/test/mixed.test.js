// Everything at once, for an hour: devices over every transport that come and go, back ends, takeovers, and peers that do not read.
// Memory stays flat, nothing that was acknowledged is missing, and every message to a device has one fate. Part of the long run.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import tls from 'node:tls';
import httpTransport from 'azure-iot-device-http';
import serviceSdk from 'azure-iothub';
import { close, connect as connectAmqp, putToken } from '../harness/amqp.js';
import { within } from '../harness/deadline.js';
import {
  Amqp, AmqpWs, deviceToken, eventHubToken, freshId, message, Mqtt, MqttWs, parse, TestHub,
} from '../harness/hub.js';
import { connect as connectMqtt, connectOptions } from '../harness/raw-mqtt.js';
import { earliestEventPosition, EventHubConsumerClient } from '../harness/reader.js';
import { run, Server } from '../harness/server.js';

const MINUTES = Number(process.env.CONFORMANCE_MIXED_MINUTES ?? 60);
const MILLIS = MINUTES * 60_000;
const LOOKS = 60; // at memory, spread over the time
/** The heap has found its size, everything is compiled: memory is compared with what it was then. */
const SETTLED = Math.floor(LOOKS / 6);
const RESIDENT_GROWTH_MAX_KB = 128 * 1024;
const LIVE_GROWTH_MAX_KB = 24 * 1024;
const TRANSPORTS = { mqtt: [Mqtt, 4], mqttWs: [MqttWs, 2], amqp: [Amqp, 4], amqpWs: [AmqpWs, 2], https: [httpTransport.Http, 2] };
const PLAIN_DEVICES = 8; // MQTT.js
const SLOW_MILLIS = 30_000;
const LAST_WORDS_MILLIS = 5_000;
const METRICS = 'http://127.0.0.1:9464/metrics';

const between = (least, most) => least + Math.random() * (most - least);
const oneOf = (list) => list[Math.floor(Math.random() * list.length)];

describe(`mixed load for ${MINUTES} minutes`, { timeout: MILLIS + 900_000 }, () => {
  let server;
  let hub;
  let service;
  let reader;
  let subscription;
  let working = true;
  const devices = [];
  const acknowledged = new Set(); // and not read yet
  const read = new Set(); // and not acknowledged yet
  const fates = new Map(); // of messages to devices that the hub took
  const counts = {};
  const troubles = new Map(); // what did not work, by its words; connections are cut all the time
  const count = (what) => { counts[what] = (counts[what] ?? 0) + 1; };

  before(async () => {
    server = await Server.start();
    hub = new TestHub(server);
    for (const [name, [transport, many]] of Object.entries(TRANSPORTS)) {
      for (let i = 0; i < many; i++) {
        devices.push({ ...(await hub.createDevice({ deviceId: freshId(name) })), transport, name });
      }
    }
    for (let i = 0; i < PLAIN_DEVICES; i++) {
      devices.push({ ...(await hub.createDevice({ deviceId: freshId('plain') })), name: 'plain' });
    }
    service = serviceSdk.Client.fromConnectionString(hub.facts.serviceConnectionString);
    reader = new EventHubConsumerClient('$Default', hub.facts.eventHubConnectionString);
    subscription = reader.subscribe({
      processEvents: async (events) => events.forEach(({ messageId }) => seen(messageId, acknowledged, read)),
      processError: async (error) => trouble('reader', error),
    }, { startPosition: earliestEventPosition, maxBatchSize: 100, maxWaitTimeInSeconds: 1 });
    const notices = await new Promise((resolve, reject) => {
      service.getFeedbackReceiver((error, receiver) => (error ? reject(error) : resolve(receiver)));
    });
    notices.on('message', (batch) => {
      for (const { originalMessageId, statusCode } of JSON.parse(batch.getData().toString())) {
        fates.set(originalMessageId, [...(fates.get(originalMessageId) ?? []), statusCode]);
      }
      notices.complete(batch, () => {});
    });
  });
  after(async () => {
    working = false;
    const clients = [subscription, reader, service, hub].map((client) => client?.close().catch(() => {}));
    await within(30_000, 'the end of all clients', Promise.all(clients)).catch((error) => trouble('end', error));
    await server?.stop();
    // The device SDK leaves timers behind for connections that were cut, which would keep Node alive until their tokens end.
    setTimeout(() => process.exit(), LAST_WORDS_MILLIS).unref();
  });

  /** What is on both sides needs no remembering. */
  function seen(id, others, own) {
    if (!others.delete(id)) {
      own.add(id);
    }
  }

  function trouble(who, error) {
    const words = `${who}: ${error?.name ?? ''} ${String(error?.message ?? error).split('\n')[0].slice(0, 100).replaceAll(/[0-9a-f-]{8,}|\d+/g, '#')}`;
    troubles.set(words, (troubles.get(words) ?? 0) + 1);
  }

  /** Does something over and over, whatever becomes of it. */
  async function keep(who, pauseMillis, act) {
    while (working) {
      try {
        await act();
        count(who);
      } catch (error) {
        trouble(who, error);
      }
      await pause(between(pauseMillis / 2, pauseMillis * 1.5));
    }
  }

  async function tell(device, send) {
    const messageId = freshId(device.deviceId);
    const told = await within(30_000, 'an acknowledgement', send(messageId));
    assert.ok(told, 'MQTT.js calls back without a packet when the connection ends');
    seen(messageId, read, acknowledged);
    count(`telemetry ${device.name}`);
  }

  /** A visit with the official SDK: telemetry, reports, and whatever a back end wants meanwhile. */
  async function visit(device) {
    const client = hub.client(device.connectionString, { transport: device.transport, http: { receivePolicy: { interval: 1 } } });
    const isHttps = device.name === 'https';
    client.on('error', () => {});
    try {
      await within(30_000, 'open', hub.connect(client));
      client.on('message', (one) => client.complete(one).then(() => count('completed'), (error) => trouble('complete', error)));
      const twin = isHttps ? null : await within(30_000, 'twin', client.getTwin());
      if (twin) {
        twin.on('properties.desired', () => count('desired heard'));
        client.onDeviceMethod('work', (request, response) => response.send(200, request.payload).catch(() => {}));
      }
      const until = Date.now() + between(10_000, 60_000);
      for (let i = 0; working && Date.now() < until; i++) {
        await tell(device, (messageId) => client.sendEvent(message('x'.repeat(between(10, 1000)), { messageId })));
        if (twin && i % 10 === 0) {
          await within(30_000, 'report', new Promise((resolve, reject) => {
            twin.properties.reported.update({ count: i }, (error) => (error ? reject(error) : resolve()));
          }));
          count('reports');
        }
        await pause(between(100, 500));
      }
    } finally {
      await within(10_000, 'close', client.close()).catch(() => {});
    }
  }

  /** A visit with MQTT.js, which ends as often as not without a farewell. */
  async function plainVisit(device) {
    const client = await connectMqtt(connectOptions(hub, device.connectionString, { clean: false }));
    try {
      client.on('message', () => count('completed'));
      await client.subscribeAsync(`devices/${device.deviceId}/messages/devicebound/#`, { qos: 1 });
      const until = Date.now() + between(5_000, 30_000);
      while (working && client.connected && Date.now() < until) {
        await tell(device, (messageId) =>
          client.publishAsync(`devices/${device.deviceId}/messages/events/%24.mid=${messageId}`, 'x'.repeat(between(10, 500)), { qos: 1 }));
        await pause(between(100, 300));
      }
    } finally {
      if (Math.random() < 0.5) {
        client.stream.destroy();
      }
      client.end(true);
    }
  }

  /** Comes under another's name, and goes. */
  async function takeOver() {
    const device = oneOf(devices.filter(({ name }) => name !== 'https'));
    const client = await connectMqtt(connectOptions(hub, device.connectionString));
    client.end(true);
  }

  async function callMethod() {
    const device = oneOf(devices.filter(({ name }) => name !== 'https' && name !== 'plain'));
    const answer = await within(40_000, 'a method', service.invokeDeviceMethod(device.deviceId,
      { methodName: 'work', payload: { some: 'thing' }, connectTimeoutInSeconds: 10, responseTimeoutInSeconds: 10 }));
    assert.equal(answer.result.status, 200);
  }

  const patchTwin = () => hub.registry.updateTwin(oneOf(devices).deviceId,
    { properties: { desired: { wanted: Math.random() } } }, '*');

  async function sendToDevice() {
    const messageId = freshId('to-device');
    const one = message(`for you ${messageId}`, { messageId, ack: 'full' });
    await within(30_000, 'a message to be taken', service.send(oneOf(devices).deviceId, one));
    fates.set(messageId, fates.get(messageId) ?? []);
  }

  /** Wants to hear of its twin, and does not read: the server's buffers have an end. */
  async function slowDevice() {
    const device = await hub.createDevice({ deviceId: freshId('slow') });
    const client = await connectMqtt(connectOptions(hub, device.connectionString));
    const ended = new Promise((resolve) => { client.once('close', () => resolve('closed')); });
    try {
      await client.subscribeAsync('$iothub/twin/PATCH/properties/desired/#');
      client.stream.pause();
      const until = Date.now() + SLOW_MILLIS;
      for (let i = 0; working && client.connected && Date.now() < until; i++) {
        await hub.registry.updateTwin(device.deviceId, { properties: { desired: { wanted: `${i}`.padEnd(3_500, 'x') } } }, '*');
        await pause(100);
      }
    } finally {
      client.stream.destroy();
      client.end(true);
      await ended;
      await hub.registry.delete(device.deviceId);
    }
  }

  /** Grants credit for telemetry, and does not read. */
  async function slowBackEnd() {
    const { SharedAccessKeyName: policy, SharedAccessKey: key, EntityPath: path } = parse(hub.facts.eventHubConnectionString);
    const connection = await connectAmqp({ host: hub.hostName, ca: hub.ca });
    connection.on('disconnected', () => {});
    try {
      await putToken(connection, 'a reader', eventHubToken(`sb://${hub.hostName}/${path}`, key, policy));
      for (let partition = 0; partition < 4; partition++) {
        const link = connection.open_receiver({
          source: { address: `${path}/ConsumerGroups/$Default/Partitions/${partition}` }, credit_window: 1_000,
        });
        link.on('receiver_error', () => {});
      }
      await pause(1_000);
      connection.socket.pause();
      await pause(SLOW_MILLIS);
    } finally {
      connection.socket.destroy();
    }
  }

  /** Asks for much, and does not read. */
  async function slowCaller() {
    const { SharedAccessKeyName: policy, SharedAccessKey: key } = parse(hub.facts.serviceConnectionString);
    const socket = tls.connect({ host: hub.hostName, port: 443, servername: hub.hostName, ca: hub.ca });
    socket.on('error', () => {});
    await new Promise((resolve, reject) => { socket.once('secureConnect', resolve).once('close', reject); });
    const head = `GET /devices?top=1000&api-version=2021-04-12 HTTP/1.1\r\nHost: ${hub.hostName}\r\n`
      + `Authorization: ${deviceToken(hub.hostName, key, { policy })}\r\n\r\n`;
    socket.pause();
    socket.write(head.repeat(20));
    await pause(SLOW_MILLIS);
    socket.destroy();
  }

  const status = (name) => Number(readFileSync(`/proc/${server.ready.pid}/status`, 'utf8').match(new RegExp(`${name}:\\s+(\\d+)`))[1]);

  /** The Java heap that is in use right after a collection, in KB. */
  async function live() {
    const { code, stderr } = await run(join(process.env.JAVA_HOME, 'bin', 'jcmd'), [String(server.ready.pid), 'GC.run']);
    assert.equal(code, 0, stderr);
    const text = await (await fetch(METRICS)).text();
    return Math.round(Number(text.match(/^holdfast_jvm_heap_used_bytes\S* (\S+)$/m)[1]) / 1024);
  }

  const look = async () => ({
    resident: status('VmRSS'), threads: status('Threads'), files: readdirSync(`/proc/${server.ready.pid}/fd`).length,
  });

  it('keeps memory flat, loses nothing, and gives every message one fate', async (t) => {
    const actors = [
      ...devices.map((device) => keep('visits', 1_000, () => (device.name === 'plain' ? plainVisit(device) : visit(device)))),
      keep('takeovers', 5_000, takeOver),
      keep('methods', 500, callMethod),
      keep('patches', 300, patchTwin),
      keep('messages', 500, sendToDevice),
      keep('slow devices', 5_000, slowDevice),
      keep('slow back ends', 5_000, slowBackEnd),
      keep('slow callers', 5_000, slowCaller),
    ];
    const looks = [];
    let settledLive;
    for (let i = 0; i < LOOKS; i++) {
      await pause(MILLIS / LOOKS);
      looks.push(await look());
      settledLive = i === SETTLED ? await live() : settledLive;
    }
    working = false;
    await within(180_000, 'the end of all that works', Promise.all(actors));
    const endLive = await live();

    // Those who are still waited for come once more.
    working = true;
    const rest = devices.map((device) => (device.name === 'plain' ? plainVisit(device) : visit(device)).catch((error) => trouble('rest', error)));
    const waited = [...Array(120).keys()];
    for (const _ of waited) {
      if (acknowledged.size === 0 && [...fates.values()].every((told) => told.length > 0)) {
        break;
      }
      await pause(1_000);
    }
    working = false;
    await Promise.all(rest);

    const told = [...fates.values()];
    const least = looks[SETTLED];
    const last = looks.at(-1);
    const every = looks.filter((_, i) => i % 10 === 9).map(({ resident }) => `${Math.round(resident / 1024)} MB`).join(', ');
    t.diagnostic(`${new Date().toISOString()} ${MINUTES} min: ${JSON.stringify(counts)}; ${fates.size} messages to devices`);
    t.diagnostic(`resident memory over the time: ${every}; alive in the heap ${Math.round(settledLive / 1024)} MB, at the end ${Math.round(endLive / 1024)} MB; `
      + `threads ${least.threads}, ${last.threads}; files ${least.files}, ${last.files}`);
    t.diagnostic(`did not work: ${JSON.stringify(Object.fromEntries(troubles))}`);
    assert.deepEqual([...acknowledged].slice(0, 10), [], `${acknowledged.size} acknowledged messages were not read`);
    assert.deepEqual(told.filter((all) => all.length !== 1 || all[0] !== 'Success').slice(0, 10), [],
      'every message to a device was completed, once');
    assert.ok(last.resident - least.resident < RESIDENT_GROWTH_MAX_KB, 'resident memory is flat');
    assert.ok(endLive - settledLive < LIVE_GROWTH_MAX_KB, 'what is alive in the heap is flat');
    const errors = server.output.split('\n').filter((line) => / ERROR |^\s+at dev\.holdfast/.test(line));
    assert.deepEqual(errors.slice(0, 5), [], 'the server logged no error');
  });
});
