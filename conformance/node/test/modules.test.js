// Modules of devices: managed with the official service SDK for Node, connected with its device SDK, seen by an operator.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { Authority } from '../harness/authorities.js';
import { selfSigned } from '../harness/certificates.js';
import { next } from '../harness/deadline.js';
import { connectionString, deviceErrors, deviceToken, freshId, message, parse, TestHub } from '../harness/hub.js';
import { closed, connect, connectOptions } from '../harness/raw-mqtt.js';
import { Reader } from '../harness/reader.js';
import { Reports } from '../harness/reports.js';
import { Server } from '../harness/server.js';

let server;
let hub;
let registry;
let reader;
let reports;

before(async () => {
  server = await Server.start();
  hub = new TestHub(server);
  registry = hub.registry;
  reader = await Reader.start(hub.facts.eventHubConnectionString);
  reports = new Reports(server);
});
afterEach(() => hub?.close());
after(async () => {
  await reader?.close();
  await server?.stop();
});

describe('Node service SDK: modules', () => {
  it('adds a module with keys of its own, and reads it back', async () => {
    const device = await hub.createDevice();
    const moduleId = freshId('module');
    const { responseBody: added, httpResponse } = await registry.addModule({
      deviceId: device.deviceId, moduleId, managedBy: 'IotEdge',
    });
    assert.equal(httpResponse.statusCode, 201);
    assert.equal(added.deviceId, device.deviceId);
    assert.equal(added.moduleId, moduleId);
    assert.equal(added.managedBy, 'IotEdge');
    assert.equal(added.connectionState.toLowerCase(), 'disconnected');
    assert.equal(added.authentication.type, 'sas');
    assert.notEqual(added.authentication.symmetricKey.primaryKey, device.authentication.symmetricKey.primaryKey);
    assert.notEqual(added.generationId, device.generationId);
    assert.deepEqual((await registry.getModule(device.deviceId, moduleId)).responseBody, added);
    assert.deepEqual((await registry.getModulesOnDevice(device.deviceId)).responseBody, [added]);
  });

  it('takes every character that an id may have', async () => {
    const { deviceId } = await hub.createDevice({ deviceId: `${freshId('odd')}-:.+%_#*?!(),=@;$'` });
    const moduleId = "m-:.+%_#*?!(),=@;$'";
    await registry.addModule({ deviceId, moduleId });
    assert.equal((await registry.getModule(deviceId, moduleId)).responseBody.moduleId, moduleId);
    await registry.removeModule(deviceId, moduleId);
  });

  it('updates with the etag it read, is stopped by a stale one, and may force it', async () => {
    // With a module, and so with its etag, the SDK takes a callback only.
    const remove = promisify((module, done) => registry.removeModule(module, done));
    const { deviceId } = await hub.createDevice();
    const { responseBody: read } = await registry.addModule({ deviceId, moduleId: 'm' });
    const certificate = await selfSigned(freshId('cert'));
    const authentication = { type: 'selfSigned', x509Thumbprint: { primaryThumbprint: certificate.sha256, secondaryThumbprint: null } };
    const { responseBody: updated, httpResponse } = await registry.updateModule({ ...read, authentication });
    assert.equal(httpResponse.statusCode, 200);
    assert.equal(updated.authentication.x509Thumbprint.primaryThumbprint, certificate.sha256);
    assert.equal(updated.generationId, read.generationId);
    assert.notEqual(updated.etag, read.etag);
    await assert.rejects(registry.updateModule({ ...read, managedBy: 'me' }), (error) => error.constructor.name === 'InvalidEtagError');
    await registry.updateModule({ ...updated, managedBy: 'me' }, true);
    assert.equal((await registry.getModule(deviceId, 'm')).responseBody.managedBy, 'me');
    await assert.rejects(remove(read), (error) => error.constructor.name === 'InvalidEtagError');
    await remove((await registry.getModule(deviceId, 'm')).responseBody);
    assert.deepEqual((await registry.getModulesOnDevice(deviceId)).responseBody, []);
  });

  it('names what is not there or there already by number and name', async () => {
    const { deviceId } = await hub.createDevice();
    const code = (number, name, status) => (error) => {
      assert.equal(error.response.statusCode, status);
      assert.equal(error.response.headers['iothub-errorcode'], name);
      assert.equal(JSON.parse(error.responseBody).errorCode, number);
      return true;
    };
    await registry.addModule({ deviceId, moduleId: 'm' });
    await assert.rejects(registry.addModule({ deviceId, moduleId: 'm' }), code(409301, 'ModuleAlreadyExistsOnDevice', 409));
    await assert.rejects(registry.getModule(deviceId, 'other'), code(404010, 'ModuleNotFound', 404));
    await assert.rejects(registry.removeModule(deviceId, 'other'), code(404010, 'ModuleNotFound', 404));
    await assert.rejects(registry.updateModule({ deviceId, moduleId: 'other' }, true), code(404010, 'ModuleNotFound', 404));
    const nobody = freshId('nobody');
    await assert.rejects(registry.addModule({ deviceId: nobody, moduleId: 'm' }), code(404001, 'DeviceNotFound', 404));
    await assert.rejects(registry.getModulesOnDevice(nobody), code(404001, 'DeviceNotFound', 404));
  });

  it('adds fifty modules to a device and no more', async () => {
    const { deviceId } = await hub.createDevice();
    for (let i = 0; i < 50; i++) {
      await registry.addModule({ deviceId, moduleId: `m${i}` });
    }
    await assert.rejects(registry.addModule({ deviceId, moduleId: 'm50' }), (error) => {
      assert.equal(error.response.statusCode, 413);
      assert.equal(error.response.headers['iothub-errorcode'], 'TooManyModulesOnDevice');
      return true;
    });
    assert.equal((await registry.getModulesOnDevice(deviceId)).responseBody.length, 50);
  });

  it('deletes the modules with their device', async () => {
    const { deviceId } = await hub.createDevice();
    await registry.addModule({ deviceId, moduleId: 'm' });
    await registry.delete(deviceId);
    await registry.create({ deviceId });
    assert.deepEqual((await registry.getModulesOnDevice(deviceId)).responseBody, []);
  });

  it('makes devices and modules in one bulk call', async () => {
    const deviceId = freshId('bulk');
    const { responseBody } = await registry.addDevices([{ deviceId, moduleId: 'm' }, { deviceId }]);
    assert.equal(responseBody.isSuccessful, true);
    assert.equal((await registry.getModulesOnDevice(deviceId)).responseBody.length, 1);
  });
});

