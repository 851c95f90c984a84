// What a dry run predicts, compared with what enforcement then does, device by device, with real clients of many kinds.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { Authority } from '../harness/authorities.js';
import { selfSigned } from '../harness/certificates.js';
import { freshId, TestHub } from '../harness/hub.js';
import { connect, connectOptions } from '../harness/raw-mqtt.js';
import { Server } from '../harness/server.js';
import { settings } from '../harness/settings.js';

const WEAK = ':@SECLEVEL=0';

/** Accepts every kind of client below: what it records is what the others are judged by. */
const WIDE = {
  name: 'wide-legacy',
  lowestVersion: '1.0',
  highestVersion: '1.3',
  order: 'client',
  suites: [
    'TLS_AES_256_GCM_SHA384', 'TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256',
    'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
    'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256', 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256',
    'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256', 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA', 'TLS_RSA_WITH_AES_128_CBC_SHA',
    'TLS_RSA_WITH_AES_128_GCM_SHA256',
  ],
  groups: ['x25519', 'secp256r1', 'secp384r1', 'secp521r1', 'ffdhe2048'],
  certificates: ['rsa', 'ecdsa'],
};

/** Clients may sign with ECDSA only; what an RSA server signs with is in the list too, as the engine has one for both. */
const ECDSA_CLIENTS = {
  name: 'ecdsa-clients',
  lowestVersion: '1.2',
  highestVersion: '1.3',
  suites: ['TLS_AES_128_GCM_SHA256', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'],
  groups: ['x25519', 'secp256r1'],
  certificates: ['ecdsa'],
  clientSignatures: ['ecdsa_secp256r1_sha256'],
};

/** Whom each refuses differs. */
const TRIED = [
  'hub-2025', 'modern', 'hub-2021-strict', 'hub-2021-strict-ecc', 'hub-2021-ecc-preview', 'hub-2021-legacy', 'dps-2024-recommended',
  ECDSA_CLIENTS.name,
];

const tls12 = (ciphers, more = {}) => ({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers, ...more });
const tls13 = (more = {}) => ({ minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3', ...more });
const nameless = { host: '127.0.0.1', checkServerIdentity: () => undefined };

/** How clients offer TLS, by a word for each. */
const KINDS = {
  usual: {},
  'tls-1.0': { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: `ECDHE-RSA-AES128-SHA${WEAK}` },
  'tls-1.1': { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: `ECDHE-RSA-AES128-SHA${WEAK}` },
  'up-to-1.2': { maxVersion: 'TLSv1.2' },
  'rsa-exchange': tls12(`AES128-SHA${WEAK}`),
  'rsa-gcm': tls12('ECDHE-RSA-AES128-GCM-SHA256'),
  'rsa-cbc': tls12('ECDHE-RSA-AES128-SHA256'),
  'rsa-chacha': tls12('ECDHE-RSA-CHACHA20-POLY1305'),
  'rsa-dhe': tls12('DHE-RSA-AES128-GCM-SHA256'),
  'ecc-gcm': tls12('ECDHE-ECDSA-AES128-GCM-SHA256'),
  'ecc-cbc': tls12('ECDHE-ECDSA-AES128-SHA256'),
  'p384-only': tls12('ECDHE-RSA-AES128-GCM-SHA256', { ecdhCurve: 'P-384' }),
  'p521-only': tls13({ ecdhCurve: 'P-521' }),
  '1.3-chacha': tls13({ ciphers: 'TLS_CHACHA20_POLY1305_SHA256' }),
  '1.3-verifies-ecdsa': tls13({ sigalgs: 'ecdsa_secp256r1_sha256' }),
  '1.3-verifies-pss': tls13({ sigalgs: 'rsa_pss_rsae_sha256' }),
  '1.3-or-cbc': { ciphers: 'TLS_CHACHA20_POLY1305_SHA256:ECDHE-RSA-AES128-SHA256' },
  'nameless-1.3': { ...nameless, ...tls13() },
  'nameless-1.2': { ...nameless, maxVersion: 'TLSv1.2' },
  'nameless-cbc': { ...nameless, ...tls12('ECDHE-RSA-AES128-SHA256') },
};

describe('a dry run', () => {
  let server;
  let hub;
  let other;
  /** What each device needs to connect, by its id. */
  const devices = new Map();

  before(async () => {
    server = await Server.start();
    await server.done('hub', 'create', 'hub2');
    hub = new TestHub(server);
    other = new TestHub(server, 'hub2');
    for (const policy of [WIDE, ECDSA_CLIENTS]) {
      await server.done('policy', 'add', file(policy));
    }
    await server.done('policy', 'set', 'hub1', WIDE.name);
    await server.done('policy', 'set', 'hub2', WIDE.name);
    await makeFleet();
  });
  afterEach(() => Promise.all([hub?.close(), other?.close()]));
  after(() => server?.stop());

  function file(policy) {
    const path = join(settings.scratch, `${policy.name}.json`);
    writeFileSync(path, JSON.stringify(policy));
    return path;
  }

  async function makeFleet() {
    for (const [kind, options] of Object.entries(KINDS)) {
      await add(hub, kind, {}, options);
    }
    await add(other, 'own', {}, {});
    await add(other, 'nameless', {}, KINDS['nameless-1.3']);
    await add(other, 'nameless-cbc', {}, KINDS['nameless-cbc']);
    // It comes in by the name of the first hub.
    await add(other, 'guest', {}, { host: 'hub1.hub.test', ...KINDS['rsa-cbc'] });
    for (const [kind, algorithm, options] of [
      ['ec-1.3', 'ec', tls13()], ['rsa-1.3', 'rsa', tls13()], ['rsa-1.2', 'rsa', { maxVersion: 'TLSv1.2' }], ['ec-1.2', 'ec', { maxVersion: 'TLSv1.2' }],
    ]) {
      const certificate = await selfSigned(freshId(kind), algorithm);
      const thumbprints = { primaryThumbprint: certificate.sha1, secondaryThumbprint: certificate.sha1 };
      await add(hub, kind, { authentication: { type: 'selfSigned', x509Thumbprint: thumbprints } },
        { cert: certificate.cert, key: certificate.key, ...options });
    }
    const root = await Authority.root('dry-run root', 'rsa');
    await server.done('cert', 'authority', 'add', freshId('plant'), '--file', root.certFile);
    for (const [kind, options] of [['ec-by-rsa-1.3', tls13()], ['ec-by-rsa-1.2', { maxVersion: 'TLSv1.2' }]]) {
      const id = freshId(kind);
      const issued = await root.device(id);
      await add(hub, kind, { deviceId: id, authentication: { type: 'certificateAuthority' } }, { ...issued.chain(), ...options });
    }
    // The official SDK, as it is.
    const sdk = await hub.createDevice({ deviceId: freshId('sdk') });
    devices.set(sdk.deviceId, { hub: 'hub1', open: async () => (await hub.open(sdk.connectionString)).close() });
  }

  async function add(where, kind, description, options) {
    const device = await where.createDevice({ deviceId: freshId(kind), ...description });
    const wanted = connectOptions(where, device.connectionString, options);
    if (options.host) {
      // Whatever host it connects to, it says in its CONNECT which hub it means.
      wanted.username = `${where.hostName}/${device.deviceId}/?api-version=2021-04-12&DeviceClientType=conformance%2F1`;
    }
    devices.set(device.deviceId, { hub: where === hub ? 'hub1' : 'hub2', open: async () => (await connect(wanted)).endAsync() });
  }

  /** Connects every device once; those that were let in. */
  async function letIn() {
    const welcome = new Set();
    for (const [id, { open }] of devices) {
      try {
        await open();
        welcome.add(id);
      } catch {
        // It was refused; by whom and why is what is compared.
      }
    }
    return welcome;
  }

  async function dryRun(policy, of = 'hub1') {
    return JSON.parse(await server.done('policy', 'dry-run', of, '--policy', policy, '--json'));
  }

  const failing = (found) => found.devices.filter((each) => each.outcome === 'fails');

  it('begins with a fleet in which every kind was let in and is known', async () => {
    assert.deepEqual([...devices.keys()].filter((id) => id), [...await letIn()]);

    const found = await dryRun(WIDE.name);
    assert.equal(found.judged, devices.size);
    assert.deepEqual(failing(found), []);
    const sdk = [...devices.keys()].find((id) => id.startsWith('sdk-'));
    const shown = JSON.parse(await server.done('fleet', 'show', sdk, '--json'));
    assert.match(shown.client, /^azure-iot-device\//);
    assert.match(shown.tlsStack, /^OpenSSL/);
    assert.ok(shown.hello.suites.length > 2);
    const list = await server.done('fleet', 'list', '--needs', 'tls1.0', '--csv');
    assert.deepEqual(list.trim().split('\n').slice(1).map((line) => line.split(',')[0].replace(/-[^-]*$/, '')), ['tls-1.0']);
  });

  for (const policy of TRIED) {
    it(`of ${policy} for the first hub predicts what enforcement does to each device`, async () => {
      const predicted = failing(await dryRun(policy));
      const without = await server.run('policy', 'set', 'hub1', policy);
      if (predicted.length > 0) {
        assert.equal(without.code, 1);
        assert.match(without.stderr, /would be refused.*--yes/s);
        assert.equal(JSON.parse(await server.done('hub', 'list', '--json')).find((each) => each.name === 'hub1').policy, WIDE.name);
        await server.done('policy', 'set', 'hub1', policy, '--yes');
      } else {
        assert.equal(without.code, 0, without.stderr);
      }
      try {
        const welcome = await letIn();
        const refused = [...devices.keys()].filter((id) => !welcome.has(id));
        assert.deepEqual(predicted.map((each) => each.device).sort(), refused.sort());
        assert.ok(refused.length < devices.size, 'somebody is let in');
        for (const each of predicted.filter((one) => one.reason === 'TlsNotAccepted')) {
          await server.logged('TlsNotAccepted', `device=${each.device} `);
        }
      } finally {
        await server.done('policy', 'set', 'hub1', WIDE.name, '--yes');
      }
    });
  }

  it('of a hub that is not the first one says the same as enforcement, for the nameless too', async () => {
    const predicted = failing(await dryRun('hub-2021-strict', 'hub2'));
    assert.ok(predicted.some((each) => each.reason === 'TlsNotAccepted'));
    await server.done('policy', 'set', 'hub2', 'hub-2021-strict', '--yes');
    try {
      const welcome = await letIn();
      assert.deepEqual(predicted.map((each) => each.device).sort(), [...devices.keys()].filter((id) => !welcome.has(id)).sort());
    } finally {
      await server.done('policy', 'set', 'hub2', WIDE.name, '--yes');
    }
  });

  it('is what a policy that is only tried reports as devices connect, with nobody refused', async () => {
    const predicted = failing(await dryRun('modern')).filter((each) => each.hub === 'hub1');
    await server.done('policy', 'set', 'hub1', 'modern', '--report-only');
    try {
      assert.match(await server.done('hub', 'list'), /hub1 .* modern/);
      assert.match(await server.done('policy', 'show', 'modern'), /Tried by: +hub1/);
      assert.equal((await letIn()).size, devices.size);
      assert.equal((await letIn()).size, devices.size);

      const lines = (await server.done('why', '--hub', 'hub1', '--last', '500', '--json')).trim().split('\n').map((line) => JSON.parse(line));
      const tried = lines.filter((each) => each.details?.reportOnly === true);
      assert.deepEqual(tried.map((each) => `${each.device} ${each.reason}`).sort(), predicted.map((each) => `${each.device} ${each.reason}`).sort());
      assert.ok(tried.every((each) => each.details.policy === 'modern'));
    } finally {
      await server.done('policy', 'set', 'hub1', '--report-only', 'none');
    }
  });

  it('names who is registered and was never seen, and forgets who is forgotten', async () => {
    const never = await hub.createDevice({ deviceId: freshId('never') });
    const outcome = async (id) => (await dryRun('hub-2025')).devices.find((each) => each.device === id)?.outcome;
    assert.equal(await outcome(never.deviceId), 'neverSeen');

    const id = [...devices.keys()].find((each) => each.startsWith('rsa-gcm'));
    const exported = (await server.done('fleet', 'export', id)).trim().split('\n').map((line) => JSON.parse(line));
    assert.equal(exported[0].kind, 'device');
    await server.done('fleet', 'forget', id);
    assert.equal(await outcome(id), 'neverSeen');
    assert.equal((await server.run('fleet', 'show', id)).code, 1);
  });

  it('knows after a restart what it knew before', async () => {
    const before = await dryRun('modern');
    await server.stop();
    await server.startAgain();

    assert.deepEqual(await dryRun('modern'), before);
    assert.ok(failing(before).length > 3);
  });
});
