// What the holdfast command itself promises: devices, the monitor, and the snippet that 'up' prints.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { next, Waiters, within } from '../harness/deadline.js';
import { deviceErrors, freshId, message, parse, Registry, TestHub } from '../harness/hub.js';
import { Reader } from '../harness/reader.js';
import { run, Server } from '../harness/server.js';
import { settings } from '../harness/settings.js';

const MODULES = fileURLToPath(new URL('../node_modules', import.meta.url));

describe('the holdfast command', () => {
  let server;
  let hub;
  let reader;

  before(async () => {
    server = await Server.start();
    hub = new TestHub(server);
    reader = await Reader.start(hub.facts.eventHubConnectionString);
  });
  afterEach(() => hub?.close());
  after(async () => {
    await reader?.close();
    await server?.stop();
  });

  it('says what computes under TLS, which is native code where there is some for the system', async () => {
    const { provider, version } = await server.tlsProvider();
    assert.equal(provider, 'AmazonCorrettoCryptoProvider');
    assert.match(await server.done('status'), new RegExp(`^TLS is computed by ${provider} ${version}\\.$`, 'm'));
  });

  it('registers a device whose printed connection string works', async () => {
    const deviceId = freshId('by-command');
    const printed = await server.done('device', 'create', deviceId);
    const [string] = printed.match(/HostName=\S+/);
    assert.deepEqual(Object.keys(parse(string)), ['HostName', 'DeviceId', 'SharedAccessKey']);
    const client = await hub.open(string);
    await client.sendEvent(message('registered by command'));
    assert.equal((await reader.fromDevice(deviceId)).length, 1);
    assert.match(await server.done('device', 'list'), new RegExp(deviceId));
  });

  it('registers a device with a certificate that it makes, for its owner only', async () => {
    const deviceId = freshId('by-command');
    const out = join(settings.scratch, deviceId);
    const made = JSON.parse(await server.done('device', 'create', deviceId, '--auth', 'self-signed', '--out', out, '--json'));
    assert.equal(statSync(made.keyFile).mode & 0o077, 0, 'only the owner reads the key');
    const client = await hub.open(made.connectionString, {
      cert: readFileSync(made.certificateFile, 'utf8'), key: readFileSync(made.keyFile, 'utf8'),
    });
    await client.sendEvent(message('with the made certificate'));
    assert.equal((await reader.fromDevice(deviceId)).length, 1);
  });

  it('disables, enables and deletes a device while it is connected', async () => {
    const { deviceId, connectionString } = await hub.createDevice();
    const client = await hub.open(connectionString);
    const disconnected = next(client, 'disconnect');
    await server.done('device', 'disable', deviceId, '--reason', 'lost');
    await disconnected;
    await assert.rejects(hub.open(connectionString), deviceErrors.UnauthorizedError);
    await server.done('device', 'enable', deviceId);
    await (await hub.open(connectionString)).close();
    await server.done('device', 'delete', deviceId);
    await assert.rejects(hub.open(connectionString), deviceErrors.UnauthorizedError);
  });

  it('makes an access policy that may do what its rights say, until its keys are renewed or it is deleted', async () => {
    const unauthorized = { name: 'UnauthorizedError' }; // the service SDK has a class of its own by that name
    const { deviceId } = await hub.createDevice();
    const name = freshId('policy');
    const made = JSON.parse(await server.done('hub', 'access-policy', 'create', name, '--right', 'RegistryRead', '--json'));
    const before = Registry.fromConnectionString(made.connectionString);
    assert.equal((await before.get(deviceId)).responseBody.deviceId, deviceId);
    await assert.rejects(before.delete(deviceId), unauthorized);

    const renewed = JSON.parse(await server.done('hub', 'access-policy', 'renew', name, '--which', 'both', '--json'));
    await assert.rejects(before.get(deviceId), unauthorized);
    const after = Registry.fromConnectionString(renewed.connectionString);
    assert.equal((await after.get(deviceId)).responseBody.deviceId, deviceId);

    await server.done('hub', 'access-policy', 'delete', name);
    await assert.rejects(after.get(deviceId), unauthorized);
  });

  it('shows telemetry as it arrives', async () => {
    const [device, other] = [await hub.createDevice(), await hub.createDevice()];
    const changes = new Waiters();
    const monitor = spawn(settings.holdfast, ['monitor', '--data', settings.data, '--device', device.deviceId]);
    let printed = '';
    for (const stream of [monitor.stdout, monitor.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        printed += text;
        changes.changed();
      });
    }
    const ended = next(monitor, 'close', 120_000);
    try {
      const [sender, quiet] = [await hub.open(device.connectionString), await hub.open(other.connectionString)];
      // It shows what comes after it has begun, and does not say when that is: it must hear one of these.
      let shown;
      for (let probe = 0; probe < 30 && !shown; probe++) {
        await quiet.sendEvent(message('not asked for'));
        await sender.sendEvent(message(JSON.stringify({ probe: `probe-${probe}` }), {
          contentType: 'application/json', contentEncoding: 'utf-8', properties: { colour: 'grün' },
        }));
        shown = await changes.until(1000, 'a message', () => printed.includes(`probe-${probe}`)).catch(() => null);
      }
      assert.ok(shown, `the monitor printed: ${printed}`);
      assert.ok(printed.includes(device.deviceId), printed);
      assert.ok(printed.includes('grün'), printed);
      assert.ok(!printed.includes('not asked for'), 'only the device that was asked for');
    } finally {
      monitor.kill('SIGINT');
      await ended;
    }
  });

  it('prints nothing but messages on standard output, one line of JSON each, and says elsewhere what it does', async () => {
    const device = await hub.createDevice();
    const client = await hub.open(device.connectionString);
    const changes = new Waiters();
    const monitor = spawn(settings.holdfast,
      ['monitor', '--data', settings.data, '--device', device.deviceId, '--from-start', '--json']);
    let [stdout, stderr] = ['', ''];
    monitor.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      changes.changed();
    });
    monitor.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    const ended = next(monitor, 'close', 120_000);
    try {
      for (const body of ['one', 'two']) {
        await client.sendEvent(message(body));
      }
      await changes.until(30_000, 'two lines', () => stdout.split('\n').length > 2);
    } finally {
      monitor.kill('SIGINT');
      await ended;
    }
    const lines = stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
    assert.equal(lines.length, 2);
    assert.doesNotMatch(stderr, /DEBUG|Exception|\tat /, 'no talk of libraries');
    assert.ok(stderr.split('\n').length <= 3, stderr);
  });

  it('prints a snippet that sends telemetry when it is pasted into a file and run', async () => {
    const { DeviceId: deviceId } = parse(hub.facts.demoDeviceConnectionString);
    const snippet = snippetOf(server.output);
    const directory = join(settings.scratch, 'snippet');
    mkdirSync(directory, { recursive: true });
    symlinkSync(MODULES, join(directory, 'node_modules'));
    writeFileSync(join(directory, 'send.js'), snippet);
    const environment = { ...process.env };
    delete environment.NODE_EXTRA_CA_CERTS; // the snippet itself says whom to trust
    const sent = await run(process.execPath, ['send.js'], { cwd: directory, env: environment });
    assert.equal(sent.code, 0, sent.stdout + sent.stderr);
    assert.equal((await reader.fromDevice(deviceId)).length >= 1, true);
  });

  it('says what went wrong in one sentence, with exit code 1 when refused and 2 when used wrongly', async () => {
    const refused = await server.run('device', 'delete', freshId('nobody'));
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /nobody/);
    assert.equal(refused.stdout, '');
    const wrong = await server.run('device', 'create');
    assert.equal(wrong.code, 2);
    const nowhere = await run(settings.holdfast, ['hub', 'list', '--data', join(settings.scratch, 'no-server-here')]);
    assert.equal(nowhere.code, 1);
    assert.doesNotMatch(nowhere.stderr, /Exception|\tat /);
  });

  it('answers --help with an example, and prints data as JSON', async () => {
    for (const command of [['up'], ['hub'], ['device'], ['monitor'], ['status'], ['version']]) {
      const { code, stdout } = await run(settings.holdfast, [...command, '--help']);
      assert.equal(code, 0, command.join(' '));
      assert.match(stdout, /Example/, command.join(' '));
    }
    const hubs = JSON.parse(await server.done('hub', 'list', '--json'));
    assert.deepEqual(hubs.map((one) => one.name), ['hub1']);
    assert.ok(existsSync(server.readyFile));
  });
});

/** The JavaScript that 'up' prints, as a user would mark and copy it: from its first 'require' or 'import' to the empty end. */
function snippetOf(output) {
  const lines = output.split('\n');
  const first = lines.findIndex((line) => /^\s*(const .*require\(|import )/.test(line));
  assert.notEqual(first, -1, `no snippet in what 'up' printed:\n${output}`);
  const indent = lines[first].match(/^\s*/)[0];
  const rest = lines.slice(first);
  const end = rest.findIndex((line) => line !== '' && !line.startsWith(indent));
  return rest.slice(0, end === -1 ? undefined : end).map((line) => line.slice(indent.length)).join('\n');
}
