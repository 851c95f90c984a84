// A hundred thousand handshakes that fail, in the ways in which fleets fail, from forty addresses, while good devices work on: memory
// stays flat, the journal and the disk stay bounded, everything is counted, and nobody good notices. Part of the long run.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { after, before, describe, it } from 'node:test';
import { TestHub } from '../harness/hub.js';
import { connect, connectOptions } from '../harness/raw-mqtt.js';
import { run, Server } from '../harness/server.js';
import { settings } from '../harness/settings.js';

const FAILURES = Number(process.env.CONFORMANCE_STORM ?? 100_000);
/** Before memory is first looked at: the heap has found its size, everything is compiled. */
const WARM_UP = FAILURES / 5;
const AT_ONCE = 40;
const ADDRESSES = 40;
const GOOD_DEVICES = 20;
const NAME = 'hub1.hub.test';
const PORTS = [8883, 5671, 443];
const METRICS = 'http://127.0.0.1:9464/metrics';
/** The heap grows until it is collected; what is alive is looked at besides. */
const GROWTH_MAX_KB = 256 * 1024;
/** Of what is alive after a collection: reports that are known by their keys, and no more. */
const LIVE_GROWTH_MAX_KB = 16 * 1024;
/** The journal's limits: a thousand reports a minute, and what a report takes at most. */
const REPORTS_A_MINUTE = 1_000;
const REPORT_MAX_BYTES = 16 * 1024;
const REPORTS_MAX = 20_000;

const CONNECT = Buffer.from([0x10, 16, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 60, 0, 4, 0x64, 0x65, 0x76, 0x31]);
const UNKNOWN_CA = Buffer.from([21, 3, 3, 0, 2, 2, 48]);

/** What OpenSSL says first, for a hello of TLS 1.2 that asks for our name. */
async function recordHello() {
  const listener = net.createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const client = tls.connect({ host: '127.0.0.1', port: listener.address().port, servername: NAME, maxVersion: 'TLSv1.2' });
  client.on('error', () => {});
  const [socket] = await once(listener, 'connection');
  const [hello] = await once(socket, 'data');
  client.destroy();
  socket.destroy();
  listener.close();
  return hello;
}

