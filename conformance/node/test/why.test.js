// What `./holdfast why` says of connections that are refused in TLS, with clients that somebody else wrote; and how it is asked.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import mqtt from 'mqtt';
import { within } from '../harness/deadline.js';
import { Authority } from '../harness/authorities.js';
import { freshId, TestHub } from '../harness/hub.js';
import { connectOptions } from '../harness/raw-mqtt.js';
import { Reports } from '../harness/reports.js';
import { run, Server } from '../harness/server.js';
import { settings } from '../harness/settings.js';

const NAME = 'hub1.hub.test';
const POLICY = 'hub-2025';
const SLOW_MILLIS = 25_000;

let server;
let hub;
let reports;
let foreign; // a root that no server here has
let silent; // a socket that says nothing, from the beginning on: its time is over when the other tests are

before(async () => {
  server = await Server.start();
  silent = net.connect(8883, '127.0.0.1').resume().on('error', () => {});
  hub = new TestHub(server);
  reports = new Reports(server);
  foreign = await Authority.root('Somebody else');
});
afterEach(() => hub?.close());
after(async () => {
  silent?.destroy();
  await server?.stop();
});

/** One handshake of openssl's with what is asked for, refused by one side. */
async function openssl(...args) {
  const { code, stdout, stderr } = await run('openssl', [
    's_client', '-connect', '127.0.0.1:8883', '-verify_return_error', ...args]);
  assert.notEqual(code, 0, stdout + stderr);
  return stdout + stderr;
}

function sni(name = NAME) {
  return ['-servername', name];
}

function trusted() {
  return ['-CAfile', server.ready.trustBundle];
}

function assertShown(report) {
  const [leaf, intermediate] = report.serverChain;
  assert.equal(leaf.issuer, intermediate.subject);
  assert.match(report.serverRoot, /^CN=.*Root/i);
  assert.ok(report.explanation.includes(`'${report.serverRoot}'`), report.explanation);
}

