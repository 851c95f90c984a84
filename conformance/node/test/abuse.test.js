// Clients that are out to harm, against a server with its defaults: thousands that stall at once, records that only cost, sizes that
// are only claimed, and a look at every port.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { after, before, describe, it } from 'node:test';
import { selfSigned } from '../harness/certificates.js';
import { next, within } from '../harness/deadline.js';
import { freshId, TestHub } from '../harness/hub.js';
import { floodKeyUpdates } from '../harness/key-updates.js';
import { connect, connectOptions } from '../harness/raw-mqtt.js';
import { Server } from '../harness/server.js';
import { settings } from '../harness/settings.js';

const NAME = 'hub1.hub.test';
const MQTT = 8883;
const AMQP = 5671;
const HTTPS = 443;
const MAX_MILLIS = 15_000;
/** What a busy machine may add, with the clients on it too. */
const ROOM_MILLIS = 10_000;
const OF_EACH_KIND = 400;
const MILLION = 1_000_000;
/** Memory that the server may have more of afterwards: its heap grows until it is collected. */
const GROWTH_MAX_KB = 96 * 1024;

const HALF_A_HELLO = Buffer.concat([Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]), Buffer.alloc(200, 7)]);
const CONNECT_BEGUN = Buffer.from([0x10, 0xc8, 0x01, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 60, 0, 0x7f]);
/** Without devices and without secrets; on loopback only, unless configured otherwise. */
const METRICS = 9464;
/** What plaintext clients begin with. */
const PLAIN = {
  MQTT: Buffer.from([0x10, 16, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 60, 0, 4, 0x64, 0x65, 0x76, 0x31]),
  AMQP: Buffer.from('AMQP\0\x01\0\0', 'latin1'),
  HTTP: Buffer.from('GET / HTTP/1.1\r\nHost: hub1.hub.test\r\n\r\n'),
};
const KINDS = {
  silent: {},
  'half a ClientHello': { send: HALF_A_HELLO },
  'TLS, then silence': { tls: true },
  'a CONNECT that drips': { tls: true, send: CONNECT_BEGUN, drip: 'x' },
  'a CONNECT that claims 256 MB': { tls: true, send: Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]) },
};

