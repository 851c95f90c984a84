// What an authority made with openssl took back, as its owner tells it: `openssl ca` keeps the books and makes revocation lists,
// `openssl ocsp` answers questions about them.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Waiters, within } from './deadline.js';
import { run } from './server.js';

export class Books {
  #authority;
  #base;

  constructor(authority) {
    this.#authority = authority;
    this.#base = `${authority.certFile}.books`;
    writeFileSync(`${this.#base}.index`, '');
    writeFileSync(`${this.#base}.crlnumber`, '01\n');
    writeFileSync(`${this.#base}.cnf`, [
      '[ca]', 'default_ca = books', '[books]', `database = ${this.#base}.index`, `crlnumber = ${this.#base}.crlnumber`,
      'default_md = sha256', 'default_crl_days = 1', 'unique_subject = no'].join('\n') + '\n');
  }

  async #ca(...args) {
    const made = await run('openssl', ['ca', '-config', `${this.#base}.cnf`, '-cert', this.#authority.certFile,
      '-keyfile', this.#authority.keyFile, ...args]);
    if (made.code !== 0) {
      throw new Error(`openssl ca ${args.join(' ')}: ${made.stderr}`);
    }
  }

  /** Enters certificates as good, for responders that answer "unknown" for any other. */
  async enter(...made) {
    for (const each of made) {
      await this.#ca('-valid', each.certFile);
    }
  }

  async revoke(made, reason = 'keyCompromise') {
    await this.#ca('-revoke', made.certFile, '-crl_reason', reason);
  }

  /** The newest list. Returns the name of its file. */
  async list(...options) {
    const file = `${this.#base}.crl`;
    await this.#ca('-gencrl', '-out', file, ...options);
    return file;
  }

  /** Starts a responder, with a certificate of its own for that purpose. */
  async responder(port) {
    const own = await this.#authority.responder();
    return Responder.start(port, ['-index', `${this.#base}.index`, '-CA', this.#authority.certFile, '-rsigner', own.certFile,
      '-rkey', own.keyFile]);
  }
}

class Responder {
  #process;
  #changes = new Waiters();
  #output = '';

  static async start(port, args) {
    const responder = new Responder();
    responder.url = `http://127.0.0.1:${port}/`;
    responder.#process = spawn('openssl', ['ocsp', '-port', String(port), '-text', '-ignore_err', ...args],
      { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [responder.#process.stdout, responder.#process.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        responder.#output += text;
        responder.#changes.changed();
      });
    }
    await responder.#changes.until(15_000, () => `the responder listens: ${responder.#output}`,
      () => /waiting for OCSP client connections/i.test(responder.#output));
    return responder;
  }

  /** How many questions it answered. */
  get asked() {
    return this.#output.split('OCSP Request Data').length - 1;
  }

  /** Has it read the books anew: it looks at them before it waits for a question, so that the next one is answered by those of before. */
  async reread() {
    await fetch(this.url).then((answer) => answer.text(), () => {});
  }

  async stop() {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = new Promise((resolve) => this.#process.once('close', resolve));
      this.#process.kill('SIGTERM');
      await within(10_000, 'the end of the responder', ended);
    }
  }
}

/** Serves one file over plain HTTP, as authorities publish their lists; 404 while it is not there. */
export class Publisher {
  #server;

  static async start(file) {
    const publisher = new Publisher();
    publisher.file = file;
    publisher.#server = createServer((_, response) => {
      const there = existsSync(publisher.file);
      response.writeHead(there ? 200 : 404, { 'Content-Type': 'application/pkix-crl' });
      response.end(there ? readFileSync(publisher.file) : '');
    });
    await new Promise((resolve) => publisher.#server.listen(0, '127.0.0.1', resolve));
    publisher.url = `http://127.0.0.1:${publisher.#server.address().port}/plant.crl`;
    return publisher;
  }

  stop() {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }
}