describe('a client that does not trust the server', () => {
  it('because it has no roots is told which root is shown and which bundle to install', async () => {
    const report = await reports.of('ClientAlertUnknownCa',
      () => openssl(...sni(), '-no-CAfile', '-no-CApath', '-no-CAstore'), '--hub', 'hub1');

    assertShown(report);
    assert.match(report.explanation, /does not trust the root .*install .*ca\.pem.*holdfast cert bundle --hub/);
    assert.equal(report.alert, 'received unknown_ca');
    assert.equal(report.serverName, NAME);
    assert.equal(report.policy, POLICY);
    assert.equal(report.hub, 'hub1');
    assert.equal(report.address, '127.0.0.1');
    assert.equal(report.listener, 'mqtt');
    assert.ok(report.hello.versions.includes('TLS 1.3'), report.hello.versions);
    assert.ok(report.hello.suites.includes('TLS_AES_256_GCM_SHA384'), report.hello.suites);
    assert.match(report.hello.ja4, /^t13d/);

    const text = await reports.text(report.id);
    for (const words of ['ClientAlertUnknownCa', `server name asked for (SNI): ${NAME}`, 'alert received unknown_ca',
      `which leads to the root ${report.serverRoot}`, 'offered suites: TLS_AES_256_GCM_SHA384', 'offered groups: x25519']) {
      assert.ok(text.includes(words), `${words} in ${text}`);
    }
  });

  it('because it has other roots, without naming the server, is told the same and that it named none', async () => {
    const report = await reports.of('ClientAlertUnknownCa', () => openssl('-noservername', '-CAfile', foreign.certFile));

    assertShown(report);
    assert.match(report.explanation, /named no server \(no SNI\)/);
    assert.equal(report.serverName, undefined);
    assert.equal(report.hub, undefined);
  });

  it('as gnutls-cli, which says so with another alert', async () => {
    const report = await reports.of('ClientAlertBadCertificate', async () => {
      const { code } = await run('gnutls-cli', ['--port', '8883', '--x509cafile', foreign.certFile, '--sni-hostname', NAME,
        '--verify-hostname', NAME, '127.0.0.1']);
      assert.notEqual(code, 0);
    });

    assertShown(report);
    assert.match(report.explanation, /does not trust the root, or connects by a name that the certificate does not have/);
  });

  it('as the device SDK for Node, which only closes, is told that this may be about trust, and of which root', async () => {
    const device = await hub.createDevice();
    reports.keepSecret(device.authentication.symmetricKey.primaryKey, device.authentication.symmetricKey.secondaryKey);
    const report = await reports.of('ClosedInHandshake', () => assert.rejects(
      hub.connect(hub.client(device.connectionString, { ca: foreign.cert })), /certificate/));

    assertShown(report);
    assert.match(report.explanation, /without saying why.*Node\.js.*install .*ca\.pem/);
    assert.equal(report.hub, 'hub1');
    assert.equal(report.handshake, undefined);
  });

  it('because it calls the server by a name that the certificate does not have', async () => {
    const report = await reports.of('ClosedInHandshake', async () => {
      const device = await hub.createDevice();
      await assert.rejects(hub.connect(hub.client(`${device.connectionString};GatewayHostName=elsewhere.test`)), /altnames/);
    });

    assert.match(report.explanation, /asked for 'elsewhere\.test'.*good for .*\*\.hub\.test/);
    assert.equal(report.serverName, 'elsewhere.test');
  });

  for (const [word, offset, reason, alert] of [
    ['ahead', '+400d', 'ClientAlertCertificateExpired', 'certificate_expired'],
    ['behind', '-400d', 'ClientAlertBadCertificate', 'bad_certificate'],
  ]) {
    it(`because its clock is a year ${word} is told the server's time and that of the certificates`, async () => {
      const report = await reports.of(reason, () => run('faketime', ['-f', offset, 'openssl', 's_client', '-connect',
        '127.0.0.1:8883', '-verify_return_error', ...sni(), ...trusted()]));

      assert.equal(report.alert, `received ${alert}`);
      const [, from, to, now] = report.explanation.match(
        /valid from (\S+Z) to (\S+Z), and this server's clock says (\S+Z)\./);
      assert.equal(from, report.details.notBefore);
      assert.equal(to, report.details.notAfter);
      assert.ok(Math.abs(Date.parse(now) - Date.parse(report.time)) < 2_000, now);
      assert.match(report.explanation, /clock/);
    });
  }
});

describe('a client that offers what the policy does not accept', () => {
  for (const [version, option] of [['TLS 1.1', '-tls1_1'], ['TLS 1.0', '-tls1']]) {
    it(`${version} is told both lists of versions`, async () => {
      const report = await reports.of('NoCommonVersion',
        () => openssl(option, ...sni(), ...trusted(), '-cipher', 'DEFAULT:@SECLEVEL=0'));

      assert.equal(report.alert, 'sent protocol_version');
      assert.equal(report.details.policy, POLICY);
      assert.deepEqual(report.details.accepted, ['TLS 1.3', 'TLS 1.2']);
      assert.ok(report.details.offered.some((each) => each.includes(version)), report.details.offered);
      assert.match(report.explanation,
        new RegExp(`offers .*${version}.* accepts TLS 1\\.3, TLS 1\\.2.*Update .*holdfast policy set (?:hub1|HUB) NAME`));
    });
  }

  it('another cipher suite is told both lists of suites', async () => {
    const report = await reports.of('NoCommonSuite',
      () => openssl('-tls1_2', ...sni(), ...trusted(), '-cipher', 'AES128-SHA:AES256-SHA:@SECLEVEL=0'));

    assert.equal(report.alert, 'sent handshake_failure');
    assert.deepEqual(report.details.offered.slice(0, 2), ['TLS_RSA_WITH_AES_128_CBC_SHA', 'TLS_RSA_WITH_AES_256_CBC_SHA']);
    assert.ok(report.details.accepted.includes('TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'), report.details.accepted);
    for (const suite of [...report.details.offered, ...report.details.accepted]) {
      assert.ok(report.explanation.includes(suite), suite);
    }
    assert.match(report.explanation, /holdfast policy list.*holdfast policy set (?:hub1|HUB) NAME/);
  });

  it('another group is told both lists of groups', async () => {
    const report = await reports.of('NoCommonGroup', () => openssl('-tls1_3', ...sni(), ...trusted(), '-groups', 'X448'));

    assert.deepEqual(report.details.offered, ['x448']);
    assert.match(report.explanation, /supported_groups\) x448; the policy accepts .*secp256r1.*Enable one/);
  });

  it('a name that no hub has is told so', async () => {
    const report = await reports.of('UnknownServerName', () => openssl(...sni('nobody.hub.test'), ...trusted()));

    assert.equal(report.alert, 'sent unrecognized_name');
    assert.equal(report.serverName, 'nobody.hub.test');
    assert.equal(report.hub, undefined, 'there is none');
    assert.match(report.explanation, /'nobody\.hub\.test' \(SNI\).*'holdfast hub list'/);
  });
});

