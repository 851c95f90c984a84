// What the matrix tries with each client: every feature once, by a real run, looked at from the other side.
//
// A client opens sessions. What a session can do, as far as the client can: send, sendBatch, getTwin, report, onDesired, onMethod,
// onMessage, close, and the promise `ended`, which resolves when the hub ended it. Methods are answered with status 201 and what came.
// A message is settled as its first word says ('abandon' when it comes the first time only; after that it is completed).
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { within } from '../harness/deadline.js';
import { message } from '../harness/hub.js';

const MILLIS = 15_000;

/** In the order of the table's columns. */
export const FEATURES = {
  telemetry: 'telemetry',
  batch: 'batch',
  twin: 'twin read',
  reported: 'reported',
  desired: 'desired',
  method: 'methods',
  complete: 'message completed',
  abandon: 'abandoned',
  reject: 'rejected',
  takeover: 'takeover',
  module: 'module',
};

/** What a module does too; it gets no messages of the service. */
const OF_MODULES = ['telemetry', 'twin', 'reported', 'desired', 'method'];

/** The feature's check: resolves when it works, or with another promise that does so later and needs the session no more. */
export class Checks {
  /**
   * @param context.hub the hub and its registry
   * @param context.reader reads the hub's telemetry
   * @param context.service calls methods and sends messages
   * @param context.feedback what became of messages
   * @param context.identities makes modules
   */
  constructor(context) {
    this.context = context;
  }

  async telemetry({ session, identity }) {
    const text = `telemetry ${randomUUID()}`;
    await within(MILLIS, 'the end of sending', session.send(text));
    const event = await this.#read(identity, text);
    assert.equal(event.systemProperties['iothub-connection-module-id'], identity.moduleId);
    const { scope, type } = JSON.parse(event.systemProperties['iothub-connection-auth-method']);
    assert.deepEqual({ scope, type }, {
      scope: identity.moduleId ? 'module' : 'device', type: identity.authentication === 'SAS' ? 'sas' : 'x509',
    });
  }

  async batch({ session, identity }) {
    const texts = Array.from({ length: 3 }, (_, i) => `batch ${i} ${randomUUID()}`);
    await within(MILLIS, 'the end of sending', session.sendBatch(texts));
    const events = await Promise.all(texts.map((text) => this.#read(identity, text)));
    const numbers = events.map(({ sequenceNumber }) => sequenceNumber);
    assert.deepEqual(numbers, numbers.toSorted((a, b) => a - b), 'in their order');
  }

  async twin({ session, identity }) {
    const wanted = { text: 'grün', list: [1, 'two'] };
    await this.#patchTwin(identity, { wanted });
    const { desired } = await within(MILLIS, 'the twin', session.getTwin());
    assert.deepEqual(desired.wanted, wanted);
  }

  async reported({ session, identity }) {
    const state = { battery: 55, text: 'grün' };
    await within(MILLIS, 'the answer to a report', session.report({ state }));
    assert.deepEqual((await this.#twin(identity)).properties.reported.state, state);
  }

  async desired({ session, identity }) {
    const value = randomUUID();
    let told;
    const heard = new Promise((resolve) => { told = resolve; });
    await within(MILLIS, 'the subscription', session.onDesired((patch) => patch.told === value && told()));
    await this.#patchTwin(identity, { told: value });
    await within(MILLIS, 'the change of the desired properties', heard);
  }

  async method({ session, identity: { deviceId, moduleId } }) {
    await within(MILLIS, 'the subscription', session.onMethod('echo'));
    const payload = { text: 'grün', list: [1, null] };
    const call = { methodName: 'echo', payload, connectTimeoutInSeconds: 10, responseTimeoutInSeconds: 10 };
    const { service } = this.context;
    const { result } = await within(25_000, 'the result', moduleId
      ? service.invokeDeviceMethod(deviceId, moduleId, call) : service.invokeDeviceMethod(deviceId, call));
    assert.deepEqual(result, { status: 201, payload });
  }

  async complete(run) {
    return this.#settled(run, 'complete', 1, 'Success');
  }

  async abandon(run) {
    return this.#settled(run, 'abandon', 2, 'Success');
  }

  async reject(run) {
    return this.#settled(run, 'reject', 1, 'Rejected');
  }

  async #settled({ session, identity: { deviceId } }, word, deliveries, outcome) {
    const { service, feedback } = this.context;
    const messageId = randomUUID();
    const text = `${word} ${messageId}`;
    let came = 0;
    let last;
    const delivered = new Promise((resolve) => { last = resolve; });
    await within(MILLIS, 'the subscription', session.onMessage((body) => body === text && ++came === deliveries && last()));
    await within(MILLIS, 'the message is taken', service.send(deviceId, message(text, { messageId, ack: 'full' })));
    await within(MILLIS, deliveries === 1 ? 'the message' : 'the message once more', delivered);
    return { later: feedback.of(messageId).then((status) => assert.equal(status, outcome, 'what the sender hears of the message')) };
  }

  async takeover({ session, identity, open }) {
    const second = await open(identity);
    try {
      await this.telemetry({ session: second, identity });
      await within(MILLIS, 'the end of the first connection', session.ended);
    } finally {
      await second.close();
    }
  }

  async module({ identity, open, cannot }) {
    const module = await this.context.identities.module(identity);
    const session = await open(module);
    try {
      for (const feature of OF_MODULES.filter((each) => !cannot(each))) {
        await this[feature]({ session, identity: module }).catch((error) => {
          throw new Error(`${FEATURES[feature]}: ${error.message}`, { cause: error });
        });
      }
    } finally {
      await session.close();
    }
  }

  #read({ deviceId }, text) {
    return this.context.reader.until(`'${text}'`, (events) => events.find((event) =>
      event.systemProperties?.['iothub-connection-device-id'] === deviceId && Buffer.from(event.body).toString() === text), MILLIS);
  }

  async #twin({ deviceId, moduleId }) {
    const { registry } = this.context.hub;
    return (await (moduleId ? registry.getModuleTwin(deviceId, moduleId) : registry.getTwin(deviceId))).responseBody;
  }

  #patchTwin({ deviceId, moduleId }, desired) {
    const { registry } = this.context.hub;
    const patch = { properties: { desired } };
    return moduleId ? registry.updateModuleTwin(deviceId, moduleId, patch, '*') : registry.updateTwin(deviceId, patch, '*');
  }
}
