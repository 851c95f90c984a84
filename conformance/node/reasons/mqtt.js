// What MQTT 3.1.1 does not allow, or a hub does not: with mqtt.js where it can be wrong in that way, with plain bytes elsewhere.
import assert from 'node:assert/strict';
import { parse } from '../harness/hub.js';
import { say } from '../harness/plain.js';
import { closed, connect, connectOptions } from '../harness/raw-mqtt.js';

export const MQTT = 8883;
const CONNECT = 0x10;
export const PUBLISH = 0x30;

export function text(value) {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

export function packet(first, ...parts) {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const length = [];
  for (let rest = body.length; ; rest >>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) {
      return Buffer.concat([Buffer.from([first, ...length]), body]);
    }
  }
}

/** A CONNECT that the hub accepts, of the device of this suite. */
export function good({ device, hub }, { keepAlive = 60 } = {}) {
  const { clientId, username, password } = connectOptions(hub, device.connectionString);
  return packet(CONNECT, text('MQTT'), [4, 0xc2, 0, keepAlive], text(clientId), text(username), text(password));
}

function bytes(...behind) {
  return (world) => say(world.hub, MQTT, good(world), ...behind);
}

function refused(changes) {
  return (world) => assert.rejects(connect(connectOptions(world.hub, world.device.connectionString, changes(world))));
}

/** mqtt.js publishes, and the server closes. */
function published(topic, options = {}) {
  return async (world) => {
    const client = await connect(connectOptions(world.hub, world.device.connectionString));
    const gone = closed(client);
    client.publish(topic(world.device.deviceId), 'hello', options);
    await gone;
    client.end(true);
  };
}

function properties(count) {
  return Array.from({ length: count }, (_, index) => `p${index}=1`).join('&');
}

