// rhea, which knows nothing of IoT hubs, with the links of a device or module.
import { randomUUID } from 'node:crypto';
import rhea from 'rhea';
import { WebSocket } from 'ws';
import { close, connect, putToken } from '../harness/amqp.js';

const text = (body) => rhea.message.data_section(Buffer.from(body));
const textOf = (message) => Buffer.from(message.body?.content ?? message.body ?? '').toString();

export function rheaClient(hub, version) {
  return {
    name: `rhea ${version('rhea')}`,
    transports: ['AMQP', 'AMQP-WS'],
    cannot: () => null,
    async open(transport, identity) {
      const { hostName: host, cert, key, token, path } = identity;
      const tls = { ca: hub.ca, cert, key };
      const details = transport === 'AMQP-WS'
        && rhea.websocket_connect(WebSocket)(`wss://${host}/$iothub/websocket`, ['AMQPWSB10'], tls);
      const connection = await connect({ host, ...tls, ...(details ? { connection_details: details } : {}) });
      if (token) {
        const status = await putToken(connection, `${host}/devices/${path}`, token);
        if (status !== 200) {
          throw new Error(`put-token was answered with ${status}`);
        }
      }
      return new Session(connection, `/devices/${path}`);
    },
  };
}

class Session {
  #connection;
  #address;
  #telemetry;
  #twin;
  #answers = new Map();
  #desired;
  #messages;

  constructor(connection, address) {
    this.#connection = connection;
    this.#address = address;
    this.ended = new Promise((resolve) => {
      connection.on('disconnected', resolve);
      for (const event of ['sender_error', 'receiver_error']) {
        connection.on(event, ({ sender, receiver }) => (sender ?? receiver).error?.condition === 'amqp:link:stolen' && resolve());
      }
    });
  }

  #attached(link, ready) {
    return new Promise((resolve, reject) => {
      const refused = () => reject(new Error(`${link.error.condition}: ${link.error.description}`));
      const ended = ['sender_error', 'receiver_error'];
      ended.forEach((event) => link.once(event, refused));
      link.once(ready, () => {
        // What happens to it later is told to the connection.
        ended.forEach((event) => link.removeListener(event, refused));
        resolve(link);
      });
    });
  }

  #sender(address, properties) {
    return this.#attached(this.#connection.open_sender({ target: { address }, properties }), 'sendable');
  }

  #receiver(address, properties, options = {}) {
    return this.#attached(this.#connection.open_receiver({ source: { address }, properties, ...options }), 'receiver_open');
  }

  async #sent(link, ...message) {
    await new Promise((resolve, reject) => {
      link.once('accepted', resolve);
      link.once('rejected', ({ delivery }) => reject(new Error(delivery.remote_state.error.description)));
      link.send(...message);
    });
  }

  async #events() {
    return (this.#telemetry ??= await this.#sender(`${this.#address}/messages/events`));
  }

  async send(body) {
    await this.#sent(await this.#events(), { body: text(body) });
  }

  async sendBatch(bodies) {
    const parts = bodies.map((body) => rhea.message.encode({ body: text(body) }));
    await this.#sent(await this.#events(), rhea.message.encode({ body: rhea.message.data_sections(parts) }), undefined, 0x80013700);
  }

  async #twins() {
    if (!this.#twin) {
      const address = `${this.#address}/twin`;
      const properties = { 'com.microsoft:channel-correlation-id': `twin:${randomUUID()}`, 'com.microsoft:api-version': '2021-04-12' };
      const receiver = await this.#receiver(address, properties);
      receiver.on('message', ({ message }) => {
        message.correlation_id ? this.#answers.get(message.correlation_id)?.(message) : this.#desired?.(JSON.parse(textOf(message)));
      });
      this.#twin = await this.#sender(address, properties);
    }
    return this.#twin;
  }

  async #ask(operation, resource, body) {
    const id = randomUUID();
    const link = await this.#twins();
    const answered = new Promise((resolve) => this.#answers.set(id, resolve));
    link.send({ correlation_id: id, message_annotations: { operation, ...(resource ? { resource } : {}) }, body: text(body) });
    const answer = await answered;
    const { status } = answer.message_annotations ?? {};
    if (status >= 300) {
      throw new Error(`${status}: ${textOf(answer)}`);
    }
    return textOf(answer);
  }

  async getTwin() {
    return JSON.parse(await this.#ask('GET', null, ' '));
  }

  async report(patch) {
    await this.#ask('PATCH', '/properties/reported', JSON.stringify(patch));
  }

  async onDesired(listener) {
    this.#desired = listener;
    await this.#ask('PUT', '/notifications/twin/properties/desired', ' ');
  }

  async onMethod() {
    const address = `${this.#address}/methods/devicebound`;
    const properties = { 'com.microsoft:channel-correlation-id': `methods:${randomUUID()}`, 'com.microsoft:api-version': '2021-04-12' };
    const answers = await this.#sender(address, properties);
    const calls = await this.#receiver(address, properties);
    calls.on('message', ({ message }) => answers.send({
      correlation_id: rhea.types.wrap_uuid(message.correlation_id), application_properties: { 'IoThub-status': rhea.types.wrap_int(201) }, body: text(textOf(message)),
    }));
  }

  async onMessage(listener) {
    if (!this.#messages) {
      const seen = new Set();
      const receiver = await this.#receiver(`${this.#address}/messages/devicebound`, {}, { autoaccept: false });
      receiver.on('message', ({ message, delivery }) => {
        const body = textOf(message);
        const word = seen.has(body) ? 'complete' : body.split(' ')[0];
        ({ complete: () => delivery.accept(), abandon: () => delivery.release(), reject: () => delivery.reject() })[word]();
        seen.add(body);
        this.#messages(body);
      });
    }
    this.#messages = listener;
  }

  async close() {
    await close(this.#connection);
  }
}