describe('abuse', () => {
  let server;
  let hub;
  let device;
  let ca;
  let session;

  before(async () => {
    server = await Server.start();
    hub = new TestHub(server);
    device = await hub.createDevice();
    ca = readFileSync(server.ready.trustBundle);
    await goodDeviceConnects();
  });
  after(async () => {
    await hub?.close();
    await server?.stop();
  });

  /** The milliseconds from the first byte to CONNACK. */
  async function goodDeviceConnects() {
    const begun = Date.now();
    const client = await connect(connectOptions(hub, device.connectionString));
    const millis = Date.now() - begun;
    assert.equal(client.connack.returnCode, 0);
    await client.endAsync(true);
    return millis;
  }

  /** Resident memory of the server, in KB. */
  function memory() {
    return Number(readFileSync(`/proc/${server.ready.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]);
  }

  function assertFlat(before) {
    const grown = memory() - before;
    assert.ok(grown < GROWTH_MAX_KB, `the server has ${grown} KB more than before`);
  }

  /** Begins to stall in one way; `opened` and `closed` resolve with the moment. */
  function stall(kind) {
    const options = { host: '127.0.0.1', port: MQTT };
    const socket = kind.tls
      ? tls.connect({ ...options, servername: NAME, ca, session })
      : net.connect(options);
    socket.resume();
    socket.on('error', () => {}); // reset, because it was still being written to
    const opened = new Promise((resolve) => socket.once(kind.tls ? 'secureConnect' : 'connect', () => {
      socket.write(kind.send ?? '');
      const dripping = kind.drip && setInterval(() => socket.write(kind.drip), 1_000);
      socket.once('close', () => clearInterval(dripping));
      resolve(Date.now());
    }));
    const closed = new Promise((resolve) => socket.once('close', () => resolve(Date.now())));
    return { opened: Promise.race([opened, closed]), closed, destroy: () => socket.destroy() };
  }

  it('of two thousand sockets that stall in five ways, all are closed in 15 s, and a device connects within 1 s', async () => {
    const first = tls.connect({ host: '127.0.0.1', port: MQTT, servername: NAME, ca });
    session = await within(MAX_MILLIS, 'a session ticket', new Promise((resolve) => first.once('session', resolve)));
    first.destroy();
    const before = memory();

    const begun = Date.now();
    const stalled = Object.values(KINDS).flatMap((kind) =>
      Array.from({ length: OF_EACH_KIND }, () => stall(kind)));
    try {
      await within(MAX_MILLIS + ROOM_MILLIS, 'two thousand sockets are open', Promise.all(stalled.map((one) => one.opened)));
      // Those that stall after their handshake have just begun to.
      const millis = await goodDeviceConnects();
      assert.ok(millis < 1_000, `a good device needed ${millis} ms`);
      const spans = await within(2 * (MAX_MILLIS + ROOM_MILLIS), 'all of them are closed', Promise.all(stalled.map(async (one) => {
        const [opened, closed] = await Promise.all([one.opened, one.closed]);
        return closed - opened;
      })));
      const longest = Math.max(...spans);
      assert.ok(longest < MAX_MILLIS + ROOM_MILLIS, `one was closed after ${longest} ms only`);
      assert.equal(spans.length, 5 * OF_EACH_KIND);
    } finally {
      stalled.forEach((one) => one.destroy());
    }
    for (const reason of ['HelloTooSlow', 'ConnectLate', 'PacketTooLarge']) {
      await server.logged(` ${reason}: `);
    }
    assert.ok(Date.now() - begun < 3 * (MAX_MILLIS + ROOM_MILLIS));
    assertFlat(before);
    assert.ok(await goodDeviceConnects() < 1_000);
  });

  it('a million KeyUpdates, over as many connections as that takes: each is closed, and memory stays flat', async () => {
    await floodKeyUpdates({ port: MQTT, servername: NAME, ca, count: MILLION });
    const before = memory();
    let sent = 0;
    let connections = 0;
    while (sent < MILLION) {
      const written = await floodKeyUpdates({ port: MQTT, servername: NAME, ca, count: MILLION });
      assert.ok(written < 100_000, `${written} were taken of one client`);
      sent += written;
      connections++;
    }
    assert.ok(connections > 1);
    await server.logged(' NoApplicationData: ');
    assertFlat(before);
    assert.ok(await goodDeviceConnects() < 1_000);
  });

  it('a ClientHello that claims 16 MB is refused before it is held, of 200 clients at once', async () => {
    const before = memory();
    await within(MAX_MILLIS + ROOM_MILLIS, 'all of them are closed', Promise.all(Array.from({ length: 200 }, () => new Promise((resolve) => {
      const socket = net.connect(MQTT, '127.0.0.1');
      const body = Buffer.alloc(16 * 1024, 7);
      Buffer.from([1, 0xff, 0xff, 0xff]).copy(body);
      const record = Buffer.concat([Buffer.from([22, 3, 1, 0x40, 0]), body]);
      socket.on('error', () => {}).resume().once('close', resolve);
      let left = 1024;
      const write = () => {
        while (left-- > 0 && !socket.destroyed) {
          if (!socket.write(record)) {
            socket.once('drain', write);
            return;
          }
        }
      };
      socket.once('connect', write);
    }))));
    await server.logged(' HelloTooLarge: ');
    assertFlat(before);
  });

  it('a renegotiation ends the connection, of 20 clients at once', async () => {
    const before = memory();
    await Promise.all(Array.from({ length: 20 }, async () => {
      const { code, output } = await sClient(['-tls1_2'], 'R\n');
      assert.match(output, /RENEGOTIATING/);
      assert.notEqual(code, 0, 'it was refused, not granted and then ended');
    }));
    await server.logged(' RenegotiationRefused: ');
    assertFlat(before);
  });

  it('more certificates, or longer ones, than the engine takes end the handshake', async () => {
    for (const [count, comment, words] of [[9, 'short', 'chain length (9)'], [8, 'x'.repeat(5_000), 'maximum allowed size (32768)']]) {
      const own = await selfSigned(freshId('long'), 'ec', [`nsComment=${comment}`]);
      const base = join(settings.scratch, freshId('long'));
      writeFileSync(`${base}.pem`, own.cert);
      writeFileSync(`${base}.key`, own.key);
      writeFileSync(`${base}-chain.pem`, own.cert.repeat(count - 1));
      await sClient(['-cert', `${base}.pem`, '-key', `${base}.key`, '-cert_chain', `${base}-chain.pem`], '');
      await server.logged(' HandshakeRejected: ', words);
    }
  });

  it('a scan of all ports finds TLS alone, and metrics on loopback: no MQTT, AMQP or API in the clear', async () => {
    for (const host of ['127.0.0.1', '::1']) {
      const open = await scan(host);
      const metrics = host === '127.0.0.1' ? [METRICS] : [];
      assert.deepEqual(open, [HTTPS, AMQP, MQTT, ...metrics], `open ports of ${host}`);
      for (const port of open) {
        for (const [protocol, bytes] of Object.entries(PLAIN)) {
          const answer = (await ask(host, port, bytes)).toString('latin1');
          // Nothing, or the alert that a client of TLS would understand.
          const expected = port === METRICS ? /^$|^HTTP\/1\.1 4/ : /^$|^\x15\x03/;
          assert.match(answer, expected, `${protocol} on ${port}`);
        }
      }
      for (const port of open.filter((each) => each !== METRICS)) {
        const socket = tls.connect({ host, port, servername: NAME, ca });
        await next(socket, 'secureConnect');
        socket.destroy();
      }
    }
  });

  async function scan(host) {
    const open = [];
    let port = 1;
    const scanner = async () => {
      while (port <= 65_535) {
        const mine = port++;
        const socket = net.connect({ host, port: mine });
        const answered = await new Promise((resolve) => {
          socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
        });
        // A scanner may meet itself, where the port it comes from is the one it tries.
        if (answered && !(socket.localPort === mine)) {
          open.push(mine);
        }
        socket.destroy();
      }
    };
    await within(120_000, `a scan of ${host}`, Promise.all(Array.from({ length: 200 }, scanner)));
    return open.sort((a, b) => a - b);
  }

  /** Everything that comes back until the server closes. */
  async function ask(host, port, bytes) {
    const socket = net.connect({ host, port });
    const answer = [];
    socket.on('data', (chunk) => answer.push(chunk)).on('error', () => {});
    socket.once('connect', () => socket.write(bytes));
    await next(socket, 'close', MAX_MILLIS + ROOM_MILLIS);
    return Buffer.concat(answer);
  }

  /** openssl s_client, given a line once it has shaken hands, until the server ends it. */
  async function sClient(args, line) {
    const client = spawn('openssl', [
      's_client', '-connect', '127.0.0.1:8883', '-servername', NAME, '-CAfile', server.ready.trustBundle, ...args,
    ]);
    let output = '';
    let code;
    const ended = new Promise((resolve) => client.once('close', (status) => {
      code = status;
      resolve();
    }));
    client.stdin.on('error', () => {});
    let given = false;
    for (const stream of [client.stdout, client.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
        if (!given && line && /Verify return code/.test(output)) {
          given = true;
          client.stdin.write(line);
        }
      });
    }
    try {
      await within(MAX_MILLIS + ROOM_MILLIS, 'the end of openssl', ended);
    } finally {
      client.kill('SIGKILL');
    }
    return { code, output };
  }
});
