// A registry of a hundred thousand devices: made, counted, listed, restarted with, used and deleted by the official client.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { message, TestHub } from '../harness/hub.js';
import { Reader } from '../harness/reader.js';
import { Server } from '../harness/server.js';

const DEVICES = 100_000;
const BULK = 100; // the most that one call may name
const CALLS = 8; // at once

describe('a hundred thousand devices', { timeout: 400_000 }, () => {
  let server;
  let hub;

  before(async () => {
    server = await Server.start();
    hub = new TestHub(server);
  });
  after(async () => {
    await hub?.close();
    await server?.stop();
  });

  const id = (number) => `fleet-${String(number).padStart(6, '0')}`;

  /** Calls `act` with the ids of every hundred devices up to `end`, some calls at a time. */
  async function inBulk(end, act) {
    let next = 0;
    await Promise.all(Array.from({ length: CALLS }, async () => {
      while (next < end) {
        const first = next;
        next += BULK;
        await act(Array.from({ length: BULK }, (_, index) => id(first + index)));
      }
    }));
  }

  async function timed(t, what, act) {
    const begun = performance.now();
    const result = await act();
    t.diagnostic(`${what}: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    return result;
  }

  const count = async () => (await hub.registry.getRegistryStatistics()).responseBody.totalDeviceCount;

  it('are made in bulk, each with keys of its own', async (t) => {
    const others = await count();
    await timed(t, `${DEVICES} devices in calls of ${BULK}`, () => inBulk(DEVICES, async (ids) => {
      const { responseBody } = await hub.registry.addDevices(ids.map((deviceId) => ({ deviceId })));
      assert.deepEqual(responseBody, { isSuccessful: true, errors: [], warnings: [] });
    }));
    assert.equal(await count(), others + DEVICES);
    const keys = new Set();
    for (const number of [0, 1, 49_999, DEVICES - 1]) {
      keys.add((await hub.registry.get(id(number))).responseBody.authentication.symmetricKey.primaryKey);
    }
    assert.equal(keys.size, 4);
  });

  it('are not made twice, and each that is there already is named', async () => {
    const wanted = [id(5), 'fleet-new-1', id(DEVICES - 1), 'fleet-new-2'];
    await assert.rejects(hub.registry.addDevices(wanted.map((deviceId) => ({ deviceId }))), (error) => {
      const { isSuccessful, errors } = JSON.parse(error.responseBody);
      assert.equal(isSuccessful, false);
      assert.deepEqual(errors.map(({ deviceId, errorCode }) => ({ deviceId, errorCode })), [
        { deviceId: id(5), errorCode: 'DeviceAlreadyExists' },
        { deviceId: id(DEVICES - 1), errorCode: 'DeviceAlreadyExists' },
      ]);
      return true;
    });
    await hub.registry.removeDevices([{ deviceId: 'fleet-new-1' }, { deviceId: 'fleet-new-2' }], true);
  });

  it('are listed, a thousand by the API and all by the command', async (t) => {
    assert.equal((await hub.registry.list()).responseBody.length, 1000);
    const { code, stdout, stderr } = await timed(t, 'device list', () => server.run('device', 'list', '--json'));
    assert.equal(code, 0, stderr);
    const listed = JSON.parse(stdout).map((device) => device.id).filter((deviceId) => deviceId.startsWith('fleet-'));
    assert.equal(listed.length, DEVICES);
    assert.deepEqual(listed.slice(0, 3), [id(0), id(1), id(2)]);
  });

  it('are there after a restart, and any of them connects', async (t) => {
    await server.stop();
    await timed(t, 'restart', () => server.startAgain());
    assert.ok((await count()) >= DEVICES);
    const { responseBody: device } = await hub.registry.get(id(77_777));
    const client = await hub.open(hub.stringFor(device.deviceId, device.authentication.symmetricKey.primaryKey));
    await client.sendEvent(message('one of many'));
    const reader = await Reader.start(server.hub().eventHubConnectionString);
    assert.equal((await reader.fromDevice(device.deviceId)).length, 1);
    await reader.close();
  });

  it('get new keys a hundred at a time, and those without keys are named', async () => {
    await hub.registry.create({ deviceId: 'fleet-x509', authentication: { type: 'certificateAuthority' } });
    const devices = [{ id: id(1) }, { id: id(2) }, { id: 'fleet-x509' }, { id: 'fleet-nobody' }];
    const before = (await hub.registry.get(id(1))).responseBody.authentication.symmetricKey;
    // The client has no method for it; its REST client sends what Azure's command line sends.
    const answer = await new Promise((resolve, reject) => {
      hub.registry._restApiClient.executeApiCall('POST', '/devices/keys/regenerate?api-version=2024-03-31',
        { 'Content-Type': 'application/json; charset=utf-8' }, { policyKey: 'primaryKey', devices },
        (error, body) => (error ? reject(error) : resolve(body)));
    });
    assert.deepEqual(answer.rotatedKeys.map((device) => device.id), [id(1), id(2)]);
    assert.deepEqual(answer.errors.map(({ id: name, errorCode }) => [name, errorCode]), [
      ['fleet-x509', 'InvalidOperation'], ['fleet-nobody', 'DeviceNotFound'],
    ]);
    const after = (await hub.registry.get(id(1))).responseBody.authentication.symmetricKey;
    assert.equal(after.primaryKey, answer.rotatedKeys[0].primaryKey);
    assert.notEqual(after.primaryKey, before.primaryKey);
    assert.equal(after.secondaryKey, before.secondaryKey);
  });

  it('are deleted in bulk', async (t) => {
    const all = await count();
    await timed(t, `${DEVICES / 2} devices deleted`, () => inBulk(DEVICES / 2, async (ids) => {
      const { responseBody } = await hub.registry.removeDevices(ids.map((deviceId) => ({ deviceId })), true);
      assert.equal(responseBody.isSuccessful, true);
    }));
    assert.equal(await count(), all - DEVICES / 2);
  });
});
