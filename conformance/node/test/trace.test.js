// What `holdfast tls trace` and `holdfast doctor` tell, about OpenSSL's servers and about a running Holdfast.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import tls from 'node:tls';
import { next, Waiters, within } from '../harness/deadline.js';
import { TestHub } from '../harness/hub.js';
import { run, Server } from '../harness/server.js';
import { settings } from '../harness/settings.js';

const file = (name) => join(settings.scratch, name);

async function openssl(...args) {
  const { code, stderr } = await run('openssl', args);
  assert.equal(code, 0, stderr);
}

/** A certificate for a host name below the root of this suite. */
async function issue(name, key, host, days) {
  const kind = key === 'rsa' ? ['-newkey', 'rsa:2048'] : ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  await openssl('req', '-new', ...kind, '-noenc', '-subj', `/CN=${host}`, '-keyout', file(`${name}.key`), '-out', file(`${name}.csr`));
  writeFileSync(file(`${name}.ext`), `subjectAltName=DNS:${host}\nextendedKeyUsage=serverAuth,clientAuth\n`);
  await openssl('x509', '-req', '-in', file(`${name}.csr`), '-CA', file('root.pem'), '-CAkey', file('root.key'), '-set_serial',
    `0x${process.hrtime.bigint().toString(16)}`, '-sha256', '-days', String(days), '-extfile', file(`${name}.ext`), '-out', file(`${name}.pem`));
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await next(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** Runs a trace against `openssl s_server`: exit code, standard error, and the JSON. */
async function traceOpenssl(certificate, serverArgs, ...args) {
  const port = await freePort();
  const server = spawn('openssl', ['s_server', '-accept', `127.0.0.1:${port}`, '-cert', file(`${certificate}.pem`), '-key',
    file(`${certificate}.key`), ...serverArgs], { stdio: ['pipe', 'pipe', 'pipe'] });
  const changes = new Waiters();
  let said = '';
  for (const stream of [server.stdout, server.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said += text;
      changes.changed();
    });
  }
  try {
    await changes.until(15_000, 'ACCEPT', () => said.includes('ACCEPT'));
    return await trace(`localhost:${port}`, ...(args.includes('--trust') ? [] : ['--trust', file('root.pem')]), ...args);
  } finally {
    const ended = next(server, 'close');
    server.kill('SIGKILL');
    await ended;
  }
}

async function trace(...args) {
  const { code, stdout, stderr } = await run(settings.holdfast, ['tls', 'trace', ...args, '--json']);
  return { code, stderr, json: JSON.parse(stdout) };
}

const states = ({ steps }) => steps.map((step) => step.state);
const seen = ({ steps }, number) => steps[number - 1].seen.map(({ what }) => what);
const ALL_OF_TLS13 = ['done', 'done', 'done', 'not needed', 'part of other steps', 'done', 'done', 'done', 'done'];

describe('holdfast tls trace, of openssl s_server', () => {
  before(async () => {
    await openssl('req', '-x509', '-newkey', 'rsa:2048', '-noenc', '-days', '30', '-subj', '/CN=Trace Root', '-keyout', file('root.key'), '-out', file('root.pem'));
    await issue('rsa', 'rsa', 'localhost', 30);
    await issue('ec', 'ec', 'localhost', 30);
    await issue('other', 'ec', 'elsewhere.test', 30);
    await issue('old', 'ec', 'localhost', -1);
  });

  for (const [certificate, suite, key] of [['rsa', 'TLS_ECDHE_RSA_', 'RSA 2048'], ['ec', 'TLS_ECDHE_ECDSA_', 'EC 256']]) {
    it(`tells TLS 1.2 with an ${key} key message by message`, async () => {
      const { code, stderr, json } = await traceOpenssl(certificate, ['-tls1_2']);
      assert.equal(code, 0, stderr);
      assert.equal(json.version, 'TLS 1.2');
      assert.ok(json.suite.startsWith(suite), json.suite);
      assert.equal(json.group, 'x25519');
      assert.equal(json.certificates[0].key, key);
      assert.equal(json.judgement.root, 'CN=Trace Root');
      assert.deepEqual(states(json), ['done', 'done', 'done', 'not needed', 'done', 'done', 'done', 'done', 'done']);
      assert.deepEqual(seen(json, 3), ['Certificate', 'ServerKeyExchange', 'ServerHelloDone']);
      assert.deepEqual(seen(json, 5), ['ClientKeyExchange']);
      assert.deepEqual(seen(json, 7), ['ChangeCipherSpec', 'encrypted record']);
      assert.deepEqual(seen(json, 8), ['NewSessionTicket', 'ChangeCipherSpec', 'encrypted record']);
      const times = json.steps.flatMap((step) => step.seen).map(({ atMillis }) => atMillis);
      assert.ok(times.every((time) => time >= json.connectedAfterMillis), 'nothing is sent before there is a connection');
    });
  }

  it('tells TLS 1.3, where steps are combined and gone', async () => {
    const { code, stderr, json } = await traceOpenssl('ec', ['-tls1_3']);
    assert.equal(code, 0, stderr);
    assert.deepEqual(states(json), ALL_OF_TLS13);
    assert.equal(json.steps[1].seen[0].details.group, 'x25519');
    assert.equal(json.resumed, false);
  });

  it('tells a HelloRetryRequest and the second hello', async () => {
    const { code, stderr, json } = await traceOpenssl('ec', ['-tls1_3', '-groups', 'P-384']);
    assert.equal(code, 0, stderr);
    assert.deepEqual(seen(json, 1), ['ClientHello', 'ClientHello']);
    assert.equal(seen(json, 2)[0], 'HelloRetryRequest');
    assert.deepEqual(json.steps[0].seen[1].details.keysForGroups, ['secp384r1']);
    assert.equal(json.group, 'secp384r1');
  });

  it('tells that a client certificate is required, and shows one', async () => {
    const required = ['-Verify', '1', '-CAfile', file('root.pem')];
    const none = await traceOpenssl('ec', [...required, '-tls1_3']);
    assert.equal(none.code, 1);
    assert.match(none.stderr, /'certificate_required'.*--cert and --key/);
    assert.equal(states(none.json)[8], 'failed');
    const none12 = await traceOpenssl('ec', [...required, '-tls1_2']);
    assert.match(none12.stderr, /'handshake_failure'.*asked for a client certificate and got none/);
    for (const version of ['-tls1_2', '-tls1_3']) {
      const { code, stderr, json } = await traceOpenssl('ec', [...required, version], '--cert', file('rsa.pem'), '--key', file('rsa.key'));
      assert.equal(code, 0, stderr);
      assert.equal(json.clientCertificate.sent, 'CN=localhost');
      assert.equal(states(json)[3], 'done');
    }
  });

  it('tells the alert of a server of TLS 1.0 alone, and that it has to be updated', async () => {
    const { code, stderr, json } = await traceOpenssl('rsa', ['-tls1', '-cipher', 'DEFAULT:@SECLEVEL=0']);
    assert.equal(code, 1);
    assert.match(stderr, /^holdfast: The server ended the handshake with the alert 'protocol_version'.*has to be updated/);
    assert.equal(stderr.trimEnd().split('\n').length, 1);
    assert.deepEqual(states(json).slice(0, 3), ['done', 'failed', 'not reached']);
    assert.deepEqual(json.outcome.from, 'server');
  });

  it('shows the chain and finishes when the name is wrong, the certificate over, or the root unknown', async () => {
    const wrong = await traceOpenssl('other', []);
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /not good for 'localhost': it is for elsewhere\.test/);
    const old = await traceOpenssl('old', []);
    assert.match(old.stderr, /'CN=localhost' ended at .* this machine's clock says/);
    const unknown = await traceOpenssl('ec', [], '--trust', file('other.pem'));
    assert.match(unknown.stderr, /issued by 'CN=Trace Root', which is neither shown nor among the roots/);
    for (const { json } of [wrong, old, unknown]) {
      assert.equal(json.finished, true);
      assert.equal(json.certificates.length, 1);
      assert.deepEqual(states(json), ALL_OF_TLS13);
    }
  });
});

describe('holdfast tls trace and holdfast doctor, of a running Holdfast', () => {
  let server;

  before(async () => {
    server = await Server.start();
  });
  after(() => server?.stop());

  async function doctor(...args) {
    const { code, stdout, stderr } = await run(settings.holdfast, ['doctor', '--data', settings.data, '--json', ...args]);
    return { code, stderr, checks: JSON.parse(stdout).checks };
  }

  const find = ({ checks }, check) => checks.filter((one) => one.check === check);

  for (const [protocol, port] of Object.entries({ MQTT: 8883, AMQP: 5671, HTTPS: 443 })) {
    it(`shakes hands on ${port} (${protocol}) by the roots of the data directory`, async () => {
      for (const version of ['1.2', '1.3']) {
        const { code, stderr, json } = await trace(`hub1.hub.test:${port}`, '--data', settings.data, '--tls', version);
        assert.equal(code, 0, stderr);
        assert.equal(json.version, `TLS ${version}`);
        assert.equal(json.clientCertificate.requested, true);
        assert.equal(json.clientCertificate.sent, null);
        assert.equal(json.judgement.accepted, true);
      }
    });
  }

  it('prints for people, without a server name too', async () => {
    const { code, stdout } = await run(settings.holdfast, ['tls', 'trace', 'hub1.hub.test:8883', '--data', settings.data, '--no-server-name']);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /asking for no server name \(no SNI\)/);
    for (let step = 1; step <= 9; step++) {
      assert.match(stdout, new RegExp(`^${step}\\. `, 'm'));
    }
    assert.match(stdout, /^Chain: good for 'hub1\.hub\.test'/m);
  });

  it('tells the alert for a name that no hub has', async () => {
    const { code, stderr } = await trace('localhost:8883', '--server-name', 'nobody.hub.test', '--data', settings.data);
    assert.equal(code, 1);
    assert.match(stderr, /'unrecognized_name'.*holdfast hub list/);
  });

  it('finds the installation well', async () => {
    const result = await doctor();
    assert.equal(result.code, 0, result.stderr + JSON.stringify(result.checks, null, 1));
    for (const check of ['java', 'permissions', 'ca file', 'server', 'clock', 'certificates', 'reserve roots', 'names']) {
      assert.deepEqual(find(result, check).map(({ state }) => state), ['ok'], check);
    }
    assert.deepEqual(find(result, 'ports').map(({ state }) => state), ['ok', 'ok', 'ok'], JSON.stringify(find(result, 'ports')));
    assert.match(find(result, 'open files')[0].sentence, /20000/);
    const { stdout } = await run(settings.holdfast, ['doctor', '--data', settings.data]);
    assert.match(stdout, /NODE_EXTRA_CA_CERTS=CA/);
    const token = readFileSync(join(settings.data, 'operator-token'), 'utf8').trim();
    assert.equal(stdout.includes(token), false, 'no secret is printed');
  });

  it('finds a secret that is open to others', async () => {
    const token = join(settings.data, 'operator-token');
    const mode = statSync(token).mode & 0o777;
    chmodSync(token, 0o644);
    try {
      const result = await doctor();
      assert.equal(result.code, 1);
      assert.equal(result.stderr, 'holdfast: failed: permissions.\n');
      assert.match(find(result, 'permissions')[0].sentence, new RegExp(`chmod 600 ${token}`));
    } finally {
      chmodSync(token, mode);
    }
  });

  it('finds a name that does not resolve, gives the line that mends it, and still asks for the hub', async () => {
    const made = JSON.parse(await server.done('hub', 'create', 'unheard', '--json'));
    assert.equal(made.hostName, 'unheard.hub.test');
    try {
      const result = await doctor();
      assert.equal(result.code, 1);
      assert.match(find(result, 'names').at(-1).sentence, /\/etc\/hosts.*: 127\.0\.0\.1 unheard\.hub\.test$/);
      const ports = find(result, 'ports').filter(({ sentence }) => sentence.startsWith('unheard'));
      assert.deepEqual(ports.map(({ state }) => state), ['ok', 'ok', 'ok'], JSON.stringify(ports));
    } finally {
      await server.done('hub', 'delete', 'unheard', '--yes');
    }
  });

  it('names the settings file that the server was started with, and one that is gone', async () => {
    const result = await doctor();
    assert.match(find(result, 'settings file')[0].sentence, /without a settings file/);
    const gone = await doctor('--config', file('gone.yaml'));
    assert.equal(gone.code, 1);
    copyFileSync(file('root.pem'), file('there.yaml'));
    assert.equal((await doctor('--config', file('there.yaml'))).code, 0);
  });

  it('checks what it can of one that is stopped', async () => {
    await server.stop();
    try {
      const result = await doctor();
      assert.equal(result.code, 1);
      assert.equal(result.stderr, 'holdfast: failed: server.\n');
      for (const check of ['java', 'permissions', 'ca file', 'certificates', 'reserve roots']) {
        assert.deepEqual(find(result, check).map(({ state }) => state), ['ok'], check);
      }
      assert.deepEqual(find(result, 'ports'), []);
    } finally {
      await server.startAgain();
    }
  });
});

