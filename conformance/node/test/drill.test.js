// A change of root, rehearsed: two hundred devices, each at an address of its own, of which every tenth lacks the new root.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { freshId, TestHub } from '../harness/hub.js';
import { connect, connectOptions } from '../harness/raw-mqtt.js';
import { Server } from '../harness/server.js';

const DEVICES = 200;
const LACKING = 20;
const AT_ONCE = 10;
// A client that went away without a word is told from one that connects twice at once by a second.
const BETWEEN_ATTEMPTS_MILLIS = 1_500;

describe('a drill of a change of root', () => {
  let server;
  let hub;
  let second;
  let oldRoots;
  const devices = [];

  before(async () => {
    server = await Server.start();
    await server.done('hub', 'create', 'hub2');
    hub = new TestHub(server);
    second = new TestHub(server, 'hub2');
    const word = freshId('drill');
    for (let from = 0; from < DEVICES; from += 100) {
      const ids = Array.from({ length: 100 }, (_, i) => `${word}-${from + i}`);
      await hub.registry.addDevices(ids.map((deviceId) => ({ deviceId })));
      for (const [i, deviceId] of ids.entries()) {
        const { responseBody } = await hub.registry.get(deviceId);
        devices.push({
          deviceId,
          string: hub.stringFor(deviceId, responseBody.authentication.symmetricKey.primaryKey),
          localAddress: `127.7.${1 + Math.floor((from + i) / 100)}.${1 + (i % 100)}`,
          lacksRoot: (from + i) % (DEVICES / LACKING) === 0,
        });
      }
    }
    const { roots } = JSON.parse(await server.done('cert', 'bundle', '--format', 'json'));
    oldRoots = roots.filter(({ role }) => role === 'primary').map(({ certificate }) => certificate).join('\n');
  });
  after(() => server?.stop());

  /** Whether the device is let in; it tells and goes. */
  async function visit(device) {
    const { string, localAddress, lacksRoot } = device;
    const options = connectOptions(hub, string, { localAddress, ca: lacksRoot ? oldRoots : hub.ca });
    try {
      const client = await connect(options);
      await client.endAsync();
      return true;
    } catch {
      return false;
    }
  }

  /** One after the other in a few rows; who was let in. */
  async function visits(of = devices) {
    const waiting = [...of];
    const letIn = [];
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      for (let device = waiting.shift(); device; device = waiting.shift()) {
        if (await visit(device)) {
          letIn.push(device.deviceId);
        }
      }
    }));
    return letIn.sort();
  }

  const status = async (...args) => JSON.parse(await server.done('cert', 'drill', 'status', '--json', ...args));
  const ids = (some) => some.map(({ deviceId }) => deviceId).sort();
  const lacking = () => devices.filter(({ lacksRoot }) => lacksRoot);
  const named = (drill, outcome) => drill.devices.filter((each) => each.outcome === outcome).map(({ device }) => device).sort();
  const start = (...args) => server.done('cert', 'drill', 'start', '--hub', 'hub1', '--key-type', 'rsa', ...args);

  it('can not begin with devices that never came', async () => {
    const { code, stderr } = await server.run('cert', 'drill', 'start', '--key-type', 'ecdsa');
    assert.equal(code, 1);
    assert.match(stderr, /No device that has connected to the hub fits/);
  });

  it('goes back when one device too many refuses, and names exactly those that lack the root', async () => {
    assert.deepEqual(await visits(), ids(devices), 'all are let in before');
    await start('--refused-max', String(LACKING - 1));
    const letIn = await visits();
    assert.deepEqual(letIn, ids(devices.filter(({ lacksRoot }) => !lacksRoot)), 'who lacks the root is kept out once');
    await pause(BETWEEN_ATTEMPTS_MILLIS);
    const again = await visits(lacking());
    assert.deepEqual(again, ids(lacking()), 'each gets the old chain at its next attempt');
    const drill = await status('--devices');
    assert.equal(drill.state, 'wentBack');
    assert.match(drill.because, /20 devices refused/);
    assert.deepEqual(named(drill, 'refused'), ids(lacking()));
    const accepted = named(drill, 'accepted');
    assert.equal(accepted.length + named(drill, 'notSeen').length, DEVICES - LACKING, 'who came after it went back proves nothing');
    assert.ok(accepted.length > DEVICES / 2, `${accepted.length} accepted`);
    assert.equal(drill.provedPercent, accepted.length / (DEVICES / 100));
    assert.deepEqual(await visits(), ids(devices), 'all are let in after');
    const stdout = await server.done('cert', 'drill', 'status');
    assert.match(stdout, /went back: 20 devices refused the root, and 19 were allowed to/);
  });

  it('shows the new chain to its cohort only, in full handshakes only, and not while it is paused', async () => {
    const [good, other] = devices.filter(({ lacksRoot }) => !lacksRoot);
    const first = await session(good);
    const { issuer } = first;
    assert.ok((await session(good, first.session)).resumed, 'the server resumes sessions');
    await start('--devices', good.deviceId);

    const shown = await session(good, first.session);
    assert.equal(shown.resumed, false, 'a session of the usual chain proves nothing');
    assert.notEqual(shown.issuer, issuer);
    assert.equal((await status()).counts.accepted, 1);
    const again = await session(good, shown.session);
    assert.equal(again.resumed, false, 'nor does one of the new chain');
    assert.equal(again.issuer, shown.issuer);
    assert.equal((await session(other)).issuer, issuer, 'who is not of the cohort');
    const neighbour = { ...other, localAddress: good.localAddress };
    assert.equal((await session(neighbour, undefined, second.hostName)).issuer, issuer, 'who asks for another hub');

    await server.done('cert', 'drill', 'pause');
    assert.equal((await session(good)).issuer, issuer, 'while it is paused');
    const { code, stderr } = await server.run('cert', 'drill', 'pause');
    assert.equal(code, 1);
    assert.match(stderr, /not running/);
    await server.done('cert', 'drill', 'resume');
    assert.equal((await session(good)).issuer, shown.issuer);
    await server.done('cert', 'drill', 'finish');
    assert.equal((await session(good)).issuer, issuer);
    assert.equal((await status()).state, 'finished');
  });

  it('takes neither a wrong key for an acceptance nor a client that leaves for a refusal', async () => {
    const [good] = devices.filter(({ lacksRoot }) => !lacksRoot);
    const stranger = { ...good, string: good.string.replace(/SharedAccessKey=.*/, `SharedAccessKey=${Buffer.alloc(32).toString('base64')}`) };
    await start('--devices', good.deviceId, '--refused-max', '0');
    const outcome = async () => (await status('--devices')).devices[0].outcome;
    assert.equal(await visit(stranger), false);
    assert.equal(await outcome(), 'shown');
    // One that trusts nothing shakes hands and leaves, as Node does; it could be anybody behind this address.
    assert.equal(await visit({ ...good, lacksRoot: true }), false);
    await pause(BETWEEN_ATTEMPTS_MILLIS);
    assert.ok(await visit(good));
    assert.equal(await outcome(), 'shown');
    assert.equal((await status()).state, 'running');
    assert.ok(await visit(good));
    assert.equal(await outcome(), 'accepted');
    await server.done('cert', 'drill', 'finish');
  });

  it('shows it to no device of another hub, and blames no device for one', async () => {
    const [good] = devices.filter(({ lacksRoot }) => !lacksRoot);
    const { connectionString } = await second.createDevice();
    // It has the same TLS library, comes from the same address and trusts the old roots only.
    const options = connectOptions(second, connectionString, { localAddress: good.localAddress, ca: oldRoots });
    await start('--devices', good.deviceId, '--refused-max', '0');
    for (let i = 0; i < 2; i++) {
      const client = await connect(options);
      await client.endAsync();
    }
    assert.ok(await visit(good));
    assert.equal((await status('--devices')).devices[0].outcome, 'accepted');
    await server.done('cert', 'drill', 'finish');
  });

  it('is over and forgotten with its hub', async () => {
    const { connectionString } = await second.createDevice();
    await (await connect(connectOptions(second, connectionString, { localAddress: '127.7.9.9' }))).endAsync();
    await server.done('cert', 'drill', 'start', '--hub', 'HUB2', '--key-type', 'rsa');
    await server.done('hub', 'delete', 'hub2', '--yes');
    const { code, stderr } = await server.run('cert', 'drill', 'status');
    assert.equal(code, 1);
    assert.match(stderr, /There has been no drill/);
  });

  it('goes on over a restart of the server, and goes back when a device stays away', async () => {
    const [lost] = lacking();
    await start('--devices', lost.deviceId, '--patience', '5', '--refused-max', '3');
    await server.stop();
    await server.startAgain();
    await until(async () => !(await status()).waitsForChain);
    assert.equal(await visit(lost), false);
    const drill = await until(async () => {
      const now = await status();
      return now.state === 'wentBack' && now;
    });
    assert.match(drill.because, new RegExp(`'${lost.deviceId}' was shown the chain at .* stayed away`));
    assert.ok(await visit(lost));
  });

  it('can not tell apart devices behind one address, and leaves them alone', async () => {
    const [one, two] = devices.filter(({ lacksRoot }) => !lacksRoot);
    const behind = { ...two, localAddress: one.localAddress };
    assert.ok(await visit(behind));
    await start('--devices', `${one.deviceId},${two.deviceId}`);
    assert.ok(await visit(one));
    const drill = await status('--devices');
    assert.deepEqual(named(drill, 'notToldApart'), ids([one, two]));
    await server.done('cert', 'drill', 'abort');
    assert.match((await status()).because, /the operator gave it up/);
  });

  /** Lets the device connect, with a session of before to offer; the issuer of what it was shown, unless it resumed. */
  async function session({ string, localAddress }, offered, servername = hub.hostName) {
    const client = await connect(connectOptions(hub, string, { localAddress, servername, session: offered, checkServerIdentity: () => undefined }));
    const { stream } = client;
    const result = { resumed: stream.isSessionReused(), issuer: stream.getPeerCertificate().issuer?.CN, session: stream.getSession() };
    await client.endAsync();
    return result;
  }

  async function until(condition) {
    for (let i = 0; ; i++) {
      const value = await condition();
      if (value) {
        return value;
      }
      assert.ok(i < 100, 'it does not come');
      await pause(200);
    }
  }
});
