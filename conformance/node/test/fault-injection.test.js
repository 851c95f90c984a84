// The fault messages of the official SDKs' end-to-end suites, sent as those suites do, with their delays and time-outs: the connection breaks as asked, and the
// unmodified Node SDK comes back by its own retry policy, with telemetry, methods, cloud-to-device messages and twins.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import common from 'azure-iot-common';
import httpTransport from 'azure-iot-device-http';
import serviceSdk from 'azure-iothub';
import { next, within } from '../harness/deadline.js';
import { Amqp, AmqpWs, deviceErrors, freshId, message, Mqtt, MqttWs, TestHub } from '../harness/hub.js';
import { Reader } from '../harness/reader.js';
import { Reports } from '../harness/reports.js';
import { Server } from '../harness/server.js';

const DELAY_SECONDS = 1; // of the suites for C and Java
const REFUSED_SECONDS = 5; // of those for Node, Java and .NET
const RECOVERY_MILLIS = 60_000; // a test of the Node suite

const OVER_AMQP = ['KillTcp', 'KillAmqpConnection', 'KillAmqpSession', 'KillAmqpCBSLinkReq', 'KillAmqpCBSLinkResp', 'KillAmqpD2CLink',
  'KillAmqpC2DLink', 'KillAmqpTwinLinkReq', 'KillAmqpTwinLinkResp', 'KillAmqpMethodReqLink', 'KillAmqpMethodRespLink', 'ShutDownAmqp'];
const OVER_MQTT = ['KillTcp', 'ShutDownMqtt'];
const REFUSING = { InvokeThrottling: 'ThrottlingError', InvokeMaxMessageQuota: 'IotHubQuotaExceededError', InvokeAuthError: 'UnauthorizedError' };

let server;
let hub;
let reader;
let reports;
let service;
let registry;

before(async () => {
  server = await Server.start(undefined, { args: ['--fault-injection'] });
  hub = new TestHub(server);
  reader = await Reader.start(hub.facts.eventHubConnectionString);
  reports = new Reports(server);
  service = serviceSdk.Client.fromConnectionString(hub.facts.serviceConnectionString);
  registry = hub.registry;
  await within(15_000, 'the service client', service.open());
});
afterEach(() => hub.close());
after(async () => {
  await service?.close();
  await reader?.close();
  await server?.stop();
});

/** As the suites write it: numbers as numbers where they do, a reason with blanks around it. */
function fault(type, { delay = DELAY_SECONDS, duration, reason = ' severs it ' } = {}) {
  const made = message('fault', { messageId: freshId('fault') });
  made.properties.add('AzIoTHub_FaultOperationType', type);
  made.properties.add('AzIoTHub_FaultOperationCloseReason', reason);
  made.properties.add('AzIoTHub_FaultOperationDelayInSecs', delay);
  made.properties.add('AzIoTHub_FaultOperationDurationInSecs', duration);
  return made;
}

/** Asks for a fault once, whatever becomes of the message: tried again, it would break the new connection, too. */
function inject(client, type, options) {
  client.setRetryPolicy(new common.NoRetry());
  const sent = client.sendEvent(fault(type, options)).then(() => null, (error) => error);
  client.setRetryPolicy(new common.ExponentialBackOffWithJitter());
  return sent;
}

/** A client with everything that a device listens for. */
async function listening(transport) {
  const device = await hub.createDevice();
  const client = await within(30_000, 'the open', hub.open(device.connectionString, { transport }));
  const heard = { calls: 0, messages: [], desired: [], disconnects: 0 };
  client.on('disconnect', () => { heard.disconnects++; });
  client.on('error', () => {});
  client.onDeviceMethod('ping', (request, response) => {
    heard.calls++;
    response.send(200, { pong: heard.calls }, () => {});
  });
  client.on('message', (received) => {
    heard.messages.push(received.getData().toString());
    client.complete(received, () => {});
  });
  const twin = await within(30_000, 'the twin', client.getTwin());
  twin.on('properties.desired', (patch) => heard.desired.push(patch));
  await client.sendEvent(message('before', { messageId: freshId('m') }));
  return { device, client, twin, heard };
}

