// What AMQP 1.0 does not allow, or a hub does not: rhea where it can be wrong in that way, plain bytes elsewhere.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import rhea from 'rhea';
import { close, connect, putToken, receive, selector } from '../harness/amqp.js';
import { within } from '../harness/deadline.js';
import { deviceToken, eventHubToken, freshId, parse } from '../harness/hub.js';
import { say } from '../harness/plain.js';

const AMQP = 5671;
const WRONG_KEY = Buffer.alloc(32, 7).toString('base64');
const HEADER = Buffer.from('AMQP\0\x01\0\0', 'latin1');
const SASL_HEADER = Buffer.from('AMQP\x03\x01\0\0', 'latin1');
const END = [0, 0x53, 0x17, 0x45];
const OPEN = [0, 0x53, 0x10, 0xc0, 4, 1, 0xa1, 1, 0x61];

function frame(body, { type = 0, channel = 0, size = body.length + 8 } = {}) {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(size);
  head.set([2, type, channel >> 8, channel & 0xff], 4);
  return Buffer.concat([head, Buffer.from(body)]);
}

function bytes(...chunks) {
  return ({ hub }) => say(hub, AMQP, ...chunks);
}

/** A SASL init that chooses a mechanism, offered or not. */
function sasl(mechanism, response) {
  const fields = [0xa3, mechanism.length, ...Buffer.from(mechanism), ...(response ? [0xa0, response.length, ...Buffer.from(response)] : [])];
  const init = [0, 0x53, 0x41, 0xc0, fields.length + 1, response ? 2 : 1, ...fields];
  return bytes(SASL_HEADER, frame(init, { type: 1 }));
}

function facts({ hub }) {
  const { Endpoint, EntityPath: entity, SharedAccessKey: key, SharedAccessKeyName: policy } = parse(hub.facts.eventHubConnectionString);
  const host = new URL(Endpoint.replace(/^sb:/, 'https:')).hostname;
  return { host, entity, audience: `sb://${host}/${entity}`, token: eventHubToken(`sb://${host}/${entity}`, key, policy) };
}

function partition(world, { group = '$Default', number = 0 } = {}) {
  return `${facts(world).entity}/ConsumerGroups/${group}/Partitions/${number}`;
}

/** rhea, connected. */
function open(work) {
  return async (world) => {
    const connection = await connect({ host: facts(world).host, ca: world.hub.ca });
    try {
      await work(connection, world);
    } finally {
      // Where the server has closed it, nothing is left to be answered.
      await (connection.is_open() ? close(connection) : connection.socket.destroy());
    }
  };
}

/** rhea with a token that is good for the whole hub. */
function authorized(work) {
  return open(async (connection, world) => {
    const { audience, token } = facts(world);
    assert.equal(await putToken(connection, audience, token), 200);
    await work(connection, world);
  });
}

/** rhea that is refused on the way in. */
function refused(options) {
  return (world) => assert.rejects(connect({ host: facts(world).host, ca: world.hub.ca, ...options(world) }));
}

function put(token) {
  return open(async (connection, world) => {
    assert.notEqual(await putToken(connection, facts(world).audience, token(world)), 200);
  });
}

/** Attaches and is told no. */
function notAttached(source) {
  return (connection, world) => assert.rejects(receive(connection, source(world)));
}

/** Attaches a reader with link properties; resolves with it, or rejects with what detached it. */
function reader(connection, address, properties = {}) {
  const link = connection.open_receiver({ source: { address }, properties, credit_window: 0 });
  return within(15_000, `a reader of ${address}`, new Promise((resolve, reject) => {
    link.once('receiver_open', () => link.remote.attach.source?.value && resolve(link));
    link.once('receiver_error', () => reject(link.error));
  }));
}

function detached(link) {
  return within(20_000, 'the end of a reader', new Promise((resolve) => link.once('receiver_error', resolve)));
}

const epoch = (value) => ({ 'com.microsoft:epoch': value });

/** Asks $cbs, with an answer link or without; resolves when it was answered or refused. */
function asked(properties, body, { answers = true } = {}) {
  return open((connection) => {
    const replyTo = `cbs-${randomUUID()}`;
    const receiver = answers && connection.open_receiver({ source: { address: '$cbs' }, target: { address: replyTo } });
    const sender = connection.open_sender({ target: { address: '$cbs' } });
    return within(15_000, 'an answer of $cbs', new Promise((resolve) => {
      sender.once('rejected', resolve);
      receiver && receiver.once('message', resolve);
      sender.once('sendable', () => sender.send({ message_id: '1', reply_to: replyTo, application_properties: properties, body }));
    }));
  });
}

