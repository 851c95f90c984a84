// Connections that were good until somebody changed something: mqtt.js is connected, and the hub ends it.
import { selfSigned } from '../harness/certificates.js';
import { deviceToken, freshId, parse } from '../harness/hub.js';
import { closed, connect, connectOptions } from '../harness/raw-mqtt.js';
import { deleteSecondHub, secondHub } from './second-hub.js';

/** Connects a device, changes something, and waits for the end. */
async function ended(hub, connectionString, changes, change) {
  const client = await connect(connectOptions(hub, connectionString, changes));
  const gone = closed(client);
  await change();
  await gone;
  client.end(true);
}

async function hubDeleted(world) {
  const hub = await secondHub(world);
  const { connectionString } = await hub.createDevice();
  await ended(hub, connectionString, {}, () => deleteSecondHub(world));
}

async function credentialWithdrawn({ server, hub }) {
  const [first, second] = await Promise.all([selfSigned('first'), selfSigned('second')]);
  const { deviceId, connectionString } = await hub.createDevice({
    authentication: { type: 'selfSigned', x509Thumbprint: { primaryThumbprint: first.sha256 } } });
  await ended(hub, connectionString, { cert: first.cert, key: first.key },
    () => server.done('device', 'set', deviceId, '--thumbprint', second.sha256));
}

async function policyWithdrawn({ server, hub }) {
  const policy = freshId('connect');
  const made = JSON.parse(await server.done('hub', 'access-policy', 'create', policy, '--right', 'DeviceConnect', '--json'));
  const { deviceId, connectionString } = await hub.createDevice();
  const password = deviceToken(`${hub.hostName}/devices/${deviceId}`, parse(made.connectionString).SharedAccessKey, { policy });
  await ended(hub, connectionString, { password }, () => server.done('hub', 'access-policy', 'delete', policy));
}

async function serverStopping({ server, hub }) {
  const { connectionString } = await hub.createDevice();
  await ended(hub, connectionString, {}, () => server.stop());
  await server.startAgain();
}

export const ends = [
  { reason: 'HubDeleted', how: 'hub delete', provoke: hubDeleted, thin: true, says: /hub was deleted\. Give the device the connection string of another/ },
  { reason: 'CredentialWithdrawn', how: 'device set --thumbprint', provoke: credentialWithdrawn,
    says: /kind of authentication was replaced\. Give the client what is registered now/ },
  { reason: 'PolicyWithdrawn', how: 'hub access-policy delete', provoke: policyWithdrawn,
    says: /shared access policy 'connect-.*policy deleted\. Give it a token of a key that counts now/ },
  { reason: 'ServerStopping', how: 'SIGTERM', provoke: serverStopping, says: /Holdfast is stopping\. Start it again/ },
];
