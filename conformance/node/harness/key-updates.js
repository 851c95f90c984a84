// A client of TLS 1.3 that sends nothing but KeyUpdate messages, which no library offers: Node's own TLS makes the handshake and tells
// the traffic secret, and from there on the records are written here (RFC 8446, sections 4.6.3, 5.2, 5.3 and 7.2).
import { createCipheriv, createHmac } from 'node:crypto';
import net from 'node:net';
import { Duplex } from 'node:stream';
import tls from 'node:tls';
import { within } from './deadline.js';

const SUITE = 'TLS_AES_128_GCM_SHA256';
const HASH_BYTES = 32;
const APPLICATION_DATA = 23;
const HANDSHAKE = 22;
/** Of type 24 and one byte, which asks for an update in return. */
const KEY_UPDATE = Buffer.from([24, 0, 0, 1, 1, HANDSHAKE]);
const TAG_BYTES = 16;

/** HKDF-Expand-Label with an empty context, for no more than one block. */
function expand(secret, label, length) {
  const name = Buffer.from(`tls13 ${label}`);
  const info = Buffer.concat([Buffer.from([0, length, name.length]), name, Buffer.from([0, 1])]);
  return createHmac('sha256', secret).update(info).digest().subarray(0, length);
}

/** The one record that is sent with a secret: a KeyUpdate, with the sequence number 0. */
function record(secret) {
  const header = Buffer.from([APPLICATION_DATA, 3, 3, 0, KEY_UPDATE.length + TAG_BYTES]);
  const cipher = createCipheriv('aes-128-gcm', expand(secret, 'key', 16), expand(secret, 'iv', 12));
  cipher.setAAD(header);
  return Buffer.concat([header, cipher.update(KEY_UPDATE), cipher.final(), cipher.getAuthTag()]);
}

/**
 * Connects and sends KeyUpdates, without reading what comes back, until there were `count` of them or the server closed.
 *
 * @returns how many were written, and whether the server closed
 */
export async function floodKeyUpdates({ port, servername, ca, count }) {
  const socket = net.connect(port, '127.0.0.1');
  let closed = false;
  const end = new Promise((resolve) => socket.once('close', () => {
    closed = true;
    resolve();
  }));
  socket.on('error', () => {});
  let ours = false;
  const between = new Duplex({
    read() {},
    // What the library says when it is destroyed would come in the middle of ours.
    write: (chunk, _, done) => (ours ? done() : socket.write(chunk, () => done())),
  });
  socket.on('data', (chunk) => ours || between.push(chunk));
  const client = tls.connect({ socket: between, servername, ca, minVersion: 'TLSv1.3', ciphers: SUITE });
  client.on('error', () => {});
  let secret;
  client.on('keylog', (line) => {
    const [label, , value] = line.toString().trim().split(' ');
    secret = label === 'CLIENT_TRAFFIC_SECRET_0' ? Buffer.from(value, 'hex') : secret;
  });
  try {
    await within(15_000, 'a handshake', new Promise((resolve, reject) => {
      client.once('secureConnect', resolve);
      end.then(() => reject(new Error('the server closed the socket in the handshake')));
    }));
    ours = true;
    let written = 0;
    while (written < count && !closed) {
      const batch = [];
      for (let i = 0; i < 500 && written < count; i++, written++) {
        batch.push(record(secret));
        secret = expand(secret, 'traffic upd', HASH_BYTES);
      }
      if (!socket.write(Buffer.concat(batch))) {
        await Promise.race([end, new Promise((resolve) => socket.once('drain', resolve))]);
      } else {
        await new Promise(setImmediate);
      }
    }
    await within(15_000, 'the server closes a connection of KeyUpdates', end);
    return written;
  } finally {
    ours = true;
    client.destroy();
    socket.destroy();
  }
}
