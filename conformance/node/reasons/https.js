// Requests that can't be, or not here: curl and the service SDK for Node where they can be wrong in that way, plain bytes elsewhere.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import tls from 'node:tls';
import { within } from '../harness/deadline.js';
import { freshId } from '../harness/hub.js';
import { say } from '../harness/plain.js';
import { settings } from '../harness/settings.js';
import { authorization, curl, device, json, request, service, VERSION } from './requests.js';

const HTTPS = 443;

/** A request, byte for byte; `fields` as lines. */
function bytes(requestLine, fields = [], body = '') {
  return (world) => {
    const lines = (typeof fields === 'function' ? fields(world) : [`Host: ${world.hub.hostName}`, ...fields]);
    return say(world.hub, HTTPS, `${requestLine}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n${body}`);
  };
}

function batch(body) {
  return ['--header', 'Content-Type: application/vnd.microsoft.iothub.json', '--data-binary', body];
}

function operator(status, ...fields) {
  return ({ hub, server }) => request(hub, status, new URL('/holdfast/v1/status', server.ready.operator.url).href, fields, []);
}

/** Announces a body of 1 MB and sends nothing of it; resolves with the socket and the status that came. */
function announce(world, localAddress) {
  const socket = tls.connect({ host: '127.0.0.1', port: HTTPS, servername: world.hub.hostName, ca: world.hub.ca, localAddress });
  const lines = [`PUT /devices/one?${VERSION} HTTP/1.1`, `Host: ${world.hub.hostName}`, authorization(world),
    'Content-Type: application/json', 'Content-Length: 1048576', 'Expect: 100-continue'];
  socket.on('error', () => {}).once('secureConnect', () => socket.write(lines.map((line) => `${line}\r\n`).join('') + '\r\n'));
  return within(15_000, 'an answer to the announcement', new Promise((resolve) => {
    socket.once('data', (bytes) => resolve({ socket, status: Number(bytes.toString('latin1').split(' ')[1]) }));
  }));
}

/** Bodies of 64 MB from each of the first addresses, and one more from the last. */
function bodies(status, full, last) {
  return async (world) => {
    const open = [];
    try {
      for (const address of full) {
        open.push(...await Promise.all(Array.from({ length: 64 }, () => announce(world, address))));
      }
      assert.deepEqual([...new Set(open.map((each) => each.status))], [100]);
      open.push(await announce(world, last));
      assert.equal(open.at(-1).status, status);
    } finally {
      open.forEach(({ socket }) => socket.destroy());
    }
  };
}

const MEMORY = [
  { reason: 'TooManyBodies', how: '65 bodies of 1 MB of one address', provoke: bodies(429, ['127.0.0.2'], '127.0.0.2'),
    says: /requests of your address hold as much memory.*Send fewer at once/ },
  { reason: 'Overloaded', how: '257 bodies of 1 MB of five addresses',
    provoke: bodies(503, ['127.0.0.3', '127.0.0.4', '127.0.0.5', '127.0.0.6'], '127.0.0.7'), says: /as many request bodies as it may\. Wait, and try again/ },
];

const HEAD = [
  { reason: 'MalformedRequestLine', how: 'a method in small letters', provoke: bytes('get / HTTP/1.1'), says: /is not 'METHOD target HTTP\/1\.1'/ },
  { reason: 'MalformedTarget', how: 'curl --path-as-is with ..', provoke: curl(400, '/devices/../x', '--path-as-is'),
    says: /request target is not a path.*segment of one or two dots.*Percent-encode/ },
  { reason: 'MalformedHost', how: 'no Host', provoke: bytes('GET / HTTP/1.1', () => []), says: /exactly one Host field/ },
  { reason: 'MalformedField', how: 'a blank before the colon', provoke: bytes('GET / HTTP/1.1', ['X-Field : 1']),
    says: /not 'name: value' followed by CR LF/ },
  { reason: 'AmbiguousLength', how: 'a length and chunks',
    provoke: bytes('POST / HTTP/1.1', ['Content-Length: 5', 'Transfer-Encoding: chunked']),
    says: /ambiguous: send one Content-Length .* or one 'Transfer-Encoding: chunked', never both/ },
  { reason: 'MalformedChunk', how: 'a chunk size that is no number',
    provoke: bytes(`PUT /devices/one?${VERSION} HTTP/1.1`, (world) => [`Host: ${world.hub.hostName}`, authorization(world),
      'Content-Type: application/json', 'Transfer-Encoding: chunked'], 'zz\r\n'), says: /chunked body is malformed/ },
  { reason: 'BodyTooLarge', how: 'curl with 2 MB',
    provoke: (world) => {
      const file = join(settings.scratch, freshId('body'));
      writeFileSync(file, Buffer.alloc(2 * 1024 * 1024, ' '));
      return service(413, `/devices/one?${VERSION}`, ...json('PUT', `@${file}`))(world);
    }, says: /larger than this server takes/ },
  { reason: 'TargetTooLong', how: 'curl with a path of 9 KB', provoke: curl(414, `/${'x'.repeat(9 * 1024)}`), says: /longer than this server takes/ },
  { reason: 'FieldsTooLarge', how: 'curl with a field of 33 KB', provoke: curl(431, '/', '--header', `X-Field: ${'x'.repeat(33 * 1024)}`),
    says: /header fields are more or longer/ },
  { reason: 'EncodedBody', how: 'curl with a compressed body', provoke: curl(415, '/', '--header', 'Content-Encoding: gzip', '--data', 'x'),
    says: /Content-Encoding is not supported: send the body uncompressed/ },
  { reason: 'UnknownExpectation', how: 'curl with another expectation', provoke: curl(417, '/', '--header', 'Expect: miracles', '--data', 'x'),
    says: /only expectation that is supported is '100-continue'/ },
  { reason: 'UnknownTransferCoding', how: 'a transfer coding gzip', provoke: bytes('POST / HTTP/1.1', ['Transfer-Encoding: gzip']),
    says: /only transfer coding that is supported is 'chunked'/ },
  { reason: 'VersionNotSupported', how: 'curl --http1.0', provoke: curl(505, '/', '--http1.0'), says: /only protocol version that is served is HTTP\/1\.1/ },
];

