// mosquitto_pub and mosquitto_sub as a device or module.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { run } from '../harness/server.js';
import { protocolCannot } from './reasons.js';

const PROGRAMS = 'These programs send or listen and then end: they can\'t answer what they hear.';
const ASKS = new Set(['twin', 'reported', 'method']);

export async function mosquitto() {
  const { stdout } = await run('mosquitto_pub', ['--help']);
  return {
    name: `\`mosquitto_pub\` and \`mosquitto_sub\` ${/version ([0-9.]+)/.exec(stdout)[1]}`,
    transports: ['MQTT'],
    cannot: (feature, transport) => protocolCannot(feature, transport) ?? (ASKS.has(feature) ? PROGRAMS : null),
    open: async (transport, identity) => new Session(identity),
  };
}

class Session {
  #identity;
  #listening;

  constructor(identity) {
    this.#identity = identity;
  }

  #arguments() {
    const { hostName, clientId, token, certFile, keyFile, caFile } = this.#identity;
    return ['-V', 'mqttv311', '-h', hostName, '-p', '8883', '--cafile', caFile, '-i', clientId,
      '-u', `${hostName}/${clientId}/?api-version=2021-04-12`, ...(token ? ['-P', token] : ['--cert', certFile, '--key', keyFile])];
  }

  /** Only one of the two programs can be connected as the same device. */
  async send(text) {
    const { code, stderr } = await run('mosquitto_pub',
      [...this.#arguments(), '-q', '1', '-t', `devices/${this.#identity.path}/messages/events/`, '-m', text]);
    if (code !== 0) {
      throw new Error(stderr.trim());
    }
  }

  /** Resolves when the hub acknowledged the subscription. Without a terminal the program would keep its lines to itself for long. */
  async #listen(filter, listener) {
    await this.#stop();
    const program = spawn('stdbuf', ['-oL', 'mosquitto_sub', ...this.#arguments(), '-d', '-q', '1', '-t', filter], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#listening = program;
    const lines = createInterface(program.stdout);
    await new Promise((resolve, reject) => {
      lines.on('line', (line) => (/^Subscribed/.test(line) ? resolve() : listener(line)));
      program.once('exit', (code) => reject(new Error(`mosquitto_sub ended with ${code}`)));
    });
    // When its connection ends, the program connects again.
    this.ended = new Promise((resolve) => {
      lines.on('line', (line) => line.includes('sending CONNECT') && resolve());
    });
  }

  onDesired(listener) {
    return this.#listen('$iothub/twin/PATCH/properties/desired/#', (line) => line.startsWith('{') && listener(JSON.parse(line)));
  }

  onMessage(listener) {
    return this.#listen(`devices/${this.#identity.path}/messages/devicebound/#`, listener);
  }

  async #stop() {
    if (this.#listening && this.#listening.exitCode === null && this.#listening.signalCode === null) {
      const ended = once(this.#listening, 'exit');
      this.#listening.kill();
      await ended;
    }
  }

  close() {
    return this.#stop();
  }
}
