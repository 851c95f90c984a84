// The front door as openssl s_client sees it.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { run, Server } from '../harness/server.js';

const PORTS = { MQTT: 8883, AMQP: 5671, HTTPS: 443 };
const NAMES = ['hub1.hub.test', 'hub1.device.hub.test', 'hub1.service.hub.test', 'localhost'];
const ECDHE_ECDSA = 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384';
const ECDSA_SCHEMES = 'ECDSA+SHA256:ECDSA+SHA384';

describe('openssl s_client', () => {
  let server;

  before(async () => {
    server = await Server.start();
  });
  after(() => server?.stop());

  /** One handshake, closed at once: exit code, everything printed, and what was negotiated. */
  async function handshake(port, ...args) {
    const name = args.includes('-servername') ? args[args.indexOf('-servername') + 1] : 'hub1.hub.test';
    const { code, stdout, stderr } = await run('openssl', [
      's_client', '-connect', `127.0.0.1:${port}`, '-servername', name, '-CAfile', server.ready.trustBundle,
      '-verify_return_error', '-verify_hostname', name, ...args,
    ]);
    return {
      code,
      text: stdout + stderr,
      verified: /Verify return code: 0 \(ok\)/.test(stdout),
      cipher: stdout.match(/Cipher is (\S+)/)?.[1],
      leafKey: stdout.match(/^ 0 s:.*\n.*\n   a:PKEY: (rsaEncryption|id-ecPublicKey)/m)?.[1],
      chainLength: stdout.match(/^ \d s:/gm)?.length ?? 0,
    };
  }

  for (const [protocol, port] of Object.entries(PORTS)) {
    it(`gets the RSA chain on ${port} (${protocol}) when it accepts both, over TLS 1.3 and 1.2`, async () => {
      for (const version of ['-tls1_3', '-tls1_2']) {
        const result = await handshake(port, version);
        assert.equal(result.code, 0, result.text);
        assert.equal(result.verified, true, result.text);
        assert.equal(result.leafKey, 'rsaEncryption', version);
        assert.ok(result.chainLength >= 2, 'the intermediate is sent along');
      }
    });

    it(`gets the ECC chain on ${port} (${protocol}) when it accepts only ECDSA`, async () => {
      for (const offer of [['-tls1_2', '-cipher', ECDHE_ECDSA], ['-tls1_3', '-sigalgs', ECDSA_SCHEMES]]) {
        const result = await handshake(port, ...offer);
        assert.equal(result.code, 0, result.text);
        assert.equal(result.verified, true, result.text);
        assert.equal(result.leafKey, 'id-ecPublicKey', offer.join(' '));
        assert.ok(result.chainLength >= 2, 'the intermediate is sent along');
      }
    });

    it(`is asked for a certificate on ${port} (${protocol}) in the first handshake, and let in without one`, async () => {
      for (const version of ['-tls1_3', '-tls1_2']) {
        const result = await handshake(port, version);
        assert.equal(result.code, 0, result.text);
        assert.match(result.text, /^Requested Signature Algorithms: /m, version);
        // No issuer is named: a device would keep certificates of others to itself.
        assert.match(result.text, /^No client certificate CA names sent$/m, version);
      }
    });

    it(`is refused on ${port} (${protocol}) with TLS 1.1 and 1.0`, async () => {
      for (const version of ['-tls1_1', '-tls1']) {
        const result = await handshake(port, version, '-cipher', 'DEFAULT:@SECLEVEL=0');
        assert.notEqual(result.code, 0, version);
        assert.match(result.text, /alert protocol version|wrong version number|unsupported protocol/i, version);
      }
    });
  }

  for (const name of NAMES) {
    it(`verifies the name ${name}`, async () => {
      const result = await handshake(8883, '-servername', name);
      assert.equal(result.code, 0, result.text);
      assert.equal(result.verified, true, result.text);
    });
  }

  it('verifies the address 127.0.0.1', async () => {
    const { code, stdout, stderr } = await run('openssl', [
      's_client', '-connect', '127.0.0.1:8883', '-noservername', '-CAfile', server.ready.trustBundle,
      '-verify_return_error', '-verify_ip', '127.0.0.1',
    ]);
    assert.equal(code, 0, stdout + stderr);
  });

  const TODAY = [
    'ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES128-SHA256', 'ECDHE-RSA-AES256-SHA384',
    'ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-AES128-SHA256',
    'ECDHE-ECDSA-AES256-SHA384',
  ];
  it('may use each of the eight TLS 1.2 suites of today\'s hub', async () => {
    for (const suite of TODAY) {
      const result = await handshake(8883, '-tls1_2', '-cipher', suite);
      assert.equal(result.code, 0, `${suite}: ${result.text}`);
      assert.equal(result.cipher, suite);
    }
  });

  it('may not use any other TLS 1.2 suite', async () => {
    for (const suite of ['AES128-SHA', 'AES128-GCM-SHA256', 'ECDHE-RSA-AES128-SHA', 'DHE-RSA-AES128-GCM-SHA256',
      'ECDHE-RSA-CHACHA20-POLY1305']) {
      const result = await handshake(8883, '-tls1_2', '-cipher', `${suite}:@SECLEVEL=0`);
      assert.notEqual(result.code, 0, suite);
      assert.match(result.text, /alert handshake failure/, suite);
    }
  });

  it('is not verified without our roots', async () => {
    const { code, stdout, stderr } = await run('openssl', [
      's_client', '-connect', '127.0.0.1:8883', '-servername', 'hub1.hub.test', '-verify_return_error',
    ]);
    assert.notEqual(code, 0);
    assert.match(stdout + stderr, /self-signed certificate in certificate chain|unable to get local issuer/);
  });

  it('finds the same trust bundle at the well-known address', async () => {
    const { default: https } = await import('node:https');
    const { readFileSync } = await import('node:fs');
    const bundle = readFileSync(server.ready.trustBundle, 'utf8');
    const fetched = await new Promise((resolve, reject) => {
      https.get({ host: 'hub1.hub.test', path: '/.well-known/holdfast/ca.pem', ca: bundle }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part) => (text += part));
        response.on('end', () => resolve({ status: response.statusCode, text }));
      }).on('error', reject);
    });
    assert.deepEqual(fetched, { status: 200, text: bundle });
  });
});
