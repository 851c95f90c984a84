// The official device SDK for Node over MQTT with a self-signed certificate whose thumbprint is registered.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { selfSigned } from '../harness/certificates.js';
import { freshId, message, TestHub } from '../harness/hub.js';
import { Reader } from '../harness/reader.js';
import { Server } from '../harness/server.js';

describe('Node device SDK over MQTT with a certificate', () => {
  let server;
  let hub;
  let reader;

  before(async () => {
    server = await Server.start();
    hub = new TestHub(server);
    reader = await Reader.start(hub.facts.eventHubConnectionString);
  });
  afterEach(() => hub?.close());
  after(async () => {
    await reader?.close();
    await server?.stop();
  });

  async function register(primaryThumbprint, secondaryThumbprint) {
    return hub.createDevice({
      authentication: { type: 'selfSigned', x509Thumbprint: { primaryThumbprint, secondaryThumbprint } },
    });
  }

  for (const algorithm of ['ec', 'rsa']) {
    for (const digest of ['sha1', 'sha256']) {
      it(`sends with ${algorithm.toUpperCase()} key and ${digest} thumbprint, primary and secondary`, async () => {
        const [first, second] = await Promise.all([
          selfSigned(freshId('cert'), algorithm), selfSigned(freshId('cert'), algorithm)]);
        const device = await register(first[digest], second[digest]);

        for (const { cert, key } of [first, second]) {
          const client = await hub.open(hub.stringFor(device.deviceId), { cert, key });
          await client.sendEvent(message('{"by":"certificate"}', { contentType: 'application/json' }));
          await client.close();
        }

        const events = await reader.fromDevice(device.deviceId, 2);
        for (const { body, systemProperties } of events) {
          assert.deepEqual(body, { by: 'certificate' });
          assert.deepEqual(JSON.parse(systemProperties['iothub-connection-auth-method']), {
            scope: 'device', type: 'x509', issuer: 'external', acceptingIpFilterRule: null,
          });
          assert.equal(systemProperties['iothub-connection-auth-generation-id'], device.generationId);
        }
      });
    }
  }

  it('accepts thumbprints as people paste them: lower case', async () => {
    const certificate = await selfSigned(freshId('cert'));
    const device = await register(certificate.sha256.toLowerCase());
    const client = await hub.open(hub.stringFor(device.deviceId), certificate);
    await client.sendEvent(message('lower'));
    assert.equal((await reader.fromDevice(device.deviceId)).length, 1);
  });

  it('follows a rotation: the new thumbprint is let in, the removed one is refused', async () => {
    const [old, fresh] = await Promise.all([selfSigned(freshId('old')), selfSigned(freshId('new'))]);
    const device = await register(old.sha256);
    const sendWith = async (certificate) => {
      const client = await hub.open(hub.stringFor(device.deviceId), certificate);
      await client.sendEvent(message('rotating'));
      await client.close();
    };
    await sendWith(old);
    await hub.registry.update({
      deviceId: device.deviceId,
      status: 'enabled',
      authentication: { type: 'selfSigned', x509Thumbprint: { primaryThumbprint: fresh.sha256 } },
    });
    await sendWith(fresh);
    await assert.rejects(sendWith(old), { name: 'UnauthorizedError' });
    await server.logged('ThumbprintMismatch', device.deviceId);
  });

  it('lets a device with a key show any certificate as well: the key decides', async () => {
    const certificate = await selfSigned(freshId('cert'));
    const device = await hub.createDevice();
    const { connect, connectOptions } = await import('../harness/raw-mqtt.js');
    const client = await connect(connectOptions(hub, device.connectionString, certificate));
    await client.publishAsync(`devices/${device.deviceId}/messages/events/`, 'key and certificate', { qos: 1 });
    await client.endAsync();
    const [event] = await reader.fromDevice(device.deviceId);
    assert.equal(JSON.parse(event.systemProperties['iothub-connection-auth-method']).type, 'sas');
  });
});
