// Devices that publish under load, and what was acknowledged to them.
import { connect, connectOptions } from './raw-mqtt.js';
import { Waiters } from './deadline.js';

const WINDOW = 60; // publishes of one device that wait for their acknowledgement

/** Several devices that publish as fast as their window allows until the connection ends. */
export class Load {
  #changes = new Waiters();
  #inRound = 0;

  sent = 0;
  acknowledged = [];

  constructor(hub, devices) {
    this.hub = hub;
    this.devices = devices;
  }

  /** Publishes with every device; resolves when all their connections have ended. */
  async publish(round) {
    this.#inRound = 0;
    await Promise.all(this.devices.map((device) => this.#publishWith(device, round)));
  }

  async #publishWith(device, round) {
    const client = await connect(connectOptions(this.hub, device.connectionString));
    const ended = new Promise((resolve) => client.once('close', resolve));
    let number = 0;
    const publishNext = () => {
      if (!client.connected) {
        return;
      }
      const messageId = `${round}.${device.deviceId}.${String(number++).padStart(6, '0')}`;
      this.sent++;
      client.publish(`devices/${device.deviceId}/messages/events/%24.mid=${messageId}`, payload(messageId), { qos: 1 },
        (error, packet) => {
          if (!error && packet) {
            this.acknowledged.push(messageId);
            this.#inRound++;
            this.#changes.changed();
            publishNext();
          }
        });
    };
    for (let slot = 0; slot < WINDOW; slot++) {
      publishNext();
    }
    await ended;
    await client.endAsync(true);
  }

  async acknowledgedInRound(count) {
    await this.#changes.until(60_000, () => `${count} acknowledgements; ${this.#inRound} came`, () => this.#inRound >= count);
  }
}

/** What a message with this id says, of a length that follows from it. */
export function payload(messageId) {
  return `${messageId}|${'x'.repeat(messageId.charCodeAt(messageId.length - 1) * 4)}`;
}
