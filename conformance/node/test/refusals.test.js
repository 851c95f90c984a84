// Whoever must not come in is told so by the SDK's own error, and the server's log says why.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import deviceSdk from 'azure-iot-device';
import { selfSigned } from '../harness/certificates.js';
import { next } from '../harness/deadline.js';
import { deviceErrors, deviceToken, freshId, inSeconds, message, parse, TestHub } from '../harness/hub.js';
import { Reader } from '../harness/reader.js';
import { Server } from '../harness/server.js';

const { SharedAccessSignatureAuthenticationProvider } = deviceSdk;
const WRONG_KEY = Buffer.alloc(32, 7).toString('base64');

describe('a device that must not come in', () => {
  let server;
  let hub;

  before(async () => {
    server = await Server.start();
    hub = new TestHub(server);
  });
  afterEach(() => hub?.close());
  after(() => server?.stop());

  /** Opens and expects the device SDK's UnauthorizedError, caused by CONNACK 5, and a line in the log. */
  async function refused(reason, deviceId, connectionStringOrProvider, options) {
    const client = hub.client(connectionStringOrProvider, options);
    await assert.rejects(hub.connect(client), (error) => {
      assert.ok(error instanceof deviceErrors.UnauthorizedError, `${error.name} is an UnauthorizedError`);
      assert.match(error.transportError?.message ?? error.message, /Not authorized/);
      return true;
    });
    const line = await server.logged(reason, deviceId);
    assert.doesNotMatch(line, /sig=|SharedAccessKey=/, 'the log tells no secret');
  }

  function withToken(deviceId, sharedAccessSignature) {
    return new SharedAccessSignatureAuthenticationProvider({ host: hub.hostName, deviceId, sharedAccessSignature });
  }

  it('has a wrong key', async () => {
    const device = await hub.createDevice();
    await refused('TokenSignatureWrong', device.deviceId, hub.stringFor(device.deviceId, WRONG_KEY));
  });

  it('has an expired token', async () => {
    const device = await hub.createDevice();
    const { SharedAccessKey: key } = parse(device.connectionString);
    const token = deviceToken(`${hub.hostName}/devices/${device.deviceId}`, key, { expiry: inSeconds(-3600) });
    await refused('TokenExpired', device.deviceId, withToken(device.deviceId, token));
  });

  it('is not registered', async () => {
    const deviceId = freshId('nobody');
    await refused('UnknownDevice', deviceId, hub.stringFor(deviceId, WRONG_KEY));
  });

  it('is written in another case than it was registered', async () => {
    const device = await hub.createDevice();
    const { SharedAccessKey: key } = parse(device.connectionString);
    const deviceId = device.deviceId.toUpperCase();
    await refused('UnknownDevice', deviceId, hub.stringFor(deviceId, key));
  });

  it('is disabled, and may come in again when it is enabled', async () => {
    const device = await hub.createDevice({ status: 'disabled', statusReason: 'stolen' });
    await refused('DeviceDisabled', device.deviceId, device.connectionString);
    await hub.registry.update({ ...description(device), status: 'enabled' });
    const client = await hub.open(device.connectionString);
    await client.sendEvent(message('back'));
  });

  it('shows a certificate whose thumbprint is not registered', async () => {
    const [registered, foreign] = await Promise.all([selfSigned(freshId('mine')), selfSigned(freshId('foreign'))]);
    const device = await hub.createDevice({
      authentication: { type: 'selfSigned', x509Thumbprint: { primaryThumbprint: registered.sha256 } },
    });
    await refused('ThumbprintMismatch', device.deviceId, hub.stringFor(device.deviceId), foreign);
  });

  it('shows a certificate although it is registered with a key', async () => {
    const device = await hub.createDevice();
    const certificate = await selfSigned(device.deviceId);
    await refused('CertificateNotAccepted', device.deviceId, hub.stringFor(device.deviceId), certificate);
  });

  it('sends a token although it is registered with a certificate', async () => {
    const certificate = await selfSigned(freshId('cert'));
    const device = await hub.createDevice({
      authentication: { type: 'selfSigned', x509Thumbprint: { primaryThumbprint: certificate.sha256 } },
    });
    await refused('TokenNotAccepted', device.deviceId, hub.stringFor(device.deviceId, WRONG_KEY));
  });

  it('has the token of another device', async () => {
    const [device, other] = await Promise.all([hub.createDevice(), hub.createDevice()]);
    const { SharedAccessKey: key } = parse(other.connectionString);
    const token = deviceToken(`${hub.hostName}/devices/${other.deviceId}`, key);
    await refused('TokenForOtherResource', device.deviceId, withToken(device.deviceId, token));
  });

  it('has the token of a device whose id begins with its own', async () => {
    const deviceId = freshId('prefix');
    const [device, longer] = await Promise.all([
      hub.createDevice({ deviceId }), hub.createDevice({ deviceId: `${deviceId}x` })]);
    const { SharedAccessKey: key } = parse(device.connectionString);
    const token = deviceToken(`${hub.hostName}/devices/${deviceId}`, key);
    await refused('TokenForOtherResource', longer.deviceId, withToken(longer.deviceId, token));
  });

  it('names a policy that does not exist', async () => {
    const device = await hub.createDevice();
    const { SharedAccessKey: key } = parse(device.connectionString);
    const token = deviceToken(`${hub.hostName}/devices/${device.deviceId}`, key, { policy: 'nosuchpolicy' });
    await refused('UnknownPolicy', device.deviceId, withToken(device.deviceId, token));
  });

  it('was deleted', async () => {
    const device = await hub.createDevice();
    const client = await hub.open(device.connectionString);
    await client.close();
    await hub.registry.delete(device.deviceId);
    await refused('UnknownDevice', device.deviceId, device.connectionString);
  });

  it('is disconnected within 5 s of being disabled', async () => {
    const device = await hub.createDevice();
    const client = await hub.open(device.connectionString);
    const disconnected = next(client, 'disconnect', 5_000);
    await hub.registry.update({ ...description(device), status: 'disabled' });
    await disconnected;
    await server.logged('DeviceDisabled', device.deviceId);
  });

  it('is disconnected when it is deleted', async () => {
    const device = await hub.createDevice();
    const client = await hub.open(device.connectionString);
    const disconnected = next(client, 'disconnect');
    await hub.registry.delete(device.deviceId);
    await disconnected;
    await server.logged('DeviceDeleted', device.deviceId);
  });

  it('gives way to its newer connection', async () => {
    const device = await hub.createDevice();
    const reader = await Reader.start(hub.facts.eventHubConnectionString);
    try {
      const older = await hub.open(device.connectionString);
      const disconnected = next(older, 'disconnect');
      const newer = await hub.open(device.connectionString);
      await disconnected;
      await server.logged('SupersededByNewConnection', device.deviceId);
      await newer.sendEvent(message('the newer works', { messageId: 'newer' }));
      const events = await reader.fromDevice(device.deviceId);
      assert.deepEqual(events.map((event) => event.messageId), ['newer']);
    } finally {
      await reader.close();
    }
  });
});

describe('a server that a device must not trust', () => {
  let server;
  let hub;

  before(async () => {
    server = await Server.start();
    hub = new TestHub(server);
  });
  afterEach(() => hub?.close());
  after(() => server?.stop());

  it('is refused by a device that was given other roots', async () => {
    const device = await hub.createDevice();
    const foreign = await selfSigned('Some other root');
    const client = hub.client(device.connectionString, { ca: foreign.cert });
    await assert.rejects(hub.connect(client), /certificate/);
  });

  it('is refused by a device that calls it by a name that its certificate does not have', async () => {
    const device = await hub.createDevice();
    const client = hub.client(`${device.connectionString};GatewayHostName=elsewhere.test`);
    await assert.rejects(hub.connect(client), /does not match certificate's altnames/);
  });
});

/** What a registry update may carry of a device that was read. */
function description({ deviceId, authentication }) {
  return { deviceId, authentication };
}