export const mqtt = [
  { reason: 'NotMqtt', how: 'HTTP inside TLS', provoke: ({ hub }) => say(hub, MQTT, 'GET / HTTP/1.1\r\n\r\n'),
    says: /first byte was 0x47.*begins with CONNECT.*Look at the port/ },
  { reason: 'MalformedPacket', how: 'a PINGREQ with a body', provoke: bytes(packet(0xc0, [1])),
    says: /PINGREQ packet is malformed: its length is wrong.*Update the client's MQTT library/ },
  { reason: 'MalformedPacket', how: 'a topic that is not UTF-8', provoke: bytes(packet(PUBLISH, [0, 2, 0xc3, 0x28], 'x')),
    says: /PUBLISH packet is malformed: the topic is not UTF-8/ },
  { reason: 'UnexpectedPacket', how: 'a second CONNECT', provoke: (world) => say(world.hub, MQTT, good(world), good(world)),
    says: /CONNECT packet came, and a connection has one CONNECT.*Look at what the client does/ },
  { reason: 'UnexpectedPacket', how: 'a packet of servers', provoke: bytes(packet(0x20, [0, 0])),
    says: /CONNACK packet came, and only a server sends it/ },
  { reason: 'PacketTooLarge', how: 'a SUBSCRIBE of 128 KB', provoke: bytes([0x82, 0x80, 0x80, 0x08]),
    says: /SUBSCRIBE announced 131072 bytes, and the limit is 65536\. Send less/ },
  { reason: 'ProtocolVersionUnsupported', how: 'mqtt.js with MQTT 5', provoke: refused(() => ({ protocolVersion: 5 })),
    says: /speaks MQTT level 5.*MQTT 3\.1\.1 \(level 4\) only\. Set the client's protocol version/ },
  { reason: 'ProtocolVersionUnsupported', how: 'mqtt.js with MQTT 3.1',
    provoke: refused(() => ({ protocolVersion: 3, protocolId: 'MQIsdp' })), says: /speaks MQIsdp level 3.*Set the client's/ },
  { reason: 'UserNameMissing', how: 'mqtt.js without a user name',
    provoke: refused(() => ({ username: undefined, password: undefined })), says: /no user name\. Set it to '\{host name\}\/\{device id\}/ },
  { reason: 'UserNameMalformed', how: 'mqtt.js with the user name of a broker', provoke: refused(() => ({ username: 'admin' })),
    says: /can't be read: it does not begin with a host name and a slash\. Set it to/ },
  { reason: 'ClientIdMissing', how: 'an empty client id and a session to keep',
    provoke: ({ hub }) => say(hub, MQTT, packet(CONNECT, text('MQTT'), [4, 0, 0, 60], text(''))),
    says: /client id is empty and CleanSession is 0.*Set the client id to the device id/ },
  { reason: 'ClientIdMismatch', how: 'mqtt.js with a client id of its own', provoke: refused(() => ({ clientId: 'mqttjs_1' })),
    says: /client id is 'mqttjs_1', and the user name names '.*'\. Set both to '\{device id\}'/ },
  { reason: 'NobodyClaims', how: 'mqtt.js that registers with a provisioning service',
    provoke: refused(({ device }) => ({ username: `0ne00000000/registrations/${device.deviceId}/api-version=2019-03-31` })),
    says: /user name '.*' names no service of this installation.*set it to '\{host name\}/ },
  { reason: 'WillNotAllowed', how: 'mqtt.js with a will to a topic of its own',
    provoke: refused(() => ({ will: { topic: 'status/offline', payload: 'gone' } })),
    says: /Will was refused: .*'status\/offline'.*goes to the device's own telemetry topic/ },
  { reason: 'Qos2NotSupported', how: 'mqtt.js with QoS 2',
    provoke: published((id) => `devices/${id}/messages/events/`, { qos: 2 }), says: /asked for QoS 2.*Publish with QoS 0 or 1/ },
  { reason: 'WildcardInTopic', how: 'a + in the topic', provoke: bytes(packet(PUBLISH, text('devices/+/messages/events/'), 'x')),
    says: /'devices\/\+\/messages\/events\/' holds \+ or #.*Percent-encode them/ },
  { reason: 'UnknownTopic', how: 'mqtt.js with a topic of its own', provoke: published(() => 'sensors/temperature'),
    says: /'sensors\/temperature', which the hub does not know\. Send telemetry to 'devices\/.*\/messages\/events\// },
  { reason: 'RequestTopicMalformed', how: 'mqtt.js that asks for its twin without an id', provoke: published(() => '$iothub/twin/GET/'),
    says: /'\$iothub\/twin\/GET\/', and its topic can't be read.*Use '\$iothub\/twin\/GET\/\?\$rid=/ },
  { reason: 'TopicOfOtherIdentity', how: 'mqtt.js with the topic of another device',
    provoke: published(() => 'devices/another/messages/events/'),
    says: /came for 'devices\/another.*may send to 'devices\/.*' only\. Send to that topic/ },
  { reason: 'NotServedOverMqtt', how: 'mqtt.js that asks for a new certificate',
    provoke: published(() => '$iothub/credentials/POST/issueCertificate/?$rid=1'),
    says: /'\$iothub\/credentials\/POST\/.*renewal/ },
  { reason: 'PropertiesMalformed', how: 'mqtt.js with a property without a name',
    provoke: published((id) => `devices/${id}/messages/events/=1`),
    says: /properties in the topic can't be read: '=1' has no name\. Write them as 'name=value/ },
  { reason: 'TooManyProperties', how: 'mqtt.js with 65 properties',
    provoke: published((id) => `devices/${id}/messages/events/${properties(65)}`),
    says: /65 application properties, and the limit is 64\. Send fewer/ },
  { reason: 'MessageTooLarge', how: 'a message of 257 KB',
    provoke: (world) => say(world.hub, MQTT, good(world),
      packet(PUBLISH, text(`devices/${world.device.deviceId}/messages/events/`), Buffer.alloc(257 * 1024))),
    says: /limit is 262144\. Send less at once/ },
  { reason: 'KeepAliveElapsed', how: 'silence after a keep-alive of 1 s',
    provoke: (world) => say(world.hub, MQTT, good(world, { keepAlive: 1 })),
    says: /Nothing came for \d+ s, one and a half times the keep-alive time.*PINGREQ in time/ },
  { reason: 'TokenMalformed', how: 'mqtt.js with a key as password',
    provoke: refused(({ device }) => ({ password: parse(device.connectionString).SharedAccessKey })),
    says: /token can't be read: .*'SharedAccessSignature sr=….*Give the client a connection string/ },
];
