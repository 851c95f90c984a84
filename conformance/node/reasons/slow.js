// Devices that ask for much and take none of it: plain bytes over MQTT, rhea over AMQP.
import assert from 'node:assert/strict';
import tls from 'node:tls';
import rhea from 'rhea';
import { close, connect, putToken } from '../harness/amqp.js';
import { next, within } from '../harness/deadline.js';
import { deviceToken, parse } from '../harness/hub.js';
import { say } from '../harness/plain.js';
import { good, MQTT, packet, PUBLISH, text } from './mqtt.js';

const SUBSCRIBE = 0x82;

/** Desired properties of 30 KB. */
const BULKY = { properties: { desired: Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`p${i}`, 'x'.repeat(3900)])) } };

function subscribe(filter, qos) {
  return packet(SUBSCRIBE, [0, 1], text(filter), [qos]);
}

/** Asks for its twin again and again, with QoS 1, and so is answered with QoS 1. */
async function acknowledgesNothing({ hub }) {
  const device = await hub.createDevice();
  const asking = Array.from({ length: 1100 }, (_, i) => packet(PUBLISH | 2, text(`$iothub/twin/GET/?$rid=${i}`), [i >> 8, (i & 0xff) | 1]));
  await say(hub, MQTT, good({ device, hub }), subscribe('$iothub/twin/res/#', 1), ...asking);
}

/** It is told of more than the buffers of both systems hold. */
async function readsNothing({ hub, server }) {
  const device = await hub.createDevice();
  const socket = tls.connect({ host: '127.0.0.1', port: MQTT, servername: hub.hostName, ca: hub.ca });
  socket.on('error', () => {});
  await next(socket, 'secureConnect');
  socket.write(Buffer.concat([good({ device, hub }), subscribe('$iothub/twin/PATCH/properties/desired/#', 0)]));
  try {
    for (let i = 0; i < 60; i++) {
      await Promise.all(Array.from({ length: 10 }, () => hub.registry.updateTwin(device.deviceId, BULKY, '*')));
    }
    await server.logged(' ReaderTooSlow: ', device.deviceId);
  } finally {
    socket.destroy();
  }
}

/** rhea that grants no credit for its twin, and asks for it. */
async function grantsNothing(world) {
  const { hub } = world;
  const { deviceId, connectionString } = await hub.createDevice();
  await hub.registry.updateTwin(deviceId, BULKY, '*');
  const resource = `${hub.hostName}/devices/${deviceId}`;
  const connection = await connect({ host: hub.hostName, ca: hub.ca });
  try {
    assert.equal(await putToken(connection, resource, deviceToken(resource, parse(connectionString).SharedAccessKey)), 200);
    const address = `/devices/${deviceId}/twin`;
    const answers = connection.open_receiver({ source: { address }, credit_window: 0 });
    const gone = within(20_000, 'the end of the link', new Promise((resolve) => answers.once('receiver_error', resolve)));
    const sender = connection.open_sender({ target: { address } });
    sender.on('sendable', () => {
      for (let i = 0; i < 60 && sender.sendable(); i++) {
        sender.send({ correlation_id: `${i}`, message_annotations: { operation: 'GET' }, body: rhea.message.data_section(Buffer.from(' ')) });
      }
    });
    await gone;
  } finally {
    await close(connection);
  }
}

export const slow = [
  { reason: 'AcknowledgementsMissing', how: 'a device that acknowledges nothing', provoke: acknowledgesNothing, says: /none of the last 1000 messages.*Look at what blocks its program/ },
  { reason: 'ReaderTooSlow', how: 'a device that does not read', provoke: readsNothing, says: /More than 1048576 bytes wait for the client.*Look at what blocks/ },
  { reason: 'DeviceDoesNotRead', how: 'rhea as a device that grants no credit', provoke: grantsNothing, says: /no credit on '\/devices\/.*\/twin'.*Attach again, read the twin, and grant credit/ },
];
