// The official device SDK for Node over MQTT with certificates of an authority that is registered with the hub.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Authority } from '../harness/authorities.js';
import { selfSigned } from '../harness/certificates.js';
import { next } from '../harness/deadline.js';
import { deviceErrors, freshId, message, TestHub } from '../harness/hub.js';
import { Reader } from '../harness/reader.js';
import { run, Server } from '../harness/server.js';
import { settings } from '../harness/settings.js';

const GUIDE = fileURLToPath(new URL('../../../docs/guides/x509-authority.md', import.meta.url));

/** The commands and extensions of certGen.sh in Azure's SDK for C: one serial number file for both authorities. */
const SCRIPTS = `
  mkdir newcerts; touch index.txt; echo 01 > serial
  cat > ca.cnf <<'END'
[ ca ]
default_ca = main
[ main ]
new_certs_dir = newcerts
database = index.txt
serial = serial
default_md = sha256
policy = loose
unique_subject = no
[ loose ]
commonName = supplied
[ req ]
distinguished_name = dn
string_mask = utf8only
[ dn ]
[ authority ]
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always,issuer
basicConstraints = critical, CA:true
keyUsage = critical, digitalSignature, cRLSign, keyCertSign
[ user ]
basicConstraints = CA:FALSE
nsCertType = client, email
nsComment = "OpenSSL Generated Client Certificate"
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid,issuer
keyUsage = critical, nonRepudiation, digitalSignature, keyEncipherment
extendedKeyUsage = clientAuth, emailProtection
END
  for name in root line device; do openssl genrsa -out $name.key 2048; done
  openssl req -new -x509 -config ca.cnf -extensions authority -key root.key -subj '/CN=Hub CA Cert Test Only' -days 30 -sha256 -out root.pem
  openssl req -new -config ca.cnf -key line.key -subj '/CN=Hub Intermediate Cert Test Only' -sha256 -out line.csr
  openssl ca -batch -config ca.cnf -keyfile root.key -cert root.pem -extensions authority -days 30 -notext -in line.csr -out line.pem
  openssl req -new -config ca.cnf -key device.key -subj '/CN=DEVICE' -sha256 -out device.csr
  openssl ca -batch -config ca.cnf -keyfile ABOVE.key -cert ABOVE.pem -extensions user -days 30 -notext -in device.csr -out device.pem
  cat device.pem line.pem root.pem > chain.pem`;

/** Those of Azure's tutorial for test certificates, which takes 'openssl ca' for the root itself, too. */
const TUTORIAL = `
  mkdir certs db; touch db/index; openssl rand -hex 16 > db/serial
  cat > ca.conf <<'END'
[ default ]
default_ca = main
[ main ]
new_certs_dir = certs
database = db/index
serial = db/serial
default_md = sha256
unique_subject = no
copy_extensions = none
policy = match
[ match ]
commonName = supplied
[ req ]
distinguished_name = dn
string_mask = utf8only
[ dn ]
[ ca_ext ]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[ sub_ca_ext ]
authorityKeyIdentifier = keyid:always
basicConstraints = critical,CA:true,pathlen:0
extendedKeyUsage = clientAuth,serverAuth
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[ client_ext ]
authorityKeyIdentifier = keyid:always
basicConstraints = critical,CA:false
extendedKeyUsage = clientAuth
keyUsage = critical,digitalSignature
subjectKeyIdentifier = hash
END
  for name in rootca subca device; do openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out $name.key; done
  openssl req -new -config ca.conf -subj /CN=rootca_common_name -key rootca.key -out rootca.csr
  openssl ca -batch -selfsign -config ca.conf -keyfile rootca.key -in rootca.csr -out rootca.crt -days 3650 -notext -extensions ca_ext
  openssl req -new -config ca.conf -subj /CN=subca_common_name -key subca.key -out subca.csr
  openssl ca -batch -config ca.conf -keyfile rootca.key -cert rootca.crt -in subca.csr -out subca.crt -days 365 -notext -extensions sub_ca_ext
  openssl req -new -config ca.conf -subj '/CN=DEVICE' -key device.key -out device.csr
  openssl ca -batch -config ca.conf -keyfile subca.key -cert subca.crt -in device.csr -out device.crt -days 365 -notext -extensions client_ext`;

