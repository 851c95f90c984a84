// Cloud-to-device messages that can't be sent or settled: rhea as a back end, curl as device and back end.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import rhea from 'rhea';
import { close, connect, putToken } from '../harness/amqp.js';
import { within } from '../harness/deadline.js';
import { deviceToken, parse } from '../harness/hub.js';
import { device, service, VERSION } from './requests.js';
import { deleteSecondHub, secondHub } from './second-hub.js';

const HOURS = 3_600_000;
const DATA = rhea.message.data_section(Buffer.from('x'));

/** rhea with the token of a policy that may send. */
async function backEnd({ hub }, work) {
  const { SharedAccessKeyName: policy, SharedAccessKey: key } = parse(hub.facts.serviceConnectionString);
  const connection = await connect({ host: hub.hostName, ca: hub.ca });
  try {
    assert.equal(await putToken(connection, hub.hostName, deviceToken(hub.hostName, key, { policy })), 200);
    return await work(connection);
  } finally {
    await (connection.is_open() ? close(connection) : connection.socket.destroy());
  }
}

function sender(connection) {
  const link = connection.open_sender({ target: { address: '/messages/devicebound' } });
  return within(15_000, 'a link to send on', new Promise((resolve, reject) => {
    link.once('sendable', () => resolve(link));
    link.once('sender_error', () => reject(link.error));
  }));
}

/** Sends; resolves with what the sender is told, or nothing when the message was taken. */
function sent(link, message) {
  return within(15_000, 'an outcome', new Promise((resolve) => {
    link.once('accepted', () => resolve(''));
    link.once('rejected', ({ delivery }) => resolve(`${delivery.remote_state.error.condition}: ${delivery.remote_state.error.description}`));
    link.send(message);
  }));
}

/** rhea that sends one message, changed; the last of so many. */
function send(change = () => ({}), { count = 1 } = {}) {
  return async (world) => {
    const { deviceId } = await world.hub.createDevice();
    return backEnd(world, async (connection) => {
      const link = await sender(connection);
      let told = '';
      for (let i = 0; i < count; i++) {
        assert.equal(told, '');
        told = await sent(link, { to: `/devices/${deviceId}/messages/devicebound`, body: DATA, ...change(deviceId) });
      }
      assert.notEqual(told, '');
      return told;
    });
  };
}

/** A receiver that is refused. */
function receiving(address) {
  return (world) => backEnd(world, (connection) => within(15_000, 'the refusal of a link', new Promise((resolve) => {
    connection.open_receiver({ source: { address } }).once('receiver_error', resolve);
  })));
}

/** A back end that goes on sending to a hub that was deleted. */
async function toDeletedHub(world) {
  const hub = await secondHub(world);
  const { deviceId } = await hub.createDevice();
  const message = { to: `/devices/${deviceId}/messages/devicebound`, body: DATA };
  await backEnd({ hub }, async (connection) => {
    const link = await sender(connection);
    assert.equal(await sent(link, message), '');
    await deleteSecondHub(world);
    const gone = within(15_000, 'the end of the link', new Promise((resolve) => link.once('sender_error', resolve)));
    link.send(message);
    await gone;
  });
}

const properties = (count) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, '1']));

export const messages = [
  { reason: 'MessageDeviceMissing', how: 'rhea that sends to nobody', provoke: send(() => ({ to: '/devices/nobody-at-all/messages/devicebound' })),
    says: /No device with the id 'nobody-at-all'.*Compare the id/ },
  { reason: 'MessageDeviceMissing', how: 'curl that empties the queue of nobody', provoke: service(404, `/devices/nobody-at-all/commands?${VERSION}`, '--request', 'DELETE'),
    toCaller: true, says: /DeviceNotFound.*so no message waits for it/ },
  { reason: 'MessageModuleMissing', how: 'rhea that sends to a module that is none',
    provoke: send((deviceId) => ({ to: `/devices/${deviceId}/modules/none/messages/devicebound` })), says: /No module '.*\/none'.*Compare the ids/ },
  { reason: 'MessageNamesNoDevice', how: 'rhea that sends to an address of its own', provoke: send(() => ({ to: '/queues/orders' })),
    says: /'\/queues\/orders', which is no device\. Set its 'to' to/ },
  { reason: 'ServiceMessageMalformed', how: 'rhea that sends a value', provoke: send(() => ({ body: 'text' })),
    says: /its body is an AMQP value\. Send the body in data sections/ },
  { reason: 'CloudMessageTooLarge', how: 'rhea with 65 KB', provoke: send(() => ({ body: rhea.message.data_section(Buffer.alloc(65 * 1024)) })),
    says: /The message has \d+ bytes with its properties, and the limit is 65536\. Send less/ },
  { reason: 'TooManyMessageProperties', how: 'rhea with 65 properties', provoke: send(() => ({ application_properties: properties(65) })),
    says: /65 application properties, and the limit is 64\. Send fewer/ },
  { reason: 'MessagePropertiesTooLong', how: 'rhea with 30 KB of letters that MQTT percent-encodes', provoke: send(() => ({ application_properties: { text: 'ü'.repeat(15_000) } })),
    says: /90\d+ bytes when they are percent-encoded, as MQTT needs them, and the limit is 60000\. Send less in properties/ },
  { reason: 'MessagePropertyUnfit', how: 'rhea with a bell in a property', provoke: send(() => ({ application_properties: { alarm: '\u0007' } })),
    says: /property 'alarm' can't be sent to every device\. Give it/ },
  { reason: 'MessageExpiryPast', how: 'rhea with a time that is over', provoke: send(() => ({ absolute_expiry_time: Date.now() - 1000 })),
    says: /expired at .*, before it came\. Set a later time/ },
  { reason: 'MessageExpiryTooFar', how: 'rhea with a time in three days', provoke: send(() => ({ absolute_expiry_time: Date.now() + 72 * HOURS })),
    says: /later than it may wait, which is 48 hours\. Set an earlier time/ },
  { reason: 'QueueOfDeviceFull', how: 'rhea with a fifty-first message', provoke: send(() => ({}), { count: 51 }),
    says: /As many messages wait for '.*' as may, which is 50\. Have the device receive them/ },
  { reason: 'MessageLockLost', how: 'curl as a device with a lock that is none', toCaller: true,
    provoke: device(412, `/messages/deviceBound/${randomUUID()}`, '--request', 'DELETE'), says: /DeviceMessageLockLost.*holds no such lock/ },
  { reason: 'FeedbackLockLost', how: 'curl as a back end with a lock that is none', toCaller: true,
    provoke: service(412, `/messages/serviceBound/feedback/${randomUUID()}?${VERSION}`, '--request', 'DELETE'), says: /DeviceMessageLockLost.*no such lock on feedback/ },
  { reason: 'FileNotificationsNotServed', how: 'rhea that waits for files', provoke: receiving('/messages/servicebound/filenotifications'),
    says: /File uploads are not served by this release of Holdfast yet/ },
  { reason: 'HubOfLinkDeleted', how: 'hub delete, and rhea that sends on', provoke: toDeletedHub, thin: true, says: /The hub was deleted\. Connect to another one/ },
];
