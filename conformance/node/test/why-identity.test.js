// What `./holdfast why` says of devices and back ends that got through TLS and were not let in, with clients that somebody else
// wrote.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { close, connect as connectAmqp, putToken, receive } from '../harness/amqp.js';
import { Authority } from '../harness/authorities.js';
import { selfSigned } from '../harness/certificates.js';
import { next } from '../harness/deadline.js';
import { deviceErrors, deviceToken, eventHubToken, freshId, inSeconds, parse, Registry, TestHub } from '../harness/hub.js';
import { connect, connectOptions } from '../harness/raw-mqtt.js';
import { EventHubConsumerClient } from '../harness/reader.js';
import { Reports } from '../harness/reports.js';
import { Books } from '../harness/revocations.js';
import { Server } from '../harness/server.js';

const WRONG_KEY = Buffer.alloc(32, 7).toString('base64');

let server;
let hub;
let reports;

before(async () => {
  server = await Server.start();
  hub = new TestHub(server);
  reports = new Reports(server);
  reports.keepSecret(WRONG_KEY, server.ready.operatorToken, ...Object.values(hub.facts)
    .filter((each) => typeof each === 'string' && each.includes('SharedAccessKey=')).map((each) => parse(each).SharedAccessKey));
});
afterEach(() => hub?.close());
after(() => server?.stop());

async function register(description) {
  const device = await hub.createDevice(description);
  const keys = device.authentication?.symmetricKey;
  [keys?.primaryKey, keys?.secondaryKey].filter(Boolean).forEach((key) => reports.keepSecret(key));
  return device;
}

/** The device SDK's refusal, and the report of it. */
async function refused(reason, deviceId, connectionString, options) {
  const report = await reports.of(reason, async () => {
    await assert.rejects(hub.connect(hub.client(connectionString, options)), deviceErrors.UnauthorizedError);
  }, '--device', deviceId);
  assert.equal(report.device, deviceId);
  assert.equal(report.hub, 'hub1');
  assert.equal(report.serverName, hub.hostName);
  assert.equal(report.handshake.version, 'TLS 1.3');
  return report;
}

/** As `refused`, of mqtt.js with a token. */
async function refusedToken(reason, device, token) {
  return reports.of(reason, () => assert.rejects(connect(connectOptions(hub, device.connectionString, { password: token })),
    /Not authorized/), '--device', device.deviceId);
}

