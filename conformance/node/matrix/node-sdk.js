// The official device and module SDK for Node over its five transports.
import { once } from 'node:events';
import httpTransport from 'azure-iot-device-http';
import { Amqp, AmqpWs, message, Mqtt, MqttWs } from '../harness/hub.js';
import { protocolCannot } from './reasons.js';

const TRANSPORTS = { MQTT: Mqtt, 'MQTT-WS': MqttWs, AMQP: Amqp, 'AMQP-WS': AmqpWs, HTTPS: httpTransport.Http };
const NO_BATCH = 'The AMQP transport of this client has no batches: the SDK says "not implemented".';
const NO_MODULES = 'Over HTTPS this client knows no modules: with the token of a module it asks for the path of its device.';

function clientCannot(feature, transport) {
  if (feature === 'batch' && transport.startsWith('AMQP')) {
    return NO_BATCH;
  }
  return feature === 'module' && transport === 'HTTPS' ? NO_MODULES : null;
}

export function nodeSdk(hub, version) {
  return {
    name: `Node \`azure-iot-device\` ${version('azure-iot-device')}`,
    transports: Object.keys(TRANSPORTS),
    cannot: (feature, transport) => protocolCannot(feature, transport) ?? clientCannot(feature, transport),
    async open(transport, identity) {
      // With a policy for receiving, the promise of setOptions resolves over HTTPS, too.
      const options = {
        transport: TRANSPORTS[transport], http: { receivePolicy: { interval: 0.5 } },
        ...(identity.cert ? { cert: identity.cert, key: identity.key } : {}),
      };
      const client = await (identity.moduleId
        ? hub.openModule(identity.connectionString, options) : hub.open(identity.connectionString, options));
      return new Session(client);
    },
  };
}

class Session {
  #client;
  #listeners;

  constructor(client) {
    this.#client = client;
    this.ended = once(client, 'disconnect');
    client.on('error', () => {});
  }

  send(text) {
    return this.#client.sendEvent(message(text));
  }

  sendBatch(texts) {
    return this.#client.sendEventBatch(texts.map((text) => message(text)));
  }

  async getTwin() {
    return (await this.#client.getTwin()).properties;
  }

  async report(patch) {
    const twin = await this.#client.getTwin();
    await new Promise((resolve, reject) => {
      twin.properties.reported.update(patch, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** The SDK does not say when it is subscribed; what comes behind the subscription on its connection is answered after it. */
  async onDesired(listener) {
    (await this.#client.getTwin()).on('properties.desired', listener);
    await this.report({ listens: true });
  }

  async onMethod(name) {
    const answer = (request, response) => response.send(201, request.payload, () => {});
    this.#client.onDeviceMethod ? this.#client.onDeviceMethod(name, answer) : this.#client.onMethod(name, answer);
  }

  async onMessage(listener) {
    if (!this.#listeners) {
      this.#listeners = [];
      const seen = new Set();
      this.#client.on('message', async (one) => {
        const body = one.getData().toString();
        const word = body.split(' ')[0];
        await this.#client[seen.has(body) ? 'complete' : word](one);
        seen.add(body);
        this.#listeners.forEach((each) => each(body));
      });
    }
    this.#listeners.push(listener);
  }

  async close() {
    await this.#client.close().catch(() => {});
  }
}