describe('Node device SDK over MQTT: module client', () => {
  it('sends telemetry with its key, which is stamped with both ids', async () => {
    const device = await hub.createDevice();
    const module = await hub.createModule(device.deviceId);
    const client = await hub.openModule(module.connectionString);
    await client.sendEvent(message('{"t":1}', { messageId: 'm1', contentType: 'application/json', properties: { p: 'v w' } }));
    const { responseBody: connected } = await registry.getModule(device.deviceId, module.moduleId);
    assert.equal(connected.connectionState, 'Connected');
    assert.equal((await registry.get(device.deviceId)).responseBody.connectionState, 'Disconnected');

    const [event] = await reader.fromDevice(device.deviceId);
    assert.deepEqual(event.body, { t: 1 });
    assert.equal(event.messageId, 'm1');
    assert.equal(event.properties.p, 'v w');
    assert.equal(event.systemProperties['iothub-connection-module-id'], module.moduleId);
    assert.equal(event.systemProperties['iothub-connection-auth-generation-id'], module.generationId);
    assert.deepEqual(JSON.parse(event.systemProperties['iothub-connection-auth-method']), {
      scope: 'module', type: 'sas', issuer: 'iothub', acceptingIpFilterRule: null,
    });
  });

  it('is connected beside its device and other modules, each as itself', async () => {
    const device = await hub.createDevice();
    const modules = [await hub.createModule(device.deviceId), await hub.createModule(device.deviceId)];
    const clients = [await hub.open(device.connectionString)];
    for (const module of modules) {
      clients.push(await hub.openModule(module.connectionString));
    }
    await Promise.all(clients.map((client, i) => client.sendEvent(message(`from ${i}`))));
    const events = await reader.fromDevice(device.deviceId, 3);
    assert.deepEqual(
      events.map((event) => event.systemProperties['iothub-connection-module-id']).sort(),
      [undefined, ...modules.map((module) => module.moduleId)].sort());
  });

  it('sends with the key of a policy that may connect devices', async () => {
    const device = await hub.createDevice();
    const module = await hub.createModule(device.deviceId);
    const made = JSON.parse(await server.done('hub', 'access-policy', 'create', freshId('connect'), '--right', 'DeviceConnect', '--json'));
    const { SharedAccessKey: key, SharedAccessKeyName: policy } = parse(made.connectionString);
    const token = deviceToken(`${hub.hostName}/devices/${device.deviceId}/modules/${module.moduleId}`, key, { policy });
    const clientId = `${device.deviceId}/${module.moduleId}`;
    const client = await connect(connectOptions(hub, device.connectionString, {
      clientId, username: `${hub.hostName}/${clientId}/?api-version=2021-04-12`, password: token,
    }));
    await client.publishAsync(`devices/${device.deviceId}/modules/${module.moduleId}/messages/events/`, 'by policy', { qos: 1 });
    await client.endAsync();
    const [event] = await reader.fromDevice(device.deviceId);
    assert.equal(JSON.parse(event.systemProperties['iothub-connection-auth-method']).scope, 'hub');
    assert.equal(event.systemProperties['iothub-connection-module-id'], module.moduleId);
  });

  it('sends with a certificate whose thumbprint is registered', async () => {
    const device = await hub.createDevice();
    const { cert, key, sha256 } = await selfSigned(freshId('cert'));
    const module = await hub.createModule(device.deviceId, {
      authentication: { type: 'selfSigned', x509Thumbprint: { primaryThumbprint: sha256 } },
    });
    const client = await hub.openModule(module.connectionString, { cert, key });
    await client.sendEvent(message('by thumbprint'));
    const [event] = await reader.fromDevice(device.deviceId);
    assert.deepEqual(JSON.parse(event.systemProperties['iothub-connection-auth-method']), {
      scope: 'module', type: 'x509', issuer: 'external', acceptingIpFilterRule: null,
    });
  });

  it('sends with a certificate of an authority, issued for both ids', async () => {
    const root = await Authority.root(freshId('Module root'));
    await server.done('cert', 'authority', 'add', freshId('modules'), '--file', root.certFile);
    const { deviceId } = await hub.createDevice();
    const module = await hub.createModule(deviceId, { authentication: { type: 'certificateAuthority' } });
    const own = await root.device(`${deviceId}/${module.moduleId}`);
    const client = await hub.openModule(module.connectionString, own.chain());
    await client.sendEvent(message('by authority'));
    assert.equal((await reader.fromDevice(deviceId)).length, 1);

    const ofDevice = await root.device(deviceId);
    await refused('CommonNameDiffers', module, ofDevice.chain());
    const end = next(client, 'disconnect');
    await server.done('cert', 'deny', 'add', '--file', own.certFile, '--note', 'lost');
    await end;
    await refused('CertificateDenied', module, own.chain());
  });

  it('is disconnected when it is deleted or disabled with its device, and when its key is replaced', async () => {
    const device = await hub.createDevice();
    const module = await hub.createModule(device.deviceId);
    const ended = async (reason, module, change) => {
      const client = await hub.openModule(module.connectionString);
      const end = next(client, 'disconnect');
      await change();
      await end;
      await server.logged(reason, `device=${device.deviceId}/${module.moduleId} `);
    };
    await ended('KeyReplaced', module,
      () => server.done('module', 'renew-keys', `${device.deviceId}/${module.moduleId}`, '--which', 'primary'));
    await refused('TokenSignatureWrong', module);
    const second = await hub.createModule(device.deviceId);
    await ended('ModuleDeleted', second, () => registry.removeModule(device.deviceId, second.moduleId));
    await refused('UnknownModule', second);
    const third = await hub.createModule(device.deviceId);
    await ended('DeviceDisabled', third, () => server.done('device', 'disable', device.deviceId));
    await refused('DeviceDisabled', third);
    await server.done('device', 'enable', device.deviceId);
    await ended('DeviceDeleted', third, () => registry.delete(device.deviceId));
    await refused('UnknownDevice', third);
  });

  it('stays connected when the key of its device is replaced', async () => {
    const device = await hub.createDevice();
    const module = await hub.createModule(device.deviceId);
    const client = await hub.openModule(module.connectionString);
    await server.done('device', 'renew-keys', device.deviceId, '--which', 'both');
    await client.sendEvent(message('still here'));
    assert.equal((await reader.fromDevice(device.deviceId)).length, 1);
  });
});

