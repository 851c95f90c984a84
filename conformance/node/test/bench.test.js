// `holdfast bench` against a running server: that everything acknowledged is delivered, whatever the window. No speed is asserted.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Registry } from '../harness/hub.js';
import { Server } from '../harness/server.js';
import { settings } from '../harness/settings.js';

describe('the bench', () => {
  let server;

  before(async () => {
    server = await Server.start();
  });
  after(() => server?.stop());

  async function bench(...args) {
    const { code, stdout, stderr } = await server.run('bench', ...args, '--json');
    assert.equal(code, 0, `holdfast bench ${args.join(' ')}: ${stderr}`);
    return JSON.parse(stdout);
  }

  for (const version of ['1.2', '1.3']) {
    it(`finds everything delivered that was acknowledged at window 16 over TLS ${version}`, async () => {
      const { measures } = await bench('publish', '--connections', '20', '--window', '16', '--reader', 'amqp',
        '--tls', version, '--warmup', '1', '--duration', '3', '--drain', '60');
      assert.ok(measures.acknowledged > 0);
      assert.equal(measures.missing, 0);
      assert.equal(measures.unacknowledged, 0);
      assert.equal(measures.lostConnections, 0);
      assert.ok(measures.serverCpuMicrosPerMessage > 0, 'the process is that of the ready file');
    });
  }

  it('sends at a fixed rate what it says', async () => {
    const { measures } = await bench('publish', '--connections', '10', '--window', '16', '--rate', '200', '--reader', 'amqp',
      '--warmup', '1', '--duration', '2');
    assert.equal(measures.acknowledged, 600);
    assert.equal(measures.missing, 0);
  });

  for (const kind of ['method', 'desired', 'reported', 'message']) {
    it(`finds every ${kind} answered, and what goes to devices delivered`, async () => {
      const { measures, settings: load } = await bench('command', '--kind', kind, '--connections', '20', '--registered', '250',
        '--callers', '8', '--warmup', '1', '--duration', '2');
      assert.equal(load.registered, '250');
      assert.ok(measures.answeredPerSecond > 0);
      assert.equal(measures.failed, 0);
      assert.equal(measures.lostConnections, 0);
      if (['desired', 'message'].includes(kind)) {
        assert.equal(measures.missing, 0);
        assert.equal(measures.strange, 0);
      }
    });
  }

  it('makes full and resumed handshakes with either chain', async () => {
    for (const key of ['rsa', 'ecdsa']) {
      for (const version of ['1.2', '1.3']) {
        const load = ['handshake', '--key', key, '--tls', version, '--exchange', 'mqtt', '--concurrency', '2',
          '--warmup', '1', '--duration', '1'];
        assert.equal((await bench(...load)).measures.resumedPercent, 0, `${key} ${version}`);
        assert.equal((await bench(...load, '--resumed')).measures.resumedPercent, 100, `${key} ${version}`);
      }
    }
  });

  it('holds idle connections and tells the memory for each', async () => {
    const { measures } = await bench('idle', '--connections', '50', '--warmup', '1', '--hold', '0');
    assert.ok(measures.residentBytesBefore > 0);
  });

  it('leaves no device behind', async () => {
    const hub = server.hub('hub1');
    const { responseBody: devices } = await Registry.fromConnectionString(hub.serviceConnectionString).list();
    assert.deepEqual(devices.map(({ deviceId }) => deviceId).filter((id) => id.startsWith('bench-')), []);
  });

  it('uses the devices of a file', async () => {
    const file = join(settings.scratch, 'devices.txt');
    const { code, stdout } = await server.run('device', 'create', 'mine', '--json');
    assert.equal(code, 0);
    writeFileSync(file, `${JSON.parse(stdout).connectionString}\n`);
    const { measures } = await bench('publish', '--connections', '1', '--devices', file, '--reader', 'amqp', '--warmup', '0',
      '--duration', '1');
    assert.equal(measures.missing, 0);
  });
});
