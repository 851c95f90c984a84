// What `./holdfast why` tells of refused connections.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { settings } from './settings.js';
import { Waiters } from './deadline.js';

const KNOWN_MILLIS = 20_000;

/** Where a key, signature or token would show, taken out or not; with … it is the form of a token that a sentence explains. */
const SECRET = /(?:sig|SharedAccessKey|password)=(?!\[secret\]|…)|PRIVATE KEY-----/i;

export class Reports {
  #server;
  #secrets = new Set();

  constructor(server) {
    this.#server = server;
  }

  /** From now on no report may hold any of these texts. */
  keepSecret(...texts) {
    texts.forEach((text) => this.#secrets.add(text));
    return texts[0];
  }

  /** What `why --json` prints, newest first. */
  async list(...options) {
    const lines = await this.#server.done('why', '--json', ...options);
    return lines.split('\n').filter(Boolean).map((line) => this.#checked(line));
  }

  /** The report with an id. */
  async get(id) {
    return this.#checked((await this.#server.done('why', id, '--json')).trim());
  }

  /** As people read it. */
  async text(id) {
    return this.#withoutSecret(await this.#server.done('why', id));
  }

  /**
   * Provokes a refusal and returns the one report of it; `provoked` in it is what the provocation returned. A client may be done
   * before the server has heard of it, so the command is asked until it knows.
   */
  async of(reason, provoke, ...options) {
    const since = new Date().toISOString();
    const provoked = await provoke();
    const late = Date.now() + KNOWN_MILLIS;
    for (;;) {
      const found = await this.list('--reason', reason, '--since', since, ...options);
      if (found.length > 0) {
        assert.equal(found.length, 1, `one report of ${reason}`);
        return { ...found[0], provoked };
      }
      if (Date.now() > late) {
        const others = await this.list('--since', since);
        throw new Error(`no report of ${reason}, but ${others.map((each) => each.reason).join(', ') || 'none'}`);
      }
    }
  }

  /** `why --follow`, until `end` is called. */
  follow(...options) {
    return new Following(['why', '--follow', '--json', '--data', this.#server.data, ...options]);
  }

  #checked(line) {
    const report = JSON.parse(this.#withoutSecret(line));
    assert.match(report.id, /^[0-9a-f]{20}$/);
    assert.match(report.explanation, /^[A-Z0-9'].{40,}\.$/s, 'full sentences');
    assert.doesNotMatch(report.explanation, /\bnull\b|\[[a-z]+\.|@[0-9a-f]{6}/, 'written for people');
    return report;
  }

  #withoutSecret(text) {
    assert.doesNotMatch(text, SECRET);
    for (const secret of this.#secrets) {
      assert.ok(!text.includes(secret), `a secret is in ${text}`);
    }
    return text;
  }
}

class Following {
  #process;
  #changes = new Waiters();
  #lines = [];
  #errors = '';

  constructor(args) {
    this.#process = spawn(settings.holdfast, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let rest = '';
    this.#process.stdout.setEncoding('utf8').on('data', (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop();
      this.#lines.push(...lines.map((line) => JSON.parse(line)));
      this.#changes.changed();
    });
    this.#process.stderr.setEncoding('utf8').on('data', (text) => (this.#errors += text));
    this.#process.once('close', () => this.#changes.changed());
  }

  /** Waits for a printed report for which `fits` holds. */
  async until(fits) {
    return this.#changes.until(30_000, () => `a followed report: ${this.#errors}${JSON.stringify(this.#lines)}`,
      () => this.#lines.find(fits));
  }

  get printed() {
    return this.#lines;
  }

  end() {
    this.#process.kill('SIGTERM');
  }
}
