// Digital twins with the official Node SDKs: what a service sees of a device that has a model, what it desires of it, and its commands.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import serviceSdk from 'azure-iothub';
import { within } from '../harness/deadline.js';
import { Amqp, deviceToken, freshId, Mqtt, parse, TestHub } from '../harness/hub.js';
import { Server } from '../harness/server.js';

const MODEL = 'dtmi:com:example:TemperatureController;1';
const VERSION = 'api-version=2021-04-12';

describe('Node SDKs: digital twins', () => {
  let server;
  let hub;
  let twins;

  const begin = async () => {
    server = await Server.start();
    hub = new TestHub(server);
    const { serviceConnectionString } = hub.facts;
    twins = new serviceSdk.DigitalTwinClient(new serviceSdk.IoTHubTokenCredentials(serviceConnectionString));
  };
  before(begin);
  afterEach(() => hub.close());
  after(() => server?.stop());

  /** The twin, and its etag as the answer to a GET has it. */
  async function get(deviceId) {
    const { _response: response, ...twin } = await twins.getDigitalTwin(deviceId);
    assert.equal(response.status, 200);
    const eTag = response.headers.get('etag');
    assert.match(eTag, /^W\/".+"$/);
    return { twin, eTag };
  }

  /** Resolves with the new etag. The promise of this call has nothing of the answer; its callback has. */
  async function update(deviceId, patch, etag) {
    const { status, headers } = await new Promise((resolve, reject) => {
      twins.updateDigitalTwin(deviceId, patch, etag, (error, _result, response) => (error ? reject(error) : resolve(response)));
    });
    assert.equal(status, 202);
    assert.equal(headers.get('location'), `https://${hub.hostName}/digitaltwins/${encodeURIComponent(deviceId)}`);
    return headers.get('etag');
  }

  async function openTwin(device, options = {}) {
    const client = await hub.open(device.connectionString, { modelId: MODEL, ...options });
    return { client, twin: await within(15_000, 'the twin', client.getTwin()) };
  }

  const report = (twin, patch) => within(15_000, 'the answer to a report', new Promise((resolve, reject) => {
    twin.properties.reported.update(patch, (error) => (error ? reject(error) : resolve()));
  }));

  /** The first desired properties that fit, of those that the device is told. */
  const told = (twin, fits) => within(15_000, 'the change of desired properties', new Promise((resolve) => {
    twin.on('properties.desired', (delta) => fits(delta) && resolve(structuredClone(delta)));
  }));

  const now = (text) => {
    assert.match(text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/);
    return Math.abs(Date.parse(text) - Date.now()) < 60_000;
  };

  function refused(status, number, says) {
    return (error) => {
      assert.equal(error.statusCode, status, error.message);
      assert.equal(JSON.parse(error.response.body).errorCode, number);
      assert.match(error.message, says);
      return true;
    };
  }

  for (const [name, transport] of [['MQTT', Mqtt], ['AMQP', Amqp]]) {
    it(`are synchronised with a device over ${name}`, async () => {
      const device = await hub.createDevice();
      const { deviceId } = device;
      const { client, twin } = await openTwin(device, { transport });
      const change = told(twin, ({ thermostat1 }) => thermostat1?.targetTemperature === 21.5);
      await report(twin, { serialNumber: 'alwinexlepaho8329', thermostat1: { __t: 'c', maxTempSinceLastReboot: 25.3 } });

      await update(deviceId, [
        { op: 'add', path: '/thermostat1/targetTemperature', value: 21.5 },
        { op: 'replace', path: '/fanSpeed', value: 2 },
      ]);
      const { thermostat1, fanSpeed, $version } = await change;
      assert.deepEqual({ thermostat1, fanSpeed }, { thermostat1: { __t: 'c', targetTemperature: 21.5 }, fanSpeed: 2 });
      const desired = (await get(deviceId)).twin;
      assert.equal(desired.thermostat1.targetTemperature, undefined, 'the device has not said so');
      assert.deepEqual(desired.thermostat1.$metadata.targetTemperature, { desiredValue: 21.5, desiredVersion: $version });
      assert.deepEqual(desired.$metadata.fanSpeed, { desiredValue: 2, desiredVersion: $version });

      await report(twin, {
        thermostat1: { __t: 'c', targetTemperature: { value: 21.5, ac: 200, av: $version, ad: 'done' } },
        fanSpeed: { value: 3, ac: 202, av: $version },
      });
      const { twin: seen } = await get(deviceId);
      assert.ok(now(seen.$metadata.fanSpeed.lastUpdateTime));
      const times = JSON.stringify(seen, (key, value) => (key === 'lastUpdateTime' ? typeof value : value));
      assert.deepEqual(JSON.parse(times), {
        $dtId: deviceId,
        serialNumber: 'alwinexlepaho8329',
        thermostat1: {
          maxTempSinceLastReboot: 25.3,
          targetTemperature: 21.5,
          $metadata: {
            maxTempSinceLastReboot: { lastUpdateTime: 'string' },
            targetTemperature: {
              desiredValue: 21.5, desiredVersion: $version, ackVersion: $version, ackCode: 200, ackDescription: 'done', lastUpdateTime: 'string',
            },
          },
        },
        fanSpeed: 3,
        $metadata: {
          // Over AMQP this SDK announces no model; the Java SDK does.
          ...(transport === Mqtt && { $model: MODEL }),
          serialNumber: { lastUpdateTime: 'string' },
          fanSpeed: { desiredValue: 2, desiredVersion: $version, ackVersion: $version, ackCode: 202, lastUpdateTime: 'string' },
        },
      });
      await client.close();
    });

    it(`have commands that a device answers over ${name}`, async () => {
      const device = await hub.createDevice();
      const { client } = await openTwin(device, { transport });
      client.onDeviceMethod('reboot', (request, response) => response.send(202, { delay: request.payload }, () => {}));
      client.onDeviceMethod('thermostat1*getMaxMinReport', (request, response) => response.send(200, { since: request.payload.since }, () => {}));
      client.onDeviceMethod('silent', (request, response) => response.send(404, () => {}));
      const options = { connectTimeoutInSeconds: 15, responseTimeoutInSeconds: 20 };
      const { xMsCommandStatuscode, xMsRequestId, body } = await twins.invokeCommand(device.deviceId, 'reboot', 5, options);
      assert.deepEqual({ xMsCommandStatuscode, body }, { xMsCommandStatuscode: 202, body: { delay: 5 } });
      assert.match(xMsRequestId, /^[0-9a-f-]{36}$/);
      const ofComponent = await twins.invokeComponentCommand(device.deviceId, 'thermostat1', 'getMaxMinReport', { since: 'für immer' }, options);
      assert.equal(ofComponent.xMsCommandStatuscode, 200);
      assert.deepEqual(ofComponent.body, { since: 'für immer' });
      assert.equal((await twins.invokeCommand(device.deviceId, 'silent', 'x')).xMsCommandStatuscode, 404);
    });
  }

  it('are there for every device, and for none that is not registered', async () => {
    const { deviceId } = await hub.createDevice();
    assert.deepEqual((await get(deviceId)).twin, { $dtId: deviceId, $metadata: {} });
    const nobody = freshId('nobody');
    await assert.rejects(twins.getDigitalTwin(nobody), refused(404, 404001, /No device with the id/));
    await assert.rejects(twins.updateDigitalTwin(nobody, []), refused(404, 404001, /No device with the id/));
    await assert.rejects(twins.invokeCommand(nobody, 'reboot', {}), refused(404, 404001, /No device with the id/));
    await assert.rejects(twins.invokeCommand(deviceId, 'reboot', {}), refused(404, 404103, /is not connected/));
    await assert.rejects(twins.invokeComponentCommand(deviceId, 'thermostat1', 'reboot', {}), refused(404, 404103, /is not connected/));
  });

  it('wait for a device that comes, when a command says so', async () => {
    const device = await hub.createDevice();
    const answer = twins.invokeCommand(device.deviceId, 'late', {}, { connectTimeoutInSeconds: 30 });
    const { client } = await openTwin(device);
    client.onDeviceMethod('late', (request, response) => response.send(200, 'here', () => {}));
    assert.equal((await answer).xMsCommandStatuscode, 200);
    for (const options of [{ connectTimeoutInSeconds: 301 }, { responseTimeoutInSeconds: 4 }, { connectTimeoutInSeconds: 1.5 }]) {
      await assert.rejects(twins.invokeCommand(device.deviceId, 'late', {}, options), refused(400, 400004, /TimeoutInSeconds is/));
    }
  });

  it('replace a component with all that it has, and take it away', async () => {
    const { deviceId } = await hub.createDevice();
    const desired = async () => {
      const { $metadata, $version, ...values } = (await hub.registry.getTwin(deviceId)).responseBody.properties.desired;
      return values;
    };
    await update(deviceId, [{ op: 'add', path: '/thermostat1', value: { $metadata: {}, targetTemperature: 20, interval: { unit: 's', every: 5 } } },
      { op: 'add', path: '/thermostat2/targetTemperature', value: 19 }]);
    assert.deepEqual(await desired(), {
      thermostat1: { __t: 'c', targetTemperature: 20, interval: { unit: 's', every: 5 } }, thermostat2: { __t: 'c', targetTemperature: 19 },
    });
    await update(deviceId, [{ op: 'replace', path: '/thermostat1', value: { interval: { every: 6 }, $metadata: {} } }]);
    assert.deepEqual((await desired()).thermostat1, { __t: 'c', interval: { every: 6 } });
    await update(deviceId, [{ op: 'remove', path: '/thermostat1' }, { op: 'remove', path: '/thermostat2/targetTemperature' }]);
    assert.deepEqual(await desired(), {});
    assert.deepEqual((await get(deviceId)).twin, { $dtId: deviceId, $metadata: {} });
  });

  it('are changed on the condition of an etag', async () => {
    const { deviceId } = await hub.createDevice();
    const { eTag: first } = await get(deviceId);
    const second = await update(deviceId, [{ op: 'add', path: '/fanSpeed', value: 1 }], first);
    assert.notEqual(second, first);
    assert.equal((await get(deviceId)).eTag, second);
    await assert.rejects(twins.updateDigitalTwin(deviceId, [{ op: 'add', path: '/fanSpeed', value: 2 }], first),
      refused(412, 412001, /was changed since it was read/));
    assert.equal(await update(deviceId, [{ op: 'remove', path: '/nothing' }], second), second, 'what changes nothing leaves the etag');
    await update(deviceId, [{ op: 'add', path: '/fanSpeed', value: 3 }], '*');
    assert.equal((await get(deviceId)).twin.$metadata.fanSpeed.desiredValue, 3);
  });

  it('refuse what no digital twin has, and say why', async () => {
    const { deviceId } = await hub.createDevice();
    await update(deviceId, [{ op: 'add', path: '/thermostat1/targetTemperature', value: 1 }, { op: 'add', path: '/fanSpeed', value: 1 }]);
    const { twin: unchanged } = await get(deviceId);
    const put = (path, value) => ({ op: 'add', path, value });
    for (const [operation, says] of [
      [{ op: 'move', from: '/fanSpeed', path: '/other' }, /Operation 2 of the patch is 'move'/],
      [{ op: 'test', path: '/fanSpeed', value: 1 }, /Operation 2 of the patch is 'test'/],
      [put('/a/b/c', 1), /path of operation 2/], [put('', {}), /path of operation 2/], [put('/$metadata/$model', 'x'), /path of operation 2/],
      [put('/list', [1]), /value of operation 2 .* array/], [put('/none', { a: null }), /value of operation 2 .* null/],
      [put('/thermostat1', { targetTemperature: 3 }), /'thermostat1' is a component/],
      [put('/fanSpeed', { $metadata: {}, a: 1 }), /'fanSpeed' is a property/], [put('/fanSpeed/a', 1), /'fanSpeed' is a property/],
      [put('/text', 'x'.repeat(5000)), /is longer than 4096 bytes/], [put('/number', 2 ** 53), /is out of range/],
    ]) {
      await assert.rejects(twins.updateDigitalTwin(deviceId, [put('/other', 1), operation]), refused(400, 400004, says), JSON.stringify(operation));
    }
    for (const body of ['{}', '[1]', '[{"op":"add","path":"/a"}]', '[', '', `${'['.repeat(5000)}`]) {
      assert.equal((await raw('PATCH', deviceId, body)).errorCode, 400006, body.slice(0, 50));
    }
    assert.equal((await raw('PATCH', deviceId, JSON.stringify([put('/a', 'x'.repeat(200_000))]))).errorCode, 400004);
    assert.deepEqual((await get(deviceId)).twin, unchanged, 'all of a patch is done, or nothing');
  });

  async function raw(method, deviceId, body) {
    const { SharedAccessKeyName: policy, SharedAccessKey: key } = parse(hub.facts.serviceConnectionString);
    const answer = await fetch(`https://${hub.hostName}/digitaltwins/${deviceId}?${VERSION}`, {
      method, body, headers: { 'Content-Type': 'application/json', Authorization: deviceToken(hub.hostName, key, { policy }) },
    });
    return answer.json();
  }

  it('outlive the server, with their model', async () => {
    const device = await hub.createDevice();
    const { twin } = await openTwin(device);
    await report(twin, { kept: { value: 1, ac: 200, av: 1 } });
    await update(device.deviceId, [{ op: 'add', path: '/kept', value: 2 }]);
    const before = await get(device.deviceId);
    assert.equal(before.twin.$metadata.$model, MODEL);
    await hub.close();
    await server.stop();
    await begin();
    assert.deepEqual(await get(device.deviceId), before);
  });
});
