// Sockets that stop in the middle of their way in, against a server with its defaults. All of them stall at the same time, so
// that the suite takes little longer than the fifteen seconds that each of them gets.
import assert from 'node:assert/strict';
import net from 'node:net';
import tls from 'node:tls';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { within } from '../harness/deadline.js';
import { TestHub } from '../harness/hub.js';
import { connect, connectOptions } from '../harness/raw-mqtt.js';
import { Server } from '../harness/server.js';

const MQTT = 8883;
const AMQP = 5671;
const HTTPS = 443;
const MAX_MILLIS = 15_000;
/** What a busy machine may add. */
const ROOM_MILLIS = 10_000;
const OF_EACH_KIND = 100;

/** The first bytes of a ClientHello of 512 bytes that never becomes whole. */
const HALF_A_HELLO = Buffer.concat([Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]), Buffer.alloc(200, 7)]);
const AMQP_HEADER = Buffer.from('AMQP\0\x01\0\0', 'latin1');
const AMQP_OPEN_BEGUN = Buffer.from([0, 0, 8, 0, 2, 0, 0, 0, 0, 0x53, 0x10]);
const CONNECT_BEGUN = Buffer.from([0x10, 0xc8, 0x01, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 60, 0, 0x7f]);

/** Each kind: where, over TLS or not, what is sent at once, what is sent byte by byte, and what the log calls it. */
const KINDS = {
  'MQTT: silent': { port: MQTT, reason: 'HelloTooSlow' },
  'MQTT: half a ClientHello': { port: MQTT, send: HALF_A_HELLO, reason: 'HelloTooSlow' },
  'MQTT: TLS, then silence': { port: MQTT, tls: true, reason: 'ConnectLate' },
  'MQTT: a CONNECT that drips': { port: MQTT, tls: true, send: CONNECT_BEGUN, drip: 'x', reason: 'ConnectLate' },
  'MQTT: a CONNECT that claims 256 MB': {
    port: MQTT, tls: true, send: Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]), reason: 'PacketTooLarge', atOnce: true,
  },
  'AMQP: half a ClientHello': { port: AMQP, send: HALF_A_HELLO, reason: 'HelloTooSlow' },
  'AMQP: the header, then silence': { port: AMQP, tls: true, send: AMQP_HEADER, reason: 'OpenLate' },
  'AMQP: an open that drips': {
    port: AMQP, tls: true, send: Buffer.concat([AMQP_HEADER, AMQP_OPEN_BEGUN]), drip: '\0', reason: 'OpenLate',
  },
  'AMQP: a frame that claims 2 GB': {
    port: AMQP, tls: true, send: Buffer.concat([AMQP_HEADER, Buffer.from([0x7f, 0xff, 0xff, 0xff, 2, 0, 0, 0])]),
    reason: 'FrameTooLarge', atOnce: true,
  },
  'HTTPS: half a ClientHello': { port: HTTPS, send: HALF_A_HELLO, reason: 'HelloTooSlow' },
  'HTTPS: half a request line': { port: HTTPS, tls: true, send: Buffer.from('GET /dev'), reason: 'TooSlow' },
  'HTTPS: headers that drip': {
    port: HTTPS, tls: true, send: Buffer.from('GET / HTTP/1.1\r\nHost: hub1.hub.test\r\nX-Slow: '), drip: 'x', reason: 'TooSlow',
  },
  'HTTPS: a body that never comes': {
    port: HTTPS, tls: true, send: Buffer.from('POST / HTTP/1.1\r\nHost: hub1.hub.test\r\nContent-Length: 100\r\n\r\n{'),
    reason: 'TooSlow',
  },
};

describe('a socket that stalls', () => {
  let server;
  let ca;
  let session;

  before(async () => {
    server = await Server.start();
    ca = readFileSync(server.ready.trustBundle);
  });
  after(() => server?.stop());

  /** Connects, resuming where it can: what is tested comes after the handshake. */
  function open(kind) {
    return new Promise((resolve, reject) => {
      const socket = kind.tls
        ? tls.connect({ host: '127.0.0.1', port: kind.port, servername: 'hub1.hub.test', ca, session })
        : net.connect(kind.port, '127.0.0.1');
      if (kind.tls) {
        socket.once('session', (made) => (session = made));
      }
      socket.once(kind.tls ? 'secureConnect' : 'connect', () => resolve(socket));
      socket.once('error', reject);
    });
  }

  /** Stalls in one way and resolves, when the server has closed, with the client's port and how long it took. */
  async function stall(kind) {
    const socket = await open(kind);
    const begun = Date.now();
    const clientPort = socket.localPort;
    let dripping;
    const closed = new Promise((resolve) => {
      socket.once('close', resolve);
      socket.on('error', () => {}); // reset, because it was still being written to
    });
    socket.resume(); // alerts and answers are of no interest
    if (kind.send) {
      socket.write(kind.send);
    }
    if (kind.drip) {
      dripping = setInterval(() => socket.write(kind.drip), 500);
    }
    try {
      await within(MAX_MILLIS + ROOM_MILLIS, 'the server closes the socket', closed);
    } finally {
      clearInterval(dripping);
      socket.destroy();
    }
    return { clientPort, millis: Date.now() - begun };
  }

  describe('', { concurrency: true }, () => {
    for (const [name, kind] of Object.entries(KINDS)) {
      it(`${name}: closed ${kind.atOnce ? 'at once' : 'after 15 s'} as ${kind.reason}`, async () => {
        const { clientPort, millis } = await stall(kind);
        if (kind.atOnce) {
          assert.ok(millis < MAX_MILLIS, `closed after ${millis} ms`);
        } else {
          assert.ok(millis > MAX_MILLIS - 2_000, `closed too early, after ${millis} ms`);
        }
        const line = await server.logged(` 127.0.0.1:${clientPort} `);
        assert.ok(line.includes(` ${kind.reason}: `), line);
      });
    }

    it(`${5 * OF_EACH_KIND} at once are closed in their time, and devices connect meanwhile`, async () => {
      const kinds = Object.values(KINDS).filter((kind) => kind.port === MQTT);
      const stalled = kinds.flatMap((kind) => Array.from({ length: OF_EACH_KIND }, () => stall(kind)));
      const hub = new TestHub(server);
      const device = await hub.createDevice();
      for (let i = 0; i < 5; i++) {
        const client = await connect(connectOptions(hub, device.connectionString));
        assert.equal(client.connack.returnCode, 0);
        await client.endAsync(true);
      }
      await Promise.all(stalled);
      await hub.close();
    });
  });
});
