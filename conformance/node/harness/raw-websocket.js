// A WebSocket client that sends exactly the bytes it is told to, over a TLS socket of Node.
import { createHash, randomBytes } from 'node:crypto';
import tls from 'node:tls';
import { Waiters } from './deadline.js';

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };
const PROOF = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** A frame of a client, wrong in whatever way is asked for. */
export function frame(opcode, payload = Buffer.alloc(0), { fin = true, masked = true, reserved = 0, length } = {}) {
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  const mask = randomBytes(4);
  const body = masked ? Buffer.from(payload.map((byte, index) => byte ^ mask[index % 4])) : payload;
  return Buffer.concat([Buffer.from([first]), length ?? shortest(payload.length, masked), masked ? mask : Buffer.alloc(0), body]);
}

function shortest(length, masked) {
  const bit = masked ? 0x80 : 0;
  if (length <= 125) {
    return Buffer.from([bit | length]);
  }
  return length <= 0xffff ? Buffer.from([bit | 126, length >> 8, length & 0xff]) : longLength(BigInt(length), masked);
}

/** A length in eight bytes, whether it is needed or not. */
export function longLength(length, masked = true) {
  const bytes = Buffer.alloc(9);
  bytes[0] = (masked ? 0x80 : 0) | 127;
  bytes.writeBigUInt64BE(BigInt.asUintN(64, length), 1);
  return bytes;
}

export class RawWebSocket {
  #socket;
  #received = Buffer.alloc(0);
  #changes = new Waiters();
  isClosed = false;

  constructor(socket) {
    this.#socket = socket;
    this.localPort = socket.localPort; // it is forgotten with the socket
    socket.on('data', (bytes) => {
      this.#received = Buffer.concat([this.#received, bytes]);
      this.#changes.changed();
    });
    socket.on('error', () => {}); // told by what did not come
    socket.on('close', () => {
      this.isClosed = true;
      this.#changes.changed();
    });
  }

  /** Connects, and sends nothing. */
  static async connect(hub, options = {}) {
    const socket = tls.connect({ host: '127.0.0.1', port: 443, servername: hub.hostName, ca: hub.ca, ...options });
    await new Promise((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
    });
    return new RawWebSocket(socket);
  }

  /**
   * Asks for a WebSocket and returns what was answered.
   *
   * @param request.target as it stands in the request line
   * @param request.headers further ones, and others than usual; null leaves one out
   * @param request.behind bytes that are sent in the same write
   */
  async ask(hub, { method = 'GET', target = '/$iothub/websocket', headers = {}, behind = Buffer.alloc(0) } = {}) {
    const key = randomBytes(16).toString('base64');
    const all = {
      'Host': hub.hostName,
      'Upgrade': 'websocket',
      'Connection': 'Upgrade',
      'Sec-WebSocket-Key': key,
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Protocol': 'mqtt',
      ...headers,
    };
    const fields = Object.entries(all).filter(([, value]) => value !== null).map(([name, value]) => `${name}: ${value}\r\n`);
    this.send(Buffer.concat([Buffer.from(`${method} ${target} HTTP/1.1\r\n${fields.join('')}\r\n`), behind]));
    const head = (await this.#until('\r\n\r\n')).toString('latin1');
    const [statusLine, ...lines] = head.trimEnd().split('\r\n');
    const answer = {
      status: Number(statusLine.split(' ')[1]),
      headers: Object.fromEntries(lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      })),
      proof: createHash('sha1').update(key + PROOF).digest('base64'),
    };
    const length = Number(answer.headers['content-length'] ?? 0);
    answer.body = (await this.read(length)).toString('utf8');
    return answer;
  }

  send(bytes) {
    this.#socket.write(bytes);
  }

  async #until(end) {
    const at = await this.#changes.until(15_000, () => `an answer; got ${this.#received.toString('latin1')}`, () => {
      const found = this.#received.indexOf(end);
      return found < 0 ? null : found + end.length;
    });
    return this.read(at);
  }

  async read(count) {
    await this.#changes.until(15_000, () => `${count} bytes; got ${this.#received.toString('hex')}, closed: ${this.isClosed}`,
      () => this.#received.length >= count);
    const bytes = this.#received.subarray(0, count);
    this.#received = this.#received.subarray(count);
    return bytes;
  }

  /** The next frame: its opcode and payload. */
  async readFrame() {
    const [first, second] = await this.read(2);
    let length = second & 0x7f;
    if (length === 126) {
      length = (await this.read(2)).readUInt16BE();
    } else if (length === 127) {
      length = Number((await this.read(8)).readBigUInt64BE());
    }
    return { fin: first >= 0x80, opcode: first & 0x0f, masked: second >= 0x80, payload: await this.read(length) };
  }

  /** Reads up to the Close: its code and reason. */
  async readClose() {
    for (;;) {
      const { opcode, payload } = await this.readFrame();
      if (opcode === OPCODE.close) {
        return { code: payload.readUInt16BE(), reason: payload.subarray(2).toString('utf8') };
      }
    }
  }

  /** Waits until the server has closed the socket. */
  async closed() {
    await this.#changes.until(15_000, 'the server closes the socket', () => this.isClosed);
  }

  destroy() {
    this.#socket.destroy();
  }
}
