// mosquitto_pub, which knows nothing of IoT hubs, with a token as password.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { selfSigned } from '../harness/certificates.js';
import { deviceToken, freshId, parse, TestHub } from '../harness/hub.js';
import { Reader } from '../harness/reader.js';
import { run, Server } from '../harness/server.js';
import { settings } from '../harness/settings.js';

describe('mosquitto_pub', () => {
  let server;
  let hub;
  let reader;
  let device;

  before(async () => {
    server = await Server.start();
    hub = new TestHub(server);
    reader = await Reader.start(hub.facts.eventHubConnectionString);
    device = await hub.createDevice();
  });
  after(async () => {
    await reader?.close();
    await server?.stop();
  });

  /** Settings of the OpenSSL library: mosquitto_pub's own --tls-version names only the lowest version. */
  function only(version) {
    const file = join(settings.scratch, `openssl-${version}.cnf`);
    writeFileSync(file, `openssl_conf = init\n[init]\nssl_conf = ssl\n[ssl]\nsystem_default = tls\n[tls]\n`
      + `MinProtocol = ${version}\nMaxProtocol = ${version}\nCipherString = DEFAULT:@SECLEVEL=0\n`);
    return { ...process.env, OPENSSL_CONF: file };
  }

  function publish(payload, { host = hub.hostName, key, bag = '', extra = [], id = device.deviceId, env } = {}) {
    const secret = key ?? parse(device.connectionString).SharedAccessKey;
    const password = secret
      ? ['-P', deviceToken(`${hub.hostName}/devices/${id}`, secret)]
      : [];
    return run('mosquitto_pub', [
      '-V', 'mqttv311', '-h', host, '-p', '8883', '-q', '1', '--cafile', server.ready.trustBundle,
      '-i', id, '-u', `${hub.hostName}/${id}/?api-version=2021-04-12`, ...password,
      '-t', `devices/${id}/messages/events/${bag}`, '-m', payload, ...extra,
    ], { env: env ?? process.env });
  }

  for (const version of ['TLSv1.2', 'TLSv1.3']) {
    it(`sends over ${version}`, async () => {
      const count = reader.of(device.deviceId).length;
      const { code, stderr } = await publish(`over ${version}`, {
        bag: '%24.ct=text%2Fplain&%24.ce=utf-8&via=mosquitto', env: only(version),
      });
      assert.equal(code, 0, stderr);
      const event = (await reader.fromDevice(device.deviceId, count + 1)).at(-1);
      assert.equal(event.body.toString(), `over ${version}`);
      assert.equal(event.contentType, 'text/plain');
      assert.deepEqual(event.properties, { via: 'mosquitto' });
    });
  }

  it('sends with a certificate whose thumbprint is registered', async () => {
    const certificate = await selfSigned(freshId('mosquitto'));
    const { deviceId } = await hub.createDevice({
      authentication: { type: 'selfSigned', x509Thumbprint: { primaryThumbprint: certificate.sha256 } },
    });
    const { code, stderr } = await publish('certified', {
      id: deviceId, key: '', extra: ['--cert', certificate.certFile, '--key', certificate.keyFile],
    });
    assert.equal(code, 0, stderr);
    assert.equal((await reader.fromDevice(deviceId)).length, 1);
  });

  it('is refused with a wrong key', async () => {
    const { code, stderr } = await publish('never', { key: Buffer.alloc(32, 7).toString('base64') });
    assert.notEqual(code, 0);
    assert.match(stderr, /not authori[sz]ed/i);
    await server.logged('TokenSignatureWrong', device.deviceId);
  });

  it('is refused with TLS 1.1', async () => {
    const { code, stderr } = await publish('never', { extra: ['--tls-version', 'tlsv1.1'], env: only('TLSv1.1') });
    assert.notEqual(code, 0);
    assert.match(stderr, /protocol version|TLS error/i);
  });

  it('checks the host name, and finds it wrong under another name', async () => {
    const { code, stderr } = await publish('never', { host: 'elsewhere.test' });
    assert.notEqual(code, 0);
    assert.match(stderr, /host name verification failed|certificate verify failed|TLS error|tls/i);
  });
});
