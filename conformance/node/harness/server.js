// A running Holdfast: started, watched and ended as a user does it, with `./holdfast up` and signals.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { appendFileSync, createWriteStream, existsSync, mkdirSync, readFileSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { settings } from './settings.js';
import { Waiters, within } from './deadline.js';

const START_MILLIS = 60_000;
const STOP_MILLIS = 30_000;

export class Server {
  #process;
  #ended;
  #changes = new Waiters();

  /** Everything that the server printed, on both streams, since it was started. */
  output = '';
  /** The ready file, parsed. */
  ready;

  constructor(data, options) {
    this.data = data;
    this.options = options;
    this.readyFile = options.readyFile ?? join(data, 'ready.json');
  }

  /**
   * Starts `holdfast up` on a data directory and returns when it is ready.
   *
   * @param options.domain domain of the host names; null for the default
   * @param options.args further arguments of `up`
   * @param options.readyFile where the ready file is expected, when not in the data directory
   */
  static async start(data = settings.data, options = {}) {
    const server = new Server(data, { domain: 'hub.test', args: [], ...options });
    await server.#start();
    return server;
  }

  async #start() {
    mkdirSync(this.data, { recursive: true });
    const stale = this.#readReadyFile()?.pid;
    const domain = this.options.domain === null ? [] : ['--domain', this.options.domain];
    this.output = '';
    this.#process = spawn(settings.holdfast, ['up', '--data', this.data, ...domain, ...this.options.args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = createWriteStream(settings.serverLog, { flags: 'a' });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        this.output += text;
        log.write(text);
        this.#changes.changed();
      });
    }
    this.#ended = new Promise((resolve) => {
      this.#process.once('close', (code, signal) => {
        this.ended = { code, signal };
        log.end();
        resolve(this.ended);
        this.#changes.changed();
      });
    });
    const watcher = watch(join(this.readyFile, '..'), () => this.#changes.changed());
    try {
      this.ready = await this.#changes.until(START_MILLIS, 'the ready file', () => {
        if (this.ended) {
          throw new Error(`'up' ended with ${JSON.stringify(this.ended)} before it was ready:\n${this.output}`);
        }
        const ready = this.#readReadyFile();
        return ready && ready.pid !== stale ? ready : null;
      });
    } catch (error) {
      this.#process.kill('SIGKILL');
      throw error;
    } finally {
      watcher.close();
    }
  }

  #readReadyFile() {
    // Written by renaming, so that it is either absent or whole; one that a killed server left goes when the next one starts.
    try {
      return JSON.parse(readFileSync(this.readyFile, 'utf8'));
    } catch (error) {
      if (error.code === 'ENOENT') {
        return null;
      }
      throw error;
    }
  }

  readyFileMode() {
    return statSync(this.readyFile).mode & 0o777;
  }

  hub(name = 'hub1') {
    const hub = (this.#readReadyFile() ?? this.ready).hubs.find((one) => one.name === name);
    assert.ok(hub, `no hub '${name}' in the ready file`);
    return hub;
  }

  /** Ends it as Ctrl-C's sibling does, and checks what a user may rely on: exit code 0, no ready file left. */
  async stop(signal = 'SIGTERM') {
    const told = Date.now();
    process.kill(this.ready.pid, signal);
    const ended = await within(STOP_MILLIS, `the end of the server after ${signal}`, this.#ended);
    appendFileSync(settings.serverLog, `(ended ${Date.now() - told} ms after ${signal})\n`);
    assert.deepEqual(ended, { code: 0, signal: null }, `${signal} ends the server with exit code 0`);
    assert.equal(existsSync(this.readyFile), false, 'the ready file is gone after a clean end');
  }

  /** Ends it as a power cut does, as far as a process can tell. */
  async kill() {
    process.kill(this.ready.pid, 'SIGKILL');
    await within(STOP_MILLIS, 'the end of the server after SIGKILL', this.#ended);
  }

  /** Starts it again on the same data. */
  async startAgain() {
    this.ended = undefined;
    await this.#start();
  }

  /** Waits until one line of the log holds all `words`. */
  async logged(...words) {
    return this.#changes.until(10_000, `a line of the server's log with ${words.join(' and ')}`, () =>
      this.output.split('\n').find((line) => words.every((word) => line.includes(word))));
  }

  /** Runs another command against this server and returns what it printed. */
  async run(...args) {
    return run(settings.holdfast, [...args, '--data', this.data]);
  }

  /** What computes under TLS, once that is settled: it is loaded after the server is ready. */
  async tlsProvider() {
    for (let asked = 0; ; asked++) {
      const { tls } = JSON.parse(await this.done('status', '--json'));
      if (!/being loaded/.test(tls.notAccelerated) || asked === 20) {
        return tls;
      }
    }
  }

  /** As `run`, of a command that has to succeed; returns what it printed. */
  async done(...args) {
    const { code, stdout, stderr } = await this.run(...args);
    assert.equal(code, 0, `holdfast ${args.join(' ')}: ${stderr}`);
    return stdout;
  }
}

/** Runs a program to its end: its exit code and both outputs. */
export async function run(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options });
  const ended = within(60_000, `the end of ${command} ${args.join(' ')}`, collect(child));
  child.stdin.on('error', () => {}); // a program may end before it reads what it is given
  child.stdin.end(options.input ?? '');
  try {
    return await ended;
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

function collect(child) {
  return new Promise((resolve, reject) => {
    const result = { code: null, stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text) => (result.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (result.stderr += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...result, code }));
  });
}
