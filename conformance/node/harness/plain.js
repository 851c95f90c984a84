// A client that says exactly the bytes it is told to, over a TLS socket of Node, and hears what comes until the server closes.
import tls from 'node:tls';
import { next } from './deadline.js';

/** Says it all at once; resolves with everything that came when the server has closed the connection. */
export async function say(hub, port, ...chunks) {
  const socket = tls.connect({ host: '127.0.0.1', port, servername: hub.hostName, ca: hub.ca });
  const heard = [];
  socket.on('data', (bytes) => heard.push(bytes)).on('error', () => {}); // told by what did not come
  const closed = next(socket, 'close', 20_000);
  socket.once('secureConnect', () => socket.write(Buffer.concat(chunks.map((chunk) => Buffer.from(chunk)))));
  try {
    await closed;
  } finally {
    socket.destroy();
  }
  return Buffer.concat(heard);
}
