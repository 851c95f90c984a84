// Every TLS policy that comes with the server: what public tools negotiate or are told, and the official device SDK for Node on each.
//
// The table in docs/reference/tls.md is made here; CONFORMANCE_WRITE=1 writes it anew.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, afterEach, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { close, connect, putToken, receive } from '../harness/amqp.js';
import { Authority } from '../harness/authorities.js';
import { selfSigned } from '../harness/certificates.js';
import { deviceErrors, eventHubToken, freshId, message, parse, TestHub } from '../harness/hub.js';
import { Reader } from '../harness/reader.js';
import { run, Server } from '../harness/server.js';

const PAGE = fileURLToPath(new URL('../../../docs/reference/tls.md', import.meta.url));
const BEGIN = '<!-- made by conformance/run policies -->\n';
const END = '<!-- end -->\n';
const NAME = 'hub1.hub.test';
const POLICIES = [
  'hub-2025', 'modern', 'hub-2021-strict', 'hub-2021-strict-ecc', 'hub-2021-ecc-preview', 'hub-2021-legacy',
  'dps-2024-recommended', 'dps-2024-legacy-security', 'dps-2024-legacy-performance',
];
const OLD = ['ECDHE-RSA-AES256-SHA', 'ECDHE-RSA-AES128-SHA', 'AES256-SHA', 'AES128-SHA'];
const SUITES = {
  1.3: ['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'],
  1.2: [
    'ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-SHA384', 'ECDHE-ECDSA-AES128-SHA256',
    'ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-RSA-CHACHA20-POLY1305', 'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES256-SHA384', 'ECDHE-RSA-AES128-SHA256',
    'DHE-RSA-AES256-GCM-SHA384', 'DHE-RSA-AES128-GCM-SHA256',
    'AES256-GCM-SHA384', 'AES128-GCM-SHA256', 'AES256-SHA256', 'AES128-SHA256', ...OLD,
  ],
  1.1: OLD,
  '1.0': OLD,
};
const OPTION = { 1.3: '-tls1_3', 1.2: '-tls1_2', 1.1: '-tls1_1', '1.0': '-tls1' };