describe('a device with a key', () => {
  it('whose token expired is told by how much, by which clock, and the command for a new one', async () => {
    const device = await register();
    const expiry = inSeconds(-3600);
    const token = deviceToken(`${hub.hostName}/devices/${device.deviceId}`, parse(device.connectionString).SharedAccessKey,
      { expiry });
    reports.keepSecret(token, new URLSearchParams(token.slice(token.indexOf(' ') + 1)).get('sig'));
    const report = await refusedToken('TokenExpired', device, token);

    const [, by] = report.explanation.match(/expired at \S+Z, (\d+) s before the hub's clock/);
    assert.ok(by >= 3600 && by < 3660, by);
    assert.match(report.explanation, /Make a new token; .*set the clock of the client/);
    assert.equal(Date.parse(report.details.expiry), expiry * 1000);
    assert.ok(Math.abs(Date.parse(report.details.now) - Date.parse(report.time)) < 2_000);
  });

  it('whose key was rotated is told to compare keys, and how', async () => {
    const device = await register();
    await server.done('device', 'renew-keys', device.deviceId, '--which', 'primary');
    const report = await refused('TokenSignatureWrong', device.deviceId, device.connectionString);

    assert.match(report.explanation, /neither its primary nor its secondary key.*regenerated no longer works.*holdfast device/);
  });

  it('whose token is for another resource is told both', async () => {
    const [device, other] = await Promise.all([register(), register()]);
    const { SharedAccessKey: key } = parse(other.connectionString);
    const named = `${hub.hostName}/devices/${other.deviceId}`;
    const report = await refusedToken('TokenForOtherResource', device, deviceToken(named, key));

    assert.equal(report.details.named.toLowerCase(), named.toLowerCase());
    assert.ok(report.explanation.includes(`Sign a token whose 'sr' is '${hub.hostName}/devices/${device.deviceId}'`),
      report.explanation);
  });

  it('that is disabled is told why, and the command that enables it', async () => {
    const device = await register({ status: 'disabled', statusReason: 'stolen' });
    const report = await refused('DeviceDisabled', device.deviceId, device.connectionString);

    assert.ok(report.explanation.includes("is disabled (stolen)"), report.explanation);
    assert.ok(report.explanation.includes(`holdfast device enable ${device.deviceId}`), report.explanation);
  });

  it('that is not registered is told the command that registers it', async () => {
    const deviceId = freshId('nobody');
    const report = await refused('UnknownDevice', deviceId, hub.stringFor(deviceId, WRONG_KEY));

    assert.ok(report.explanation.includes(`holdfast device create ${deviceId}`), report.explanation);
  });

  it('that is written in another case is told that case counts', async () => {
    const device = await register();
    const deviceId = device.deviceId.toUpperCase();
    const report = await refused('UnknownDevice', deviceId, hub.stringFor(deviceId, parse(device.connectionString).SharedAccessKey));

    assert.match(report.explanation, /Ids are compared by case/);
    assert.deepEqual(await reports.list('--device', device.deviceId), [], 'by case');
  });

  it('that shows a certificate alone is told what it is registered with', async () => {
    const device = await register();
    const report = await refused('CertificateNotAccepted', device.deviceId, hub.stringFor(device.deviceId),
      await selfSigned(device.deviceId));

    assert.match(report.explanation, /registered with 'sas' .* certificate but no token\. Connect with a SharedAccessKey/);
    assert.equal(report.details.registered, 'sas');
    assert.equal(report.clientChain[0].subject, `CN=${device.deviceId}`);
  });

  it('that shows nothing is told what is missing', async () => {
    const device = await register();
    const report = await refusedToken('NoCredentials', device, undefined);

    assert.match(report.explanation, /neither a token nor a client certificate\. Use a connection string with a SharedAccessKey/);
  });

  it('that names a hub that there is not, in MQTT, is told the list of hubs', async () => {
    const device = await register();
    const report = await reports.of('UnknownHub', () => assert.rejects(connect(connectOptions(hub, device.connectionString,
      { username: `nobody.hub.test/${device.deviceId}/?api-version=2021-04-12` })), /Not authorized/));

    assert.match(report.explanation, /'nobody\.hub\.test', which leads to no hub.*holdfast hub list/);
    assert.equal(report.details.host, 'nobody.hub.test');
  });

  it('that connects twice is told where from', async () => {
    const device = await register();
    const report = await reports.of('SupersededByNewConnection', async () => {
      const older = await hub.open(device.connectionString);
      const gone = next(older, 'disconnect');
      await hub.open(device.connectionString);
      await gone;
    }, '--device', device.deviceId);

    assert.match(report.explanation, /same id came from 127\.0\.0\.1:\d+.*give each its own device id/);
    assert.match(report.details.newAddress, /^127\.0\.0\.1:\d+$/);
  });
});

describe('a device with a certificate', () => {
  let root;
  let line;
  let books;

  before(async () => {
    root = await Authority.root('Plant root');
    line = await root.intermediate('Plant line 1');
    books = new Books(line);
    await server.done('cert', 'authority', 'add', 'plant', '--file', root.certFile);
    await server.done('cert', 'authority', 'add', 'line', '--file', line.certFile, '--unverified');
    await server.done('cert', 'crl', 'add', 'line', '--file', await books.list());
    for (const name of ['Second', 'Third']) {
      const { certFile } = await Authority.root(`${name} root`);
      await server.done('cert', 'authority', 'add', name.toLowerCase(), '--file', certFile);
    }
  });

  function byAuthority() {
    return register({ authentication: { type: 'certificateAuthority' } });
  }

  it('sends a token and is told to show the certificate', async () => {
    const certificate = await selfSigned(freshId('cert'));
    const device = await register({
      authentication: { type: 'selfSigned', x509Thumbprint: { primaryThumbprint: certificate.sha256 } } });
    const report = await refused('TokenNotAccepted', device.deviceId, hub.stringFor(device.deviceId, WRONG_KEY));

    assert.match(report.explanation, /registered with 'selfSigned' .*sent a token\. Connect with the certificate/);
    assert.ok(report.details.registered.includes(certificate.sha256), report.details.registered);
  });

  it('of another thumbprint is told both of what it showed', async () => {
    const [registered, foreign] = await Promise.all([selfSigned(freshId('mine')), selfSigned(freshId('foreign'))]);
    const device = await register({
      authentication: { type: 'selfSigned', x509Thumbprint: { primaryThumbprint: registered.sha256 } } });
    const report = await refused('ThumbprintMismatch', device.deviceId, hub.stringFor(device.deviceId), foreign);

    assert.equal(report.details.sha1, foreign.sha1);
    assert.equal(report.details.sha256, foreign.sha256);
    assert.ok(report.explanation.includes(`Register it ('holdfast device set ${device.deviceId} --thumbprint ${foreign.sha256} --hub hub1'), or`),
      report.explanation);
    assert.equal(report.clientChain[0].sha256, foreign.sha256);
  });

  it('of its own making is told to register the thumbprint or have it issued', async () => {
    const device = await byAuthority();
    const report = await refused('CertificateSelfSigned', device.deviceId, device.connectionString,
      await selfSigned(device.deviceId));

    assert.match(report.explanation, /signed by its own key.*issued by a registered authority, or register .* thumbprint/);
  });

  it('without its intermediate is told where the chain stops and which authorities are registered', async () => {
    const device = await byAuthority();
    const cell = await root.intermediate('Plant cell 7');
    const report = await refused('AuthorityUnknown', device.deviceId, device.connectionString,
      (await cell.device(device.deviceId)).alone());

    assert.ok(report.explanation.includes(`stops at 'CN=${device.deviceId}'`), report.explanation);
    assert.match(report.explanation, /its issuer '.*Plant cell 7.*' was neither shown nor registered.*Give the device its whole chain/);
    for (const name of ['Plant root', 'Plant line 1', 'Second root', 'Third root']) {
      assert.ok(report.explanation.includes(name), `${name} in ${report.explanation}`);
      assert.ok(report.details.registered.some((each) => each.includes(name)), name);
    }
    assert.match(report.explanation, /holdfast cert authority/);
    assert.equal(report.clientChain.length, 1);
    assert.ok((await reports.text(report.id)).includes(`shown by the client: CN=${device.deviceId} (`));
  });

  it('of another common name is told both', async () => {
    const [device, other] = await Promise.all([byAuthority(), byAuthority()]);
    const report = await refused('CommonNameDiffers', other.deviceId, other.connectionString,
      (await line.device(device.deviceId)).chain());

    assert.ok(report.explanation.includes(`says that it is '${other.deviceId}'`), report.explanation);
    assert.ok(report.explanation.includes(`issued for '${device.deviceId}'`), report.explanation);
    assert.equal(report.details.commonName, device.deviceId);
  });

  it('that expired is told when, by which clock', async () => {
    const device = await byAuthority();
    const own = await line.device(device.deviceId, { days: -1 });
    const report = await refused('LeafExpired', device.deviceId, device.connectionString, own.chain());

    assert.match(report.explanation, /expired at \S+Z; the hub's clock says \S+Z, 24 hours later\. Issue a new one/);
    assert.equal(report.details.notAfter, report.clientChain[0].notAfter);
  });

  it('that is not valid yet is told from when on, by how much, and whose clock to look at', async () => {
    const device = await byAuthority();
    const own = await line.device(device.deviceId, { madeAt: '+2d' });
    const report = await refused('LeafNotYetValid', device.deviceId, device.connectionString, own.chain());

    assert.match(report.explanation, /valid from \S+Z only; the hub's clock says \S+Z, .* earlier.*Correct the clock/);
    assert.equal(report.details.notBefore, report.clientChain[0].notBefore);
  });

  it('that was revoked is told when, by whom and why', async () => {
    const device = await byAuthority();
    const own = await line.device(device.deviceId);
    await books.revoke(own);
    await server.done('cert', 'crl', 'add', 'line', '--file', await books.list());
    const report = await refused('CertificateRevoked', device.deviceId, device.connectionString, own.chain());

    assert.match(report.explanation, /was revoked at \S+Z by the authority 'line', as its list says.*keyCompromise.*Issue/);
    assert.equal(report.details.authority, 'line');
  });

  it('that was denied is told by which entry, and the command that takes it off', async () => {
    const device = await byAuthority();
    const own = await line.device(device.deviceId);
    await server.done('cert', 'deny', 'add', '--file', own.certFile, '--note', 'lost in transit');
    const report = await refused('CertificateDenied', device.deviceId, device.connectionString, own.chain());

    assert.match(report.explanation, /lost in transit.*holdfast cert deny remove \S+/);
  });
});

describe('a back end', () => {
  it('with a wrong policy key over HTTPS can ask by the id in the SDK\'s error', async () => {
    const { SharedAccessKeyName: policy } = parse(hub.facts.serviceConnectionString);
    const registry = Registry.fromConnectionString(
      `HostName=${hub.hostName};SharedAccessKeyName=${policy};SharedAccessKey=${WRONG_KEY}`);
    const error = await registry.list().then(() => assert.fail('it was let in'), (refusal) => refusal);
    assert.equal(error.constructor.name, 'UnauthorizedError');
    const body = JSON.parse(error.responseBody);
    const { trackingId } = typeof body.Message === 'string' && body.Message.startsWith('{') ? JSON.parse(body.Message) : body;
    const report = await reports.get(trackingId);

    assert.equal(report.reason, 'PolicySignatureWrong');
    assert.equal(report.listener, 'https');
    assert.equal(report.hub, 'hub1');
    assert.equal(report.details.policy, policy);
    assert.match(report.explanation, new RegExp(`neither key of the shared access policy '${policy}'.*holdfast hub access-policy`));
  });

  it('with an expired token over HTTPS is told by how much', async () => {
    const { SharedAccessKeyName: policy, SharedAccessKey: key } = parse(hub.facts.serviceConnectionString);
    const registry = Registry.fromSharedAccessSignature(deviceToken(hub.hostName, key, { policy, expiry: inSeconds(-7200) }));
    const report = await reports.of('TokenExpired', () => assert.rejects(registry.list()));

    assert.match(report.explanation, /, 72\d\d s before the hub's clock/);
    assert.ok(report.details.expiry && report.details.now, 'details over HTTPS, too');
  });

  it('with a wrong policy key over AMQP can ask by the id in the SDK\'s error', async () => {
    const { Endpoint, SharedAccessKeyName: policy, EntityPath } = parse(hub.facts.eventHubConnectionString);
    const client = new EventHubConsumerClient('$Default',
      `Endpoint=${Endpoint};SharedAccessKeyName=${policy};SharedAccessKey=${WRONG_KEY};EntityPath=${EntityPath}`,
      { retryOptions: { maxRetries: 0 } });
    const error = await client.getPartitionIds().then(() => assert.fail('it was let in'), (refusal) => refusal);
    await client.close();
    const [, id] = error.message.match(/\(report ([0-9a-f]{20})\)/);
    const report = await reports.get(id);

    assert.equal(report.reason, 'PolicySignatureWrong');
    assert.equal(report.listener, 'amqp');
    assert.equal(report.hub, 'hub1');
    assert.equal(report.details.policy, policy);
  });

  it('that names its hub in AMQP and no host in TLS is judged again by the hub\'s policy, and told why', async () => {
    await server.done('hub', 'create', 'hub2', '--min-tls', '1.2');
    try {
      const events = parse(server.hub('hub2').eventHubConnectionString);
      reports.keepSecret(events.SharedAccessKey);
      const host = new URL(events.Endpoint.replace(/^sb:/, 'https:')).hostname;
      const report = await reports.of('TlsNotAccepted', async () => {
        const connection = await connectAmqp({
          host: '127.0.0.1', hostname: host, servername: '', ca: hub.ca, checkServerIdentity: () => undefined });
        try {
          const address = `${events.EntityPath}/ConsumerGroups/$Default/Partitions/0`;
          const audience = `sb://${host}/${address}`;
          await putToken(connection, audience, eventHubToken(audience, events.SharedAccessKey, events.SharedAccessKeyName));
          await assert.rejects(receive(connection, { address }), (error) => error.condition === 'amqp:unauthorized-access');
        } finally {
          await close(connection);
        }
      }, '--hub', 'hub2');

      assert.match(report.explanation, /speaks TLS 1\.3 .*hub 'hub2'.*hub-2021-strict-ecc.*no host \(no SNI\).*holdfast policy/);
      assert.equal(report.details.version, 'TLS 1.3');
      assert.equal(report.serverName, undefined);
      assert.equal(report.handshake.version, 'TLS 1.3');
    } finally {
      await server.done('hub', 'delete', 'hub2', '--yes');
    }
  });
});
