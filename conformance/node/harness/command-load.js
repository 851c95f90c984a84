// One device whose twin changes from both sides and whose messages come and are completed, until its server is gone; and what of that
// was acknowledged.
import assert from 'node:assert/strict';
import https from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import rhea from 'rhea';
import { connect as connectAmqp, putToken } from './amqp.js';
import { next, Waiters, within } from './deadline.js';
import { deviceToken, parse } from './hub.js';
import { connect, connectOptions } from './raw-mqtt.js';

const ANSWER_MILLIS = 5_000;
const LOOK_AGAIN_MILLIS = 20;
const VERSION = 'api-version=2021-04-12';

export class CommandLoad {
  #working = false;
  #sent = 0;
  #changes = new Waiters();
  #inRound = { reported: 0, desired: 0, completed: 0 };

  /** The newest number that was acknowledged, by section of the twin. */
  acknowledged = { reported: 0, desired: 0 };
  /** Ids of messages that the hub took. */
  taken = new Set();
  /** Ids of messages whose completion was acknowledged, and of those whose completion was not answered. */
  completed = new Set();
  uncertain = new Set();

  constructor(hub, device) {
    this.hub = hub;
    this.device = device;
    this.token = deviceToken(`${hub.hostName}/devices/${device.deviceId}`, device.authentication.symmetricKey.primaryKey);
  }

  /** Works until the server is gone. */
  async run() {
    this.#working = true;
    this.#inRound = { reported: 0, desired: 0, completed: 0 };
    await Promise.all([this.#report(), this.#desire(), this.#send(), this.#receive()]);
  }

  /** Ends {@link run} where nothing fails by itself. */
  stop() {
    this.#working = false;
  }

  #count(what) {
    this.#inRound[what]++;
    this.#changes.changed();
  }

  /** Waits until this run has done each thing so often. */
  async done(count) {
    const least = () => Math.min(...Object.values(this.#inRound));
    await this.#changes.until(60_000, () => `${count} of each command; ${JSON.stringify(this.#inRound)} were done`, () => least() >= count);
  }

  async #report() {
    const client = await connect(connectOptions(this.hub, this.device.connectionString)).catch(() => null);
    if (!client) {
      return;
    }
    try {
      await within(ANSWER_MILLIS, 'SUBACK', client.subscribeAsync('$iothub/twin/res/#'));
      while (this.#working && client.connected) {
        const number = this.acknowledged.reported + 1;
        const answered = next(client, 'message', ANSWER_MILLIS);
        client.publish(`$iothub/twin/PATCH/properties/reported/?$rid=${number}`, JSON.stringify({ count: number }));
        const [topic] = await answered;
        assert.match(topic, new RegExp(`^\\$iothub/twin/res/204/\\?\\$rid=${number}&`));
        this.acknowledged.reported = number;
        this.#count('reported');
      }
    } catch (error) {
      this.#unlessGone(error);
    } finally {
      client.end(true);
    }
  }

  async #desire() {
    while (this.#working) {
      const number = this.acknowledged.desired + 1;
      try {
        await within(ANSWER_MILLIS, 'the answer to a patch',
          this.hub.registry.updateTwin(this.device.deviceId, { properties: { desired: { count: number } } }, '*'));
        this.acknowledged.desired = number;
        this.#count('desired');
      } catch (error) {
        return this.#unlessGone(error);
      }
    }
  }

  async #send() {
    const { SharedAccessKeyName: policy, SharedAccessKey: key } = parse(this.hub.facts.serviceConnectionString);
    let connection;
    try {
      connection = await connectAmqp({ host: this.hub.hostName, ca: this.hub.ca });
      connection.on('disconnected', () => {});
      await putToken(connection, 'back end', deviceToken(this.hub.hostName, key, { policy }));
      const link = connection.open_sender({ target: { address: '/messages/devicebound' } });
      await within(ANSWER_MILLIS, 'credit', new Promise((resolve) => { link.once('sendable', resolve); }));
      while (this.#working) {
        const messageId = `message-${String(this.#sent++).padStart(6, '0')}`;
        const outcome = await this.#outcome(connection, link, messageId);
        if (outcome === 'accepted') {
          this.taken.add(messageId);
        } else if (outcome === 'rejected') {
          await pause(LOOK_AGAIN_MILLIS); // the queue is full
        } else {
          return;
        }
      }
    } catch (error) {
      this.#unlessGone(error);
    } finally {
      connection?.socket?.destroy();
    }
  }