/** Opens and expects the SDK's UnauthorizedError, and a report of it by the module's name. */
async function refused(reason, module, options) {
  const name = `${module.deviceId}/${module.moduleId}`;
  const report = await reports.of(reason, () => assert.rejects(
    hub.connect(hub.moduleClient(module.connectionString, options)), deviceErrors.UnauthorizedError), '--device', name);
  assert.equal(report.device, name);
  return report;
}

describe('a module that must not come in', () => {
  it('is not registered, and the sentence has the command to register it', async () => {
    const { deviceId, authentication } = await hub.createDevice();
    const report = await refused('UnknownModule', {
      deviceId, moduleId: 'nobody',
      connectionString: connectionString({
        HostName: hub.hostName, DeviceId: deviceId, ModuleId: 'nobody', SharedAccessKey: authentication.symmetricKey.primaryKey,
      }),
    });
    const [, command] = report.explanation.match(/'holdfast (module create [^']+)'/);
    const printed = await server.done(...command.split(' '));
    const client = await hub.openModule(printed.match(/HostName=\S+/)[0]);
    await client.sendEvent(message('registered by the command that was told'));
    assert.equal((await reader.fromDevice(deviceId)).length, 1);
  });

  it('has the key of its device, or of another module', async () => {
    const device = await hub.createDevice();
    const [own, other] = [await hub.createModule(device.deviceId), await hub.createModule(device.deviceId)];
    for (const { SharedAccessKey } of [device, other].map((each) => parse(each.connectionString))) {
      await refused('TokenSignatureWrong', {
        ...own, connectionString: connectionString({ ...parse(own.connectionString), SharedAccessKey }),
      });
    }
  });

  it('shows a certificate that is not registered, and the sentence has the command to register it', async () => {
    const { deviceId } = await hub.createDevice();
    const [registered, fresh] = await Promise.all([selfSigned(freshId('old')), selfSigned(freshId('new'))]);
    const module = await hub.createModule(deviceId, {
      authentication: { type: 'selfSigned', x509Thumbprint: { primaryThumbprint: registered.sha256 } },
    });
    const { explanation } = await refused('ThumbprintMismatch', module, fresh);
    const [, command] = explanation.match(/'holdfast (module set [^']+)'/);
    await server.done(...command.split(' '));
    const client = await hub.openModule(module.connectionString, fresh);
    await client.sendEvent(message('registered by the command that was told'));
    assert.equal((await reader.fromDevice(deviceId)).length, 1);
  });

  it('may not send as its device or as another module', async () => {
    const device = await hub.createDevice();
    const [own, other] = [await hub.createModule(device.deviceId), await hub.createModule(device.deviceId)];
    const { SharedAccessKey: key } = parse(own.connectionString);
    const clientId = `${device.deviceId}/${own.moduleId}`;
    for (const path of [device.deviceId, `${device.deviceId}/modules/${other.moduleId}`]) {
      const client = await connect(connectOptions(hub, device.connectionString, {
        clientId,
        username: `${hub.hostName}/${clientId}/?api-version=2021-04-12`,
        password: deviceToken(`${hub.hostName}/devices/${device.deviceId}/modules/${own.moduleId}`, key),
      }));
      const ended = closed(client);
      client.publish(`devices/${path}/messages/events/`, 'not mine', { qos: 1 });
      await ended;
      await client.endAsync(true);
    }
    await server.logged('TopicOfOtherIdentity', `device=${clientId} `);
    assert.deepEqual(reader.of(device.deviceId), []);
  });
});

