// What a TLS policy does not accept, offered by openssl.
import assert from 'node:assert/strict';
import net from 'node:net';
import { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import { next } from '../harness/deadline.js';
import { run } from '../harness/server.js';

const METRICS = 9464;

function openssl(...args) {
  return async ({ hub, server }) => {
    const { code, stdout, stderr } = await run('openssl', [
      's_client', '-connect', '127.0.0.1:8883', '-servername', hub.hostName, '-CAfile', server.ready.trustBundle, ...args]);
    assert.notEqual(code, 0, stdout + stderr);
  };
}

/** One socket more to the metrics listener than it takes: so many from each address of this machine. */
function sockets(counts) {
  return async () => {
    const open = [];
    try {
      for (const [localAddress, count] of Object.entries(counts)) {
        for (let one = 0; one < count; one++) {
          const socket = net.connect({ host: '127.0.0.1', port: METRICS, localAddress }).on('error', () => {});
          open.push(socket);
          await next(socket, 'connect');
        }
      }
      await next(open.at(-1).resume(), 'close');
    } finally {
      open.forEach((socket) => socket.destroy());
    }
  };
}

/** Node's TLS over a socket whose answers never arrive. */
async function deaf({ hub }) {
  const below = net.connect(8883, '127.0.0.1').resume().on('error', () => {});
  const oneWay = new Duplex({ read() {}, write: (bytes, _, done) => below.write(bytes, done) });
  const gone = next(below, 'close', 30_000);
  const client = connect({ socket: oneWay, servername: hub.hostName, ca: hub.ca }).on('error', () => {});
  try {
    await gone;
  } finally {
    client.destroy();
    below.destroy();
  }
}

export const tls = [
  { reason: 'HandshakeTooSlow', how: 'Node, which hears no answer', provoke: deaf,
    says: /not finished within 15\.0 s.*look at the path's MTU.*listeners\.mqtt\.handshakeMaxTime/ },
  { reason: 'FallbackNotNeeded', how: 'openssl -fallback_scsv', provoke: openssl('-tls1_2', '-fallback_scsv'),
    says: /fell back to TLS 1\.2.*although it and this server can speak TLS 1\.3\. .*turn the client's fallback off/ },
  { reason: 'NoCommonSignature', how: 'openssl that verifies Ed25519 alone', provoke: openssl('-tls1_3', '-sigalgs', 'ed25519'),
    says: /offers \(signature_algorithms\) ed25519; the server signs with .*ecdsa_secp256r1_sha256.*Enable one of them/ },
  { reason: 'CertificateCurveNotOffered', how: 'openssl with ECDSA suites and another curve',
    provoke: openssl('-tls1_2', '-cipher', 'ECDHE-ECDSA-AES128-GCM-SHA256', '-groups', 'P-384'),
    says: /only ECDSA cipher suites.*key on secp256r1.*secp384r1\. Enable secp256r1 in the client, or an RSA cipher suite/ },
  { reason: 'TooManySocketsFromAddress', how: '33 sockets of one address to the metrics', provoke: sockets({ '127.0.0.2': 33 }),
    says: /32 of this address .*are open there.*Let whoever asks close its sockets/ },
  { reason: 'TooManySockets', how: '65 sockets of three addresses to the metrics',
    provoke: sockets({ '127.0.0.3': 32, '127.0.0.4': 32, '127.0.0.5': 1 }), says: /64 are open there.*Let whoever asks close its sockets/ },
];
