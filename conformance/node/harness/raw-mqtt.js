// An MQTT 3.1.1 client that knows nothing of IoT hubs, for what the device SDKs do not do or do not show.
import mqtt from 'mqtt';
import { next, within } from './deadline.js';
import { deviceToken, parse } from './hub.js';

/** What a device with this connection string sends in its CONNECT packet; every member can be replaced. */
export function connectOptions(hub, deviceConnectionString, changes = {}) {
  const { HostName: host, DeviceId: deviceId, SharedAccessKey: key } = parse(deviceConnectionString);
  return {
    host,
    port: 8883,
    protocol: 'mqtts',
    ca: hub.ca,
    protocolVersion: 4,
    clientId: deviceId,
    clean: true,
    username: `${host}/${deviceId}/?api-version=2021-04-12`,
    password: key && deviceToken(`${host}/devices/${deviceId}`, key),
    reconnectPeriod: 0,
    connectTimeout: 10_000,
    ...changes,
  };
}

/** Connects and returns the client, with the CONNACK packet as `client.connack`. Rejects if the server refuses. */
export async function connect(options) {
  const client = mqtt.connect(options);
  const connack = new Promise((resolve, reject) => {
    client.once('connect', resolve);
    client.once('error', reject);
    client.once('close', () => reject(new Error('the server closed the connection before CONNACK')));
  });
  try {
    client.connack = await within(15_000, 'CONNACK', connack);
  } catch (error) {
    client.end(true);
    throw error;
  }
  client.on('error', () => {}); // what a test expects to fail ends with a close, which it awaits
  return client;
}

/** Waits until the server has closed the connection. */
export function closed(client, millis = 15_000) {
  return next(client, 'close', millis);
}
