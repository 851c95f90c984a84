// Rules about faults: the official Node device SDK meets each action, sees the error that goes with it, and recovers as it does from a real one.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import common from 'azure-iot-common';
import serviceSdk from 'azure-iothub';
import { within } from '../harness/deadline.js';
import { Amqp, deviceErrors, message, Mqtt, TestHub } from '../harness/hub.js';
import { connect, connectOptions } from '../harness/raw-mqtt.js';
import { Reader } from '../harness/reader.js';
import { Reports } from '../harness/reports.js';
import { Server } from '../harness/server.js';

const RECOVERY_MILLIS = 60_000;

let server;
let hub;
let reader;
let reports;
let service;

before(async () => {
  server = await Server.start(undefined, { args: ['--fault-injection'] });
  hub = new TestHub(server);
  reader = await Reader.start(hub.facts.eventHubConnectionString);
  reports = new Reports(server);
  service = serviceSdk.Client.fromConnectionString(hub.facts.serviceConnectionString);
  service.setRetryPolicy(new common.NoRetry());
  await service.open();
});
afterEach(async () => {
  await server.done('fault', 'remove', '--all');
  await hub.close();
});
after(async () => {
  await service?.close().catch(() => {});
  await reader?.close();
  await server?.stop();
});

/** Makes a rule about one device. */
const rule = async (action, operation, device, ...options) => JSON.parse(
  await server.done('fault', 'add', action, operation, '--device', device.deviceId, '--json', ...options));

const fired = async (id) => JSON.parse(await server.done('fault', 'list', '--json')).find((each) => each.id === id)?.fired;

const injected = async (device, words) => {
  const found = (await reports.list('--last', '20', '--device', device.deviceId)).find((report) => report.reason === 'InjectedByRule');
  assert.ok(found, 'there is a report');
  assert.match(found.explanation, /^This is an injected fault: rule /);
  assert.match(found.explanation, words);
};

/** A device that tries again by the policy of its SDK. */
async function stubborn(device, transport) {
  const client = await hub.open(device.connectionString, { transport });
  client.setRetryPolicy(new common.ExponentialBackOffWithJitter());
  return client;
}

const is = (type) => (error) => {
  const errors = [error, error.amqpError].filter(Boolean);
  assert.ok(errors.some((each) => each instanceof deviceErrors[type]), `${error.name}: ${error.message}`);
  return true;
};

