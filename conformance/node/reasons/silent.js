// A client that says nothing any more: rhea, whose words are lost on the way from some moment on. The hub waits four minutes for it, so
// it begins when the suite does.
import assert from 'node:assert/strict';
import { connect, putToken } from '../harness/amqp.js';
import { within } from '../harness/deadline.js';
import { deviceToken, parse } from '../harness/hub.js';

const PATIENCE_MILLIS = 270_000;

/** `Idle`: resolves with the condition that the hub closes the connection with. */
export async function silence({ hub }) {
  const { deviceId, connectionString } = await hub.createDevice();
  const resource = `${hub.hostName}/devices/${deviceId}`;
  const connection = await connect({ host: hub.hostName, ca: hub.ca });
  assert.equal(await putToken(connection, resource, deviceToken(resource, parse(connectionString).SharedAccessKey)), 200);
  connection.socket.write = () => true;
  const closed = new Promise((resolve) => {
    connection.once('connection_error', () => resolve(connection.error.condition));
    connection.once('disconnected', () => resolve('none'));
  });
  try {
    return await within(PATIENCE_MILLIS, 'the end of a connection without a word', closed);
  } finally {
    connection.socket.destroy();
  }
}
