// Device identities managed with the official service SDK for Node, its own error classes included.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { freshId, parse, Registry, TestHub } from '../harness/hub.js';
import { selfSigned } from '../harness/certificates.js';
import { Server } from '../harness/server.js';

const KEY_1 = Buffer.alloc(32, 1).toString('base64');
const KEY_2 = Buffer.alloc(32, 2).toString('base64');

describe('Node service SDK: device registry', () => {
  let server;
  let hub;
  let registry;

  before(async () => {
    server = await Server.start();
    hub = new TestHub(server);
    registry = hub.registry;
  });
  after(() => server?.stop());

  it('creates a device with keys made by the hub, and reads it back', async () => {
    const deviceId = freshId('made');
    const { responseBody: created, httpResponse } = await registry.create({ deviceId });

    assert.equal(httpResponse.statusCode, 200);
    assert.equal(created.deviceId, deviceId);
    assert.equal(created.status, 'enabled');
    assert.equal(created.connectionState.toLowerCase(), 'disconnected');
    assert.equal(created.authentication.type, 'sas');
    const { primaryKey, secondaryKey } = created.authentication.symmetricKey;
    for (const key of [primaryKey, secondaryKey]) {
      assert.ok(Buffer.from(key, 'base64').length >= 32, 'a key has at least 256 bits');
    }
    assert.notEqual(primaryKey, secondaryKey);
    assert.match(created.generationId, /./);
    assert.match(created.etag, /./);
    const { responseBody: read } = await registry.get(deviceId);
    assert.deepEqual(read, created);
  });

  it('creates a device with given keys', async () => {
    const deviceId = freshId('given');
    const authentication = { type: 'sas', symmetricKey: { primaryKey: KEY_1, secondaryKey: KEY_2 } };
    const { responseBody: created } = await registry.create({ deviceId, authentication });
    assert.deepEqual(created.authentication.symmetricKey, authentication.symmetricKey);
  });

  it('creates a device with thumbprints', async () => {
    const certificate = await selfSigned(freshId('cert'));
    const { responseBody: created } = await registry.create({
      deviceId: freshId('thumb'),
      authentication: {
        type: 'selfSigned',
        x509Thumbprint: { primaryThumbprint: certificate.sha1, secondaryThumbprint: certificate.sha256 },
      },
    });
    assert.equal(created.authentication.type, 'selfSigned');
    assert.deepEqual(created.authentication.x509Thumbprint, {
      primaryThumbprint: certificate.sha1, secondaryThumbprint: certificate.sha256,
    });
  });

  it('takes every character that an id may have', async () => {
    const deviceId = `${freshId('odd')}-:.+%_#*?!(),=@;$'`;
    await registry.create({ deviceId });
    const { responseBody: read } = await registry.get(deviceId);
    assert.equal(read.deviceId, deviceId);
    await registry.delete(deviceId);
  });

  it('updates status and reason, and changes the etag', async () => {
    const { responseBody: created } = await registry.create({ deviceId: freshId('update') });
    const { responseBody: updated } = await registry.update({
      deviceId: created.deviceId, status: 'disabled', statusReason: 'geprüft', authentication: created.authentication,
    });
    assert.equal(updated.status, 'disabled');
    assert.equal(updated.statusReason, 'geprüft');
    assert.equal(updated.generationId, created.generationId);
    assert.notEqual(updated.etag, created.etag);
    assert.deepEqual(updated.authentication.symmetricKey, created.authentication.symmetricKey);
    const { responseBody: read } = await registry.get(created.deviceId);
    assert.deepEqual(read, updated);
  });

  it('updates with the etag it read, and is stopped by a stale one', async () => {
    const { responseBody: read } = await registry.create({ deviceId: freshId('etag') });
    const { httpResponse, responseBody } = await registry.updateDevices([{ ...read, status: 'disabled' }], false);
    assert.equal(httpResponse.statusCode, 200);
    assert.equal(responseBody.isSuccessful, true);

    const stale = registry.updateDevices([{ ...read, status: 'enabled' }], false);

    await assert.rejects(stale, (error) => {
      assert.equal(error.constructor.name, 'ArgumentError'); // the SDK's name for every 400
      const [failure] = JSON.parse(error.responseBody).errors;
      assert.equal(failure.deviceId, read.deviceId);
      assert.match(String(failure.errorCode), /PreconditionFailed|412001|DeviceEtagDoesNotMatch|EtagDoesNotMatch/);
      return true;
    });
    const { responseBody: kept } = await registry.get(read.deviceId);
    assert.equal(kept.status, 'disabled');
  });

  it('answers a stale If-Match with 412, which the SDK turns into InvalidEtagError', async () => {
    const { responseBody: read } = await registry.create({ deviceId: freshId('etag') });
    await registry.update({ deviceId: read.deviceId, status: 'disabled', authentication: read.authentication });
    // The registry class forces every single update; its own REST client, below it, is given the etag.
    const update = new Promise((resolve, reject) => {
      registry._restApiClient.executeApiCall(
        'PUT',
        `/devices/${read.deviceId}?api-version=2021-04-12`,
        { 'Content-Type': 'application/json; charset=utf-8', 'If-Match': `"${read.etag}"` },
        { deviceId: read.deviceId, etag: read.etag, status: 'enabled' },
        (error, body) => (error ? reject(error) : resolve(body)));
    });
    await assert.rejects(update, (error) => error.constructor.name === 'InvalidEtagError');
    const { responseBody: kept } = await registry.get(read.deviceId);
    assert.equal(kept.status, 'disabled');
  });

  it('does not create what exists: DeviceAlreadyExistsError', async () => {
    const { responseBody: created } = await registry.create({ deviceId: freshId('twice') });
    await assert.rejects(
      registry.create({ deviceId: created.deviceId }),
      (error) => error.constructor.name === 'DeviceAlreadyExistsError');
    const { responseBody: read } = await registry.get(created.deviceId);
    assert.deepEqual(read, created);
  });

  it('does not find what is not there: DeviceNotFoundError', async () => {
    const notFound = (error) => error.constructor.name === 'DeviceNotFoundError';
    const deviceId = freshId('nobody');
    await assert.rejects(registry.get(deviceId), notFound);
    await assert.rejects(registry.delete(deviceId), notFound);
    await assert.rejects(registry.update({ deviceId, status: 'enabled' }), notFound);
  });

  it('refuses an id that no device may have: ArgumentError', async () => {
    for (const deviceId of ['with space', 'with/slash', 'ü', 'x'.repeat(129)]) {
      await assert.rejects(registry.create({ deviceId }), (error) => error.constructor.name === 'ArgumentError', deviceId);
    }
  });

  it('deletes a device; made again, it is another generation', async () => {
    const { responseBody: first } = await registry.create({ deviceId: freshId('again') });
    const { httpResponse } = await registry.delete(first.deviceId);
    assert.equal(httpResponse.statusCode, 204);
    await assert.rejects(registry.get(first.deviceId), (error) => error.constructor.name === 'DeviceNotFoundError');
    const { responseBody: second } = await registry.create({ deviceId: first.deviceId });
    assert.notEqual(second.generationId, first.generationId);
    assert.notEqual(second.authentication.symmetricKey.primaryKey, first.authentication.symmetricKey.primaryKey);
  });

  it('lists devices', async () => {
    const ids = [freshId('list-a'), freshId('list-b')];
    for (const deviceId of ids) {
      await registry.create({ deviceId });
    }
    const { responseBody: devices } = await registry.list();
    const listed = devices.map((device) => device.deviceId);
    for (const deviceId of ids) {
      assert.ok(listed.includes(deviceId), `${deviceId} is listed`);
    }
  });

  it('adds and removes devices in bulk', async () => {
    const ids = Array.from({ length: 20 }, () => freshId('bulk'));
    const { responseBody: added } = await registry.addDevices(ids.map((deviceId) => ({ deviceId })));
    assert.equal(added.isSuccessful, true);
    assert.deepEqual(added.errors, []);
    const { responseBody: removed } = await registry.removeDevices(ids.map((deviceId) => ({ deviceId })), true);
    assert.equal(removed.isSuccessful, true);
    await assert.rejects(registry.get(ids[0]), (error) => error.constructor.name === 'DeviceNotFoundError');
  });

  it('counts devices', async () => {
    const counted = async () => (await registry.getRegistryStatistics()).responseBody;
    const before = await counted();
    await registry.create({ deviceId: freshId('count'), status: 'disabled' });
    assert.deepEqual(await counted(), {
      totalDeviceCount: before.totalDeviceCount + 1,
      enabledDeviceCount: before.enabledDeviceCount,
      disabledDeviceCount: before.disabledDeviceCount + 1,
    });
  });

  const unauthorized = (error) => error.constructor.name === 'UnauthorizedError';

  it('is refused with a wrong key: UnauthorizedError', async () => {
    const { SharedAccessKeyName: policy } = parse(hub.facts.serviceConnectionString);
    const stranger = Registry.fromConnectionString(
      `HostName=${hub.hostName};SharedAccessKeyName=${policy};SharedAccessKey=${KEY_1}`);
    await assert.rejects(stranger.list(), unauthorized);
    await server.logged('PolicySignatureWrong', policy);
  });

  it('is refused with a policy that does not exist: UnauthorizedError', async () => {
    const stranger = Registry.fromConnectionString(
      `HostName=${hub.hostName};SharedAccessKeyName=nosuchpolicy;SharedAccessKey=${KEY_1}`);
    await assert.rejects(stranger.list(), unauthorized);
    await server.logged('UnknownPolicy', 'nosuchpolicy');
  });

  it('is refused with a policy that lacks the right: UnauthorizedError', async () => {
    const { SharedAccessKeyName: policy, SharedAccessKey: key } = parse(hub.facts.eventHubConnectionString);
    assert.notEqual(policy, 'iothubowner', 'what reads telemetry is not the owner of the hub');
    const reader = Registry.fromConnectionString(
      `HostName=${hub.hostName};SharedAccessKeyName=${policy};SharedAccessKey=${key}`);
    await assert.rejects(reader.create({ deviceId: freshId('never') }), unauthorized);
    await server.logged('PolicyLacksRight', policy);
  });

  it('is refused with a device\'s own key: UnauthorizedError', async () => {
    const { responseBody: device } = await registry.create({ deviceId: freshId('device') });
    const asDevice = Registry.fromConnectionString(
      `HostName=${hub.hostName};SharedAccessKeyName=${device.deviceId};`
      + `SharedAccessKey=${device.authentication.symmetricKey.primaryKey}`);
    await assert.rejects(asDevice.list(), unauthorized);
  });

  it('keeps its devices over a restart of the server', async () => {
    const { responseBody: created } = await registry.create({ deviceId: freshId('durable'), status: 'disabled' });
    await server.stop();
    await server.startAgain();
    const { responseBody: read } = await registry.get(created.deviceId);
    assert.deepEqual(read, created);
  });
});