/** What a connection says when the server closes it. */
function closed(connection) {
  return within(80_000, 'the end of the connection', new Promise((resolve) => {
    connection.once('connection_error', resolve);
    connection.once('connection_close', resolve);
    connection.once('disconnected', resolve);
  }));
}

async function refusedOften(connection) {
  const gone = closed(connection);
  const sender = connection.open_sender({ target: { address: '$cbs' } });
  connection.open_receiver({ source: { address: '$cbs' }, target: { address: 'answers' } });
  let sent = 0;
  sender.on('sendable', () => {
    while (sender.sendable() && sent++ < 20) {
      sender.send({ message_id: sent, reply_to: 'answers', application_properties: { operation: `none-${sent}` }, body: 'x' });
    }
  });
  await gone;
}

async function groupDeleted(connection, world) {
  const group = freshId('group');
  await world.server.done('hub', 'consumer-group', 'create', group, '--hub', 'hub1');
  const gone = detached(await reader(connection, partition(world, { group })));
  await world.server.done('hub', 'consumer-group', 'delete', group, '--hub', 'hub1');
  await gone;
}

function list(code, ...fields) {
  const all = Buffer.concat(fields.map((field) => Buffer.from(field)));
  return Buffer.concat([Buffer.from([0, 0x53, code, 0xc0, all.length + 1, fields.length]), all]);
}

const NULL = [0x40];
const uint = (value) => [0x52, value];
const word = (value) => [0xa1, value.length, ...Buffer.from(value)];

/** A back end that begins eighteen requests of 60 KB and ends none. */
function unfinished(world) {
  const { SharedAccessKey: key, SharedAccessKeyName: policy } = parse(world.hub.facts.serviceConnectionString);
  const response = Buffer.from(`\0${policy}\0${key}`);
  const init = list(0x41, [0xa3, 5, ...Buffer.from('PLAIN')], [0xa0, response.length, ...response]);
  const begin = list(0x11, NULL, uint(0), [0x70, 0, 0, 8, 0], [0x70, 0, 0, 8, 0]);
  const requests = Array.from({ length: 18 }, (_, link) => [
    frame(list(0x12, word(`link-${link}`), uint(link), [0x42], NULL, NULL, [0, 0x53, 0x28, 0x45], list(0x29, word('$cbs')), NULL, NULL, uint(0))),
    frame(Buffer.concat([list(0x14, uint(link), uint(link), [0xa0, 1, link], uint(0), [0x42], [0x41]), Buffer.alloc(60_000)])),
  ]).flat();
  return say(world.hub, AMQP, SASL_HEADER, frame(init, { type: 1 }), HEADER, frame(list(0x10, word('many'))), frame(begin), ...requests);
}

/** rhea with the token of a device. */
function withDevice(work) {
  return open(async (connection, world) => {
    const { hub, device } = world;
    const resource = `${hub.hostName}/devices/${device.deviceId}`;
    assert.equal(await putToken(connection, resource, deviceToken(resource, parse(device.connectionString).SharedAccessKey)), 200);
    await work(connection, world);
  });
}

/** Sends one message as a device and waits until it is rejected. */
function asDevice(path, body, format) {
  return withDevice((connection, { device }) => {
    const sender = connection.open_sender({ target: { address: `/devices/${device.deviceId}${path}` } });
    return within(15_000, 'the refusal of a message', new Promise((resolve) => {
      sender.once('rejected', resolve);
      sender.once('sendable', () => sender.send(format ? rhea.message.encode({ body }) : { body }, undefined, format));
    }));
  });
}

const manyLinks = withDevice((connection, { device }) => within(15_000, 'the refusal of a link', new Promise((resolve) => {
  for (let link = 0; link < 17; link++) {
    connection.open_sender({ target: { address: `/devices/${device.deviceId}/messages/events` } }).once('sender_error', resolve);
  }
})));

const modelId = withDevice((connection, { device }) => within(15_000, 'the refusal of a link', new Promise((resolve) => {
  connection.open_sender({
    target: { address: `/devices/${device.deviceId}/messages/events` }, properties: { 'com.microsoft:model-id': 'x'.repeat(2049) },
  }).once('sender_error', resolve);
})));

