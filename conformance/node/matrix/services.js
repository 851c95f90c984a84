// The service side of the matrix: what the official service client and the official Event Hubs client do with a hub.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import common from 'azure-iot-common';
import serviceSdk from 'azure-iothub';
import { WebSocket } from 'ws';
import { within } from '../harness/deadline.js';
import { freshId, message } from '../harness/hub.js';
import { earliestEventPosition, EventHubConsumerClient, latestEventPosition, Reader } from '../harness/reader.js';

const MILLIS = 15_000;
const { AmqpWs } = serviceSdk;
const OVER_HTTPS = 'Identities, twins, methods and commands are called over HTTPS alone.';
const NO_BULK = 'This client has no calls for many identities at once.';
const OVER_AMQP = 'Messages are sent, and what became of them is read, over AMQP alone.';

/** Reads what became of messages, for all cells. */
export class Feedback {
  #statuses = new Map();
  #waiting = new Map();

  static async of(service) {
    const feedback = new Feedback();
    // The promise of this call resolves with something else than its callback gets.
    const receiver = await new Promise((resolve, reject) => {
      service.getFeedbackReceiver((error, opened) => (error ? reject(error) : resolve(opened)));
    });
    receiver.on('message', (batch) => {
      JSON.parse(batch.getData().toString()).forEach(({ originalMessageId, statusCode }) => {
        feedback.#statuses.set(originalMessageId, statusCode);
        feedback.#waiting.get(originalMessageId)?.(statusCode);
      });
      receiver.complete(batch, () => {});
    });
    return feedback;
  }

