// The official device SDK for Node with certificates that their authority takes back, by lists that `openssl ca` makes and by the
// responder of `openssl ocsp`; and with keys that are replaced.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import mqtt from 'mqtt';
import { Authority } from '../harness/authorities.js';
import { next, within } from '../harness/deadline.js';
import { deviceErrors, freshId, message, parse, TestHub } from '../harness/hub.js';
import { connect, connectOptions } from '../harness/raw-mqtt.js';
import { Books, Publisher } from '../harness/revocations.js';
import { Server } from '../harness/server.js';

const CUT_MILLIS = 5_000;
const ANSWER_MILLIS = 2_000;
// Commands and a device must have done their part by then.
const STALE_MILLIS = 20_000;
// The lists and the responders of these tests are on this machine, and nobody waits an hour here.
Object.assign(process.env, {
  HOLDFAST_OUTGOING_ALLOWED_NETWORKS: '127.0.0.0/8',
  HOLDFAST_REVOCATION_LIST_EVERY: '1s',
  HOLDFAST_REVOCATION_ANSWER_MAX_AGE: `${ANSWER_MILLIS}ms`,
});

let server;
let hub;

before(async () => {
  server = await Server.start();
  hub = new TestHub(server);
});
afterEach(() => hub?.close());
after(() => server?.stop());

async function register(authority, name, ...options) {
  await server.done('cert', 'authority', 'add', name, '--file', authority.certFile, ...options);
}

async function device(issuer) {
  const { deviceId } = await hub.createDevice({ authentication: { type: 'certificateAuthority' } });
  return { deviceId, made: await issuer.device(deviceId) };
}

async function send({ deviceId, made }) {
  const client = await hub.open(hub.stringFor(deviceId), made.chain());
  await client.sendEvent(message('in'));
  return client;
}

/** Expects the SDK's UnauthorizedError, and a line in the log with the reason and all `words`. */
async function refused(reason, { deviceId, made }, ...words) {
  const client = hub.client(hub.stringFor(deviceId), made.chain());
  await assert.rejects(hub.connect(client), (error) => error instanceof deviceErrors.UnauthorizedError);
  await server.logged(reason, `device=${deviceId} `, ...words);
}

/** Does something and expects the connection to be cut within `millis` of when it is done. */
async function cutBy(client, work, { event = 'disconnect', millis = CUT_MILLIS } = {}) {
  const cut = new Promise((resolve) => client.once(event, resolve));
  const result = await work();
  await within(millis, `the event '${event}'`, cut);
  return result;
}

/** Whether the handshake of a client resumed a session. */
async function reusedSession(client) {
  await next(client.stream, 'secureConnect');
  return client.stream.isSessionReused();
}

