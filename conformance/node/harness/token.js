// A PKCS#11 token in software (SoftHSM2), filled with the programs that the owner of a real one would use.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './server.js';
import { settings } from './settings.js';

const LIBRARY = '/usr/lib/softhsm/libsofthsm2.so';
const PIN = '271828';
const KEYS = { rsa: { id: '01', type: 'rsa:2048' }, ecdsa: { id: '02', type: 'EC:prime256v1' } };

async function done(program, ...args) {
  const { code, stdout, stderr } = await run(program, args);
  if (code !== 0) {
    throw new Error(`${program} ${args.join(' ')}: ${stdout}${stderr}`);
  }
}

export class Token {
  label = 'hub';

  constructor(directory) {
    this.directory = directory;
    this.tokens = join(directory, 'tokens');
    this.pinFile = join(directory, 'pin');
    this.config = join(directory, 'holdfast.yaml');
  }

  /** Sets the environment of this process, which servers inherit. */
  static async make() {
    const token = new Token(join(settings.scratch, 'token'));
    mkdirSync(token.tokens, { recursive: true });
    const config = join(token.directory, 'softhsm2.conf');
    writeFileSync(config, `directories.tokendir = ${token.tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
    process.env.SOFTHSM2_CONF = config;
    writeFileSync(token.pinFile, `${PIN}\n`, { mode: 0o600 });
    writeFileSync(token.config, `pkcs11:\n  library: ${LIBRARY}\n  pinFile: ${token.pinFile}\n`);
    await done('softhsm2-util', '--init-token', '--free', '--label', token.label, '--pin', PIN, '--so-pin', '314159');
    return token;
  }

  #tool(...args) {
    return done('pkcs11-tool', '--module', LIBRARY, '--token-label', this.label, '--login', '--pin', PIN, ...args);
  }

  /** A key that is made in the token, with a certificate from `authority` beside it; returns where the chain is. */
  async makeKey(kind, authority, names) {
    const { id, type } = KEYS[kind];
    const label = `server-${kind}`;
    const base = join(this.directory, label);
    await this.#tool('--keypairgen', '--key-type', type, '--id', id, '--label', label);
    await this.#tool('--read-object', '--type', 'pubkey', '--id', id, '--output-file', `${base}.pub`);
    await done('openssl', 'pkey', '-pubin', '-inform', 'DER', '-in', `${base}.pub`, '-out', `${base}.pub.pem`);
    writeFileSync(`${base}.ext`, ['basicConstraints=critical,CA:FALSE', 'keyUsage=critical,digitalSignature',
      'extendedKeyUsage=serverAuth', `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`].join('\n'));
    await done('openssl', 'x509', '-new', '-force_pubkey', `${base}.pub.pem`, '-subj', `/CN=${label}`, '-CA', authority.certFile,
      '-CAkey', authority.keyFile, '-set_serial', `0x10${id}`, '-days', '30', '-extfile', `${base}.ext`, '-out', `${base}.pem`);
    await done('openssl', 'x509', '-in', `${base}.pem`, '-outform', 'DER', '-out', `${base}.der`);
    await this.#tool('--write-object', `${base}.der`, '--type', 'cert', '--id', id, '--label', label);
    await done('bash', '-c', `cat ${base}.pem ${authority.certFile} > ${base}.chain.pem`);
    return { chain: `${base}.chain.pem`, uri: `pkcs11:token=${this.label};object=${label}` };
  }

  takeOut() {
    renameSync(this.tokens, `${this.tokens}.out`);
    mkdirSync(this.tokens);
  }

  putBack() {
    renameSync(this.tokens, `${this.tokens}.empty`);
    renameSync(`${this.tokens}.out`, this.tokens);
  }
}