describe('./holdfast and modules', () => {
  it('registers, lists, changes and deletes modules', async () => {
    const { deviceId } = await hub.createDevice();
    const name = `${deviceId}/filter`;
    const printed = await server.done('module', 'create', name);
    const [string] = printed.match(/HostName=\S+/);
    assert.deepEqual(Object.keys(parse(string)), ['HostName', 'DeviceId', 'ModuleId', 'SharedAccessKey']);
    const client = await hub.openModule(string);
    await client.sendEvent(message('registered by command'));
    assert.equal((await reader.fromDevice(deviceId)).length, 1);
    assert.match(await server.done('module', 'list', deviceId), /filter +sas +connected/);
    const end = next(client, 'disconnect');
    await server.done('module', 'set', name, '--auth', 'ca');
    await end;
    const [listed] = JSON.parse(await server.done('module', 'list', deviceId, '--json'));
    assert.equal(listed.authentication, 'ca');
    await server.done('module', 'delete', name);
    assert.deepEqual(JSON.parse(await server.done('module', 'list', deviceId, '--json')), []);
  });

  it('registers the certificate of a device that the refusal told the command for', async () => {
    const [old, fresh] = await Promise.all([selfSigned(freshId('old')), selfSigned(freshId('new'))]);
    const device = await hub.createDevice({
      authentication: { type: 'selfSigned', x509Thumbprint: { primaryThumbprint: old.sha256 } },
    });
    const { explanation } = await reports.of('ThumbprintMismatch', () => assert.rejects(
      hub.open(device.connectionString, fresh), deviceErrors.UnauthorizedError), '--device', device.deviceId);
    const [, command] = explanation.match(/'holdfast (device set [^']+)'/);
    await server.done(...command.split(' '));
    const client = await hub.open(device.connectionString, fresh);
    await client.sendEvent(message('registered'));
    assert.equal((await reader.fromDevice(device.deviceId)).length, 1);
    const { connectionString: withKey } = JSON.parse(await server.done('device', 'set', device.deviceId, '--auth', 'sas', '--json'));
    await (await hub.open(withKey)).sendEvent(message('by key'));
    assert.equal((await reader.fromDevice(device.deviceId, 2)).length, 2);
  });

  it('knows modules in the fleet and in dry runs by both ids, and forgets them with their device', async () => {
    const device = await hub.createDevice();
    const module = await hub.createModule(device.deviceId);
    const unused = await hub.createModule(device.deviceId);
    const name = `${device.deviceId}/${module.moduleId}`;
    await (await hub.openModule(module.connectionString)).sendEvent(message('seen'));
    await refused('TokenSignatureWrong', {
      ...module, connectionString: connectionString({ ...parse(module.connectionString), SharedAccessKey: Buffer.alloc(32, 7).toString('base64') }),
    });
    const known = JSON.parse(await server.done('fleet', 'show', name, '--json'));
    assert.equal(known.device, name);
    assert.match(known.client, /^azure-iot-device\//);
    const found = JSON.parse((await server.run('policy', 'dry-run', 'hub1', '--policy', 'modern', '--json')).stdout);
    const neverSeen = found.devices.filter((each) => each.outcome === 'neverSeen').map((each) => each.device);
    assert.ok(neverSeen.includes(`${device.deviceId}/${unused.moduleId}`), 'a module that was never seen is told');
    assert.ok(!neverSeen.includes(name));
    const exported = (await server.done('fleet', 'export', device.deviceId)).trim().split('\n').map((line) => JSON.parse(line));
    assert.deepEqual(exported.map((each) => each.kind), ['device', 'report']);
    assert.deepEqual([...new Set(exported.map((each) => each.device))], [name]);

    await server.done('fleet', 'forget', device.deviceId);
    assert.deepEqual(await reports.list('--device', device.deviceId), []);
    await assert.rejects(server.done('fleet', 'show', name));
  });
});