const FRAMES = [
  { reason: 'NotAmqp', how: 'HTTP inside TLS', provoke: bytes('GET / HTTP/1.1\r\n\r\n'), says: /not an AMQP 1\.0 header\. Look at the port/ },
  { reason: 'FrameTooLarge', how: 'a frame of 16 MB', provoke: bytes(HEADER, [1, 0, 0, 0, 2, 0, 0, 0]),
    says: /16777216 bytes was announced, and the limit in this state is 65536\. Send smaller frames/ },
  { reason: 'FrameMalformed', how: 'a frame of 4 bytes', provoke: bytes(HEADER, [0, 0, 0, 4]), says: /less than the 8 bytes of its head\. Update the client's AMQP library/ },
  { reason: 'FrameOutOfOrder', how: 'an empty frame before open', provoke: bytes(HEADER, frame([])), says: /an empty frame before open\. Update/ },
  { reason: 'ChannelOutOfRange', how: 'channel 1000', provoke: bytes(HEADER, frame(OPEN), frame(END, { channel: 1000 })),
    says: /channel 1000, and the highest one is 63\. Open fewer sessions/ },
  { reason: 'ProtocolViolated', how: 'the end of a session that never began', provoke: bytes(HEADER, frame(OPEN), frame(END)), says: /violated: .+\. Update/ },
  { reason: 'ReceivingTooMuch', how: 'eighteen requests that do not end', provoke: unfinished,
    says: /more than 1048576 bytes of unfinished messages\. Send one message after the other/ },
  { reason: 'MechanismNotOffered', how: 'CRAM-MD5', provoke: sasl('CRAM-MD5'), says: /SASL mechanism .* was chosen, which was not offered\. Choose one/ },
  { reason: 'ExternalWithoutCertificate', how: 'EXTERNAL without a certificate', provoke: sasl('EXTERNAL'), says: /client showed none\. Give the client its certificate/ },
  { reason: 'PlainMalformed', how: 'PLAIN without NUL', provoke: sasl('PLAIN', 'secret'), says: /not '\[authzid\] NUL user NUL password'.*Give the client a user name/ },
];

const WHO = [
  { reason: 'UnknownPlainUser', how: 'rhea with a user of elsewhere', provoke: refused(() => ({ username: 'nobody@elsewhere', password: 'x' })),
    says: /Nothing here knows the user name.*shared access policy with its key/ },
  { reason: 'PolicyKeyWrong', how: 'rhea with a wrong policy key', provoke: refused(() => ({ username: 'service', password: WRONG_KEY })),
    says: /neither key of the shared access policy 'service'\. Copy it again.*holdfast hub access-policy show/ },
  { reason: 'UnknownHost', how: 'an open of another host',
    provoke: bytes(HEADER, frame(list(0x10, word('a'), word('elsewhere.test')))),
    says: /'elsewhere\.test'\. Compare it with the host names of the hubs/ },
  { reason: 'TokenMissing', how: 'rhea without a token', provoke: open(notAttached((world) => ({ address: partition(world) }))),
    says: /Nothing that was shown on this connection allows '.*Partitions\/0'.*ServiceConnect on \$cbs/ },
  { reason: 'BearerToken', how: 'rhea with a token of Entra', provoke: put(() => 'Bearer abc'), says: /Entra ID are not accepted here\. Use a connection string/ },
  { reason: 'TokenNamesNoDevice', how: 'rhea with a token that names nobody',
    provoke: put(({ hub, device }) => deviceToken(hub.hostName, parse(device.connectionString).SharedAccessKey)),
    says: /which is no device, and it names no shared access policy \(skn\)\. Sign it for/ },
  { reason: 'TooManyTokens', how: 'rhea with 129 audiences',
    provoke: authorized(async (connection, world) => {
      const { audience, token } = facts(world);
      for (let more = 1; more < 128; more++) {
        assert.equal(await putToken(connection, `${audience}/${more}`, token), 200);
      }
      assert.notEqual(await putToken(connection, `${audience}/last`, token), 200);
    }), says: /holds 128 tokens, and that is the limit\. Sign one token for the whole hub/ },
  { reason: 'TooManyLinksUnauthorized', how: 'rhea with nine links and no token',
    provoke: open(async (connection) => {
      const gone = closed(connection);
      for (let link = 0; link < 9; link++) {
        connection.open_receiver({ source: { address: '$cbs' }, target: { address: `answers-${link}` } }).on('receiver_error', () => {});
      }
      await gone;
    }), says: /More than 8 links were attached.*Put a token on \$cbs first/ },
  { reason: 'TooManyRefusals', how: 'rhea that is refused twenty times', provoke: open(refusedOften), says: /refused 20 times.*stop the client until its token is right/ },
  { reason: 'NeverAuthorized', how: 'rhea that shows nothing for a minute', provoke: open(closed), says: /open for 60 s and showed nothing.*Put a token on \$cbs/ },
];

const LINKS = [
  { reason: 'RequestMalformed', how: 'rhea that puts no token', provoke: asked({ operation: 'put-token', name: 'x' }, 7), says: /its body is not the text of a token\. Compare it/ },
  { reason: 'UnknownOperation', how: 'rhea that asks for something else', provoke: asked({ operation: 'take-token' }, 'x'), says: /no operation 'take-token' here\. Use put-token/ },
  { reason: 'NoAnswerLink', how: 'rhea that waits for no answer', provoke: asked({ operation: 'put-token' }, 'x', { answers: false }),
    says: /answer can't be sent\. Attach a receiver to '\$cbs'/ },
  { reason: 'UnknownAddress', how: 'rhea that reads elsewhere', provoke: authorized(notAttached(() => ({ address: 'queues/orders' }))),
    says: /There is no 'queues\/orders'\. Read telemetry from '\{hub\}\/ConsumerGroups/ },
  { reason: 'UnknownConsumerGroup', how: 'rhea with a group that is none', provoke: authorized(notAttached((world) => ({ address: partition(world, { group: 'nobody' }) }))),
    says: /no such consumer group\. Create it \('holdfast hub consumer-group create nobody --hub hub1'\)/ },
  { reason: 'UnknownPartition', how: 'rhea with partition 99', provoke: authorized(notAttached((world) => ({ address: partition(world, { number: 99 }) }))),
    says: /has no partition '99': they are 0 to 3\. Use one of them/ },
  { reason: 'SendingNotAllowed', how: 'rhea that sends',
    provoke: authorized((connection, world) => within(15_000, 'the refusal', new Promise((resolve) => {
      connection.open_sender({ target: { address: partition(world) } }).once('sender_error', resolve);
    }))), says: /Nothing can be sent to '.*'\. Send telemetry as a device/ },
  { reason: 'FilterNotUnderstood', how: 'rhea with a filter of its own',
    provoke: authorized(notAttached((world) => ({ address: partition(world), filter: selector('colour = blue') }))), says: /'colour = blue' can't be understood\. Write one comparison/ },
  { reason: 'StartBeyondEnd', how: 'rhea that starts in the future',
    provoke: authorized(notAttached((world) => ({ address: partition(world), filter: selector("amqp.annotation.x-opt-offset > '999999'") }))),
    says: /lies beyond the end.*start from the beginning and drop the old checkpoints/ },
  { reason: 'EpochNotANumber', how: 'rhea with an epoch in words', provoke: authorized((connection, world) => assert.rejects(reader(connection, partition(world), epoch('first')))),
    says: /epoch is not a number from 0 on\. Give the reader \(ownerLevel\) one, or none/ },
  { reason: 'EpochTooLow', how: 'rhea below another reader',
    provoke: authorized(async (connection, world) => {
      await reader(connection, partition(world), epoch(2));
      await assert.rejects(reader(connection, partition(world), epoch(1)));
    }), says: /epoch 2 reads this partition.*Close it, use a higher epoch/ },
  { reason: 'Superseded', how: 'rhea below a newer reader',
    provoke: authorized(async (connection, world) => {
      const gone = detached(await reader(connection, partition(world, { number: 1 }), epoch(1)));
      await reader(connection, partition(world, { number: 1 }), epoch(2));
      await gone;
    }), says: /epoch 2 took this partition over.*Use a higher epoch/ },
  { reason: 'TooManyReaders', how: 'rhea with six readers',
    provoke: authorized(async (connection, world) => {
      for (let one = 0; one < 5; one++) {
        await reader(connection, partition(world, { number: 2 }));
      }
      await assert.rejects(reader(connection, partition(world, { number: 2 })));
    }), says: /5 receivers of this consumer group, and that is the limit\. Close one, or use another group/ },
  { reason: 'MessageMalformed', how: 'rhea as a device that sends a value',
    provoke: asDevice('/messages/events', 'text'), says: /its body is an AMQP value\. Send the body in data sections/ },
  { reason: 'TwinRequestMalformed', how: 'rhea as a device that asks without an id',
    provoke: asDevice('/twin', rhea.message.data_section(Buffer.from(' '))), says: /it has no correlation id\. Send a correlation id/ },
  { reason: 'MethodAnswerMalformed', how: 'rhea as a device that answers without a status',
    provoke: asDevice('/methods/devicebound', rhea.message.data_section(Buffer.from('1'))), says: /it has no 'IoThub-status'.*Send back the correlation id/ },
  { reason: 'TooManyLinksOfDevice', how: 'rhea as a device with 17 links', provoke: manyLinks, says: /16 links on this connection, and that is the limit\. Close those/ },
  { reason: 'ModelIdMalformed', how: 'rhea as a device with a model id of 2,049 characters', provoke: modelId, says: /longer than 2048 characters.*Set it to the id of a digital-twin model/ },
  { reason: 'ConsumerGroupDeleted', how: 'hub consumer-group delete', provoke: authorized(groupDeleted), says: /was deleted\. Create it again, or read with '\$Default'/ },
];

export const amqp = [...FRAMES, ...WHO, ...LINKS];
