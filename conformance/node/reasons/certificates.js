// Chains of certificates that open nothing, made with openssl and shown by mqtt.js, which takes weak ones, too.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Authority } from '../harness/authorities.js';
import { freshId } from '../harness/hub.js';
import { connect, connectOptions } from '../harness/raw-mqtt.js';
import { run } from '../harness/server.js';
import { settings } from '../harness/settings.js';
import { secondHub } from './second-hub.js';

const AUTHORITY = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign'];
const LEAF = ['basicConstraints=critical,CA:FALSE', 'keyUsage=critical,digitalSignature', 'extendedKeyUsage=clientAuth'];
const SECOND = 1_000;

async function plant(world) {
  world.plant ??= (async () => {
    const root = await Authority.root('Plant root');
    await world.server.done('cert', 'authority', 'add', 'plant', '--file', root.certFile);
    return root;
  })();
  return world.plant;
}

/** A device of the hub that needs a certificate of an authority comes with what `made` makes for it, and is not let in. */
function chain(made, hubOf = async ({ hub }) => hub) {
  return async (world) => {
    const hub = await hubOf(world);
    const { deviceId, connectionString } = await hub.createDevice({ authentication: { type: 'certificateAuthority' } });
    await refused(hub, connectionString, await made(await plant(world), deviceId, world));
  };
}

async function refused(hub, connectionString, shown) {
  await assert.rejects(connect(connectOptions(hub, connectionString, { ...shown, ciphers: 'DEFAULT:@SECLEVEL=0' })), /Not authorized/);
}

/** An intermediate with these extensions issues the device's certificate. */
function below(extensions, { algorithm, days, madeAt, leaf = LEAF } = {}) {
  return chain(async (root, id) => {
    const line = await root.issue('/O=Plant/CN=Line', extensions, algorithm, days, madeAt);
    return (await line.issue(`/CN=${id}`, leaf)).chain();
  });
}

/** The root itself issues it, with these extensions. */
function leaf(extensions, subject = (id) => `/CN=${id}`) {
  return chain(async (root, id) => (await root.issue(subject(id), extensions)).chain());
}

/** Five authorities of one name, with slow keys, and a certificate of a sixth. */
async function tangled(root, id) {
  const same = () => root.issue('/O=Plant/CN=Same', AUTHORITY, 'p521');
  const others = await Promise.all(Array.from({ length: 5 }, same));
  const own = await (await same()).issue(`/CN=${id}`, LEAF);
  return { cert: [own, ...others].map(({ cert }) => cert).join(''), key: own.key };
}

/** A root whose time begins or ends within seconds, registered and waited for. */
async function rootUntil(world, seconds) {
  const base = join(settings.scratch, freshId('root'));
  const made = await run('faketime', ['-f', `-${86_400 - seconds}s`, 'openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
    'ec_paramgen_curve:prime256v1', '-noenc', '-sha256', '-days', '1', '-subj', '/O=Plant/CN=Short root',
    ...AUTHORITY.flatMap((each) => ['-addext', each]), '-keyout', `${base}.key`, '-out', `${base}.pem`]);
  assert.equal(made.code, 0, made.stderr);
  await world.server.done('cert', 'authority', 'add', 'short', '--file', `${base}.pem`);
  return new Authority(base, []);
}

async function expiredAuthority(_, id, world) {
  const root = await rootUntil(world, 15);
  const own = await root.issue(`/CN=${id}`, LEAF);
  const { stdout } = await run('openssl', ['x509', '-in', root.certFile, '-noout', '-enddate']);
  const end = Date.parse(stdout.slice(stdout.indexOf('=') + 1));
  // It has to be valid when it is registered, and over when it is used: nothing but time brings that about.
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, end + SECOND - Date.now())));
  return own.chain();
}

async function futureAuthority(_, id, world) {
  const base = join(settings.scratch, freshId('root'));
  const made = await run('faketime', ['-f', '+2d', 'openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
    'ec_paramgen_curve:prime256v1', '-noenc', '-sha256', '-days', '30', '-subj', '/O=Plant/CN=Future root',
    ...AUTHORITY.flatMap((each) => ['-addext', each]), '-keyout', `${base}.key`, '-out', `${base}.pem`]);
  assert.equal(made.code, 0, made.stderr);
  await world.server.done('cert', 'authority', 'add', 'future', '--file', `${base}.pem`);
  return (await new Authority(base, []).issue(`/CN=${id}`, LEAF)).chain();
}

async function unverified(_, id, world) {
  const root = await Authority.root('Unverified root');
  await world.server.done('cert', 'authority', 'add', 'unverified', '--file', root.certFile, '--unverified');
  return (await root.device(id)).chain();
}

async function expiredThumbprint(world) {
  const base = join(settings.scratch, freshId('old'));
  const made = await run('faketime', ['-f', '-40d', 'openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
    'ec_paramgen_curve:prime256v1', '-noenc', '-sha256', '-days', '30', '-subj', '/CN=old', '-keyout', `${base}.key`, '-out', `${base}.pem`]);
  assert.equal(made.code, 0, made.stderr);
  const { stdout } = await run('openssl', ['x509', '-in', `${base}.pem`, '-noout', '-fingerprint', '-sha256']);
  const primaryThumbprint = stdout.slice(stdout.indexOf('=') + 1).trim().replaceAll(':', '');
  const device = await world.hub.createDevice({ authentication: { type: 'selfSigned', x509Thumbprint: { primaryThumbprint } } });
  await refused(world.hub, device.connectionString,
    { cert: readFileSync(`${base}.pem`, 'utf8'), key: readFileSync(`${base}.key`, 'utf8') });
}