describe('Node device SDK over MQTT with a certificate of an authority', () => {
  let server;
  let hub;
  let reader;
  let root;
  let line;

  before(async () => {
    server = await Server.start();
    hub = new TestHub(server);
    reader = await Reader.start(hub.facts.eventHubConnectionString);
    root = await Authority.root('Plant root', 'p384');
    line = await root.intermediate('Plant line 1');
    await add('plant', root);
  });
  afterEach(() => hub?.close());
  after(async () => {
    await reader?.close();
    await server?.stop();
  });

  function add(name, authority) {
    return server.done('cert', 'authority', 'add', name, '--file', authority.certFile);
  }

  async function register(deviceId = freshId('device')) {
    return hub.createDevice({ deviceId, authentication: { type: 'certificateAuthority' } });
  }

  async function send(deviceId, options) {
    const client = await hub.open(hub.stringFor(deviceId), options);
    await client.sendEvent(message('{"by":"authority"}', { contentType: 'application/json' }));
    return client;
  }

  /** Opens and expects the SDK's UnauthorizedError, and a line in the log with the reason and all `words`. */
  async function refused(reason, deviceId, options, ...words) {
    const client = hub.client(hub.stringFor(deviceId), options);
    await assert.rejects(hub.connect(client), (error) => {
      assert.ok(error instanceof deviceErrors.UnauthorizedError, `${error.name} is an UnauthorizedError`);
      assert.match(error.transportError?.message ?? error.message, /Not authorized/);
      return true;
    });
    const logged = await server.logged(reason, `device=${deviceId} `);
    for (const word of words) {
      assert.ok(logged.includes(word), `'${word}' is in: ${logged}`);
    }
  }

  for (const [rootKey, lineKey, deviceKey] of [
    ['p384', 'ec', 'ec'], ['rsa3072', 'rsa', 'rsa'], ['rsa', 'ec', 'rsa'], ['ec', 'rsa3072', 'ec']]) {
    it(`sends with ${deviceKey} key, chain over ${lineKey} to ${rootKey}, and its messages say how it came in`, async () => {
      const name = freshId('mixed');
      const top = await Authority.root(name, rootKey);
      await add(name, top);
      const device = await register();
      const own = await (await top.intermediate(`${name} line`, lineKey)).device(device.deviceId, { algorithm: deviceKey });
      await send(device.deviceId, own.chain());
      const [{ body, systemProperties }] = await reader.fromDevice(device.deviceId);
      assert.deepEqual(body, { by: 'authority' });
      assert.deepEqual(JSON.parse(systemProperties['iothub-connection-auth-method']), {
        scope: 'device', type: 'x509', issuer: 'external', acceptingIpFilterRule: null,
      });
      assert.equal(systemProperties['iothub-connection-auth-generation-id'], device.generationId);
    });
  }

  /** As the owner of a fleet would type it; `steps` leave their files in a directory of their own. */
  async function typed(steps) {
    const directory = join(settings.scratch, freshId('typed'));
    mkdirSync(directory);
    const { code, stderr } = await run('bash', ['-euc', steps], { cwd: directory });
    assert.equal(code, 0, stderr);
    return (name) => join(directory, name);
  }

  for (const above of ['root', 'line']) {
    it(`sends with what Azure's scripts make below the ${above}: serial numbers from 01, Netscape's extensions, usages in plenty`, async () => {
      const device = await register();
      const file = await typed(SCRIPTS.replaceAll('ABOVE', above).replaceAll('DEVICE', device.deviceId));
      const name = freshId('scripts');
      await add(name, { certFile: file('root.pem') });
      await send(device.deviceId, { cert: readFileSync(file('chain.pem'), 'utf8'), key: readFileSync(file('device.key'), 'utf8') });
      assert.equal((await reader.fromDevice(device.deviceId)).length, 1);
    });
  }

  it("sends with what Azure's tutorial makes: long random serial numbers, a subordinate with purposes and a path length", async () => {
    const device = await register();
    const file = await typed(TUTORIAL.replaceAll('DEVICE', device.deviceId));
    const name = freshId('tutorial');
    await add(name, { certFile: file('subca.crt') });
    await send(device.deviceId, { cert: readFileSync(file('device.crt'), 'utf8'), key: readFileSync(file('device.key'), 'utf8') });
    assert.equal((await reader.fromDevice(device.deviceId)).length, 1);
  });

  it('sends with a certificate of version 1, without any extension', async () => {
    const device = await register();
    const file = await typed(`
      openssl req -new -newkey rsa:2048 -noenc -subj "/CN=${device.deviceId}" -keyout device.key -out device.csr
      openssl x509 -req -in device.csr -CA ${root.certFile} -CAkey ${root.keyFile} -set_serial 1 -days 30 -out device.crt
      openssl x509 -in device.crt -noout -text | grep -q 'Version: 1 '`);
    await send(device.deviceId, { cert: readFileSync(file('device.crt'), 'utf8'), key: readFileSync(file('device.key'), 'utf8') });
    assert.equal((await reader.fromDevice(device.deviceId)).length, 1);
  });

  it('may show its chain in any order, doubled, and with the root', async () => {
    const device = await register();
    const cell = await line.intermediate('Plant cell 7');
    const own = await cell.device(device.deviceId);
    const cert = [own.cert, root.cert, line.cert, cell.cert, line.cert].join('');
    await send(device.deviceId, { cert, key: own.key });
    assert.equal((await reader.fromDevice(device.deviceId)).length, 1);
  });

  it('needs no chain below a registered intermediate, and what its root issued stays out', async () => {
    const above = await Authority.root('Another root');
    const below = await above.intermediate('Another line');
    await add('another-line', below);
    const device = await register();
    await send(device.deviceId, (await below.device(device.deviceId)).alone());
    assert.equal((await reader.fromDevice(device.deviceId)).length, 1);
    const other = await register();
    await refused('AuthorityUnknown', other.deviceId, (await above.device(other.deviceId)).alone(), 'CN=Another root');
  });

  it('is refused without its intermediate, and the log says where the chain stops', async () => {
    const device = await register();
    const own = await line.device(device.deviceId);
    await refused('AuthorityUnknown', device.deviceId, own.alone(), `stops at 'CN=${device.deviceId}'`, 'CN=Plant line 1',
      'CN=Plant root');
  });

  it('is refused with a certificate of another authority of the same name', async () => {
    const twin = await Authority.root('Plant root', 'p384');
    const device = await register();
    const own = await (await twin.intermediate('Plant line 1')).device(device.deviceId);
    await refused('IssuerKeyDiffers', device.deviceId, own.chain(), 'CN=Plant root');
    await refused('IssuerKeyDiffers', device.deviceId, { cert: own.chain().cert + twin.cert, key: own.key });
  });

  it('is refused with a certificate that it signed itself', async () => {
    const device = await register();
    await refused('CertificateSelfSigned', device.deviceId, await selfSigned(device.deviceId), 'thumbprint');
  });

  it('is refused with the certificate of another device, also one that differs in case only', async () => {
    const [device, other] = await Promise.all([register(), register()]);
    const own = await line.device(device.deviceId);
    await refused('CommonNameDiffers', other.deviceId, own.chain(), `'${device.deviceId}'`);
    const loud = await register(device.deviceId.toUpperCase());
    await refused('CommonNameDiffers', loud.deviceId, own.chain());
  });

  it('is refused with an expired certificate', async () => {
    const device = await register();
    const own = await line.device(device.deviceId, { days: -1 });
    await refused('LeafExpired', device.deviceId, own.chain());
  });

  it('is refused with the certificate of the authority itself', async () => {
    const device = await register();
    await refused('AuthorityShown', device.deviceId, root.alone(), "'plant'");
  });

  it('is refused when a device issued its certificate', async () => {
    const [thief, victim] = await Promise.all([register(), register()]);
    const stolen = await (await line.device(thief.deviceId)).device(victim.deviceId);
    await refused('IssuerNotAuthority', victim.deviceId, stolen.chain(), thief.deviceId);
  });

  it('is disconnected when it is disabled, stays out, and comes in again when it is enabled', async () => {
    const device = await register();
    const own = (await line.device(device.deviceId)).chain();
    const client = await send(device.deviceId, own);
    const disconnected = next(client, 'disconnect');
    await server.done('device', 'disable', device.deviceId);
    await disconnected;
    await refused('DeviceDisabled', device.deviceId, own);
    await server.done('device', 'enable', device.deviceId);
    await send(device.deviceId, own);
    assert.equal((await reader.fromDevice(device.deviceId, 2)).length, 2);
  });

  it('is disconnected when its authority is deleted, and stays out until it is registered again', async () => {
    const passing = await Authority.root('Passing root');
    await add('passing', passing);
    const [device, other] = await Promise.all([register(), register()]);
    const own = (await passing.device(device.deviceId)).alone();
    const client = await send(device.deviceId, own);
    const staying = await send(other.deviceId, (await line.device(other.deviceId)).chain());

    const disconnected = next(client, 'disconnect');
    await server.done('cert', 'authority', 'delete', 'passing');
    await disconnected;
    await server.logged('AuthorityDeleted', device.deviceId, "'passing'");
    await refused('AuthorityUnknown', device.deviceId, own, 'CN=Passing root');

    await staying.sendEvent(message('still here'));
    assert.equal((await reader.fromDevice(other.deviceId, 2)).length, 2);
    await add('passing-again', passing);
    await send(device.deviceId, own);
  });

  it('is let in by the certificates of the guide, made with its commands as they stand', async () => {
    const commands = [...readFileSync(GUIDE, 'utf8').matchAll(/^```sh\n(.*?)^```/gms)].map(([, block]) => block);
    assert.ok(commands.length >= 4, 'the guide has its commands');
    const where = join(settings.scratch, 'guide');
    mkdirSync(where);
    const script = ['set -euo pipefail', 'holdfast() { "$HOLDFAST" "$@" --data "$CONFORMANCE_DATA"; }',
      'holdfast cert authority delete plant', ...commands];
    const ran = await run('bash', ['-c', script.join('\n')], { cwd: where });
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout, /pump-1\.pem: OK/);
    const read = (name) => readFileSync(join(where, name), 'utf8');
    const [string] = ran.stdout.match(/HostName=\S*DeviceId=pump-1\S*/);
    const client = await hub.open(string, { cert: read('pump-1-chain.pem'), key: read('pump-1-key.pem') });
    await client.sendEvent(message('by the guide'));
    assert.equal((await reader.fromDevice('pump-1')).length, 1);
  });
});

