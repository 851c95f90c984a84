// Device twins with the official Node SDKs: what a device reads and reports, what a service reads and writes, and what each is told.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, afterEach, before, describe, it } from 'node:test';
import { within } from '../harness/deadline.js';
import { deviceToken, freshId, parse, TestHub } from '../harness/hub.js';
import { connect, connectOptions } from '../harness/raw-mqtt.js';
import { Server } from '../harness/server.js';

describe('Node SDKs: device twins over MQTT', () => {
  let server;
  let hub;
  let registry;

  before(async () => {
    server = await Server.start();
    hub = new TestHub(server);
    registry = hub.registry;
  });
  afterEach(() => hub.close());
  after(() => server?.stop());

  async function openTwin(device) {
    const client = await hub.open(device.connectionString);
    return within(15_000, 'the twin', client.getTwin());
  }

  const report = (twin, patch) => within(15_000, 'the answer to a report', new Promise((resolve, reject) => {
    twin.properties.reported.update(patch, (error) => (error ? reject(error) : resolve()));
  }));

  /**
   * Listens for changes of desired properties. The SDK calls a new listener at once with what the twin has, so one listener stays, and a
   * test asks for the change to a version.
   */
  async function listen(twin) {
    const told = [];
    twin.on('properties.desired', (delta) => told.push(structuredClone(delta)));
    // The SDK does not say when it is subscribed; the hub works on the packets of a connection one after the other.
    await report(twin, { listens: true });
    await report(twin, { listens: null });
    told.length = 0;
    told.version = (version) => within(15_000, `version ${version} of desired properties`, (async () => {
      for (;;) {
        const found = told.find((delta) => delta.$version === version);
        if (found) {
          return found;
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })());
    return told;
  }

  async function serviceTwin(deviceId) {
    return (await registry.getTwin(deviceId)).responseBody;
  }

  it('begins empty, at version 1', async () => {
    const device = await hub.createDevice();
    const twin = await serviceTwin(device.deviceId);
    assert.equal(twin.deviceId, device.deviceId);
    assert.equal(twin.version, 1);
    assert.equal(twin.connectionState, 'Disconnected');
    assert.equal(twin.status, 'enabled');
    assert.equal(twin.authenticationType, 'sas');
    assert.equal(twin.deviceEtag, device.etag);
    assert.equal(twin.properties.desired.$version, 1);
    assert.equal(twin.properties.reported.$version, 1);
    assert.ok(twin.properties.desired.$metadata.$lastUpdated);
    assert.match(twin.etag, /./);
  });

  it('is read by its device as the service wrote it', async () => {
    const device = await hub.createDevice();
    await registry.updateTwin(device.deviceId, {
      tags: { floor: 3 }, properties: { desired: { interval: 30, led: { colour: 'grün', on: true }, list: [1, { a: 2 }] } },
    }, '*');
    const { properties } = await openTwin(device);
    assert.equal(properties.desired.interval, 30);
    assert.deepEqual(properties.desired.led, { colour: 'grün', on: true });
    assert.deepEqual(properties.desired.list, [1, { a: 2 }]);
    assert.equal(properties.desired.$version, 2);
    assert.equal(properties.desired.$metadata, undefined);
  });

  it('shows what the device reports, with versions and times', async () => {
    const device = await hub.createDevice();
    const twin = await openTwin(device);
    await report(twin, { battery: 55, firmware: { version: '1.2', date: 'x' } });
    await report(twin, { battery: 54, firmware: { date: null } });
    const { properties: { reported }, version, connectionState } = await serviceTwin(device.deviceId);
    assert.equal(reported.battery, 54);
    assert.deepEqual(reported.firmware, { version: '1.2' });
    assert.equal(reported.$version, 3);
    assert.equal(version, 3);
    assert.equal(connectionState, 'Connected');
    assert.equal(reported.$metadata.battery.$lastUpdatedVersion, 3);
    assert.equal(reported.$metadata.firmware.version.$lastUpdatedVersion, 2);
    assert.ok(Date.parse(reported.$metadata.battery.$lastUpdated) > Date.now() - 60_000);
  });

  it('tells a connected device of each change of its desired properties, in order', async () => {
    const device = await hub.createDevice();
    const twin = await openTwin(device);
    const told = await listen(twin);
    for (let interval = 1; interval <= 5; interval++) {
      const { responseBody } = await registry.updateTwin(device.deviceId, { properties: { desired: { interval, gone: null } } }, '*');
      assert.equal(responseBody.properties.desired.$version, interval + 1);
    }
    await registry.updateTwin(device.deviceId, { tags: { quiet: true } }, '*');
    await registry.updateTwin(device.deviceId, { properties: { desired: { last: 1 } } }, '*');
    await told.version(7);
    assert.deepEqual(told.map(({ $version }) => $version), [2, 3, 4, 5, 6, 7], 'a change of tags is told to nobody');
    assert.deepEqual(told.map(({ interval }) => interval), [1, 2, 3, 4, 5, undefined]);
    assert.equal(twin.properties.desired.interval, 5);
  });

  it('takes a removed property from a listening device, whether it was patched or replaced', async () => {
    const device = await hub.createDevice();
    const { deviceId } = device;
    await registry.updateTwin(deviceId, { properties: { desired: { a: 1, b: { c: 2, d: 3 }, e: 4 } } }, '*');
    const twin = await openTwin(device);
    const told = await listen(twin);
    await registry.updateTwin(deviceId, { properties: { desired: { a: null } } }, '*');
    await told.version(3);
    assert.equal(twin.properties.desired.a, undefined);
    await replace(deviceId, { properties: { desired: { b: { d: 5 }, f: 6 } } });
    await told.version(4);
    const { $version, b, e, f } = twin.properties.desired;
    assert.deepEqual({ b, e, f }, { b: { d: 5 }, e: undefined, f: 6 });
    assert.equal($version, 4);
  });

  /** The Node service SDK has no call for PUT; its own REST client, below it, has. */
  function replace(deviceId, twin, etag = '*') {
    return new Promise((resolve, reject) => {
      registry._restApiClient.executeApiCall('PUT', `/twins/${deviceId}?api-version=2021-04-12`,
        { 'Content-Type': 'application/json; charset=utf-8', 'If-Match': etag }, twin,
        (error, body) => (error ? reject(error) : resolve(body)));
    });
  }

  it('is not told later what changed while it was away', async () => {
    const device = await hub.createDevice();
    const first = await hub.open(device.connectionString);
    await listen(await first.getTwin());
    await first.close();
    await registry.updateTwin(device.deviceId, { properties: { desired: { away: 1 } } }, '*');
    const twin = await openTwin(device);
    assert.equal(twin.properties.desired.away, 1, 'it reads it');
    const told = await listen(twin);
    await registry.updateTwin(device.deviceId, { properties: { desired: { later: 2 } } }, '*');
    await told.version(3);
    assert.deepEqual([...told], [{ later: 2, $version: 3 }]);
  });

  it('stops a service that changes what somebody else changed meanwhile, and no device stops it', async () => {
    const device = await hub.createDevice();
    const { etag } = await serviceTwin(device.deviceId);
    const twin = await openTwin(device);
    await report(twin, { talk: 1 });
    const { responseBody: changed } = await registry.updateTwin(device.deviceId, { tags: { by: 'first' } }, etag);
    assert.notEqual(changed.etag, etag);
    await assert.rejects(registry.updateTwin(device.deviceId, { tags: { by: 'second' } }, etag),
      (error) => error.constructor.name === 'InvalidEtagError');
    await assert.rejects(replace(device.deviceId, { tags: {} }, `"${etag}"`),
      (error) => error.constructor.name === 'InvalidEtagError');
    assert.equal((await serviceTwin(device.deviceId)).tags.by, 'first');
  });

  it('tells a device why its report is refused, and goes on', async () => {
    const device = await hub.createDevice();
    const twin = await openTwin(device);
    const deep = JSON.parse(`${'{"a":'.repeat(12)}1${'}'.repeat(12)}`);
    const refused = [
      [{ text: 'x'.repeat(4097) }, /longer than 4096 bytes/],
      [{ deep }, /stand in one another/],
      [{ 'a.b': 1 }, /name of a property/],
      [{ big: 2 ** 53 }, /out of range/],
      [Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`k${i}`, 'x'.repeat(4000)])), /the limit is 32768/],
    ];
    for (const [patch, why] of refused) {
      // Over MQTT the SDK has no error classes of its own: it gives an Error with the sentence of the hub.
      await assert.rejects(report(twin, patch), why);
    }
    await report(twin, { fine: true });
    assert.equal((await serviceTwin(device.deviceId)).properties.reported.fine, true);
  });

  it('refuses tags and desired properties that no twin may have', async () => {
    const device = await hub.createDevice();
    for (const twin of [
      { tags: { $x: 1 } }, { tags: { text: 'x'.repeat(4097) } }, { tags: 1 }, { properties: { desired: [1] } },
      { tags: Object.fromEntries(Array.from({ length: 3 }, (_, i) => [`k${i}`, 'x'.repeat(4000)])) },
      { properties: { desired: { n: 1e300 * 10, m: 2 ** 60 } } },
    ]) {
      await assert.rejects(registry.updateTwin(device.deviceId, twin, '*'), (error) => error.constructor.name === 'ArgumentError');
    }
    assert.equal((await serviceTwin(device.deviceId)).version, 1);
  });

  it('says that a device is not registered', async () => {
    await assert.rejects(registry.getTwin(freshId('nobody')), (error) => error.constructor.name === 'DeviceNotFoundError');
    const device = await hub.createDevice();
    await assert.rejects(registry.getModuleTwin(device.deviceId, 'nothing'), (error) => {
      assert.equal(error.response.statusCode, 404);
      return true;
    });
  });

  it('is one of its own for each module', async () => {
    const device = await hub.createDevice();
    const { deviceId } = device;
    const [module, other] = [await hub.createModule(deviceId), await hub.createModule(deviceId)];
    const { responseBody: written } = await registry.updateModuleTwin(deviceId, module.moduleId,
      { tags: { t: 1 }, properties: { desired: { d: 1 } } }, '*');
    assert.equal(written.moduleId, module.moduleId);
    const client = await hub.openModule(module.connectionString);
    const twin = await within(15_000, 'the twin', client.getTwin());
    assert.equal(twin.properties.desired.d, 1);
    const told = await listen(twin);
    await registry.updateTwin(deviceId, { properties: { desired: { ofDevice: 1 } } }, '*');
    await registry.updateModuleTwin(deviceId, other.moduleId, { properties: { desired: { ofOther: 1 } } }, '*');
    await registry.updateModuleTwin(deviceId, module.moduleId, { properties: { desired: { d: 2 } } }, '*');
    await told.version(3);
    assert.deepEqual([...told], [{ d: 2, $version: 3 }]);
    await report(twin, { of: 'module' });
    assert.equal((await registry.getModuleTwin(deviceId, module.moduleId)).responseBody.properties.reported.of, 'module');
    assert.equal((await serviceTwin(deviceId)).properties.reported.of, undefined);
    assert.equal((await registry.getModuleTwin(deviceId, other.moduleId)).responseBody.version, 2);
    await registry.removeModule(deviceId, module.moduleId);
    await registry.addModule({ deviceId, moduleId: module.moduleId });
    assert.equal((await registry.getModuleTwin(deviceId, module.moduleId)).responseBody.version, 1);
  });

  it('goes with its device', async () => {
    const device = await hub.createDevice();
    await registry.updateTwin(device.deviceId, { tags: { old: 1 }, properties: { desired: { old: 1 } } }, '*');
    await registry.delete(device.deviceId);
    await registry.create({ deviceId: device.deviceId });
    const twin = await serviceTwin(device.deviceId);
    assert.deepEqual(twin.tags, {});
    assert.equal(twin.properties.desired.old, undefined);
    assert.equal(twin.version, 1);
  });

  it('is made with its device, and changed in bulk', async () => {
    const [one, two] = [freshId('bulk'), freshId('bulk')];
    const bulk = (devices) => new Promise((resolve, reject) => {
      registry._restApiClient.executeApiCall('POST', '/devices?api-version=2021-04-12',
        { 'Content-Type': 'application/json; charset=utf-8' }, devices, (error, body) => (error ? reject(error) : resolve(body)));
    });
    await bulk([{ id: one, importMode: 'create', tags: { site: 'a' }, properties: { desired: { x: 1 } } },
      { id: two, importMode: 'create' }]);
    assert.equal((await serviceTwin(one)).tags.site, 'a');
    const { etag } = await serviceTwin(two);
    await bulk([{ id: one, importMode: 'updateTwin', tags: { line: 2 } },
      { id: two, importMode: 'updateTwinIfMatchETag', twinETag: etag, properties: { desired: { y: 2 } } }]);
    assert.deepEqual((await serviceTwin(one)).tags, { site: 'a', line: 2 });
    assert.equal((await serviceTwin(two)).properties.desired.y, 2);
    await assert.rejects(bulk([{ id: two, importMode: 'updateTwinIfMatchETag', twinETag: etag, tags: {} }]), (error) => {
      assert.match(error.responseBody, /PreconditionFailed/);
      return true;
    });
  });

  it('keeps the model that the device announces', async () => {
    const device = await hub.createDevice();
    const modelId = 'dtmi:contoso:thermostat;1';
    await hub.open(device.connectionString, { modelId });
    assert.equal((await serviceTwin(device.deviceId)).modelId, modelId);
  });

  it('outlives the server', async () => {
    const device = await hub.createDevice();
    const twin = await openTwin(device);
    await report(twin, { kept: 1 });
    await registry.updateTwin(device.deviceId, { tags: { kept: 2 }, properties: { desired: { kept: 3 } } }, '*');
    const before = await serviceTwin(device.deviceId);
    await hub.close();
    await server.stop();
    server = await Server.start();
    hub = new TestHub(server);
    registry = hub.registry;
    const now = await serviceTwin(device.deviceId);
    const kept = ({ etag, version, tags, properties }) => ({ etag, version, tags, properties });
    assert.deepEqual(kept(now), kept(before));
  });

  describe('as a plain client sees them', () => {
    const clients = [];
    afterEach(() => Promise.all(clients.splice(0).map((client) => client.endAsync(true))));

    async function plain(device, filters = ['$iothub/twin/res/#']) {
      const client = await connect(connectOptions(hub, device.connectionString, {}));
      clients.push(client);
      await client.subscribeAsync(filters, { qos: 1 });
      return client;
    }

    async function ask(client, topic, body) {
      const answered = within(15_000, `an answer to ${topic}`, once(client, 'message'));
      await client.publishAsync(topic, body, { qos: 1 });
      const [answer, payload] = await answered;
      return { topic: answer, body: payload.toString() };
    }

    it('answers with the request id byte for byte, and the version behind it', async () => {
      const device = await hub.createDevice();
      const client = await plain(device);
      for (const id of ['1', '0a1b-2c', 'a%20b', 'x'.repeat(200)]) {
        const answer = await ask(client, `$iothub/twin/GET/?$rid=${id}`, '');
        assert.equal(answer.topic, `$iothub/twin/res/200/?$rid=${id}`);
        assert.deepEqual(JSON.parse(answer.body), { desired: { $version: 1 }, reported: { $version: 1 } });
      }
      const patched = await ask(client, '$iothub/twin/PATCH/properties/reported/?$rid=7', '{"a":1}');
      assert.deepEqual(patched, { topic: '$iothub/twin/res/204/?$rid=7&$version=2', body: '' });
    });

    it('holds a report against the version that it names', async () => {
      const device = await hub.createDevice();
      const client = await plain(device);
      const right = await ask(client, '$iothub/twin/PATCH/properties/reported/?$rid=1&$version=1', '{"a":1}');
      assert.equal(right.topic, '$iothub/twin/res/204/?$rid=1&$version=2');
      const wrong = await ask(client, '$iothub/twin/PATCH/properties/reported/?$rid=2&$version=1', '{"a":2}');
      assert.equal(wrong.topic, '$iothub/twin/res/412/?$rid=2');
      assert.equal(JSON.parse(wrong.body).errorCode, 412001);
    });

    it('refuses bombs with the documented error and stays', async () => {
      const device = await hub.createDevice();
      const client = await plain(device);
      const bombs = {
        depth: '{"a":'.repeat(20_000),
        keys: `{${Array.from({ length: 25_000 }, (_, i) => `"${i.toString(36)}":1`).join()}}`,
        'the same key': '{"a":1,"a":2}',
        digits: `{"a":${'9'.repeat(60_000)}}`,
        exponent: '{"a":1e999999999}',
        'a NUL in a name': '{"\\u0000":1}',
        'a NUL': '{"a":"\0"}',
        'not UTF-8': Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xc3, 0x22, 0x7d]),
        nothing: '',
        'a list': '[]',
      };
      let rid = 0;
      for (const [what, bomb] of Object.entries(bombs)) {
        const answer = await ask(client, `$iothub/twin/PATCH/properties/reported/?$rid=${++rid}`, bomb);
        assert.equal(answer.topic, `$iothub/twin/res/400/?$rid=${rid}`, what);
        assert.match(String(JSON.parse(answer.body).errorCode), /^400/, what);
      }
      const twin = await ask(client, '$iothub/twin/GET/?$rid=last', ' ');
      assert.deepEqual(JSON.parse(twin.body), { desired: { $version: 1 }, reported: { $version: 1 } });
    });

    it('closes the connection at a topic that is none', async () => {
      for (const topic of ['$iothub/twin/GET', '$iothub/twin/GET/', '$iothub/twin/GET/?$rid=', '$iothub/twin/PUT/x/?$rid=1',
        '$iothub/twin/PATCH/properties/desired/?$rid=1', '$iothub/twin/PATCH/properties/reported/?$rid=1&$version=x',
        '$iothub/methods/res/x/?$rid=1', '$iothub/methods/POST/reboot/?$rid=1']) {
        const device = await hub.createDevice();
        const client = await plain(device);
        const closed = within(15_000, `the end after ${topic}`, once(client, 'close'));
        client.publish(topic, '', { qos: 1 });
        await closed;
      }
    });
  });

  it('takes a token that is for the twin’s device alone, and no other', async () => {
    const [mine, other] = [await hub.createDevice(), await hub.createDevice()];
    const { SharedAccessKey: key, SharedAccessKeyName: policy } = parse(hub.facts.serviceConnectionString);
    const ask = async (deviceId, token) => (await fetch(`https://${hub.hostName}/twins/${deviceId}?api-version=2021-04-12`,
      { headers: { authorization: token } })).status;
    const token = deviceToken(`${hub.hostName}/twins/${mine.deviceId}`, key, { policy });
    assert.equal(await ask(mine.deviceId, token), 200);
    assert.equal(await ask(other.deviceId, token), 401);
    const device = deviceToken(`${hub.hostName}/devices/${mine.deviceId}`, mine.authentication.symmetricKey.primaryKey);
    assert.equal(await ask(mine.deviceId, device), 401);
  });
});
