// The first start of a server, and every way to end one.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { isAbsolute, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { within } from '../harness/deadline.js';
import { run, Server } from '../harness/server.js';
import { settings } from '../harness/settings.js';

describe('holdfast up', () => {
  let server;

  before(async () => {
    server = await Server.start();
    await server.logged('made', 'rsa/reserve.pem'); // in the background
  });
  after(() => server?.stop());

  it('writes a ready file that only its owner can read, with everything a client needs', () => {
    assert.equal(server.readyFileMode(), 0o600);
    const { version, pid, startupMillis, operatorToken, trustBundle, hubs } = server.ready;
    assert.match(version, /^\d+\.\d+\.\d+/);
    assert.ok(Number.isInteger(pid));
    assert.ok(startupMillis > 0);
    assert.ok(operatorToken.length >= 32);
    assert.ok(isAbsolute(trustBundle));
    assert.deepEqual(hubs.map(({ name, hostName, mqttPort, amqpPort, httpsPort }) =>
      ({ name, hostName, mqttPort, amqpPort, httpsPort })), [
      { name: 'hub1', hostName: 'hub1.hub.test', mqttPort: 8883, amqpPort: 5671, httpsPort: 443 }]);
    const [hub] = hubs;
    assert.match(hub.serviceConnectionString,
      /^HostName=hub1\.hub\.test;SharedAccessKeyName=iothubowner;SharedAccessKey=[A-Za-z0-9+/=]+$/);
    assert.match(hub.eventHubConnectionString,
      /^Endpoint=sb:\/\/[^;]+\/;SharedAccessKeyName=[^;]+;SharedAccessKey=[A-Za-z0-9+/=]+;EntityPath=hub1$/);
    assert.match(hub.demoDeviceConnectionString, /^HostName=hub1\.hub\.test;DeviceId=[^;]+;SharedAccessKey=[A-Za-z0-9+/=]+$/);
  });

  it('prints the demo connection string and the path of the trust bundle', async () => {
    await server.logged(server.hub().demoDeviceConnectionString);
    await server.logged(server.ready.trustBundle);
  });

  it('makes an RSA and an ECC root of its own, and a reserve of each', async () => {
    const read = () => readFileSync(server.ready.trustBundle, 'utf8')
      .match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)
      .map((pem) => new X509Certificate(pem));
    // The RSA reserve is made when the server is ready; a command takes long enough for it to come.
    for (let asked = 0; asked < 20 && read().length < 4; asked++) {
      await server.done('cert', 'server', 'root', 'list');
    }
    const roots = read();
    assert.deepEqual(roots.map((root) => root.publicKey.asymmetricKeyType).toSorted(), ['ec', 'ec', 'rsa', 'rsa']);
    for (const root of roots) {
      assert.equal(root.ca, true);
      assert.ok(root.verify(root.publicKey), 'a root is signed by itself');
    }
    assert.equal(new Set(roots.map((root) => root.subject)).size, 4);
  });

  it('keeps what is private readable by its owner only', () => {
    const open = readdirSync(settings.data, { recursive: true })
      .map((name) => join(settings.data, name))
      .filter((path) => {
        const { mode } = statSync(path);
        return (mode & 0o077) !== 0 && !path.endsWith('ca.pem') && path !== server.ready.trustBundle;
      });
    // A directory that others may not enter protects what is in it.
    const reachable = (statSync(settings.data).mode & 0o077) === 0 ? [] : open;
    assert.deepEqual(reachable, []);
  });

  it('listens on MQTT, AMQP and HTTPS over TLS, and on nothing in plain text but a loopback port for metrics', async () => {
    const { stdout } = await run('ss', ['-Hltn']);
    const listening = stdout.trim().split('\n').map((line) => line.trim().split(/\s+/)[3]);
    const port = (address) => address.split(':').at(-1);
    const metrics = listening.filter((address) => port(address) === '9464');
    for (const address of metrics) {
      assert.match(address, /^(127\.0\.0\.1|\[::1\]|\[::ffff:127\.0\.0\.1\]):9464$/);
    }
    const others = listening.filter((address) => !metrics.includes(address));
    assert.deepEqual([...new Set(others.map(port))].toSorted(), ['443', '5671', '8883']);
  });

  it('refuses a second server on the same data in one sentence', async () => {
    const { code, stderr } = await run(settings.holdfast, ['up', '--data', settings.data, '--domain', 'hub.test',
      '--https-port', '10443', '--mqtt-port', '18883', '--amqp-port', '15671']);
    assert.equal(code, 1);
    assert.match(stderr, /\S+ \S+/);
    assert.doesNotMatch(stderr, /Exception|\tat /, 'a sentence, not a stack trace');
    assert.ok(server.readyFileMode(), 'the running server is untouched');
  });

  it('refuses a port that is taken in one sentence', async () => {
    const { code, stderr } = await run(settings.holdfast, ['up', '--data', join(settings.scratch, 'other'), '--domain', 'hub.test',
      '--metrics-port', '0']);
    assert.equal(code, 1);
    assert.match(stderr, /8883|5671|443/);
    assert.doesNotMatch(stderr, /Exception|\tat /, 'a sentence, not a stack trace');
  });

  it('keeps its certificates and keys over a restart', async () => {
    const bundle = readFileSync(server.ready.trustBundle, 'utf8');
    const { serviceConnectionString, demoDeviceConnectionString } = server.hub();
    const { operatorToken } = server.ready;
    await server.stop();
    await server.startAgain();
    assert.equal(readFileSync(server.ready.trustBundle, 'utf8'), bundle);
    assert.equal(server.hub().serviceConnectionString, serviceConnectionString);
    assert.equal(server.hub().demoDeviceConnectionString, demoDeviceConnectionString);
    assert.equal(server.ready.operatorToken, operatorToken);
  });

  it('ends cleanly when it is told to as soon as it is ready', async () => {
    for (let attempt = 0; attempt < 3; attempt++) {
      await server.stop();
      await server.startAgain();
    }
  });

  it('ends cleanly on Ctrl-C, too', async () => {
    await server.stop('SIGINT');
    await server.startAgain();
  });

  it('starts again after it was killed', async () => {
    const { demoDeviceConnectionString } = server.hub();
    await server.kill();
    await server.startAgain();
    assert.equal(server.hub().demoDeviceConnectionString, demoDeviceConnectionString);
    for (const port of [443, 5671, 8883]) {
      await within(5_000, `a connection to ${port}`, once(connect(port, 'localhost'), 'connect'));
    }
  });

  it('writes the ready file where it is told, on the ports it is told', async () => {
    await server.stop();
    const elsewhere = join(settings.scratch, 'elsewhere');
    mkdirSync(elsewhere, { recursive: true });
    const readyFile = join(elsewhere, 'here.json');
    const other = await Server.start(join(settings.scratch, 'ports'), {
      readyFile,
      args: ['--ready-file', readyFile, '--https-port', '10443', '--mqtt-port', '18883', '--amqp-port', '15671'],
    });
    const { mqttPort, amqpPort, httpsPort } = other.ready.hubs[0];
    assert.deepEqual({ mqttPort, amqpPort, httpsPort }, { mqttPort: 18883, amqpPort: 15671, httpsPort: 10443 });
    await other.stop();
    await server.startAgain();
  });
});
