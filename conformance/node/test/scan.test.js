// Public scanners against the policy 'modern', on every port of the front door. What they find of severity LOW or worse has to be on
// the list conformance/scan-findings.json with a reason, and everything on that list has to be found.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { within } from '../harness/deadline.js';
import { freshId } from '../harness/hub.js';
import { Server } from '../harness/server.js';
import { settings } from '../harness/settings.js';

const NAME = 'hub1.hub.test';
const PORTS = { HTTPS: 443, AMQP: 5671, MQTT: 8883 };
const ACCEPTED = JSON.parse(readFileSync(fileURLToPath(new URL('../../scan-findings.json', import.meta.url)), 'utf8'));
/** Of testssl.sh; OK and INFO are none, and WARN means that a check could not be made. */
const FINDINGS = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL', 'WARN', 'FATAL'];
const MAX_MILLIS = 1_200_000;

describe('scanners', () => {
  let server;
  const met = new Set();

  before(async () => {
    server = await Server.start();
    await server.done('policy', 'set', 'hub1', 'modern');
  });
  after(() => server?.stop());

  /** Runs a scanner to its end, whatever its exit code, which for testssl.sh counts findings. */
  async function scanned(command, args) {
    const program = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [program.stdout, program.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    }
    try {
      await within(MAX_MILLIS, `the end of ${command}`, new Promise((resolve, reject) => {
        program.once('close', resolve).once('error', reject);
      }));
    } finally {
      program.kill('SIGKILL');
    }
    return output;
  }

  // Side by side, because testssl.sh waits more than it works.
  describe('', { concurrency: true }, () => {
    for (const [protocol, port] of Object.entries(PORTS)) {
      it(`testssl.sh finds nothing on ${protocol} but what is on the list`, async () => {
        const file = join(settings.scratch, `${freshId('testssl')}.json`);
        const output = await scanned('testssl', [
          '--quiet', '--warnings', 'off', '--color', '0', '--ip', '127.0.0.1', '--add-ca', server.ready.trustBundle,
          '--jsonfile', file, `${NAME}:${port}`,
        ]);
        // One of several certificates is a suffix: 'cert_revocation <cert#1>'.
        const results = JSON.parse(readFileSync(file, 'utf8')).map((one) => ({ ...one, id: one.id.split(' ')[0] }));
        assert.ok(results.length > 100, `it looked at ${results.length} things: ${output.slice(-2_000)}`);
        assert.ok(results.some(({ id, finding }) => id === 'TLS1_3' && /offered/.test(finding)), 'it saw TLS 1.3');
        const findings = results.filter(({ severity }) => FINDINGS.includes(severity));
        findings.forEach(({ id }) => met.add(id));
        const unexpected = findings.filter(({ id }) => !(id in ACCEPTED));
        assert.deepEqual(unexpected.map(({ id, severity, finding }) => `${id} ${severity}: ${finding}`), []);
      });

      it(`sslscan finds TLS 1.2 and 1.3 with strong suites alone on ${protocol}`, async () => {
        const file = join(settings.scratch, `${freshId('sslscan')}.xml`);
        const output = await scanned('sslscan', ['--no-colour', `--xml=${file}`, `--sni-name=${NAME}`, `${NAME}:${port}`]);
        const xml = readFileSync(file, 'utf8');
        const enabled = [...xml.matchAll(/<protocol type="(\w+)" version="([\d.]+)" enabled="1"/g)].map((one) => one[1] + one[2]);
        assert.deepEqual(enabled, ['tls1.2', 'tls1.3']);
        const ciphers = [...xml.matchAll(/<cipher .*?cipher="(\S+)".*?strength="(\w+)"/g)];
        assert.ok(ciphers.length >= 9, xml);
        assert.deepEqual(ciphers.filter((one) => one[2] !== 'strong' && one[2] !== 'acceptable').map((one) => one[0]), []);
        assert.match(xml, /<renegotiation supported="0"/);
        assert.match(output, /Server supports TLS Fallback SCSV/);
        assert.equal([...xml.matchAll(/<heartbleed .*?vulnerable="1"/g)].length, 0);
      });
    }
  });

  it('everything on the list is found', () => {
    assert.deepEqual(Object.keys(ACCEPTED).filter((id) => !met.has(id)), []);
  });
});
