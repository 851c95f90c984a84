// Talking to a hub with the official Node clients, set up the way their own samples do it.
import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import deviceSdk from 'azure-iot-device';
import amqpTransport from 'azure-iot-device-amqp';
import mqttTransport from 'azure-iot-device-mqtt';
import common from 'azure-iot-common';
import serviceSdk from 'azure-iothub';

export const { Client, Message, ModuleClient, X509AuthenticationProvider } = deviceSdk;
export const { Amqp, AmqpWs } = amqpTransport;
export const { Mqtt, MqttWs } = mqttTransport;
export const { errors: deviceErrors } = common;
export const { Registry } = serviceSdk;

/** The members of a connection string, by name. */
export function parse(connectionString) {
  return Object.fromEntries(connectionString.split(';').filter(Boolean).map((part) => {
    const equals = part.indexOf('=');
    return [part.slice(0, equals), part.slice(equals + 1)];
  }));
}

export function connectionString(members) {
  return Object.entries(members).map(([name, value]) => `${name}=${value}`).join(';');
}

/** An id that no other test uses. */
export function freshId(word) {
  return `${word}-${randomUUID().slice(0, 8)}`;
}

export function inSeconds(seconds) {
  return Math.floor(Date.now() / 1000) + seconds;
}

/** A token for a device's or policy's key, written as the device SDK for Node writes it. */
export function deviceToken(resource, key, { expiry = inSeconds(3600), policy } = {}) {
  const sr = encodeURIComponent(resource);
  const sig = createHmac('sha256', Buffer.from(key, 'base64')).update(`${sr}\n${expiry}`).digest('base64');
  return `SharedAccessSignature sr=${sr}&sig=${encodeURIComponent(sig)}&se=${expiry}`
    + (policy ? `&skn=${encodeURIComponent(policy)}` : '');
}

/** A token for the Event Hubs side, whose clients sign with the text of the key, not with the bytes it stands for. */
export function eventHubToken(resource, key, policy, expiry = inSeconds(3600)) {
  const sr = encodeURIComponent(resource);
  const sig = createHmac('sha256', key).update(`${sr}\n${expiry}`).digest('base64');
  return `SharedAccessSignature sr=${sr}&sig=${encodeURIComponent(sig)}&se=${expiry}&skn=${encodeURIComponent(policy)}`;
}

/** One hub of a running server: its registry, and devices that are made and opened in it. */
export class TestHub {
  #open = new Set();

  constructor(server, name = 'hub1') {
    this.server = server;
    this.facts = server.hub(name);
    this.hostName = this.facts.hostName;
    this.ca = readFileSync(server.ready.trustBundle, 'utf8');
    this.registry = Registry.fromConnectionString(this.facts.serviceConnectionString);
  }

  /** Registers a device and returns it as the registry answered, with `connectionString` added. */
  async createDevice(description = {}) {
    const { responseBody: device } = await this.registry.create({ deviceId: freshId('device'), ...description });
    const key = device.authentication?.symmetricKey?.primaryKey;
    device.connectionString = this.stringFor(device.deviceId, key);
    return device;
  }

  /** Registers a module and returns it as the registry answered, with `connectionString` added. */
  async createModule(deviceId, description = {}) {
    const { responseBody: module } = await this.registry.addModule({ deviceId, moduleId: freshId('module'), ...description });
    const key = module.authentication.symmetricKey?.primaryKey;
    module.connectionString = `HostName=${this.hostName};DeviceId=${deviceId};ModuleId=${module.moduleId};`
      + (key ? `SharedAccessKey=${key}` : 'x509=true');
    return module;
  }

  stringFor(deviceId, key) {
    return `HostName=${this.hostName};DeviceId=${deviceId};` + (key ? `SharedAccessKey=${key}` : 'x509=true');
  }

  /** A device client that trusts our roots and reports failures instead of trying again for minutes. */
  client(connectionStringOrProvider, { transport = Mqtt, ...options } = {}) {
    return this.#made(typeof connectionStringOrProvider === 'string'
      ? Client.fromConnectionString(connectionStringOrProvider, transport)
      : Client.fromAuthenticationProvider(connectionStringOrProvider, transport), options);
  }

  /** As `client`, of a module. From a connection string the SDK makes clients with a key only, so `options.cert` takes another way. */
  moduleClient(connectionString, { transport = Mqtt, ...options } = {}) {
    const { HostName: host, DeviceId: deviceId, ModuleId: moduleId } = parse(connectionString);
    return this.#made(options.cert
      ? ModuleClient.fromAuthenticationProvider(new X509AuthenticationProvider({ host, deviceId, moduleId }), transport)
      : ModuleClient.fromConnectionString(connectionString, transport), options);
  }

  #made(client, options) {
    client.setRetryPolicy(new common.NoRetry());
    this.#open.add(client);
    return Object.assign(client, { options: { ca: this.ca, ...options } });
  }

  /** Opens a device client. */
  async open(connectionStringOrProvider, options = {}) {
    const client = this.client(connectionStringOrProvider, options);
    await this.connect(client);
    return client;
  }

  /** Opens a device client that has a token and no key, so that it can't renew it by itself. */
  async openWithToken(token, { transport = Mqtt, ...options } = {}) {
    const client = this.#made(Client.fromSharedAccessSignature(token, transport), options);
    await this.connect(client);
    return client;
  }

  /** Opens a module client. */
  async openModule(connectionString, options = {}) {
    const client = this.moduleClient(connectionString, options);
    await this.connect(client);
    return client;
  }

  async connect(client) {
    await client.setOptions(client.options);
    await client.open();
  }

  /** Closes every client that was opened through this object. */
  async close() {
    const clients = [...this.#open];
    this.#open.clear();
    await Promise.all(clients.map((client) => client.close().catch(() => {})));
  }
}

/** A telemetry message with everything that a test may compare. */
export function message(body, { properties = {}, ...system } = {}) {
  const made = new Message(body);
  Object.assign(made, system);
  for (const [name, value] of Object.entries(properties)) {
    made.properties.add(name, value);
  }
  return made;
}