describe('the certificate authorities of a hub', () => {
  let server;

  before(async () => {
    server = await Server.start();
  });
  after(() => server?.stop());

  it('are listed, shown and deleted by command, and survive a restart', async () => {
    const root = await Authority.root('Lasting root');
    const added = await server.run('cert', 'authority', 'add', 'lasting', '--file', root.certFile);
    assert.equal(added.code, 0, added.stderr);
    await server.stop();
    await server.startAgain();
    const { stdout } = await server.run('cert', 'authority', 'list');
    assert.match(stdout, /^lasting +CN=Lasting root,O=Plant /m);
    const shown = JSON.parse((await server.run('cert', 'authority', 'show', 'lasting', '--json')).stdout);
    assert.equal(shown.certificate.trim(), root.cert.trim());
    assert.equal(shown.isVerified, true);
    assert.equal((await server.run('cert', 'authority', 'delete', 'lasting')).code, 0);
    assert.doesNotMatch((await server.run('cert', 'authority', 'list')).stdout, /lasting/);
  });

  it('refuse what is none, in one sentence', async () => {
    const root = await Authority.root('Root of one');
    const device = await root.device('some-device');
    for (const [file, sentence] of [
      [device.certFile, /^holdfast: 'CN=some-device' is no certificate authority: .*CA:TRUE/],
      [root.keyFile, /^holdfast: .* holds a private key/],
    ]) {
      const { code, stderr } = await server.run('cert', 'authority', 'add', 'none', '--file', file);
      assert.equal(code, 1);
      assert.match(stderr, sentence);
    }
  });
});
