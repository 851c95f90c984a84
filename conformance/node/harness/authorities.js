// Certificate authorities and what they issue, made with the openssl program, as the owner of a fleet would.
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './server.js';
import { settings } from './settings.js';

const KEYS = {
  ec: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
  p384: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp384r1'],
  rsa: ['-newkey', 'rsa:2048'],
  rsa3072: ['-newkey', 'rsa:3072'],
  p521: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp521r1'],
  rsa1024: ['-newkey', 'rsa:1024'],
};
const AUTHORITY = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign'];
const DEVICE = ['basicConstraints=critical,CA:FALSE', 'keyUsage=critical,digitalSignature', 'extendedKeyUsage=clientAuth'];
const RESPONDER = ['basicConstraints=critical,CA:FALSE', 'keyUsage=critical,digitalSignature', 'extendedKeyUsage=OCSPSigning'];

async function openssl(...args) {
  await done('openssl', args);
}

async function done(program, args) {
  const made = await run(program, args);
  if (made.code !== 0) {
    throw new Error(`${program} ${args.join(' ')}: ${made.stderr}`);
  }
}

/** A key and its certificate; what is below can be issued with it. */
export class Authority {
  constructor(base, above) {
    this.certFile = `${base}.pem`;
    this.keyFile = `${base}.key`;
    this.cert = readFileSync(this.certFile, 'utf8');
    this.key = readFileSync(this.keyFile, 'utf8');
    /** The certificates above it, the nearest first. */
    this.above = above;
  }

  static async root(commonName, algorithm = 'ec') {
    const base = fresh();
    await openssl('req', '-x509', ...KEYS[algorithm], '-noenc', '-sha256', '-days', '30', '-subj', `/O=Plant/CN=${commonName}`,
      ...AUTHORITY.flatMap((each) => ['-addext', each]), '-keyout', `${base}.key`, '-out', `${base}.pem`);
    return new Authority(base, []);
  }

  async intermediate(commonName, algorithm = 'ec') {
    return this.issue(`/O=Plant/CN=${commonName}`, AUTHORITY, algorithm, 30);
  }

  /**
   * @param options.days of its life; -1 for one that is over
   * @param options.madeAt how far off the issuer's clock is, such as +2d
   */
  async device(commonName, { algorithm = 'ec', days = 30, madeAt = '+0' } = {}) {
    // openssl separates the parts of a name by slashes.
    return this.issue(`/CN=${commonName.replaceAll('/', '\\/')}`, DEVICE, algorithm, days, madeAt);
  }

  /** A certificate for answering OCSP questions about what this authority issued. */
  async responder() {
    return this.issue('/O=Plant/CN=Responder', RESPONDER, 'ec', 30);
  }

  /** What is not one of the above: a certificate with these extensions, each as openssl writes it. */
  async issue(subject, extensions, algorithm = 'ec', days = 30, madeAt = '+0') {
    const base = fresh();
    await openssl('req', '-new', ...KEYS[algorithm], '-noenc', '-subj', subject, '-keyout', `${base}.key`, '-out', `${base}.csr`);
    writeFileSync(`${base}.ext`, `${extensions.join('\n')}\n`);
    const issue = ['openssl', 'x509', '-req', '-in', `${base}.csr`, '-CA', this.certFile, '-CAkey', this.keyFile, '-set_serial',
      `0x${randomUUID().replaceAll('-', '')}`, '-sha256', '-days', String(days), '-extfile', `${base}.ext`, '-out', `${base}.pem`];
    await (madeAt === '+0' ? openssl(...issue.slice(1)) : done('faketime', ['-f', madeAt, ...issue]));
    return new Authority(base, [this.cert, ...this.above]);
  }

  /** What a device gives its SDK: its own certificate and those above, without the root. */
  chain() {
    return { cert: [this.cert, ...this.above.slice(0, -1)].join(''), key: this.key };
  }

  /** Its own certificate alone. */
  alone() {
    return { cert: this.cert, key: this.key };
  }
}

function fresh() {
  return join(settings.scratch, `authority-${randomUUID()}`);
}
