// curl, as a back end or as a device.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deviceToken, freshId, parse } from '../harness/hub.js';
import { run } from '../harness/server.js';
import { settings } from '../harness/settings.js';

export const VERSION = 'api-version=2021-04-12';

/** A field that lets a back end in. */
export function authorization({ hub }) {
  const { SharedAccessKeyName: policy, SharedAccessKey: key } = parse(hub.facts.serviceConnectionString);
  return `Authorization: ${deviceToken(hub.hostName, key, { policy })}`;
}

/** curl to the hub; the answer has to be the status. */
export function curl(status, path, ...options) {
  return ({ hub }) => request(hub, status, `https://${hub.hostName}${path}`, [], options);
}

/** As `curl`, of a back end that is let in. */
export function service(status, path, ...options) {
  return (world) => request(world.hub, status, `https://${world.hub.hostName}${path}`, [authorization(world)], options);
}

/** As `curl`, of the device, below its path. */
export function device(status, below, ...options) {
  return (world) => {
    const { DeviceId: id, SharedAccessKey: key } = parse(world.device.connectionString);
    return request(world.hub, status, `https://${world.hub.hostName}/devices/${id}${below}?${VERSION}`,
      [`Authorization: ${deviceToken(`${world.hub.hostName}/devices/${id}`, key)}`], options);
  };
}

export async function request(hub, status, url, fields, options) {
  const base = join(settings.scratch, freshId('curl'));
  writeFileSync(`${base}.ca`, hub.ca);
  writeFileSync(base, fields.map((field) => `header = "${field}"\n`).join(''), { mode: 0o600 });
  const { stdout, stderr } = await run('curl', ['--silent', '--show-error', '--config', base, '--cacert', `${base}.ca`,
    '--output', `${base}.body`, '--write-out', '%{http_code}', '--max-time', '30', ...options, url]);
  const answer = readFileSync(`${base}.body`, { encoding: 'utf8', flag: 'a+' });
  assert.equal(stdout, String(status), stderr + answer);
  return answer;
}

export function json(method, body) {
  return ['--request', method, '--header', 'Content-Type: application/json', '--data', body];
}