const SERVICE = [
  { reason: 'UnknownPath', how: 'curl of a path that is none', provoke: curl(404, '/nothing/here'), says: /Nothing is served at this path .*GET \/nothing\/here/ },
  { reason: 'OperatorTokenMissing', how: 'curl without the operator token', provoke: operator(401), says: /no 'Authorization: Bearer …' with the operator token/ },
  { reason: 'OperatorTokenWrong', how: 'curl with another operator token', provoke: operator(401, 'Authorization: Bearer wrong'),
    says: /another token than this server's\. Send the one in the file operator-token/ },
  { reason: 'InvalidProtocolVersion', how: 'curl without api-version', provoke: service(400, '/devices/one'), says: /api-version/ },
  { reason: 'ArgumentInvalid', how: 'curl with a device id that is none', provoke: service(400, `/devices/a%20b?${VERSION}`),
    says: /is no device id\. Use 1 to 128 ASCII letters, digits or any of/ },
  { reason: 'ArgumentNull', how: 'curl with the body null', provoke: service(400, `/devices/one?${VERSION}`, ...json('PUT', 'null')), says: /body is null/, thin: true },
  { reason: 'InvalidPolicyKey', how: 'curl that renews a third key',
    provoke: service(400, `/devices/keys/regenerate?${VERSION}`, ...json('POST', '{"policyKey":"third","devices":[{"id":"one"}]}')),
    says: /policyKey is none of primaryKey, secondaryKey and both\. Send one/ },
  { reason: 'TooManyDevices', how: 'curl with 101 devices at once',
    provoke: service(413, `/devices?${VERSION}`, ...json('POST', JSON.stringify(
      Array.from({ length: 101 }, (_, index) => ({ id: `many-${index}`, importMode: 'create' }))))), says: /at most 100 .*101/ },
  { reason: 'IotHubFormatError', how: 'curl with half an object', provoke: service(400, `/devices/one?${VERSION}`, ...json('PUT', '{"deviceId":')), says: /JSON/ },
  { reason: 'GenericUnsupportedMediaType', how: 'curl with XML',
    provoke: service(415, `/devices/one?${VERSION}`, '--request', 'PUT', '--header', 'Content-Type: text/xml', '--data', '<device/>'),
    says: /Send the body as Content-Type: application\/json/ },
  { reason: 'GenericNotFound', how: 'curl of a path of the service API that is none', provoke: service(404, `/devices/one/two/three/four/five?${VERSION}`),
    says: /nothing at this path/, thin: true },
  { reason: 'GenericMethodNotAllowed', how: 'curl with PATCH', provoke: service(405, `/devices/one?${VERSION}`, ...json('PATCH', '{}')),
    says: /This path takes .*GET.* only/, thin: true },
  { reason: 'FeatureNotSupported', how: 'curl that uploads a file as a device', provoke: device(501, '/files', '--data', '{}'),
    says: /File uploads are not served by this release of Holdfast yet\. .* Send what fits as telemetry/ },
  { reason: 'BatchEmpty', how: 'curl with a batch of nothing', provoke: device(400, '/messages/events', ...batch('[]')),
    says: /batch has no message\. Send at least one/ },
  { reason: 'BatchTooLarge', how: 'curl with a batch of 300 KB of text',
    provoke: (world) => {
      const file = join(settings.scratch, freshId('batch'));
      writeFileSync(file, JSON.stringify(Array(3).fill({ body: 'x'.repeat(100 * 1024), base64Encoded: false })));
      return device(413, '/messages/events', ...batch(`@${file}`))(world);
    }, says: /limit for all its messages with their properties is 262144\. Send fewer at once/ },
  { reason: 'TooManyInBatch', how: 'curl with a batch of 1,001 messages',
    provoke: device(400, '/messages/events', ...batch(`[${Array(1001).fill('{"body":""}').join()}]`)), says: /limit is 1000\. Send fewer/ },
];

const BULK = [
  { reason: 'DeviceDefinedMultipleTimes', how: 'curl with a device twice', toCaller: true,
    provoke: service(400, `/devices?${VERSION}`, ...json('POST', JSON.stringify(['twice', 'twice'].map((id) => ({ id, importMode: 'create' }))))),
    says: /DeviceDefinedMultipleTimes.*once/s },
];

export const https = [...HEAD, ...SERVICE, ...BULK, ...MEMORY];