describe(`${FAILURES} handshakes that fail`, { timeout: 3_000_000 }, () => {
  let server;
  let hub;
  let hello;
  const good = [];
  let stopped = false;

  before(async () => {
    server = await Server.start();
    hub = new TestHub(server);
    hello = await recordHello();
    for (let i = 0; i < GOOD_DEVICES; i++) {
      good.push({ ...(await hub.createDevice()), localAddress: `127.9.0.${1 + i}`, sent: 0, visits: 0, slowest: 0 });
    }
  });
  after(async () => {
    stopped = true;
    await hub?.close();
    await server?.stop();
  });

  const through = (options) => ({ localAddress: options.localAddress, host: '127.0.0.1', port: options.port, ca: hub.ca, servername: NAME });

  /** Sends `first`, and `then` after the first answer; ends with the connection. */
  function bytes({ localAddress, port }, first, then) {
    const socket = net.connect({ host: '127.0.0.1', port, localAddress }, () => (then === undefined ? socket.end(first) : socket.write(first)));
    socket.once('data', () => (then ? socket.end(then) : undefined));
    return socket;
  }

  /** Each way to fail: what the server calls it, and how. */
  const KINDS = [
    ['UnknownServerName', (at) => tls.connect({ ...through(at), servername: 'gone.hub.test' })],
    ['NoCommonVersion', (at) => tls.connect({ ...through(at), minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' })],
    ['NoCommonSuite', (at) => tls.connect({ ...through(at), maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA:@SECLEVEL=0' })],
    ['NotTls', (at) => bytes(at, CONNECT, Buffer.alloc(0))],
    ['ClientAlertUnknownCa', (at) => bytes(at, hello, UNKNOWN_CA)],
    ['HelloMalformed', (at) => bytes(at, Buffer.concat([hello.subarray(0, 60), Buffer.alloc(hello.length - 60, 0xff)]), Buffer.alloc(0))],
    ['ClosedInHello', (at) => bytes(at, hello.subarray(0, 100))],
  ];

  function fail(number) {
    const [, attempt] = KINDS[number % KINDS.length];
    const socket = attempt({ localAddress: `127.8.0.${1 + (number % ADDRESSES)}`, port: PORTS[number % PORTS.length] });
    return new Promise((resolve) => {
      socket.on('error', () => {});
      socket.resume();
      socket.once('secureConnect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('close', () => resolve(false));
    });
  }

  /** Fails `count` times, some at a time; how many did not fail. */
  async function storm(from, count) {
    let number = from;
    let letIn = 0;
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      while (number < from + count) {
        letIn += (await fail(number++)) ? 1 : 0;
      }
    }));
    return letIn;
  }

  /** A device at work: it comes, tells twenty things, each acknowledged, and goes; over and over. */
  async function work(device) {
    while (!stopped) {
      const begun = performance.now();
      const client = await connect(connectOptions(hub, device.connectionString, { localAddress: device.localAddress }));
      device.slowest = Math.max(device.slowest, performance.now() - begun);
      device.visits++;
      for (let i = 0; i < 20; i++) {
        await client.publishAsync(`devices/${device.deviceId}/messages/events/`, 'well', { qos: 1 });
        device.sent++;
      }
      await client.endAsync();
    }
  }

  const memory = () => Number(readFileSync(`/proc/${server.ready.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]);

  /** The Java heap that is in use right after a collection, in KB. */
  async function live() {
    const { code, stderr } = await run(join(process.env.JAVA_HOME, 'bin', 'jcmd'), [String(server.ready.pid), 'GC.run']);
    assert.equal(code, 0, stderr);
    return Math.round((await counted('holdfast_jvm_heap_used_bytes')) / 1024);
  }

  function size(directory) {
    return readdirSync(directory, { withFileTypes: true, recursive: true })
      .filter((each) => each.isFile())
      .reduce((sum, each) => sum + statSync(join(each.parentPath, each.name)).size, 0);
  }

  /** The sum of a counter over its labels, of those lines that fit. */
  async function counted(name, ...words) {
    const text = await (await fetch(METRICS)).text();
    return text.split('\n')
      .filter((line) => line.startsWith(name) && words.every((word) => line.includes(word)))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }

  it('leave memory flat, the disk bounded and good devices served', async (t) => {
    const begun = performance.now();
    const working = Promise.all(good.map(work));
    const spent = readFileSync(`/proc/${server.ready.pid}/stat`, 'utf8').split(' ').slice(13, 15).map(Number);
    let letIn = await storm(0, WARM_UP);
    const warm = memory();
    const warmLive = await live();
    for (let done = WARM_UP; done < FAILURES; done += WARM_UP) {
      letIn += await storm(done, WARM_UP);
      t.diagnostic(`after ${done + WARM_UP}: ${memory()} KB, was ${warm} KB after ${WARM_UP}`);
    }
    stopped = true;
    await working; // fails if one device was not let in or not acknowledged
    const minutes = (performance.now() - begun) / 60_000;
    const grown = memory() - warm;
    const liveGrown = (await live()) - warmLive;

    assert.equal(letIn, 0, 'all of them fail');
    const messages = good.reduce((sum, { sent }) => sum + sent, 0);
    const visits = good.reduce((sum, each) => sum + each.visits, 0);
    const cpu = readFileSync(`/proc/${server.ready.pid}/stat`, 'utf8').split(' ').slice(13, 15).map(Number);
    t.diagnostic(`${minutes.toFixed(1)} minutes, ${(cpu[0] + cpu[1] - spent[0] - spent[1]) / 100} s of the server's CPU; good devices: `
      + `${visits} visits, ${messages} messages, slowest connect ${Math.max(...good.map(({ slowest }) => slowest)).toFixed(0)} ms`);
    assert.ok(grown < GROWTH_MAX_KB, `the server has ${grown} KB more than before`);
    t.diagnostic(`alive after a collection: ${warmLive} KB after ${WARM_UP}, ${liveGrown} KB more at the end`);
    assert.ok(liveGrown < LIVE_GROWTH_MAX_KB, `${liveGrown} KB more are alive than before`);
    assert.equal(await counted('holdfast_telemetry_messages_total'), messages);

    let refused = 0;
    for (const [reason] of KINDS) {
      const count = await counted('holdfast_refusals_total', `reason="${reason}"`);
      t.diagnostic(`${reason}: ${count}`);
      assert.ok(count > 0, reason);
      refused += count;
    }
    assert.equal(refused, FAILURES, 'each is counted under its reason');
    const kept = await counted('holdfast_journal_reports ');
    const written = await counted('holdfast_journal_reports_written_total', 'stored');
    const disk = size(join(server.data, 'insight'));
    t.diagnostic(`${kept} reports kept of ${written} written, ${disk >> 10} KB on disk`);
    assert.ok(kept <= REPORTS_MAX, `${kept} reports`);
    // The first and the last minute are begun ones; each source that is left out has a report of its own.
    assert.ok(written <= (Math.ceil(minutes) + 1) * (REPORTS_A_MINUTE + ADDRESSES * KINDS.length * PORTS.length), `${written} reports`);
    assert.ok(disk < written * REPORT_MAX_BYTES, `${disk} bytes for ${written} reports`);
    assert.equal(await counted('holdfast_journal_reports_written_total', 'lost'), 0);
    const line = /^\d{4}-\S+ WARN  RefusalLog/gm;
    const lines = server.output.match(line)?.length ?? 0;
    t.diagnostic(`${lines} lines of refusals in the log`);
    assert.ok(lines <= (Math.ceil(minutes) + 1) * 10_000, `${lines} lines`);
  });

  it('and are still explained one by one when it is over', async () => {
    const reports = JSON.parse(`[${(await server.done('why', '--json', '--last', '200')).trim().split('\n').join(',')}]`);
    assert.equal(reports.length, 200);
    for (const [reason] of KINDS) {
      const found = await server.done('why', '--reason', reason, '--last', '1');
      assert.ok(found.includes(reason), found);
    }
  });
});
