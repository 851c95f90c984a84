// Calls of methods that can't be made or are not answered: curl as a back end, mqtt.js as the device.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { next, within } from '../harness/deadline.js';
import { freshId } from '../harness/hub.js';
import { connect, connectOptions } from '../harness/raw-mqtt.js';
import { settings } from '../harness/settings.js';
import { json, service, VERSION } from './requests.js';
import { deleteSecondHub, secondHub } from './second-hub.js';

/** curl that calls a method of the device of this suite, or of another. */
function call(status, members = {}, { of = ({ device }) => device.deviceId, raw } = {}) {
  return (world) => {
    const file = join(settings.scratch, freshId('call'));
    writeFileSync(file, raw ?? JSON.stringify({ methodName: 'reboot', payload: {}, ...members }));
    return service(status, `/twins/${of(world)}/methods?${VERSION}`, ...json('POST', `@${file}`))(world);
  };
}

/** mqtt.js as a device of its own listens for methods; resolves with what `work` makes of it. */
async function listening(world, work) {
  const device = await world.hub.createDevice();
  const client = await connect(connectOptions(world.hub, device.connectionString));
  try {
    await client.subscribeAsync('$iothub/methods/POST/#');
    return await work(client, { of: () => device.deviceId });
  } finally {
    client.end(true);
  }
}

/** The device does something about the call; resolves with what the caller is told. */
function answered(status, answer, members) {
  return (world) => listening(world, async (client, device) => {
    const called = next(client, 'message');
    const told = call(status, members, device)(world);
    const [topic] = await called;
    answer(client, topic.slice(topic.indexOf('?$rid=') + 6));
    return told;
  });
}

const reply = (payload) => (client, id) => client.publish(`$iothub/methods/res/200/?$rid=${id}`, payload);

/** Fifty calls wait for an answer, and one more is made. */
function oneTooMany(world) {
  return listening(world, async (client, device) => {
    const ids = [];
    const fifty = new Promise((resolve) => client.on('message', (topic) => {
      ids.push(topic.slice(topic.indexOf('?$rid=') + 6));
      ids.length === 50 && resolve();
    }));
    const waiting = Array.from({ length: 50 }, () => call(200, {}, device)(world));
    await fifty;
    const told = await call(403, {}, device)(world);
    ids.forEach((id) => reply('1')(client, id));
    await Promise.all(waiting);
    return told;
  });
}

/** A call waits for its device, and the hub goes. */
async function hubGoes(world) {
  const { server } = world;
  const hub = await secondHub(world);
  const { deviceId } = await hub.createDevice();
  const told = call(503, { connectTimeoutInSeconds: 60 }, { of: () => deviceId })({ ...world, hub });
  await within(15_000, 'a call that waits', (async () => {
    while (!/holdfast_methods_open\{hub="hub2"\} 1/.test(await (await fetch(server.ready.monitoring.metrics)).text())) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })());
  await deleteSecondHub(world);
  return told;
}

export const methods = [
  { reason: 'MethodDeviceMissing', how: 'curl of nobody', provoke: call(404, {}, { of: () => 'nobody-at-all' }), toCaller: true,
    says: /DeviceNotFound.*so none of its methods can be called/ },
  { reason: 'MethodModuleMissing', how: 'curl of a module that is none', provoke: call(404, {}, { of: ({ device }) => `${device.deviceId}/modules/none` }),
    toCaller: true, says: /ModuleNotFound.*so none of its methods can be called/ },
  { reason: 'MethodNameMalformed', how: 'curl with a slash in the name', provoke: call(400, { methodName: 'a/b' }), says: /Use 1 to 100 printable ASCII characters/ },
  { reason: 'MethodConnectTimeoutOutOfRange', how: 'curl that waits 301 s for the device', provoke: call(400, { connectTimeoutInSeconds: 301 }),
    says: /connectTimeoutInSeconds is out of range\. Give 0 to 300/ },
  { reason: 'MethodResponseTimeoutOutOfRange', how: 'curl that waits 4 s for the answer', provoke: call(400, { responseTimeoutInSeconds: 4 }),
    says: /responseTimeoutInSeconds is out of range\. Give 5 to 300/ },
  { reason: 'MethodPayloadNotJson', how: 'curl with forty arrays in one another',
    provoke: call(400, {}, { raw: `{"methodName":"m","payload":${'['.repeat(40)}${']'.repeat(40)}}` }), says: /stand too deep in one another\. Send one JSON value/ },
  { reason: 'MethodPayloadTooLong', how: 'curl with 200 KB', provoke: call(413, { payload: 'x'.repeat(200_000) }), toCaller: true,
    says: /MessageTooLarge.*the limit is 131072\. Send less/ },
  { reason: 'DeviceNotOnline', how: 'curl of a device that is not there', provoke: call(404), toCaller: true,
    says: /DeviceNotOnline.*is not connected.*Have it connect and register a handler/ },
  { reason: 'MethodNotAnswered', how: 'mqtt.js that does not answer', provoke: answered(504, () => {}, { responseTimeoutInSeconds: 5 }), toCaller: true,
    says: /GatewayTimeout.*did not answer within 5 seconds\. Look at what its handler does/ },
  { reason: 'MethodConnectionEnded', how: 'mqtt.js that goes', provoke: answered(404, (client) => client.end(true)), toCaller: true,
    says: /DeviceConnectionClosedRemotely.*ended before it answered\. Whether it ran the method is not known/ },
  { reason: 'MethodAnswerNotJson', how: 'mqtt.js that answers with half a text', provoke: answered(502, reply('"x')), toCaller: true,
    says: /GenericBadGateway.*is not JSON that can be passed on\. Have the device send one JSON value/ },
  { reason: 'MethodAnswerTooLong', how: 'mqtt.js that answers with 200 KB', provoke: answered(502, reply(`"${'x'.repeat(200_000)}"`)), toCaller: true,
    says: /GenericBadGateway.*the limit is 131072\. Have the device send less/ },
  { reason: 'TooManyCallsToDevice', how: 'curl while fifty calls wait', provoke: oneTooMany, toCaller: true,
    says: /DeviceMaximumInflightMethodExceeded.*As many calls to '.*' wait for an answer as may: 50 calls.*Wait for their answers/ },
  { reason: 'MethodsEnded', how: 'hub delete, while a call waits', provoke: hubGoes, toCaller: true, says: /ServiceUnavailable.*hub goes away while the call waits/ },
];