describe('TLS policies', () => {
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

  /** The kind of certificate with which a handshake ended, or the number of the alert that ended it. */
  async function openssl(...args) {
    const { stdout, stderr } = await run('openssl', [
      's_client', '-connect', '127.0.0.1:8883', '-servername', NAME, '-CAfile', server.ready.trustBundle, ...args,
    ]);
    const alert = stderr.match(/SSL alert number (\d+)/)?.[1];
    const suite = stdout.match(/Cipher is (\S+)/)?.[1];
    if (alert) {
      return { cell: alert };
    }
    assert.ok(suite && suite !== '(NONE)', stdout + stderr);
    assert.match(stdout, /Verify return code: 0 \(ok\)/, args.join(' '));
    return { suite, cell: /a:PKEY: id-ecPublicKey/.test(stdout) ? 'ECC' : 'RSA' };
  }

  function offering(version, suite) {
    return version === '1.3'
      ? openssl(OPTION[version], '-ciphersuites', suite)
      : openssl(OPTION[version], '-cipher', `${suite}:@SECLEVEL=0`);
  }

  it('negotiate or refuse each version and suite as the page says', async () => {
    const rows = [];
    for (const [version, suites] of Object.entries(SUITES).sort().reverse()) {
      suites.forEach((suite) => rows.push({ version, suite, cells: [] }));
    }
    for (const policy of POLICIES) {
      await server.done('policy', 'set', 'hub1', policy);
      for (const row of rows) {
        const { suite, cell } = await offering(row.version, row.suite);
        assert.ok(suite === undefined || suite === row.suite, `${policy}: ${row.suite} became ${suite}`);
        row.cells.push(cell);
      }
    }
    const table = [
      `| TLS | suite | ${POLICIES.map((policy) => `\`${policy}\``).join(' | ')} |`,
      `|---|---|${POLICIES.map(() => '---|').join('')}`,
      ...rows.map(({ version, suite, cells }) => `| ${version} | ${suite} | ${cells.join(' | ')} |`),
    ].join('\n') + '\n';
    const page = readFileSync(PAGE, 'utf8');
    const begin = page.indexOf(BEGIN) + BEGIN.length;
    const end = page.indexOf(END);
    assert.ok(begin >= BEGIN.length && end >= begin, 'the page has a place for the table');
    if (process.env.CONFORMANCE_WRITE) {
      writeFileSync(PAGE, page.slice(0, begin) + table + page.slice(end));
    } else {
      assert.equal(page.slice(begin, end), table);
    }
  });

  it('refuse 3DES today, with the date on which it ended', async () => {
    await server.done('policy', 'set', 'hub1', 'hub-2021-legacy');

    const { code, stdout, stderr } = await run('gnutls-cli', [
      '--port', '8883', '--x509cafile', server.ready.trustBundle, '--sni-hostname', NAME, '--verify-hostname', NAME,
      '--priority', 'NONE:+VERS-TLS1.0:+RSA:+3DES-CBC:+SHA1:+COMP-NULL:+SIGN-ALL:%COMPAT', '127.0.0.1',
    ]);

    assert.notEqual(code, 0);
    assert.match(stdout + stderr, /Handshake failed/);
    await server.logged('Retired', 'TLS_RSA_WITH_3DES_EDE_CBC_SHA', 'hub-2021-legacy', '2022-10-01');
  });

  it('answer a name that no hub has with alert 112 and a line in the log', async () => {
    const { stdout, stderr } = await run('openssl', [
      's_client', '-connect', '127.0.0.1:8883', '-servername', 'nobody.hub.test',
    ]);

    assert.match(stdout + stderr, /SSL alert number 112/);
    await server.logged('UnknownServerName', "'nobody.hub.test'");
  });

  it('judge a device again that came in by the name of another hub', async () => {
    await server.done('policy', 'set', 'hub1', '--default');
    await server.done('hub', 'create', 'hub2', '--min-tls', '1.2');
    const strict = new TestHub(server, 'hub2');
    try {
      const device = await strict.createDevice();
      // By its own name the SDK is offered TLS 1.2; by localhost, which means hub1, it agrees on TLS 1.3.
      await strict.open(device.connectionString);
      await assert.rejects(
        strict.open(`${device.connectionString};GatewayHostName=localhost`), deviceErrors.UnauthorizedError);

      const line = await server.logged('TlsNotAccepted', `device=${device.deviceId} `);
      assert.match(line, /TLS 1\.3.*hub2.*hub-2021-strict-ecc.*'localhost'/);
    } finally {
      await strict.close();
      await server.done('hub', 'delete', 'hub2', '--yes');
    }
  });

  it('judge a reader again that names another hub than its handshake did', async () => {
    await server.done('policy', 'set', 'hub1', '--default');
    await server.done('hub', 'create', 'hub2', '--min-tls', '1.2');
    const events = parse(server.hub('hub2').eventHubConnectionString);
    const hostName = new URL(events.Endpoint.replace(/^sb:/, 'https:')).hostname;
    const address = `${events.EntityPath}/ConsumerGroups/$Default/Partitions/0`;

    /** Opens AMQP to hub2 below a handshake of its own kind, and reads with a good token. */
    async function readBelow(handshake) {
      const connection = await connect({ host: '127.0.0.1', hostname: hostName, ca: hub.ca, checkServerIdentity: () => undefined, ...handshake });
      try {
        const audience = `sb://${hostName}/${address}`;
        assert.equal(await putToken(connection, audience, eventHubToken(audience, events.SharedAccessKey, events.SharedAccessKeyName)), 200);
        await receive(connection, { address });
      } finally {
        await close(connection);
      }
    }

    try {
      // By its own name a client is offered TLS 1.2; by hub1's, or by none, it agrees on TLS 1.3.
      await readBelow({ servername: hostName });
      await readBelow({ servername: NAME, maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES256-GCM-SHA384' });
      for (const [servername, words] of [[NAME, `named '${NAME}'`], ['localhost', "named 'localhost'"], ['', 'no SNI']]) {
        await assert.rejects(readBelow({ servername }), (error) => error.condition === 'amqp:unauthorized-access');
        const line = await server.logged(' amqp ', ' TlsNotAccepted: ', words);
        assert.match(line, /TLS 1\.3.*hub2.*hub-2021-strict-ecc/);
      }
    } finally {
      await server.done('hub', 'delete', 'hub2', '--yes');
    }
  });

  for (const policy of POLICIES) {
    it(`${policy}: the device SDK sends by key, by thumbprint and by authority`, async () => {
      await server.done('policy', 'set', 'hub1', policy);
      const name = freshId('plant');
      const root = await Authority.root(`${policy} root`);
      await server.done('cert', 'authority', 'add', name, '--file', root.certFile);

      const byKey = await hub.createDevice();
      const certificate = await selfSigned(freshId('thumbprint'));
      const byThumbprint = await hub.createDevice({
        authentication: {
          type: 'selfSigned',
          x509Thumbprint: { primaryThumbprint: certificate.sha1, secondaryThumbprint: certificate.sha1 },
        },
      });
      const byAuthority = await hub.createDevice({ authentication: { type: 'certificateAuthority' } });
      const issued = await root.device(byAuthority.deviceId);

      for (const [device, options] of [[byKey, {}], [byThumbprint, { cert: certificate.cert, key: certificate.key }], [byAuthority, issued.chain()]]) {
        const client = await hub.open(device.connectionString, options);
        await client.sendEvent(message(`{"policy":"${policy}"}`, { contentType: 'application/json' }));
        const [event] = await reader.fromDevice(device.deviceId);
        assert.deepEqual(event.body, { policy });
        await client.close();
      }
    });
  }
});