describe('holdfast tls trace --next, at a running Holdfast', () => {
  const WRONG_KEY = Buffer.alloc(32, 7).toString('base64');
  let server;
  let hub;

  before(async () => {
    server = await Server.start();
    hub = new TestHub(server);
  });
  afterEach(() => hub?.close());
  after(() => server?.stop());

  /** Waits at the server, lets somebody come, and returns what was shown. */
  async function traced(comes, ...args) {
    const child = spawn(settings.holdfast, ['tls', 'trace', '--next', '--data', settings.data, '--json', '--timeout', '60', ...args]);
    const changes = new Waiters();
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
      changes.changed();
    });
    const ended = next(child, 'close', 90_000);
    ended.catch(() => {}); // what failed before is told
    try {
      await changes.until(15_000, 'its being waited for', () => stderr.includes('Waiting for the next handshake'));
      await comes(child);
      const [code] = await within(30_000, 'the handshake', ended);
      return { code, stderr, json: stdout === '' ? null : JSON.parse(stdout) };
    } finally {
      child.kill('SIGKILL');
    }
  }

  for (const version of ['1.2', '1.3']) {
    it(`shows a device of the Node SDK by its id, over TLS ${version}`, async () => {
      const device = await hub.createDevice();
      const other = await hub.createDevice();
      const { code, stderr, json } = await traced(async () => {
        await hub.open(other.connectionString);
        tls.DEFAULT_MAX_VERSION = `TLSv${version}`;
        try {
          await hub.open(device.connectionString);
        } finally {
          tls.DEFAULT_MAX_VERSION = 'TLSv1.3';
        }
      }, '--device', device.deviceId);
      assert.equal(code, 0, stderr);
      assert.equal(json.version, `TLS ${version}`);
      assert.equal(json.outcome.kind, 'LetIn');
      assert.equal(json.outcome.device, device.deviceId);
      assert.equal(json.serverName, hub.hostName);
      assert.equal(json.finished, true);
      assert.deepEqual(states(json), version === '1.2'
        ? Array(9).fill('done')
        : ['done', 'done', 'done', 'done', 'part of other steps', 'done', 'done', 'done', 'done']);
      assert.deepEqual(seen(json, 1), ['ClientHello']);
      assert.equal(seen(json, 2)[0], 'ServerHello');
      assert.equal(json.clientCertificate.requested, true);
      assert.deepEqual(json.clientCertificate.certificates, []);
    });
  }

  it('shows a device with a wrong key: TLS was good, and the reason is that of the report', async () => {
    const device = await hub.createDevice();
    const { code, stderr, json } = await traced(async () => {
      await assert.rejects(hub.open(hub.stringFor(device.deviceId, WRONG_KEY)));
    }, '--device', device.deviceId, '--hub', 'hub1');
    assert.equal(code, 1);
    assert.equal(json.outcome.kind, 'Refused');
    assert.equal(json.outcome.reason, 'TokenSignatureWrong');
    assert.equal(json.finished, true);
    assert.equal(states(json).includes('failed'), false);
    assert.match(stderr, /holdfast: Refused after the handshake, TokenSignatureWrong/);
    const report = JSON.parse(await server.done('why', json.outcome.report, '--json'));
    assert.equal(report.device, device.deviceId);
    assert.equal(report.connectionId, json.connectionId);
  });

  it('shows a client that fails in the handshake by its address', async () => {
    const device = await hub.createDevice();
    const { code, stderr, json } = await traced(async () => {
      await assert.rejects(hub.open(device.connectionString, { ca: readFileSync(file('root.pem'), 'utf8') }));
    }, '--address', '127.0.0.1');
    assert.equal(code, 1);
    // Node says nothing when it does not trust: it hangs up.
    assert.match(json.outcome.reason, /^(ClientAlertUnknownCa|ClosedInHandshake)$/, stderr);
    assert.equal(json.finished, false);
    assert.deepEqual(states(json).slice(0, 4), ['done', 'done', 'done', 'failed']);
    assert.ok(json.certificates.length > 1, 'the chain that it did not trust');
    assert.match(json.root, /Root/);
  });

  it('prints for people, and tells when nobody came', async () => {
    const { code, stderr } = await run(settings.holdfast, ['tls', 'trace', '--next', '--data', settings.data, '--device', 'nobody', '--timeout', '1']);
    assert.equal(code, 1);
    assert.match(stderr, /no handshake of the device nobody came to an end within 1 s/);
  });

  it('is withdrawn by Ctrl-C', async () => {
    // More than may wait at once, so that each has to make room.
    for (let i = 0; i < 9; i++) {
      const { code } = await traced((child) => child.kill('SIGINT'), '--device', 'nobody');
      assert.notEqual(code, 0);
    }
  });
});