  #outcome(connection, link, messageId) {
    return within(ANSWER_MILLIS, 'the outcome of a message', new Promise((resolve) => {
      const events = [[link, 'accepted'], [link, 'rejected'], [connection, 'disconnected']];
      const told = events.map(([emitter, event]) => [emitter, event, () => {
        told.forEach(([from, name, listener]) => from.removeListener(name, listener));
        resolve(event);
      }]);
      told.forEach(([emitter, event, listener]) => emitter.on(event, listener));
      link.send({
        to: `/devices/${this.device.deviceId}/messages/devicebound`,
        message_id: messageId,
        body: rhea.message.data_section(Buffer.from(messageId)),
      });
    }));
  }

  async #receive() {
    try {
      while (this.#working) {
        if (!(await this.receiveOne())) {
          await pause(LOOK_AGAIN_MILLIS);
        }
      }
    } catch (error) {
      this.#unlessGone(error);
    }
  }

  /** Asks for a message and completes it; false when there was none. */
  async receiveOne() {
    const path = `/devices/${this.device.deviceId}/messages/devicebound`;
    const got = await this.#ask('GET', `${path}?${VERSION}`);
    if (got.status === 204) {
      return false;
    }
    assert.equal(got.status, 200);
    const messageId = got.headers['iothub-messageid'];
    assert.equal(got.body, messageId, 'the message is whole');
    assert.ok(!this.completed.has(messageId), `${messageId} was completed and came again`);
    this.uncertain.add(messageId);
    const lock = got.headers.etag.replaceAll('"', '');
    const { status } = await this.#ask('DELETE', `${path}/${lock}?${VERSION}`);
    assert.equal(status, 204);
    this.uncertain.delete(messageId);
    this.completed.add(messageId);
    this.#count('completed');
    return true;
  }

  #ask(method, path) {
    return within(ANSWER_MILLIS, `the answer to ${method} ${path}`, new Promise((resolve, reject) => {
      const request = https.request({
        host: this.hub.hostName, path, method, ca: this.hub.ca, headers: { Authorization: this.token },
      }, (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.once('error', reject);
        response.once('end', () => resolve({
          status: response.statusCode, headers: response.headers, body: Buffer.concat(parts).toString(),
        }));
      });
      request.once('error', reject);
      request.end();
    }));
  }

  /** An assertion that failed is no end of a connection. */
  #unlessGone(error) {
    if (error instanceof assert.AssertionError) {
      throw error;
    }
  }

  /** After a restart: the twin has what was acknowledged, or the one change that was under way. */
  async checkTwin() {
    const { responseBody: twin } = await this.hub.registry.getTwin(this.device.deviceId);
    for (const section of ['reported', 'desired']) {
      const { count = 0, $version: version } = twin.properties[section];
      const newest = this.acknowledged[section];
      assert.ok([newest, newest + 1].includes(count), `${section} is ${count}, acknowledged was ${newest}`);
      assert.equal(version, count + 1, `the version of ${section} counts its changes`);
      this.acknowledged[section] = count;
    }
  }

  /** At the end: every message that the hub took was completed, once. */
  async checkMessages() {
    const doubtful = new Set(this.uncertain);
    while (await this.receiveOne());
    const missing = [...this.taken].filter((id) => !this.completed.has(id) && !doubtful.has(id));
    assert.deepEqual(missing, [], `${missing.length} of ${this.taken.size} messages that the hub took are missing`);
  }
}