describe('a client that does not speak TLS', () => {
  it('but plain MQTT is told to turn TLS on', async () => {
    const report = await reports.of('NotTls', async () => {
      const client = mqtt.connect({ ...connectOptions(hub, hub.stringFor('any', Buffer.alloc(32, 7).toString('base64'))),
        protocol: 'mqtt' });
      await within(15_000, 'the end of the connection', new Promise((resolve) => client.once('close', resolve)));
      client.end(true);
    });

    assert.match(report.explanation, /MQTT without TLS\. Turn TLS on/);
    assert.equal(report.details.spoken, 'MQTT');
    assert.equal(report.hello, undefined);
  });

  it('but plain HTTP is told to use https', async () => {
    const report = await reports.of('NotTls', async () => {
      const { code } = await run('curl', ['--silent', '--max-time', '10', 'http://127.0.0.1:443/devices']);
      assert.notEqual(code, 0);
    });

    assert.match(report.explanation, /plain HTTP\. Use https/);
    assert.equal(report.listener, 'https');
  });
});

describe('reports', () => {
  it('are found by address, hub, time and number, and by no other', async () => {
    const since = new Date().toISOString();
    for (const _ of [1, 2, 3]) {
      await reports.of('UnknownServerName', () => openssl(...sni('nobody.hub.test'), ...trusted()));
    }
    const here = ['--since', since, '--reason', 'unknownservername'];
    assert.equal((await reports.list(...here, '--address', '127.0.0.1')).length, 3);
    assert.equal((await reports.list(...here, '--address', '127.0.0.2')).length, 0);
    assert.equal((await reports.list(...here, '--hub', 'hub1')).length, 0);
    assert.equal((await reports.list(...here.slice(2), '--since', new Date().toISOString())).length, 0);
    assert.equal((await reports.list('--until', since, '--since', since)).length, 0);
    const [newest, older] = await reports.list(...here, '--last', '2');
    assert.ok(newest.id > older.id, 'newest first');
    assert.deepEqual(await reports.list(...here, '--last', '2'), [newest, older]);
    assert.deepEqual(await reports.get(older.id), older);
  });

  it('of nothing say so, and an id that is none is told in a sentence', async () => {
    assert.match(await server.done('why', '--device', 'nobody-ever'), /No refused connection is known/);
    const { code, stderr } = await server.run('why', '00000000000000000000');
    assert.equal(code, 1);
    assert.match(stderr, /^holdfast: There is no report of this id/);
  });

  it('are shown as they come by --follow, each once', async () => {
    const following = reports.follow('--reason', 'UnknownServerName');
    try {
      const seen = [];
      // It shows what comes after it has begun, and does not say when that is.
      for (let probe = 0; probe < 30 && seen.length < 2; probe++) {
        const { id } = await reports.of('UnknownServerName', () => openssl(...sni('followed.hub.test'), ...trusted()));
        seen.push(...following.printed.filter((each) => each.id === id));
      }
      const { id } = await reports.of('UnknownServerName', () => openssl(...sni('last.hub.test'), ...trusted()));
      await following.until((each) => each.id === id);
      const ids = following.printed.map((each) => each.id);
      assert.equal(new Set(ids).size, ids.length, 'each once');
      assert.deepEqual(ids, ids.toSorted(), 'in the order of time');
    } finally {
      following.end();
    }
  });

  it('survive a restart, and are forgotten when that is asked for', async () => {
    const { provoked, ...before } = await reports.of('UnknownServerName', () => openssl(...sni('kept.hub.test'), ...trusted()));
    await server.stop();
    await server.startAgain();
    assert.ok(provoked);
    assert.deepEqual(await reports.get(before.id), before);

    const answer = await deleted('?reason=UnknownServerName');
    assert.ok(answer.deleted >= 1, JSON.stringify(answer));
    assert.deepEqual(await reports.list('--reason', 'UnknownServerName'), []);
    assert.notDeepEqual(await reports.list('--reason', 'NoCommonSuite'), [], 'others are kept');
    assert.ok((await deleted('')).error, 'not all at once by mistake');
  });

  async function deleted(query) {
    const config = join(settings.scratch, freshId('curl'));
    writeFileSync(config, `header = "Authorization: Bearer ${server.ready.operatorToken}"\n`, { mode: 0o600 });
    const url = new URL(`/holdfast/v1/reports${query}`, server.ready.operator.url);
    const { stdout, stderr } = await run('curl', ['--silent', '--show-error', '--config', config, '--cacert',
      server.ready.trustBundle, '--request', 'DELETE', url.href]);
    assert.notEqual(stdout, '', stderr);
    return JSON.parse(stdout);
  }

  it('tell of a client that never spoke how long it was waited for', async () => {
    // Opened before the first test; the report is there when its time is over, also of the server before.
    const late = Date.now() + SLOW_MILLIS;
    let [report] = await reports.list('--reason', 'HelloTooSlow');
    while (!report && Date.now() < late) {
      [report] = await reports.list('--reason', 'HelloTooSlow');
    }
    assert.match(report.explanation, /said nothing for 15\.0 s.*In TLS the client speaks first/);
    assert.equal(report.details.receivedBytes ?? report.details.received, 0);
  });
});
