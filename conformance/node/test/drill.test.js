// A change of root, rehearsed: two hundred devices, each at an address of its own, of which every tenth lacks the new root.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { freshId, TestHub } from '../harness/hub.js';
import { connect, connectOptions } from '../harness/raw-mqtt.js';
import { run, Server } from '../harness/server.js';

const DEVICES = 200;
const LACKING = 20;
const AT_ONCE = 10;
// A client that went away without a word is told from one that connects twice at once by a second.
const BETWEEN_ATTEMPTS_MILLIS = 1_500;

describe('a drill of a change of root', () => {
  let server;
  let hub;
  let oldRoots;
  const devices = [];

  before(async () => {
    server = await Server.start();
    hub = new TestHub(server);
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
    await start('--devices', good.deviceId);
    const shown = (device, ...args) => opensslShown(device.localAddress, ...args);
    // OpenSSL's hello is not that of the device, so it is no member, though it comes from the same address.
    assert.equal(await shown(good), await shown(other));
    assert.ok(await visit(good));
    assert.equal((await status()).counts.accepted, 1);
    await server.done('cert', 'drill', 'pause');
    const { code, stderr } = await server.run('cert', 'drill', 'pause');
    assert.equal(code, 1);
    assert.match(stderr, /not running/);
    await server.done('cert', 'drill', 'resume');
    await server.done('cert', 'drill', 'finish');
    assert.equal((await status()).state, 'finished');
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

  async function opensslShown(address) {
    const { stdout } = await run('openssl', ['s_client', '-connect', '127.0.0.1:8883', '-bind', `${address}:0`, '-servername', hub.hostName,
      '-sigalgs', 'ecdsa_secp256r1_sha256']);
    return stdout.match(/issuer=(.*)/)?.[1];
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
