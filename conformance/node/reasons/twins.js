// Changes of twins that can't be made: curl as a back end, mqtt.js and rhea as a device.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { next } from '../harness/deadline.js';
import { freshId } from '../harness/hub.js';
import { connect, connectOptions } from '../harness/raw-mqtt.js';
import { settings } from '../harness/settings.js';
import { json, service, VERSION } from './requests.js';

const NOBODY = 'nobody-at-all';

/** curl that changes the twin of the device of this suite; a long body goes by a file. */
function change(status, body, ...options) {
  return (world) => {
    const file = join(settings.scratch, freshId('twin'));
    writeFileSync(file, body);
    return service(status, `/twins/${world.device.deviceId}?${VERSION}`, ...json('PATCH', `@${file}`), ...options)(world);
  };
}

/** curl that changes the digital twin of the device of this suite. */
function patch(operations, status = 400) {
  return (world) => service(status, `/digitaltwins/${world.device.deviceId}?${VERSION}`, ...json('PATCH', JSON.stringify(operations)))(world);
}

const tags = (value) => JSON.stringify({ tags: value });
const desired = (value) => JSON.stringify({ properties: { desired: value } });

/** So many properties of so many characters. */
const properties = (count, characters) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, 'x'.repeat(characters)]));

/** mqtt.js as the device reports what can't be; resolves with the answer. */
function reported(body, expected = '') {
  return async ({ hub, device }) => {
    const client = await connect(connectOptions(hub, device.connectionString));
    try {
      await client.subscribeAsync('$iothub/twin/res/#');
      const answer = next(client, 'message');
      client.publish(`$iothub/twin/PATCH/properties/reported/?$rid=1${expected}`, body);
      const [topic, told] = await answer;
      return `${topic} ${told}`;
    } finally {
      client.end(true);
    }
  };
}

export const twins = [
  { reason: 'TwinNotJson', how: 'mqtt.js with half an object', provoke: reported('{"a":'), toCaller: true,
    says: /res\/400\/.*can't be read as JSON.*Send one object/ },
  { reason: 'TwinNotAnObject', how: 'curl with an array', provoke: change(400, tags([])), says: /are JSON objects, and something else came/ },
  { reason: 'TwinRequestTooLong', how: 'mqtt.js with 200 KB', provoke: reported(JSON.stringify(properties(50, 4000))), toCaller: true,
    says: /res\/400\/.*the limit is 131072\. Send fewer properties/ },
  { reason: 'TwinChangeTooLarge', how: 'curl with 100 KB', provoke: change(400, desired(properties(25, 4000))),
    says: /more than a twin can hold\. Send fewer properties/ },
  { reason: 'TwinTooLarge', how: 'curl with 9 KB of tags', provoke: change(400, tags(properties(3, 3000))),
    says: /tags would have \d+ bytes, and the limit is 8192\. Remove properties/ },
  { reason: 'TwinTooDeep', how: 'curl with 13 objects in one another', provoke: change(400, tags(JSON.parse(`${'{"a":'.repeat(13)}1${'}'.repeat(13)}`))),
    says: /stand in one another\. Make the document flatter/ },
  { reason: 'TwinKeyMalformed', how: 'curl with a dot in a name', provoke: change(400, tags({ 'a.b': 1 })), says: /name of a property can't be used.*Use names of/ },
  { reason: 'TwinValueTooLong', how: 'curl with 5 KB of text', provoke: change(400, tags({ a: 'x'.repeat(5000) })),
    says: /text of 'a' is longer than 4096 bytes\. Keep longer texts elsewhere/ },
  { reason: 'TwinTextMalformed', how: 'curl with half a character', provoke: change(400, '{"tags":{"a":"\\ud800"}}'), says: /half a surrogate pair\. Write/ },
  { reason: 'TwinNumberOutOfRange', how: 'curl with 2^53', provoke: change(400, tags({ a: 2 ** 53 })), says: /number of 'a' is out of range.*Send larger ones as text/ },
  { reason: 'PatchMalformed', how: 'curl with an object', provoke: patch({}), says: /JSON patch can't be used: it is no array\. Send an array of operations/ },
  { reason: 'PatchOperationNotSupported', how: 'curl with a move', provoke: patch([{ op: 'move', from: '/a', path: '/b' }]),
    says: /Operation 1 of the patch is 'move'.*Write the patch with these/ },
  { reason: 'PatchPathUnfit', how: 'curl with a path of three names', provoke: patch([{ op: 'remove', path: '/a/b/c' }]),
    says: /path of operation 1 names no property and no component\. Use \/property/ },
  { reason: 'PatchValueUnfit', how: 'curl with an array', provoke: patch([{ op: 'add', path: '/a', value: [] }]), says: /value of operation 1 .*an array.*Use texts, numbers, booleans and objects/ },
  { reason: 'PatchTargetDiffers', how: 'curl that takes a property for a component',
    provoke: patch([{ op: 'add', path: '/p', value: 1 }, { op: 'add', path: '/p/q', value: 1 }]), says: /'p' is a property of the device twin, and operation 2 writes a component\. Write it as/ },
  { reason: 'TwinDeviceMissing', how: 'curl of nobody', provoke: service(404, `/twins/${NOBODY}?${VERSION}`), toCaller: true,
    says: /DeviceNotFound.*No device with the id 'nobody-at-all' is registered, so it has no twin/ },
  { reason: 'TwinModuleMissing', how: 'curl of a module that is none', toCaller: true,
    provoke: (world) => service(404, `/twins/${world.device.deviceId}/modules/none?${VERSION}`)(world), says: /ModuleNotFound.*so it has no twin/ },
  { reason: 'TwinEtagMismatch', how: 'curl with an old etag', provoke: change(412, tags({ a: 1 }), '--header', 'If-Match: "AAAAAAAAAAA="'), toCaller: true,
    says: /PreconditionFailed.*was changed since it was read\. Read it again/ },
  { reason: 'ReportedVersionMismatch', how: 'mqtt.js with a version that is none', provoke: reported('{"a":1}', '&$version=99'), toCaller: true,
    says: /res\/412\/.*expects version 99 of the reported properties.*Get the twin again/s },
];
