// Trust worlds, root changes and keys in tokens, with OpenSSL and the official device SDK for Node.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { Authority } from '../harness/authorities.js';
import { message, TestHub } from '../harness/hub.js';
import { run, Server } from '../harness/server.js';
import { settings } from '../harness/settings.js';
import { Token } from '../harness/token.js';

const NAME = 'hub1.hub.test';
const CHINA = 'hub1.hub.cn.test';
const OFFER = {
  'TLS 1.2 RSA': ['-tls1_2', '-cipher', 'ECDHE-RSA-AES128-GCM-SHA256'],
  'TLS 1.2 ECDSA': ['-tls1_2', '-cipher', 'ECDHE-ECDSA-AES128-GCM-SHA256'],
  'TLS 1.3 RSA': ['-tls1_3', '-sigalgs', 'rsa_pss_rsae_sha256'],
  'TLS 1.3 ECDSA': ['-tls1_3', '-sigalgs', 'ecdsa_secp256r1_sha256'],
};

describe('trust worlds', () => {
  let server;
  let hub;

  before(async () => {
    server = await Server.start(settings.data, { args: ['--domains', 'hub.cn.test=china'] });
    await server.logged('made', 'worlds/china/rsa/reserve.pem');
    hub = new TestHub(server);
  });
  afterEach(() => hub?.close());
  after(() => server?.stop());

  const file = (name) => join(settings.data, name);

  /** What OpenSSL says of the chain that it is shown. */
  async function openssl(name, ca, ...args) {
    const { stdout, stderr } = await run('openssl', [
      's_client', '-connect', '127.0.0.1:8883', '-servername', name, '-verify_hostname', name, '-CAfile', ca, ...args,
    ]);
    return stdout + stderr;
  }

  async function assertTrusted(name, ca, why) {
    for (const [what, args] of Object.entries(OFFER)) {
      assert.match(await openssl(name, ca, ...args), /Verify return code: 0 \(ok\)/, `${why}: ${what}`);
    }
  }

  async function get(name, path, headers = {}) {
    const request = https.get({ host: name, path, headers, ca: readFileSync(file(name === CHINA ? 'ca-china.pem' : 'ca.pem')) });
    const [response] = await once(request, 'response');
    let text = '';
    response.setEncoding('utf8').on('data', (part) => (text += part));
    await once(response, 'end');
    return { status: response.statusCode, headers: response.headers, text };
  }

  /** A device client of the SDK that connects by `name` and trusts `ca`. */
  async function open(name, ca, device) {
    return hub.open(device.connectionString.replace(NAME, name), { ca });
  }

  it('refuse the clients of each other, and let in their own', async () => {
    await assertTrusted(NAME, file('ca.pem'), 'the default world');
    await assertTrusted(CHINA, file('ca-china.pem'), 'the other world');
    for (const [name, ca] of [[NAME, 'ca-china.pem'], [CHINA, 'ca.pem']]) {
      for (const args of Object.values(OFFER)) {
        assert.match(await openssl(name, file(ca), ...args), /unable to get local issuer certificate/);
      }
    }

    const device = await hub.createDevice();
    const client = await open(CHINA, readFileSync(file('ca-china.pem'), 'utf8'), device);
    await client.sendEvent(message('from the other world'));
    await assert.rejects(open(CHINA, readFileSync(file('ca.pem'), 'utf8'), device));
    // The log names the root that the client would have to trust. The SDK goes without a word, OpenSSL says why.
    const root = new X509Certificate(readFileSync(file('ca-china.pem'))).subject.match(/CN=(.*)/)[1];
    await server.logged('ClosedInHandshake', root, CHINA);
    await openssl(CHINA, file('ca.pem'), '-verify_return_error');
    await server.logged('ClientAlertUnknownCa', root, CHINA);
  });

  it('have their bundles by host name, which caches can keep', async () => {
    for (const [name, world, ca] of [[NAME, 'default', 'ca.pem'], [CHINA, 'china', 'ca-china.pem']]) {
      assert.equal((await get(name, '/.well-known/holdfast/ca.pem')).text, readFileSync(file(ca), 'utf8'));
      const { headers, text } = await get(name, '/.well-known/holdfast/trust-bundle');
      const bundle = JSON.parse(text);
      assert.deepEqual([bundle.name, bundle.hub, bundle.world], [name, 'hub1', world]);
      assert.deepEqual(bundle.roots.map(({ role, chain }) => `${role} ${chain}`),
        ['primary rsa', 'primary ecdsa', 'reserve rsa', 'reserve ecdsa']);
      assert.equal(bundle.roots.map(({ certificate }) => certificate).join(''), readFileSync(file(ca), 'utf8'));
      const ends = bundle.roots.slice(0, 2).map(({ expiry }) => Date.parse(expiry));
      assert.equal(Date.parse(bundle.validUntil), Math.min(...ends) - 180 * 86_400_000);
      assert.ok(Date.parse(bundle.validFrom) < Date.now());

      const again = await get(name, '/.well-known/holdfast/trust-bundle', { 'If-None-Match': headers.etag });
      assert.deepEqual([again.status, again.text, again.headers.etag], [304, '', headers.etag]);
    }
    assert.equal(await server.done('cert', 'bundle', '--world', 'china'), readFileSync(file('ca-china.pem'), 'utf8'));
    const printed = JSON.parse(await server.done('cert', 'bundle', '--hub', 'hub1', '--format', 'json'));
    assert.deepEqual([printed.name, printed.world], [NAME, 'default']);
  });

  it('change their root without losing a client that has the bundle of before', async () => {
    const old = join(settings.scratch, 'old.pem');
    writeFileSync(old, readFileSync(file('ca.pem')));
    const [onlyRsa, onlyEcdsa] = ['rsa', 'ecdsa'].map((kind, i) => {
      const path = join(settings.scratch, `only-${kind}.pem`);
      writeFileSync(path, readFileSync(old, 'utf8').match(/-----BEGIN[^]+?-----END CERTIFICATE-----\n/g)[i]);
      return path;
    });
    const session = join(settings.scratch, 'session.pem');
    await openssl(NAME, old, ...OFFER['TLS 1.2 RSA'], '-sess_out', session);
    assert.match(await openssl(NAME, old, ...OFFER['TLS 1.2 RSA'], '-sess_in', session), /Reused/);
    const device = await hub.createDevice();
    const connected = await open(NAME, readFileSync(old, 'utf8'), device);

    for (const kind of ['rsa', 'ecdsa']) {
      const rehearsed = await server.done('cert', 'server', 'root', 'promote', '--key-type', kind);
      assert.match(rehearsed, /older than 20\d\d-.*\n.*Nothing was changed/);
    }
    assert.match(await openssl(NAME, onlyRsa, ...OFFER['TLS 1.2 RSA']), /code: 0 \(ok\)/);
    for (const kind of ['rsa', 'ecdsa']) {
      await server.done('cert', 'server', 'root', 'promote', '--key-type', kind, '--yes');
    }

    await connected.sendEvent(message('still connected'));
    await assertTrusted(NAME, old, 'the bundle of before');
    await assertTrusted(NAME, file('ca.pem'), 'the bundle of now');
    const other = await hub.createDevice();
    await (await open(NAME, readFileSync(old, 'utf8'), other)).sendEvent(message('new with the old bundle'));
    assert.match(await openssl(NAME, onlyRsa, ...OFFER['TLS 1.2 RSA']), /unable to get local issuer certificate/);
    assert.match(await openssl(NAME, onlyEcdsa, ...OFFER['TLS 1.3 ECDSA']), /unable to get local issuer certificate/);
    const resumed = await openssl(NAME, old, ...OFFER['TLS 1.2 RSA'], '-sess_in', session);
    assert.match(resumed, /New, TLSv1\.2/);
    assert.doesNotMatch(resumed, /Reused/);
    await assertTrusted(CHINA, file('ca-china.pem'), 'the other world');

    const listed = await server.done('cert', 'server', 'root', 'list', '--world', 'default');
    assert.deepEqual(listed.match(/primary|reserve|former/g),
      ['primary', 'primary', 'reserve', 'reserve', 'former', 'former']);
  });

  it('keep the new root over a restart and in a backup, and find the way back', async () => {
    const bundle = readFileSync(file('ca.pem'), 'utf8');
    const backup = join(settings.scratch, 'worlds.backup');
    await server.done('backup', '--out', backup);
    await server.stop();
    await server.startAgain();
    assert.equal(readFileSync(file('ca.pem'), 'utf8'), bundle);
    await assertTrusted(NAME, file('ca.pem'), 'after a restart');

    const restored = join(settings.scratch, 'restored');
    const { code, stderr } = await run(settings.holdfast, ['restore', backup, '--data', restored]);
    assert.equal(code, 0, stderr);
    for (const name of ['ca.pem', 'ca-china.pem', 'pki/rsa/reserve.pem', 'pki/worlds/china/ecc/reserve.pem']) {
      assert.equal(readFileSync(join(restored, name), 'utf8'), readFileSync(file(name), 'utf8'), name);
    }

    const old = join(settings.scratch, 'only-rsa.pem');
    const { fingerprint256 } = new X509Certificate(readFileSync(old));
    const sha256 = fingerprint256.replaceAll(':', '');
    await server.done('cert', 'server', 'root', 'promote', '--key-type', 'rsa', '--root', sha256, '--yes');
    assert.match(await openssl(NAME, old, ...OFFER['TLS 1.2 RSA']), /code: 0 \(ok\)/);
    const roots = JSON.parse(await server.done('cert', 'server', 'root', 'list', '--world', 'default', '--json'));
    const former = roots.find(({ role, chain }) => role === 'former' && chain === 'rsa');
    const refused = await server.run('cert', 'server', 'root', 'remove', sha256, '--yes');
    assert.match(refused.stderr, /This root is the primary one/);
    await server.done('cert', 'server', 'root', 'remove', former.sha256, '--yes');
    assert.ok(!readFileSync(file('ca.pem'), 'utf8').includes(former.certificate ?? '\0'));
    assert.equal(existsSync(file(`pki/rsa/former/${former.sha256}.pem`)), false, 'its key is deleted');
  });

  it('give their intermediate another key', async () => {
    const before = JSON.parse(await server.done('cert', 'server', 'show', '--world', 'china', '--json'));
    await server.done('cert', 'server', 'renew', '--world', 'china', '--intermediate');
    const now = JSON.parse(await server.done('cert', 'server', 'show', '--world', 'china', '--json'));
    for (const i of [0, 1]) {
      const [leaf, intermediate, root] = now[i].certificates.map(({ sha256 }, j) => sha256 === before[i].certificates[j].sha256);
      assert.deepEqual({ leaf, intermediate, root }, { leaf: false, intermediate: false, root: true });
    }
    await assertTrusted(CHINA, file('ca-china.pem'), 'a new intermediate');
  });

  it('take an operator\'s chain for names of their own only', async () => {
    const authority = await Authority.root('Operator root');
    const leaf = await authority.device(NAME);
    const refused = await server.run('cert', 'server', 'replace', '--world', 'china', '--chain', leaf.certFile, '--key', leaf.keyFile);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /serverAuth|names/);
    const nowhere = await server.run('cert', 'server', 'show', '--world', 'mars');
    assert.match(nowhere.stderr, /no such trust world; there is 'default', 'china'/);
  });
});

