// An AMQP 1.0 client that knows nothing of Event Hubs (rhea), for what the official client does not do or does not show.
import { randomUUID } from 'node:crypto';
import rhea from 'rhea';
import { within } from './deadline.js';

/** Connects to 5671; resolves with the open connection, rejects with the error that the server gave. */
export async function connect(options) {
  const container = rhea.create_container();
  const connection = container.connect({
    transport: 'tls',
    port: 5671,
    hostname: options.host,
    servername: options.host,
    reconnect: false,
    ...options,
  });
  const opened = new Promise((resolve, reject) => {
    connection.once('connection_open', () => resolve(connection));
    const failed = (context) => reject(context.error ?? context.connection?.error ?? new Error('disconnected'));
    connection.once('connection_error', failed);
    connection.once('connection_close', failed);
    connection.once('disconnected', failed);
  });
  connection.on('error', () => {}); // told by 'opened', or expected by the test
  return within(15_000, `an AMQP connection to ${options.host}`, opened);
}

/** Attaches a receiver to a source; resolves when the server attached its end for good, rejects when it detached. */
export async function receive(connection, source) {
  const receiver = connection.open_receiver({ source, autoaccept: true, credit_window: 0 });
  const attached = new Promise((resolve, reject) => {
    receiver.once('receiver_open', () => {
      // A refused attach is answered with a null source, and the detach follows.
      if (receiver.remote.attach.source?.value) {
        resolve(receiver);
      }
    });
    receiver.once('receiver_error', () => reject(receiver.error));
    receiver.once('receiver_close', () => reject(receiver.error ?? new Error('detached')));
  });
  return within(15_000, `a receiver of ${source.address}`, attached);
}

/** Puts a token and returns the status code of the answer. */
export async function putToken(connection, audience, token) {
  const replyTo = `cbs-${randomUUID()}`;
  const receiver = connection.open_receiver({ source: { address: '$cbs' }, target: { address: replyTo } });
  const sender = connection.open_sender({ target: { address: '$cbs' } });
  const id = randomUUID();
  const answered = new Promise((resolve, reject) => {
    receiver.on('message', ({ message }) => {
      if (message.correlation_id === id) {
        resolve(message.application_properties);
      }
    });
    sender.once('sendable', () => sender.send({
      message_id: id,
      reply_to: replyTo,
      to: '$cbs',
      application_properties: { operation: 'put-token', type: 'servicebus.windows.net:sastoken', name: audience },
      body: token,
    }));
    for (const link of [receiver, sender]) {
      link.once(link === receiver ? 'receiver_error' : 'sender_error', () => reject(link.error));
    }
  });
  const answer = await within(15_000, 'the answer to put-token', answered);
  receiver.close();
  sender.close();
  return answer['status-code'];
}

/** Takes exactly `count` messages, by granting that much credit and no more. */
export async function take(receiver, count, millis = 15_000) {
  const messages = [];
  let listener;
  const taken = new Promise((resolve) => {
    listener = ({ message }) => {
      messages.push(message);
      if (messages.length >= count) {
        resolve();
      }
    };
    receiver.on('message', listener);
  });
  receiver.add_credit(count);
  try {
    await within(millis, `${count} messages`, taken);
  } finally {
    receiver.removeListener('message', listener);
  }
  return messages;
}

/** The filter that Event Hubs clients send to say where to start. */
export function selector(text) {
  return { 'apache.org:selector-filter:string': rhea.types.wrap_described(text, 0x468c00000004) };
}

export async function close(connection) {
  const closed = new Promise((resolve) => {
    connection.once('connection_close', resolve);
    connection.once('disconnected', resolve);
  });
  connection.close();
  await within(10_000, 'the close of an AMQP connection', closed).catch(() => {});
  connection.socket?.destroy?.(); // one over WebSocket has none
}
