// Direct methods with the official Node SDKs: a service calls, a device answers, and each is told what went wrong.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, afterEach, before, describe, it } from 'node:test';
import serviceSdk from 'azure-iothub';
import { within } from '../harness/deadline.js';
import { deviceToken, freshId, parse, TestHub } from '../harness/hub.js';
import { closed, connect, connectOptions } from '../harness/raw-mqtt.js';
import { Server } from '../harness/server.js';

const CALLS = '$iothub/methods/POST/#';

describe('Node SDKs: direct methods over MQTT', () => {
  let server;
  let hub;
  let service;

  before(async () => {
    server = await Server.start();
    hub = new TestHub(server);
    service = serviceSdk.Client.fromConnectionString(hub.facts.serviceConnectionString);
  });
  afterEach(() => hub.close());
  after(() => server?.stop());

  const invoke = async (deviceId, method, members = {}) => within(60_000, `the result of ${method}`,
    (async () => (await service.invokeDeviceMethod(deviceId, {
      methodName: method, payload: {}, responseTimeoutInSeconds: 20, ...members,
    })).result)());

  /** Opens a device whose handler of a method is there when this returns. */
  async function openWith(device, handlers) {
    const client = await hub.open(device.connectionString);
    for (const [name, handler] of Object.entries(handlers)) {
      client.onDeviceMethod(name, handler);
    }
    return client;
  }

  /** The SDK does not say when it is subscribed, so a caller waits for it as an application does. */
  const soon = { connectTimeoutInSeconds: 15 };

  function httpError(number) {
    return (error) => {
      assert.equal(JSON.parse(error.responseBody).errorCode, number, error.responseBody);
      return true;
    };
  }

  it('reach the device and bring its answer back', async () => {
    const device = await hub.createDevice();
    await openWith(device, {
      reboot: (request, response) => response.send(200, { heard: request.payload, ok: true }, () => {}),
      refuse: (request, response) => response.send(418, 'teapot', () => {}),
      silent: (request, response) => response.send(200, () => {}),
    });
    const payload = { delay: 5, text: 'grün', list: [1, null, 1.5e300], deep: { x: [] } };
    assert.deepEqual(await invoke(device.deviceId, 'reboot', { payload, ...soon }), { status: 200, payload: { heard: payload, ok: true } });
    assert.deepEqual(await invoke(device.deviceId, 'refuse'), { status: 418, payload: 'teapot' });
    assert.deepEqual(await invoke(device.deviceId, 'silent'), { status: 200, payload: null });
  });

  it('take every payload that is JSON, and none', async () => {
    const device = await hub.createDevice();
    await openWith(device, { echo: (request, response) => response.send(200, request.payload, () => {}) });
    for (const payload of [null, 0, -1.5, true, 'text', [], [[1]], { a: { b: null } }, '']) {
      const { payload: echoed } = await invoke(device.deviceId, 'echo', { payload, ...soon });
      assert.deepEqual(echoed, payload);
    }
    assert.equal((await invoke(device.deviceId, 'echo', { payload: undefined })).payload, null);
    const most = 'x'.repeat(128 * 1024 - 2);
    assert.equal((await invoke(device.deviceId, 'echo', { payload: most })).payload, most);
    await assert.rejects(invoke(device.deviceId, 'echo', { payload: `${most}x` }), httpError(413001));
  });

  it('are answered many at a time', async () => {
    const device = await hub.createDevice();
    await openWith(device, {
      echo: (request, response) => setTimeout(() => response.send(200, request.payload, () => {}), Math.random() * 20),
    });
    await invoke(device.deviceId, 'echo', soon);
    const results = await Promise.all(Array.from({ length: 40 }, (_, i) => invoke(device.deviceId, 'echo', { payload: i })));
    assert.deepEqual(results.map(({ payload }) => payload), Array.from({ length: 40 }, (_, i) => i));
  });

  it('fail at once when the device is not there, and are told so', async () => {
    const device = await hub.createDevice();
    await assert.rejects(invoke(device.deviceId, 'reboot'), httpError(404103));
    await hub.open(device.connectionString); // connected, and listens for nothing
    await assert.rejects(invoke(device.deviceId, 'reboot'), httpError(404103));
    await assert.rejects(invoke(freshId('nobody'), 'reboot'), httpError(404001));
  });

  it('reach the module that is meant', async () => {
    const { deviceId } = await hub.createDevice();
    const [one, two] = [await hub.createModule(deviceId), await hub.createModule(deviceId)];
    for (const module of [one, two]) {
      const client = await hub.openModule(module.connectionString);
      client.onMethod('who', (request, response) => response.send(200, module.moduleId, () => {}));
    }
    for (const { moduleId } of [one, two]) {
      const { result } = await service.invokeDeviceMethod(deviceId, moduleId, { methodName: 'who', responseTimeoutInSeconds: 20, ...soon });
      assert.deepEqual(result, { status: 200, payload: moduleId });
    }
    await assert.rejects(invoke(deviceId, 'who'), httpError(404103));
    await assert.rejects(service.invokeDeviceMethod(deviceId, 'nothing', { methodName: 'who' }), httpError(404010));
  });

  it('wait for a device that comes', async () => {
    const device = await hub.createDevice();
    const result = invoke(device.deviceId, 'late', { connectTimeoutInSeconds: 30 });
    await openWith(device, { late: (request, response) => response.send(201, 'here', () => {}) });
    assert.deepEqual(await result, { status: 201, payload: 'here' });
  });

  it('give up after the time that the caller gave', async () => {
    const device = await hub.createDevice();
    await openWith(device, { hang: () => {} });
    await assert.rejects(invoke(device.deviceId, 'hang', { responseTimeoutInSeconds: 5, ...soon }), httpError(504101));
  });

  it('end with the connection of their device', async () => {
    const device = await hub.createDevice();
    let called;
    const heard = new Promise((resolve) => { called = resolve; });
    const client = await openWith(device, { hang: () => called() });
    const result = assert.rejects(invoke(device.deviceId, 'hang', soon), httpError(404104));
    await within(15_000, 'the call', heard);
    await client.close();
    await result;
  });

  it('refuse names and times that can’t be', async () => {
    const device = await hub.createDevice();
    for (const [members, number] of [
      [{ methodName: '' }, 400004], [{ methodName: 'a/b' }, 400004], [{ methodName: '#' }, 400004],
      [{ methodName: 'a\u0000b' }, 400004], [{ methodName: 'x'.repeat(101) }, 400004], [{ methodName: 'grün' }, 400004],
      [{ responseTimeoutInSeconds: 4 }, 400004], [{ responseTimeoutInSeconds: 301 }, 400004],
      [{ connectTimeoutInSeconds: 301 }, 400004], [{ connectTimeoutInSeconds: 1.5 }, 400004], [{ methodName: 7 }, 400004],
    ]) {
      const { status, body } = await post(device.deviceId, JSON.stringify({ methodName: 'm', payload: {}, ...members }));
      assert.equal(body.errorCode, number, JSON.stringify(members));
      assert.equal(status, 400);
    }
    for (const text of ['', '{', '[]', '{"methodName":"m","methodName":"n"}', '{"methodName":"m"}x', `{"methodName":"m","payload":${'['.repeat(5000)}`,
      `{"methodName":"m","payload":${'['.repeat(40)}${']'.repeat(40)}}`]) {
      assert.equal((await post(device.deviceId, text)).body.errorCode, 400006, text.slice(0, 80));
    }
  });

  async function post(deviceId, body) {
    const { SharedAccessKey: key, SharedAccessKeyName: policy } = parse(hub.facts.serviceConnectionString);
    const response = await fetch(`https://${hub.hostName}/twins/${deviceId}/methods?api-version=2021-04-12`, {
      method: 'POST',
      headers: { authorization: deviceToken(hub.hostName, key, { policy }), 'content-type': 'application/json' },
      body,
    });
    return { status: response.status, body: JSON.parse(await response.text()) };
  }

  describe('and a plain client', () => {
    const clients = [];
    afterEach(() => Promise.all(clients.splice(0).map((client) => client.endAsync(true))));

    async function plain(device, qos = 0) {
      const client = await connect(connectOptions(hub, device.connectionString, {}));
      clients.push(client);
      await client.subscribeAsync(CALLS, { qos });
      return client;
    }

    const nextCall = (client) => within(15_000, 'a call', once(client, 'message'));
    const id = (topic) => topic.slice(topic.indexOf('?$rid=') + 6);

    it('is told name, id and payload, and nothing more', async () => {
      const device = await hub.createDevice();
      const client = await plain(device);
      const call = nextCall(client);
      const text = '{"methodName":"component*do it","payload":{"n":1.50, "m":[1e2]}}';
      const result = post(device.deviceId, text);
      const [topic, payload] = await call;
      assert.match(topic, /^\$iothub\/methods\/POST\/component\*do it\/\?\$rid=[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      assert.equal(payload.toString(), '{"n":1.50, "m":[1e2]}', 'as it was written');
      client.publish(`$iothub/methods/res/-7/?$rid=${id(topic)}`, '');
      assert.deepEqual((await result).body, { status: -7, payload: null });
    });

    it('can’t answer for another device, whatever id it guesses', async () => {
      const [mine, other] = [await hub.createDevice(), await hub.createDevice()];
      const [client, attacker] = [await plain(mine), await plain(other)];
      const call = nextCall(client);
      const result = invoke(mine.deviceId, 'secret');
      const [topic] = await call;
      await attacker.publishAsync(`$iothub/methods/res/200/?$rid=${id(topic)}`, '"forged"', { qos: 1 });
      await client.publishAsync(`$iothub/methods/res/200/?$rid=${id(topic)}`, '"true"', { qos: 1 });
      await client.publishAsync(`$iothub/methods/res/200/?$rid=${id(topic)}`, '"again"', { qos: 1 });
      assert.deepEqual(await result, { status: 200, payload: 'true' });
    });

    it('may answer late or to nothing: nobody minds', async () => {
      const device = await hub.createDevice();
      const client = await plain(device);
      for (const rid of ['1', 'x', '00000000-0000-4000-8000-000000000000', '%00', '']) {
        await client.publishAsync(`$iothub/methods/res/200/?$rid=${rid}`, '1', { qos: 1 });
      }
      const end = closed(client);
      client.publish('$iothub/methods/res/ok/?$rid=1', '1', { qos: 1 });
      await end;
    });

    it('is told of what it answers that can’t be passed on by nothing, and its caller by an error', async () => {
      const device = await hub.createDevice();
      const client = await plain(device, 1);
      for (const answer of ['{', '1 2', Buffer.from([0x22, 0xc3, 0x22]), '['.repeat(20_000), `"${'x'.repeat(128 * 1024)}"`,
        '\u{feff}1', Buffer.from('1', 'utf16le')]) {
        const call = nextCall(client);
        const result = assert.rejects(invoke(device.deviceId, 'm'), httpError(502000));
        const [topic] = await call;
        await client.publishAsync(`$iothub/methods/res/200/?$rid=${id(topic)}`, answer, { qos: 1 });
        await result;
      }
    });

    it('is not called by more than it can take at once', async () => {
      const device = await hub.createDevice();
      const client = await plain(device);
      const ids = [];
      client.on('message', (topic) => ids.push(id(topic)));
      const settled = Promise.allSettled(Array.from({ length: 60 }, (_, i) => invoke(device.deviceId, 'm', { payload: i })));
      await within(15_000, '50 calls', (async () => {
        while (ids.length < 50) {
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      })());
      await assert.rejects(invoke(device.deviceId, 'm'), httpError(403800));
      ids.forEach((each) => client.publish(`$iothub/methods/res/200/?$rid=${each}`, ''));
      const results = await settled;
      assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 50);
    });
  });
});