describe('server keys in a PKCS#11 token', () => {
  let server;
  let hub;
  let token;

  before(async () => {
    token = await Token.make();
    server = await Server.start(settings.data, { args: ['--config', token.config] });
    hub = new TestHub(server);
  });
  afterEach(() => hub?.close());
  after(() => server?.stop());

  async function openssl(offer) {
    const { stdout, stderr } = await run('openssl', [
      's_client', '-connect', '127.0.0.1:8883', '-servername', NAME, '-verify_hostname', NAME,
      '-CAfile', server.ready.trustBundle, ...OFFER[offer],
    ]);
    return stdout + stderr;
  }

  async function assertShown(kind) {
    for (const offer of [`TLS 1.2 ${kind}`, `TLS 1.3 ${kind}`]) {
      const text = await openssl(offer);
      assert.match(text, new RegExp(`subject=CN = server-${kind.toLowerCase()}`), offer);
      assert.match(text, /Verify return code: 0 \(ok\)/, offer);
      assert.match(text, kind === 'RSA' ? /Peer signature type: RSA-PSS/ : /Peer signature type: ECDSA/, offer);
    }
  }

  it('sign handshakes in TLS 1.2 and 1.3, for OpenSSL and for the device SDK', async () => {
    const device = await hub.createDevice(); // before: the service SDK trusts only what Node began with
    const authority = await Authority.root('Token root');
    for (const kind of ['rsa', 'ecdsa']) {
      const { chain, uri } = await token.makeKey(kind, authority, ['*.hub.test']);
      const shown = await server.done('cert', 'server', 'replace', '--chain', chain, '--key', uri);
      assert.ok(shown.includes(uri));
      assert.doesNotMatch(readFileSync(join(settings.data, 'pki', kind === 'rsa' ? 'rsa' : 'ecc', 'operator.pem'), 'utf8'),
        /PRIVATE KEY/);
    }
    await assertShown('RSA');
    await assertShown('ECDSA');
    const client = await hub.open(device.connectionString, { ca: authority.cert });
    await client.sendEvent(message('signed in a token'));
  });

  it('are used again after a restart', async () => {
    await server.stop();
    await server.startAgain();
    await assertShown('RSA');
    await assertShown('ECDSA');
  });

  it('are refused when the URI names none or has a PIN in it, and nothing changes', async () => {
    const chain = join(token.directory, 'server-rsa.chain.pem');
    for (const [uri, what] of [
      ['pkcs11:token=hub;object=other', /no private key under a certificate with the label 'other'/],
      ['pkcs11:token=elsewhere;object=server-rsa', /no token with the label 'elsewhere'/],
      ['pkcs11:token=hub;object=server-rsa?pin-value=271828', /pkcs11\.pinFile/],
      ['pkcs11:token=hub;object=server-ecdsa', /does not belong to the first certificate/],
    ]) {
      const { code, stderr } = await server.run('cert', 'server', 'replace', '--chain', chain, '--key', uri);
      assert.equal(code, 1);
      assert.match(stderr, what);
      assert.doesNotMatch(stderr, /271828/);
    }
    await assertShown('RSA');
    assert.doesNotMatch(server.output, /271828/);
  });

  it('are not asked twice with a PIN that the token refused', async () => {
    const directory = join(settings.scratch, 'wrong-pin');
    const pin = join(directory, 'pin');
    mkdirSync(directory, { recursive: true });
    writeFileSync(pin, '000000\n', { mode: 0o644 });
    writeFileSync(join(directory, 'holdfast.yaml'), readFileSync(token.config, 'utf8').replace(token.pinFile, pin));
    await server.stop();
    const other = await Server.start(join(directory, 'data'), { args: ['--config', join(directory, 'holdfast.yaml')] });
    try {
      const replace = () => other.run('cert', 'server', 'replace', '--chain', join(token.directory, 'server-rsa.chain.pem'),
        '--key', 'pkcs11:token=hub;object=server-rsa');
      assert.match((await replace()).stderr, /refuses the PIN in .*pin; correct it before the token locks itself/);
      assert.match((await replace()).stderr, /is not asked again with the same one/);
      await other.logged(`the PIN file ${pin} is open to other users`);
      writeFileSync(pin, readFileSync(token.pinFile));
      const { code, stderr } = await replace();
      assert.equal(code, 0, stderr);
      assert.doesNotMatch(other.output, /271828|000000/);
    } finally {
      await other.stop();
    }
    await server.startAgain();
    await assertShown('RSA');
  });

  it('fail by name while the token is gone, and the installation\'s own is shown without it', async () => {
    token.takeOut();
    try {
      for (const offer of Object.keys(OFFER)) {
        assert.match(await openssl(offer), /alert/, offer);
      }
      await server.logged('ServerKeyLost', 'object=server-rsa');
      await server.logged('ServerKeyLost', 'object=server-ecdsa');
      const again = await server.run('cert', 'server', 'replace', '--chain', join(token.directory, 'server-rsa.chain.pem'),
        '--key', 'pkcs11:token=hub;object=server-rsa');
      assert.match(again.stderr, /no token with the label 'hub'/);
      await server.done('cert', 'server', 'renew', '--key-type', 'rsa');
      assert.match(await openssl('TLS 1.3 RSA'), /Verify return code: 0 \(ok\)/);

      await server.stop();
      const { code, stderr } = await run(settings.holdfast,
        ['up', '--data', settings.data, '--domain', 'hub.test', '--config', token.config]);
      assert.equal(code, 1);
      assert.match(stderr, /operator\.pem is in a PKCS#11 token.*no token with the label 'hub'.*delete the file/);
    } finally {
      token.putBack();
    }
    await server.startAgain();
    await assertShown('ECDSA');
  });
});
