// A client in another language: a program that holds the sessions and is told on its standard input, in lines of JSON, what to do.
//
//   to it:    {"id": 1, "session": 1, "do": "open", "with": {"transport": "AMQP", …the identity}}
//             {"id": 2, "session": 1, "do": "send", "with": "text"}
//   from it:  {"id": 1, "value": null} or {"id": 2, "error": "what went wrong"}, in any order
//             {"session": 1, "event": "message", "value": "text"}; "desired" and "ended" likewise
//
// It answers methods and settles messages by itself, as features.js says.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export class Program {
  #child;
  #calls = new Map();
  #sessions = new Map();
  #ids = 0;

  constructor(command, args, options = {}) {
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], ...options });
    this.#child.stdin.on('error', () => {});
    createInterface(this.#child.stdout).on('line', (line) => this.#came(JSON.parse(line)));
    this.#child.once('exit', () => {
      this.#calls.forEach(({ reject }) => reject(new Error(`${command} ended`)));
      this.#calls.clear();
    });
  }

  #came({ id, session, event, value, error }) {
    if (id === undefined) {
      this.#sessions.get(session)?.told(event, value);
      return;
    }
    const { resolve, reject } = this.#calls.get(id);
    this.#calls.delete(id);
    error === undefined ? resolve(value) : reject(new Error(error));
  }

  call(session, what, how) {
    const id = ++this.#ids;
    const answered = new Promise((resolve, reject) => this.#calls.set(id, { resolve, reject }));
    this.#child.stdin.write(`${JSON.stringify({ id, session, do: what, with: how })}\n`);
    return answered;
  }

  async open(transport, identity) {
    const session = new Session(this, ++this.#ids);
    this.#sessions.set(session.number, session);
    await session.call('open', { transport, ...identity });
    return session;
  }

  async close() {
    this.#child.stdin.end();
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      await once(this.#child, 'exit');
    }
  }
}

class Session {
  #program;
  #end;
  #listeners = { message: [], desired: [] };
  ended = new Promise((resolve) => { this.#end = resolve; });

  constructor(program, number) {
    this.#program = program;
    this.number = number;
  }

  call(what, how) {
    return this.#program.call(this.number, what, how);
  }

  told(event, value) {
    event === 'ended' ? this.#end() : this.#listeners[event].forEach((each) => each(value));
  }

  send(text) {
    return this.call('send', text);
  }

  sendBatch(texts) {
    return this.call('sendBatch', texts);
  }

  getTwin() {
    return this.call('getTwin');
  }

  report(patch) {
    return this.call('report', patch);
  }

  onDesired(listener) {
    this.#listeners.desired.push(listener);
    return this.call('onDesired');
  }

  onMethod(name) {
    return this.call('onMethod', name);
  }

  onMessage(listener) {
    this.#listeners.message.push(listener);
    return this.call('onMessage');
  }

  close() {
    return this.call('close').catch(() => {});
  }
}