  /** The status of a message; it is told within 15 s, or sooner when there is much to tell. */
  of(messageId) {
    const told = this.#statuses.get(messageId);
    return told !== undefined ? Promise.resolve(told) : within(40_000, 'what became of the message',
      new Promise((resolve) => this.#waiting.set(messageId, resolve)));
  }
}

/** Runs what it is given one after the other. */
function oneByOne() {
  let last = Promise.resolve();
  return (run) => {
    last = last.catch(() => {}).then(run);
    return last;
  };
}

/** Receivers of feedback of one hub: each gets a part of it, so there is one at a time. */
const alone = oneByOne();

/** `azure-iothub`: what goes over HTTPS is tried there, what goes over AMQP on 5671 and over WebSocket. */
export function serviceClient(context, version) {
  const { hub, other } = context;
  const { registry } = hub;
  const opened = (transport, { facts } = hub) => within(MILLIS, 'the open', (async () => {
    const client = serviceSdk.Client.fromConnectionString(facts.serviceConnectionString,
      ...(transport === 'AMQP-WS' ? [AmqpWs] : []));
    await client.open();
    return client;
  })());

  const features = {
    async identities() {
      const { deviceId } = await hub.createDevice();
      const { responseBody } = await registry.get(deviceId);
      await registry.update({ ...responseBody, status: 'disabled' });
      assert.equal((await registry.get(deviceId)).responseBody.status, 'disabled');
      assert.ok((await registry.list()).responseBody.some((each) => each.deviceId === deviceId));
      await registry.delete(deviceId);
      await assert.rejects(registry.get(deviceId), { name: 'DeviceNotFoundError' });
    },
    async bulk() {
      const ids = [freshId('device'), freshId('device')];
      await registry.addDevices(ids.map((deviceId) => ({ deviceId })));
      await registry.removeDevices(ids.map((deviceId) => ({ deviceId })), true);
      await assert.rejects(registry.get(ids[0]), { name: 'DeviceNotFoundError' });
    },
    async modules() {
      const { deviceId } = await hub.createDevice();
      const { moduleId } = await hub.createModule(deviceId);
      assert.deepEqual((await registry.getModulesOnDevice(deviceId)).responseBody.map((each) => each.moduleId), [moduleId]);
      await registry.removeModule(deviceId, moduleId);
      assert.deepEqual((await registry.getModulesOnDevice(deviceId)).responseBody, []);
    },
    async statistics() {
      assert.ok((await registry.getRegistryStatistics()).responseBody.totalDeviceCount > 0);
    },
    async twins() {
      const { deviceId } = await hub.createDevice();
      const { responseBody: { etag } } = await registry.updateTwin(deviceId, { tags: { floor: 3 } }, '*');
      assert.deepEqual((await registry.getTwin(deviceId)).responseBody.tags, { floor: 3 });
      await registry.updateTwin(deviceId, { tags: { floor: 4 } }, etag);
      await assert.rejects(registry.updateTwin(deviceId, { tags: { floor: 5 } }, etag));
    },
    async methods() {
      await withDevice(context, async ({ deviceId }, session) => {
        await session.onMethod('echo');
        const service = serviceSdk.Client.fromConnectionString(hub.facts.serviceConnectionString);
        const { result } = await service.invokeDeviceMethod(deviceId, { methodName: 'echo', payload: { x: 1 }, connectTimeoutInSeconds: 10 });
        assert.deepEqual(result, { status: 201, payload: { x: 1 } });
      });
    },
    async digitalTwins() {
      const twins = new serviceSdk.DigitalTwinClient(new serviceSdk.IoTHubTokenCredentials(hub.facts.serviceConnectionString));
      await withDevice(context, async ({ deviceId }, session) => {
        await twins.updateDigitalTwin(deviceId, [{ op: 'add', path: '/thermostat1/target', value: 21 }]);
        assert.equal((await twins.getDigitalTwin(deviceId)).thermostat1.$metadata.target.desiredValue, 21);
        await session.onMethod('thermostat1*echo');
        const { xMsCommandStatuscode, body } = await twins.invokeComponentCommand(deviceId, 'thermostat1', 'echo', { x: 1 }, { connectTimeoutInSeconds: 10 });
        assert.deepEqual({ xMsCommandStatuscode, body }, { xMsCommandStatuscode: 201, body: { x: 1 } });
      });
    },
    async send(transport) {
      const client = await opened(transport);
      try {
        await withDevice(context, async ({ deviceId }, session) => {
          const text = `complete ${randomUUID()}`;
          let came;
          const heard = new Promise((resolve) => { came = resolve; });
          await session.onMessage((body) => body === text && came());
          await within(MILLIS, 'the message is taken', client.send(deviceId, message(text)));
          await within(MILLIS, 'the message', heard);
        });
      } finally {
        await client.close();
      }
    },
    /** In a hub of its own, because every receiver of feedback gets a part of it. */
    feedback: (transport) => alone(async () => {
      const client = await opened(transport, other);
      try {
        const device = await other.createDevice();
        const feedback = await Feedback.of(client);
        const receiver = await other.open(device.connectionString);
        receiver.on('message', (one) => receiver.complete(one));
        const messageId = randomUUID();
        await client.send(device.deviceId, message('x', { messageId, ack: 'full' }));
        assert.equal(await feedback.of(messageId), 'Success');
        await receiver.close();
      } finally {
        await client.close();
      }
    }),
  };
  return { name: `Node \`azure-iothub\` ${version('azure-iothub')}`, transports: ['HTTPS', 'AMQP', 'AMQP-WS'], features, cannot: cannotOver };
}

/** Runs something with a device that is connected. */
async function withDevice({ nodeSdk, identities }, run) {
  const identity = await identities.device('SAS');
  const session = await nodeSdk.open('MQTT', identity);
  try {
    return await run(identity, session);
  } finally {
    await session.close();
  }
}

function cannotOver(feature, transport) {
  const overAmqp = ['send', 'feedback'].includes(feature);
  return overAmqp === transport.startsWith('AMQP') ? null : overAmqp ? OVER_AMQP : OVER_HTTPS;
}

/** The Java service client, which judges each feature itself; the devices that it meets are clients of the Node SDK. */
export function javaServiceClient(context, java) {
  const { hub, other } = context;
  const ask = (feature, transport, facts, how = {}) => within(60_000, feature,
    java.service({ feature, transport, connectionString: facts.serviceConnectionString, ...how }));

  const answering = (feature) => (transport) => withDevice(context, async ({ deviceId }, session) => {
    await session.onMethod('echo');
    await ask(feature, transport, hub.facts, { deviceId });
  });
  const features = {
    ...Object.fromEntries(['identities', 'modules', 'statistics', 'twins']
      .map((feature) => [feature, (transport) => ask(feature, transport, hub.facts)])),
    methods: answering('methods'),
    digitalTwins: answering('digitalTwins'),
    bulk: null,
    send: (transport) => withDevice(context, async ({ deviceId }, session) => {
      const text = `complete ${randomUUID()}`;
      let came;
      const heard = new Promise((resolve) => { came = resolve; });
      await session.onMessage((body) => body === text && came());
      await ask('send', transport, hub.facts, { deviceId, text });
      await within(MILLIS, 'the message', heard);
    }),
    feedback: (transport) => alone(async () => {
      const device = await other.createDevice();
      const receiver = await other.open(device.connectionString);
      receiver.on('message', (one) => receiver.complete(one));
      await ask('feedback', transport, other.facts, { deviceId: device.deviceId });
      await receiver.close();
    }),
  };
  return {
    name: `Java \`iot-service-client\` ${java.serviceVersion}`,
    transports: ['HTTPS', 'AMQP', 'AMQP-WS'],
    features,
    cannot: (feature, transport) => cannotOver(feature, transport) ?? (feature === 'bulk' ? NO_BULK : null),
  };
}

export const SERVICE_FEATURES = {
  identities: 'identities', bulk: 'in bulk', modules: 'modules', statistics: 'statistics', twins: 'twins', methods: 'methods', digitalTwins: 'digital twins',
  send: 'messages sent', feedback: 'feedback',
};

/** `@azure/event-hubs`: the telemetry of a hub, read in every way. */
export function eventHubs({ hub, nodeSdk, identities }, version) {
  const { eventHubConnectionString } = hub.facts;
  const options = (transport) => (transport === 'AMQP-WS' ? { webSocketOptions: { webSocket: WebSocket } } : {});

  async function sent(...texts) {
    const identity = await identities.device('SAS');
    const session = await nodeSdk.open('MQTT', identity);
    try {
      for (const text of texts) {
        await session.send(text);
      }
    } finally {
      await session.close();
    }
    return identity.deviceId;
  }

  async function reads(deviceId, count, how) {
    const reader = await Reader.start(eventHubConnectionString, how);
    try {
      const events = await reader.fromDevice(deviceId, count);
      assert.equal(events.length, count);
      return events;
    } finally {
      await reader.close();
    }
  }

  const features = {
    async partitions(transport) {
      const client = new EventHubConsumerClient('$Default', eventHubConnectionString, options(transport));
      try {
        const { partitionIds } = await client.getEventHubProperties();
        assert.equal((await client.getPartitionProperties(partitionIds[0])).partitionId, partitionIds[0]);
      } finally {
        await client.close();
      }
    },
    async earliest(transport) {
      await reads(await sent('one', 'two'), 2, { from: earliestEventPosition, ...options(transport) });
    },
    /** The client says that it starts before it reads; so a device sends until it is heard. */
    async latest(transport) {
      const before = await sent('before');
      const reader = await Reader.start(eventHubConnectionString, { from: latestEventPosition, ...options(transport) });
      const identity = await identities.device('SAS');
      const session = await nodeSdk.open('MQTT', identity);
      try {
        await within(MILLIS, 'a message that was sent after the start', (async () => {
          while (reader.of(identity.deviceId).length === 0) {
            await session.send('after');
            await reader.fromDevice(identity.deviceId, 1, 500).catch(() => {});
          }
        })());
        assert.equal(reader.of(before).length, 0);
      } finally {
        await session.close();
        await reader.close();
      }
    },
  };
  const at = (position) => async (transport) => {
    const deviceId = await sent('one', 'two', 'three');
    const [first, second] = await reads(deviceId, 3, options(transport));
    const from = { [first.partitionId]: position(first, second) };
    const client = new EventHubConsumerClient('$Default', eventHubConnectionString, options(transport));
    for (const id of await client.getPartitionIds()) {
      from[id] ??= latestEventPosition;
    }
    await client.close();
    const events = await reads(deviceId, 2, { from, ...options(transport) });
    assert.deepEqual(events.map(({ body }) => Buffer.from(body).toString()), ['two', 'three']);
  };
  features.sequence = at((first) => ({ sequenceNumber: first.sequenceNumber }));
  features.offset = at((first) => ({ offset: first.offset }));
  features.time = at((first, second) => ({ enqueuedOn: new Date(second.enqueuedTimeUtc.getTime() - 1) }));
  /** In a consumer group of its own, whose readers without an epoch it would end. */
  features.epoch = async (transport) => {
    await hub.server.done('hub', 'consumer-group', 'create', `epoch-${transport.toLowerCase()}`, '--hub', 'hub1');
    const client = () => new EventHubConsumerClient(`epoch-${transport.toLowerCase()}`, eventHubConnectionString,
      { retryOptions: { maxRetries: 0 }, ...options(transport) });
    const [low, high] = [client(), client()];
    const [partition] = await low.getPartitionIds();
    const subscribed = (each, ownerLevel) => new Promise((resolve) => {
      const state = { ended: null };
      state.ended = new Promise((end) => {
        state.subscription = each.subscribe(partition, {
          processInitialize: async () => resolve(state), processEvents: async () => {}, processError: async (error) => { resolve(state); end(error); },
        }, { ownerLevel, startPosition: latestEventPosition, maxWaitTimeInSeconds: 1 });
      });
    });
    const first = await within(MILLIS, 'the first reader', subscribed(low, 1));
    const second = await within(MILLIS, 'the second reader', subscribed(high, 2));
    try {
      const error = await within(30_000, 'the end of the reader with the lower epoch', first.ended);
      assert.equal(error.code, 'ReceiverDisconnectedError');
    } finally {
      await Promise.all([first.subscription.close(), second.subscription.close()]);
      await Promise.all([low.close(), high.close()]);
    }
  };
  return {
    name: `Node \`@azure/event-hubs\` ${version('@azure/event-hubs')}`,
    transports: ['AMQP', 'AMQP-WS'],
    features,
    cannot: () => null,
  };
}

export const READING_FEATURES = {
  partitions: 'partitions', earliest: 'from the start', latest: 'from now on', sequence: 'from a number', offset: 'from an offset',
  time: 'from a time', epoch: 'epochs',
};
