// mqtt.js, which knows nothing of IoT hubs, with the topics of a device or module.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import mqtt from 'mqtt';
import { protocolCannot } from './reasons.js';

const WAYS = {
  MQTT: { protocol: 'mqtts', port: 8883 },
  'MQTT-WS': { protocol: 'wss', port: 443, path: '/$iothub/websocket' },
};

export function mqttJs(hub, version) {
  return {
    name: `MQTT.js ${version('mqtt')}`,
    transports: Object.keys(WAYS),
    cannot: protocolCannot,
    async open(transport, identity) {
      const { hostName: host, clientId, token, cert, key } = identity;
      const client = await mqtt.connectAsync({
        ...WAYS[transport], host, ca: hub.ca, cert, key, protocolVersion: 4, clientId, clean: true, reconnectPeriod: 0,
        username: `${host}/${clientId}/?api-version=2021-04-12`, password: token, wsOptions: { ca: hub.ca, cert, key },
      }, false);
      return new Session(client, identity);
    },
  };
}

class Session {
  #client;
  #path;
  #answers = new Map();
  #desired;
  #messages;

  constructor(client, identity) {
    this.#client = client;
    this.#path = `devices/${identity.path}`;
    this.ended = once(client, 'close');
    client.on('error', () => {});
    client.on('message', (topic, payload) => this.#came(topic, payload.toString()));
  }

  #came(topic, body) {
    const id = /\$rid=([^&]*)/.exec(topic)?.[1];
    if (topic.startsWith('$iothub/twin/res/')) {
      this.#answers.get(id)?.({ status: Number(topic.split('/')[3]), body });
    } else if (topic.startsWith('$iothub/twin/PATCH/properties/desired/')) {
      this.#desired?.(JSON.parse(body));
    } else if (topic.startsWith('$iothub/methods/POST/')) {
      this.#client.publish(`$iothub/methods/res/201/?$rid=${id}`, body, { qos: 1 });
    } else {
      this.#messages?.(body);
    }
  }

  async #ask(topic, body, separator = '?') {
    await this.#client.subscribeAsync('$iothub/twin/res/#', { qos: 1 });
    const id = randomUUID();
    const answered = new Promise((resolve) => this.#answers.set(id, resolve));
    await this.#client.publishAsync(`${topic}${separator}$rid=${id}`, body, { qos: 1 });
    const { status, body: answer } = await answered;
    if (status >= 300) {
      throw new Error(`${status}: ${answer}`);
    }
    return answer;
  }

  send(text) {
    return this.#client.publishAsync(`${this.#path}/messages/events/`, text, { qos: 1 });
  }

  async getTwin() {
    return JSON.parse(await this.#ask('$iothub/twin/GET/', ''));
  }

  report(patch) {
    return this.#ask('$iothub/twin/PATCH/properties/reported/', JSON.stringify(patch));
  }

  async onDesired(listener) {
    this.#desired = listener;
    await this.#client.subscribeAsync('$iothub/twin/PATCH/properties/desired/#', { qos: 1 });
  }

  async onMethod() {
    await this.#client.subscribeAsync('$iothub/methods/POST/#', { qos: 1 });
  }

  async onMessage(listener) {
    this.#messages = listener;
    await this.#client.subscribeAsync(`${this.#path}/messages/devicebound/#`, { qos: 1 });
  }

  async close() {
    await this.#client.endAsync(true);
  }
}