async function eventually(what, attempt) {
  const end = Date.now() + RECOVERY_MILLIS;
  for (;;) {
    const value = await attempt();
    if (value) {
      return value;
    }
    assert.ok(Date.now() < end, `within ${RECOVERY_MILLIS} ms: ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, 250); });
  }
}

/** Telemetry, a method, a message and the twin in both directions, each with the client's own handlers. */
async function works({ device, client, twin, heard }) {
  const { result } = await within(90_000, 'a method', service.invokeDeviceMethod(device.deviceId, {
    methodName: 'ping', payload: {}, responseTimeoutInSeconds: 20, connectTimeoutInSeconds: 60,
  }).then((answer) => ({ result: answer.result ?? answer.responseBody ?? answer })));
  assert.equal(result.status, 200);
  const text = freshId('c2d');
  await within(15_000, 'a message sent', service.send(device.deviceId, message(text, { messageId: text })));
  await eventually('the message received', () => heard.messages.includes(text));
  const id = freshId('after');
  await within(RECOVERY_MILLIS, 'telemetry', client.sendEvent(message('after', { messageId: id })));
  await eventually('the telemetry read', () => reader.of(device.deviceId).some((event) => event.messageId === id));
  await within(RECOVERY_MILLIS, 'a report', new Promise((resolve, reject) => {
    twin.properties.reported.update({ [id]: 1 }, (error) => (error ? reject(error) : resolve()));
  }));
  let number = 0;
  await eventually('a change of desired properties', async () => {
    number++;
    await registry.updateTwin(device.deviceId, { properties: { desired: { number, id } } }, '*');
    await new Promise((resolve) => { setTimeout(resolve, 500); });
    return heard.desired.some((patch) => patch.id === id && patch.number === number);
  });
}

const reportOf = (reason, deviceId, provoke) => reports.of(reason, provoke, '--device', deviceId);

for (const [name, transport, kinds] of [
  ['AMQP', Amqp, OVER_AMQP],
  ['AMQP over WebSocket', AmqpWs, OVER_AMQP],
  ['MQTT', Mqtt, OVER_MQTT],
  ['MQTT over WebSocket', MqttWs, OVER_MQTT],
]) {
  describe(`Node SDK over ${name}`, () => {
    for (const kind of kinds) {
      it(`recovers from ${kind} by its own retry, with all that it listened for`, { timeout: 180_000 }, async () => {
        const connected = await listening(transport);
        const report = await reportOf('FaultInjected', connected.device.deviceId, () => {
          const sent = inject(connected.client, kind, { reason: ' severs the link ' });
          // Accepted over AMQP at once; over MQTT the connection ends before the PUBACK.
          return kinds === OVER_AMQP ? sent.then((error) => assert.equal(error, null)) : sent.then((error) => assert.ok(error));
        });
        assert.match(report.explanation, new RegExp(`injected fault.*${kind} \\('severs the link'\\)`));
        await works(connected);
        assert.equal(connected.heard.disconnects, 0, 'a client that retries tells nobody of a disconnect');
        assert.ok(reader.of(connected.device.deviceId).every((event) => event.properties?.AzIoTHub_FaultOperationType === undefined),
          'a fault message is not stored');
      });
    }

    // Of a connection that is closed before its session the SDK tells after 45 s alone, so this is tried in the test above.
    for (const kind of kinds.filter((each) => /Tcp|Session|ShutDown/.test(each))) {
      it(`notices ${kind} as a disconnect when it does not retry`, { timeout: 60_000 }, async () => {
        const { client } = await listening(transport);
        client.setRetryPolicy(new common.NoRetry());
        const disconnected = next(client, 'disconnect', 30_000);
        client.sendEvent(fault(kind)).catch(() => {});
        await disconnected;
      });
    }
  });
}

for (const [name, transport] of [['AMQP', Amqp], ['AMQP over WebSocket', AmqpWs]]) {
  for (const [kind, error] of Object.entries(REFUSING)) {
    it(`over ${name}, ${kind} has telemetry fail with ${error} for its time, and the connection stays`, { timeout: 60_000 }, async () => {
      const device = await hub.createDevice();
      const client = await within(30_000, 'the open', hub.open(device.connectionString, { transport }));
      let disconnects = 0;
      client.on('disconnect', () => { disconnects++; });
      await client.sendEvent(message('before'));
      await client.sendEvent(fault(kind, { delay: 0, duration: REFUSED_SECONDS }));
      const report = await reportOf('RequestRefusedByFault', device.deviceId,
        () => assert.rejects(client.sendEvent(message('during')), deviceErrors[error]));
      assert.match(report.explanation, /injected fault/);
      // As the Node suite waits; who tries all the time is refused all the time, and one address has a share of the reports that are kept.
      await new Promise((resolve) => { setTimeout(resolve, REFUSED_SECONDS * 1500); });
      await client.sendEvent(message('after'));
      assert.equal(disconnects, 0);
      const events = await reader.fromDevice(device.deviceId, 2);
      assert.deepEqual(events.map(({ body }) => body.toString()), ['before', 'after']);
    });
  }
}

for (const [name, transport] of [['MQTT', Mqtt], ['MQTT over WebSocket', MqttWs]]) {
  it(`over ${name}, InvokeThrottling closes the connection, turns the device away for its time, and the SDK delivers all`, { timeout: 120_000 }, async () => {
    const connected = await listening(transport);
    assert.equal(await inject(connected.client, 'InvokeThrottling', { delay: 0, duration: REFUSED_SECONDS }), null, 'it is acknowledged');
    const since = new Date().toISOString();
    await within(RECOVERY_MILLIS, 'a message that waits', connected.client.sendEvent(message('during', { messageId: 'during' })));
    const refused = await reports.list('--reason', 'RequestRefusedByFault', '--since', since, '--device', connected.device.deviceId);
    assert.ok(refused.length >= 2, 'the message, and at least one CONNECT');
    await works(connected);
  });
}

it('over HTTPS the fault is the answer to the request that asks for it, and to no other one', { timeout: 60_000 }, async () => {
  const device = await hub.createDevice();
  const client = hub.client(device.connectionString, { transport: httpTransport.Http, http: { receivePolicy: { interval: 1 } } });
  await within(15_000, 'the open', hub.connect(client));
  // Texts, since each value becomes a header field.
  const send = (one) => within(15_000, 'an answer', client.sendEvent(one));
  const texts = { delay: '1', duration: '5', reason: 'boom' };
  // This transport of the SDK has no class for 429.
  for (const [kind, status] of Object.entries({ InvokeThrottling: 429, InvokeMaxMessageQuota: 403, InvokeAuthError: 401 })) {
    await assert.rejects(send(fault(kind, texts)), (failure) => failure.response.statusCode === status);
    await send(message(`after ${kind}`));
  }
  const report = await reportOf('FaultInjected', device.deviceId, () => assert.rejects(send(fault('KillTcp', texts))));
  assert.match(report.explanation, /injected fault/);
  await send(message('after KillTcp'));
  const events = await reader.fromDevice(device.deviceId, 4);
  assert.equal(events.length, 4);
});

it('what is no fault is refused and nothing is done', { timeout: 60_000 }, async () => {
  const device = await hub.createDevice();
  const client = await within(30_000, 'the open', hub.open(device.connectionString, { transport: Amqp }));
  for (const wrong of [fault('KillEverything'), fault('killtcp'), fault('KillTcp', { delay: -1 }), fault('KillTcp', { delay: 1.5 }),
    fault('KillTcp', { delay: 301 }), fault('InvokeThrottling', { duration: 'soon' }), fault('KillTcp', { reason: 'x'.repeat(129) })]) {
    await reportOf('FaultMalformed', device.deviceId, () => assert.rejects(client.sendEvent(wrong)));
  }
  await reportOf('FaultImpossible', device.deviceId, () => assert.rejects(client.sendEvent(fault('ShutDownMqtt'))));
  for (let waiting = 0; waiting < 8; waiting++) {
    await client.sendEvent(fault('KillTcp', { delay: 300 }));
  }
  await reportOf('TooManyFaults', device.deviceId, () => assert.rejects(client.sendEvent(fault('KillTcp', { delay: 300 }))));
  await client.sendEvent(message('all the same'));
});

it('a warning, the status and a metric tell of it', async () => {
  await server.logged('WARN', 'fault injection is on');
  assert.match(await server.done('status'), /Fault injection is on/);
  assert.equal(JSON.parse(await server.done('status', '--json')).faultInjection, true);
  const metrics = await (await fetch(server.ready.monitoring.metrics)).text();
  const count = (kind) => Number(metrics.match(new RegExp(`holdfast_faults_injected_total\\{hub="hub1",kind="${kind}"\\} (\\S+)`))?.[1]);
  for (const kind of [...OVER_AMQP, ...OVER_MQTT, ...Object.keys(REFUSING)]) {
    assert.ok(count(kind) >= 1, `${kind} is counted`);
  }
});

it('without the switch it is telemetry like any other', { timeout: 60_000 }, async () => {
  await hub.close();
  await reader.close();
  reader = undefined;
  await service.close();
  service = undefined;
  await server.stop();
  server.options.args = [];
  await server.startAgain();
  assert.doesNotMatch(server.output, /fault injection is on/);
  const device = await hub.createDevice();
  const client = await within(30_000, 'the open', hub.open(device.connectionString));
  await client.sendEvent(fault('KillTcp', { delay: 0, duration: 1 }));
  await client.sendEvent(message('after'));
  reader = await Reader.start(hub.facts.eventHubConnectionString);
  const [stored] = await reader.fromDevice(device.deviceId, 2);
  assert.equal(stored.properties.AzIoTHub_FaultOperationType, 'KillTcp');
});
