// Keys and certificates made with the openssl program, as a device maker would.
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './server.js';
import { settings } from './settings.js';

const ALGORITHMS = {
  ec: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
  rsa: ['-newkey', 'rsa:2048'],
};

/** A self-signed certificate: PEM texts and both thumbprints, upper-case hexadecimal without separators. */
export async function selfSigned(commonName, algorithm = 'ec', extensions = []) {
  const base = join(settings.scratch, `${commonName}-${algorithm}-${process.hrtime.bigint()}`);
  const made = await run('openssl', [
    'req', '-x509', ...ALGORITHMS[algorithm], '-noenc', '-sha256', '-days', '30',
    '-subj', `/CN=${commonName}`, '-addext', 'extendedKeyUsage=clientAuth', ...extensions.flatMap((each) => ['-addext', each]),
    '-keyout', `${base}.key`, '-out', `${base}.pem`,
  ]);
  if (made.code !== 0) {
    throw new Error(`openssl could not make a certificate: ${made.stderr}`);
  }
  const cert = readFileSync(`${base}.pem`, 'utf8');
  const der = new X509Certificate(cert).raw;
  return {
    cert,
    key: readFileSync(`${base}.key`, 'utf8'),
    certFile: `${base}.pem`,
    keyFile: `${base}.key`,
    sha1: createHash('sha1').update(der).digest('hex').toUpperCase(),
    sha256: createHash('sha256').update(der).digest('hex').toUpperCase(),
  };
}