const NAMES = Array.from({ length: 140 }, (_, index) => `DNS:n${index}.plant.test`).join(',');

export const certificates = [
  { reason: 'NoAuthorityRegistered', how: 'in a hub without authorities', provoke: chain(async (root, id) => (await root.device(id)).chain(), secondHub),
    says: /no certificate authority is registered with this hub\. Register that one.*holdfast cert authority add/ },
  { reason: 'LeafIsAuthority', how: 'a device with CA:TRUE', provoke: leaf(AUTHORITY.concat('extendedKeyUsage=clientAuth')),
    says: /may issue others \(CA:TRUE\).*Issue one with basicConstraints CA:FALSE/ },
  { reason: 'AuthorityNotVerified', how: 'of an authority that is not verified', provoke: chain(unverified),
    says: /'unverified', which is not verified.*verification-code.*holdfast cert authority verify/ },
  { reason: 'AuthorityExpired', how: 'of an authority whose time is over', provoke: chain(expiredAuthority),
    says: /'short', whose certificate expired at \S+Z; the hub's clock says \S+Z.*Register its renewed certificate/ },
  { reason: 'AuthorityNotYetValid', how: 'of an authority from the future', provoke: chain(futureAuthority),
    says: /'future', whose certificate is valid from \S+Z only; the hub's clock says .* earlier\. Wait .*or correct the clock/ },
  { reason: 'IntermediateExpired', how: 'an old intermediate', provoke: below(AUTHORITY, { days: -1 }),
    says: /intermediate '.*Line.*' expired at \S+Z.*Renew it, and give the device the new one/ },
  { reason: 'IntermediateNotYetValid', how: 'an intermediate from the future', provoke: below(AUTHORITY, { madeAt: '+2d' }),
    says: /intermediate '.*Line.*' is valid from \S+Z only.*Correct the clock/ },
  { reason: 'IssuerNotAuthority', how: 'a device that issues for another', provoke: below(LEAF),
    says: /is no certificate authority: its basicConstraints do not say CA:TRUE\. Have the certificate issued by one/ },
  { reason: 'PathTooLong', how: 'two intermediates below pathlen:0',
    provoke: chain(async (root, id) => {
      const line = await root.issue('/O=Plant/CN=Line', ['basicConstraints=critical,CA:TRUE,pathlen:0', AUTHORITY[1]]);
      return (await (await line.intermediate('Cell')).device(id)).chain();
    }), says: /allows 0 intermediates below itself \(pathlen\), and 1 are in the chain\. Issue the device's certificate with fewer/ },
  { reason: 'NameNotPermitted', how: 'a name outside of nameConstraints',
    provoke: below([...AUTHORITY, 'nameConstraints=critical,permitted;DNS:plant.test'], { leaf: [...LEAF, 'subjectAltName=DNS:elsewhere.test'] }),
    says: /for certain names only \(nameConstraints\).*Give the device a name that it permits/ },
  { reason: 'NotForClients', how: 'a certificate of a server', provoke: leaf([...LEAF.slice(0, 2), 'extendedKeyUsage=serverAuth']),
    says: /not for TLS clients: its extendedKeyUsage does not have clientAuth\. Issue it with/ },
  { reason: 'CertificateWeak', how: 'an intermediate with RSA of 1024 bits', provoke: below(AUTHORITY, { algorithm: 'rsa1024' }),
    says: /an RSA key of 1024 bits.*Use RSA with 2048 to 8192 bits/ },
  { reason: 'CertificateUnreadable', how: 'nameConstraints that are none', provoke: below([...AUTHORITY, '2.5.29.30=DER:0500']),
    says: /The nameConstraints of '.*Line.*' can't be read\. Have the certificate issued anew/ },
  { reason: 'CriticalExtensionUnknown', how: 'a critical extension of somebody\'s own', provoke: leaf([...LEAF, '1.2.3.4.5=critical,DER:0500']),
    says: /critical extension 1\.2\.3\.4\.5.*Issue it without, or not as critical/ },
  { reason: 'ChainTooComplex', how: '140 names', provoke: leaf([...LEAF, `subjectAltName=${NAMES}`]),
    says: /have 14\d names together, and at most 128.*Issue them with fewer/ },
  { reason: 'ChainTooTangled', how: 'five authorities of one name', provoke: chain(tangled),
    says: /so many issuers of the same names.*Give it one chain only/ },
  { reason: 'PathRejected', how: 'a policy demanded and none there', provoke: below([...AUTHORITY, 'policyConstraints=critical,requireExplicitPolicy:0']),
    says: /Java runtime's check of the chain refuses it: .*Issue the certificates without what it names/, thin: true },
  { reason: 'CommonNameMissing', how: 'a subject without CN', provoke: leaf(LEAF, () => '/O=Plant'), says: /CN/ },
  { reason: 'CommonNameAmbiguous', how: 'a subject with two CN', provoke: leaf(LEAF, (id) => `/CN=${id}/CN=other`), says: /CN/ },
  { reason: 'CertificateNotValidNow', how: 'a registered certificate that is over', provoke: expiredThumbprint,
    says: /is valid from \S+Z to \S+Z, and the hub's clock says \S+Z\. Renew the certificate/ },
];