describe('a rule about faults', () => {
  it('is made, listed and removed by command; what it did is counted', async () => {
    const device = await hub.createDevice();
    const made = await rule('refuse', 'twin-read', device, '--count', '2', '--seed', '7', '--for', '30');
    assert.deepEqual([made.action, made.operation, made.device, made.probability, made.seed, made.count, made.fired],
      ['refuse', 'twin-read', device.deviceId, 1, 7, 2, 0]);
    for (let i = 0; i < 2; i++) {
      await assert.rejects(hub.registry.getTwin(device.deviceId), (error) => error.response?.statusCode === 503 || error.name === 'ServiceUnavailableError');
    }
    await hub.registry.getTwin(device.deviceId);
    assert.equal(await fired(made.id), 2);
    const metrics = await (await fetch(server.ready.monitoring.metrics)).text();
    assert.match(metrics, /holdfast_fault_rules_fired_total\{action="refuse",hub="hub1",operation="twin-read"\} 2/);
    await injected(device, /refuse twin reads/);
    await server.done('fault', 'remove', made.id);
    assert.equal((await server.run('fault', 'remove', made.id)).code, 1);
    const wrong = await server.run('fault', 'add', 'refuse', 'twin-read', '--probability', '2');
    assert.match(wrong.stderr, /probability is out of range/);
  });

  for (const [name, transport] of [['MQTT', Mqtt], ['AMQP', Amqp]]) {
    it(`delays telemetry over ${name}, and loses nothing`, async () => {
      const device = await hub.createDevice();
      const client = await stubborn(device, transport);
      await within(20_000, 'a first message', client.sendEvent(message('"first"')));
      const { id } = await rule('delay', 'telemetry', device, '--millis', '1500', '--count', '1');
      const begun = Date.now();
      await within(20_000, 'the delayed one', client.sendEvent(message('"delayed"')));
      assert.ok(Date.now() - begun >= 1400, 'it waited');
      await within(20_000, 'the next one', client.sendEvent(message('"next"')));
      assert.equal(await fired(id), 1);
      assert.equal((await reader.fromDevice(device.deviceId, 3)).length, 3);
    });

    it(`drops a twin request over ${name}: nobody answers, and the next one is`, async () => {
      const device = await hub.createDevice();
      const client = await hub.open(device.connectionString, { transport });
      const twin = await within(20_000, 'the twin', client.getTwin());
      await rule('drop', 'twin-read', device, '--count', '1');
      const lost = twin.get().then(() => 'answered', (error) => error);
      assert.equal(await Promise.race([lost, new Promise((resolve) => setTimeout(resolve, 2000, 'silence'))]), 'silence');
      await within(20_000, 'the next read', twin.get());
      await injected(device, /drop twin reads/);
    });

    it(`expires the credential over ${name}: the SDK comes back and sends again`, async () => {
      const device = await hub.createDevice();
      const client = await stubborn(device, transport);
      await within(20_000, 'a first message', client.sendEvent(message('"before"')));
      await rule('expire', 'telemetry', device, '--count', '1');
      await within(RECOVERY_MILLIS, 'the message', client.sendEvent(message('"after"')).catch(async () => {
        // Not authorized ends the SDK's own tries; the application opens it again.
        await client.close().catch(() => {});
        const again = await hub.open(device.connectionString, { transport });
        await again.sendEvent(message('"after"'));
      }));
      await server.logged('CredentialExpiredByRule', device.deviceId);
    });

    it(`refuses connections over ${name}, and the SDK's retry policy gets in`, async () => {
      const device = await hub.createDevice();
      const { id } = await rule('refuse', 'connect', device, '--count', '2');
      const client = hub.client(device.connectionString, { transport });
      client.setRetryPolicy(new common.ExponentialBackOffWithJitter());
      await within(RECOVERY_MILLIS, 'the message', (async () => {
        await hub.connect(client);
        await client.sendEvent(message('"in"'));
      })());
      assert.equal(await fired(id), 2);
      await injected(device, /refuse connections/);
    });
  }

  it('drops telemetry over AMQP and MQTT: it is neither stored nor acknowledged, and what follows is', async () => {
    const device = await hub.createDevice();
    const client = await connect(connectOptions(hub, device.connectionString));
    const topic = `devices/${device.deviceId}/messages/events/`;
    await rule('drop', 'telemetry', device, '--count', '1');
    let acknowledged = false;
    client.publish(topic, '"lost"', { qos: 1 }, () => { acknowledged = true; });
    await within(20_000, 'the next one', client.publishAsync(topic, '"kept"', { qos: 1 }));
    assert.equal(acknowledged, false);
    client.end(true);
    const [event] = await reader.fromDevice(device.deviceId, 1);
    assert.equal(event.body, 'kept');
  });

  it('drops connections: no CONNACK, and the next one gets in', async () => {
    const device = await hub.createDevice();
    await rule('drop', 'connect', device, '--count', '1');
    await assert.rejects(connect(connectOptions(hub, device.connectionString)), (error) => {
      assert.equal(error.code, undefined, `${error.message}: no CONNACK came`);
      return true;
    });
    const client = await connect(connectOptions(hub, device.connectionString));
    client.end(true);
  });

  it('throttles without a bucket: a throttling error with the time that the rule says', async () => {
    const device = await hub.createDevice();
    const client = await hub.open(device.connectionString, { transport: Amqp });
    await within(20_000, 'a first message', client.sendEvent(message('x')));
    await rule('throttle', 'telemetry', device, '--count', '1', '--millis', '5000');
    await assert.rejects(within(20_000, 'the answer', client.sendEvent(message('x'))), is('ThrottlingError'));
    await within(20_000, 'the next one', client.sendEvent(message('x')));
  });

  it('reaches what back ends ask for', async () => {
    const device = await hub.createDevice();
    await rule('refuse', 'registry', device, '--count', '1');
    await assert.rejects(hub.registry.get(device.deviceId), /503|ServiceUnavailable|injected fault/);
    await hub.registry.get(device.deviceId);
    await rule('throttle', 'method', device, '--count', '1');
    await assert.rejects(service.invokeDeviceMethod(device.deviceId, { methodName: 'm', payload: {} }), (error) => error.name === 'ThrottlingError');
    await rule('drop', 'registry', device, '--count', '1');
    await assert.rejects(within(20_000, 'the end', hub.registry.get(device.deviceId)));
    const expire = await server.run('fault', 'add', 'expire', 'registry');
    assert.match(expire.stderr, /asked for by back ends/);
  });

  it('is refused by a server that was started without --fault-injection', async () => {
    await server.stop();
    server.options.args = [];
    await server.startAgain();
    const { code, stderr } = await server.run('fault', 'add', 'drop', 'connect');
    assert.equal(code, 1);
    assert.match(stderr, /up --fault-injection/);
    server.options.args = ['--fault-injection'];
    await server.stop();
    await server.startAgain();
    assert.deepEqual(JSON.parse(await server.done('fault', 'list', '--json')), []);
  });
});