describe('a revocation list', () => {
  let root;
  let line;
  let books;

  before(async () => {
    root = await Authority.root('Listed root', 'p384');
    line = await root.intermediate('Listed line');
    books = new Books(line);
    await register(root, 'listed');
    await register(line, 'listed-line', '--unverified');
  });

  it('that is given cuts the device that it names within 5 s, keeps it out with its reason, and leaves others alone', async () => {
    const [lost, other] = [await device(line), await device(line)];
    await server.done('cert', 'crl', 'add', 'listed-line', '--file', await books.list());
    const client = await send(lost);
    const staying = await send(other);
    await books.revoke(lost.made);
    const list = await books.list();
    const told = await cutBy(client, () => server.done('cert', 'crl', 'add', 'listed-line', '--file', list));
    assert.match(told, /connections ended: 1\./);
    await server.logged('CertificateRevoked', `device=${lost.deviceId} `, "authority 'listed-line'", 'keyCompromise');
    await refused('CertificateRevoked', lost, 'keyCompromise');
    await staying.sendEvent(message('still here'));
    assert.match(await server.done('cert', 'crl', 'list'), /listed-line +current +1 /);
  });

  it('counts for a session that is resumed, too', async () => {
    const lost = await device(line);
    // Of TLS 1.2, because there the session is complete with the handshake.
    const options = connectOptions(hub, hub.stringFor(lost.deviceId), {
      ...lost.made.chain(), servername: hub.hostName, maxVersion: 'TLSv1.2',
    });
    const first = await connect(options);
    const session = first.stream.getSession();
    await books.revoke(lost.made);
    const list = await books.list();
    await cutBy(first, () => server.done('cert', 'crl', 'add', 'listed-line', '--file', list), { event: 'close' });
    const again = mqtt.connect({ ...options, session });
    const [[code], reused] = await Promise.all([next(again, 'error'), reusedSession(again)]);
    again.end(true);
    assert.equal(code.code, 5, code.message);
    assert.equal(reused, true, 'the session is resumed');
    await server.logged('CertificateRevoked', `device=${lost.deviceId} `);
  });

  it('is refused by name when it is somebody else\'s, an older one, or none at all', async () => {
    const older = await new Books(root).list();
    for (const [file, words] of [
      [older, /was issued by 'CN=Listed root/],
      [line.certFile, /no certificate revocation list/],
    ]) {
      const { code, stderr } = await server.run('cert', 'crl', 'add', 'listed-line', '--file', file);
      assert.equal(code, 1, stderr);
      assert.match(stderr, words);
    }
    const early = await books.list('-crl_lastupdate', '20200101000000Z', '-crl_nextupdate', '20200102000000Z');
    const { stderr } = await server.run('cert', 'crl', 'add', 'listed-line', '--file', early);
    assert.match(stderr, /was due at 2020-01-02T00:00:00Z/);
  });

  it('of the root takes an intermediate out that devices show themselves', async () => {
    const cell = await root.intermediate('Cell that was lost');
    const lost = await device(cell);
    const client = await send(lost);
    const rootBooks = new Books(root);
    await rootBooks.revoke(cell, 'CACompromise');
    const list = await rootBooks.list();
    await cutBy(client, () => server.done('cert', 'crl', 'add', 'listed', '--file', list));
    await refused('CertificateRevoked', lost, 'CN=Cell that was lost', 'cACompromise');
    await server.done('cert', 'crl', 'remove', 'listed');
    await send(lost);
  });

  it('that is fetched cuts within 5 s of being published, and is told when it can not be had', async () => {
    const top = await Authority.root('Publishing root');
    const published = new Books(top);
    await register(top, 'publishing');
    const publisher = await Publisher.start(await published.list());
    try {
      await server.done('cert', 'authority', 'revocation', 'publishing', '--crl-url', publisher.url);
      await server.done('cert', 'crl', 'fetch', 'publishing');
      await server.done('cert', 'authority', 'revocation', 'publishing', '--when-unknown', 'refuse');
      const lost = await device(top);
      const client = await send(lost);
      await published.revoke(lost.made, 'superseded');
      await cutBy(client, () => published.list());
      await refused('CertificateRevoked', lost, 'superseded');
      publisher.file = '/nowhere.crl';
      const { code, stderr } = await server.run('cert', 'crl', 'fetch', 'publishing');
      assert.equal(code, 1);
      assert.match(stderr, /status 404/);
    } finally {
      await publisher.stop();
    }
  });

  it('that is stale keeps devices out where the operator says so, and lets them in where not', async () => {
    const top = await Authority.root('Lazy root');
    await register(top, 'lazy');
    const soon = new Date(Date.now() + STALE_MILLIS).toISOString().replace(/[-:T]|\.\d+/g, '');
    await server.done('cert', 'crl', 'add', 'lazy', '--file',
      await new Books(top).list('-crl_lastupdate', '20260101000000Z', '-crl_nextupdate', soon));
    await server.done('cert', 'authority', 'revocation', 'lazy', '--when-unknown', 'refuse');
    const late = await device(top);
    const client = await send(late);
    await cutBy(client, () => {}, { millis: STALE_MILLIS + CUT_MILLIS });
    await server.logged('RevocationListStale', `device=${late.deviceId} `);
    await refused('RevocationListStale', late, "authority 'lazy'");
    await server.done('cert', 'authority', 'revocation', 'lazy', '--when-unknown', 'allow');
    await send(late);
    await server.logged("lets devices of the authority 'lazy' in");
  });
});

describe('the OCSP responder of openssl', () => {
  it('lets a device in, cuts it when its answer has ended, and keeps it out; without it, the operator decides', async () => {
    const root = await Authority.root('Asked root');
    const books = new Books(root);
    await register(root, 'asked');
    const [lost, other] = [await device(root), await device(root)];
    await books.enter(lost.made, other.made);
    const responder = await books.responder(9911);
    try {
      await server.done('cert', 'authority', 'revocation', 'asked', '--ocsp-url', responder.url, '--when-unknown', 'refuse');
      const client = await send(lost);
      const staying = await send(other);
      assert.ok(responder.asked >= 2, 'it was asked');
      await cutBy(client, async () => {
        await books.revoke(lost.made, 'cessationOfOperation');
        await responder.reread();
      }, { millis: ANSWER_MILLIS + CUT_MILLIS });
      await refused('CertificateRevoked', lost, 'OCSP', 'cessationOfOperation');
      await staying.sendEvent(message('still here'));
      const stranger = await device(root);
      await refused('RevocationUnknown', stranger, 'does not know the certificate');
    } finally {
      await responder.stop();
    }
    const late = await device(root);
    await refused('RevocationUnknown', late, 'did not answer');
    await server.done('cert', 'authority', 'revocation', 'asked', '--when-unknown', 'allow');
    await send(late);
    await refused('CertificateRevoked', lost, 'OCSP');
  });
});

describe('a key that is replaced', () => {
  it('cuts the device that came in with it within 5 s, and not the one with the other key', async () => {
    const made = await hub.createDevice({ deviceId: freshId('rekeyed') });
    const { secondaryKey } = made.authentication.symmetricKey;
    const client = await hub.open(made.connectionString);
    await server.done('device', 'renew-keys', made.deviceId, '--which', 'secondary');
    await client.sendEvent(message('the other key was replaced'));
    await server.done('device', 'renew-keys', made.deviceId, '--which', 'swap');
    await client.sendEvent(message('the two changed places'));
    // It is the secondary now.
    await cutBy(client, () => server.done('device', 'renew-keys', made.deviceId, '--which', 'secondary'));
    await server.logged('KeyReplaced', `device=${made.deviceId} `);
    for (const key of [parse(made.connectionString).SharedAccessKey, secondaryKey]) {
      const again = hub.client(hub.stringFor(made.deviceId, key));
      await assert.rejects(hub.connect(again), (error) => error instanceof deviceErrors.UnauthorizedError);
    }
  });
});
