// The archive with its own Java runtime, unpacked in an empty directory and run by a user who has neither Java nor Maven nor root.
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { message, TestHub } from '../harness/hub.js';
import { Reader } from '../harness/reader.js';
import { run, Server } from '../harness/server.js';
import { settings } from '../harness/settings.js';

describe('the archive', () => {
  let server;
  let hub;

  before(async () => {
    server = await Server.start();
    hub = new TestHub(server);
  });
  after(async () => {
    await hub?.close();
    await server?.stop();
  });

  it('runs where no Java is', async () => {
    const { code, stdout } = await run(settings.holdfast, ['version']);
    assert.equal(code, 0);
    assert.match(stdout, /^holdfast \d+\.\d+\.\d+ \(Java 25/);
    const status = readFileSync(`/proc/${server.ready.pid}/status`, 'utf8');
    assert.notEqual(status.match(/^Uid:\s+(\d+)/m)[1], '0', 'not root');
    assert.match(readFileSync(`/proc/${server.ready.pid}/cmdline`, 'utf8'), /\/runtime\/bin\/java/);
    assert.equal(statSync('/usr/lib/jvm', { throwIfNoEntry: false })?.nlink ?? 2, 2, 'no Java to be found elsewhere');
  });

  it('brings the native library that computes under TLS, with its notices', async () => {
    assert.equal((await server.tlsProvider()).provider, 'AmazonCorrettoCryptoProvider');
    const notices = join(dirname(settings.holdfast), 'unpacked', 'notices', 'amazon-corretto-crypto-provider.txt');
    assert.match(readFileSync(notices, 'utf8'), /AWS-LC/);
  });

  it('serves devices and readers as a build does', async () => {
    const device = await hub.createDevice();
    const client = await hub.open(device.connectionString);
    await client.sendEvent(message('from the archive', { messageId: 'one' }));
    const reader = await Reader.start(server.hub().eventHubConnectionString);
    const [event] = await reader.fromDevice(device.deviceId);
    assert.equal(event.messageId, 'one');
    await reader.close();
  });

  it('has the same commands, but none that needs the source tree', async () => {
    const { code, stdout, stderr } = await server.run('device', 'list');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /demo-device/);
    for (const command of ['test', 'package']) {
      const refused = await run(settings.holdfast, [command]);
      assert.equal(refused.code, 2);
      assert.match(refused.stderr, /source tree/);
    }
  });

  it('starts again on the same data', async () => {
    const { demoDeviceConnectionString } = server.hub();
    await server.stop();
    await server.startAgain();
    assert.equal(server.hub().demoDeviceConnectionString, demoDeviceConnectionString);
  });
});
