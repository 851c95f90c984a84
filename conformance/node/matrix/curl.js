// curl as a device or module.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freshId } from '../harness/hub.js';
import { run } from '../harness/server.js';
import { settings } from '../harness/settings.js';
import { protocolCannot } from './reasons.js';

const VERSION = 'api-version=2021-04-12';
const BATCH = 'Content-Type: application/vnd.microsoft.iothub.json';
const SETTLE = { complete: ['DELETE', '', ''], abandon: ['POST', '/abandon', ''], reject: ['DELETE', '', '&reject'] };

export async function curl() {
  const { stdout } = await run('curl', ['--version']);
  return {
    name: `curl ${/^curl ([0-9.]+)/.exec(stdout)[1]}`,
    transports: ['HTTPS'],
    cannot: protocolCannot,
    open: async (transport, identity) => new Session(identity),
  };
}

class Session {
  #identity;
  #listener;
  #polls;
  #closed = false;
  /** A request is a connection of its own. */
  ended = new Promise(() => {});

  constructor(identity) {
    this.#identity = identity;
  }

  async #ask(path, ...options) {
    const { hostName, token, certFile, keyFile, caFile, path: own } = this.#identity;
    const config = join(settings.scratch, freshId('curl'));
    writeFileSync(config, token ? `header = "Authorization: ${token}"\n` : `cert = "${certFile}"\nkey = "${keyFile}"\n`, { mode: 0o600 });
    const { stdout, stderr } = await run('curl', ['--silent', '--show-error', '--include', '--config', config, '--cacert', caFile,
      '--max-time', '30', ...options, `https://${hostName}/devices/${own}${path}`]);
    const [, status] = /^HTTP\/\S+ (\d+)/.exec(stdout) ?? [null, `nothing: ${stderr}`];
    const end = stdout.indexOf('\r\n\r\n');
    const [head, body] = [stdout.slice(0, end), stdout.slice(end + 4)];
    if (!/^20[04]$/.test(status)) {
      throw new Error(`answered ${status} ${body}`);
    }
    return { status: Number(status), head, body };
  }

  send(text) {
    return this.#ask(`/messages/events?${VERSION}`, '--data-binary', text);
  }

  sendBatch(texts) {
    const batch = texts.map((text) => ({ body: Buffer.from(text).toString('base64'), base64Encoded: true }));
    return this.#ask(`/messages/events?${VERSION}`, '--header', BATCH, '--data-binary', JSON.stringify(batch));
  }

  /** Asks again and again, as a device does over HTTPS. */
  async onMessage(listener) {
    this.#listener = listener;
    this.#polls ??= this.#poll().catch(() => {});
  }

  async #poll() {
    const seen = new Set();
    while (!this.#closed) {
      const { status, head, body } = await this.#ask(`/messages/deviceBound?${VERSION}`);
      if (status === 204) {
        await new Promise((resolve) => setTimeout(resolve, 300));
        continue;
      }
      const lock = /^etag: "?([^"\r]+)/im.exec(head)[1];
      const [method, end, query] = SETTLE[seen.has(body) ? 'complete' : body.split(' ')[0]];
      await this.#ask(`/messages/deviceBound/${lock}${end}?${VERSION}${query}`, '--request', method);
      seen.add(body);
      this.#listener(body);
    }
  }

  async close() {
    this.#closed = true;
    await this.#polls;
  }
}
