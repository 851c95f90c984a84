// Refusals that take a crowd, or a server with settings of its own, and what the client and the operator are told of them.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { after, afterEach, before, describe, it } from 'node:test';
import common from 'azure-iot-common';
import serviceSdk from 'azure-iothub';
import rhea from 'rhea';
import { close, connect, putToken } from '../harness/amqp.js';
import { within } from '../harness/deadline.js';
import { Amqp, deviceToken, parse, TestHub } from '../harness/hub.js';
import { run, Server } from '../harness/server.js';
import { settings } from '../harness/settings.js';

/** A suite that the default policy accepts, and that the Java runtime of this server has not. */
const SWITCHED_OFF = 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256';

/** Properties of 30 KB. */
const BULKY = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`property${i}`, 'x'.repeat(45)]));

const CONFIG = `methods:
  openMax: 1
listeners:
  mqtt:
    handshakeMaxTime: 500ms
tls:
  acceleration: "off"
`;

describe('A server with settings of its own', () => {
  let server;
  let hub;

  before(async () => {
    const [config, security] = ['holdfast.yaml', 'java.security'].map((name) => join(settings.scratch, name));
    mkdirSync(settings.scratch, { recursive: true });
    writeFileSync(config, CONFIG);
    writeFileSync(security, `jdk.tls.disabledAlgorithms=SSLv3, RC4, DES, NULL, anon, ${SWITCHED_OFF}\n`);
    process.env.HOLDFAST_JAVA_OPTIONS = `-Djava.security.properties=${security}`;
    server = await Server.start(settings.data, { args: ['--config', config] });
    hub = new TestHub(server);
  });
  afterEach(() => hub?.close());
  after(() => server?.stop());

  it('says EngineCannot of what its Java runtime has switched off', async () => {
    const { code } = await run('openssl', ['s_client', '-connect', '127.0.0.1:5671', '-servername', hub.hostName,
      '-CAfile', server.ready.trustBundle, '-tls1_2', '-cipher', 'ECDHE-RSA-AES128-GCM-SHA256']);
    assert.notEqual(code, 0);
    const line = await server.logged(' EngineCannot: ');
    assert.match(line, /accepts the client, but the Java runtime of this server has switched off what they agree on\. Start the server without/);
  });

  it('says TooManyCallsOfHub to a caller, as ThrottleBacklogLimitExceeded', async () => {
    const [waiting, other] = [await hub.createDevice(), await hub.createDevice()];
    const service = serviceSdk.Client.fromConnectionString(hub.facts.serviceConnectionString);
    service.setRetryPolicy(new common.NoRetry()); // else it asks again for minutes
    const call = ({ deviceId }) => service.invokeDeviceMethod(deviceId, {
      methodName: 'reboot', payload: {}, connectTimeoutInSeconds: 60, responseTimeoutInSeconds: 20,
    });
    const first = call(waiting);
    await within(15_000, 'a call that waits', (async () => {
      while (!/holdfast_methods_open\{hub="hub1"\} 1/.test(await (await fetch(server.ready.monitoring.metrics)).text())) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })());
    await assert.rejects(call(other), ({ responseBody }) => {
      assert.match(responseBody, /ErrorCode:ThrottleBacklogLimitExceeded;As many calls of this hub wait for an answer as may: 1\. Wait for/);
      return true;
    });
    const client = await hub.open(waiting.connectionString, { transport: Amqp });
    client.onDeviceMethod('reboot', (request, response) => response.send(200, 'done', () => {}));
    assert.equal((await within(30_000, 'the first call', first)).result.payload, 'done');
  });

  it('says TooMuchAtOnce to rhea that asks for a thousand things in one breath', async () => {
    const connection = await connect({ host: hub.hostName, ca: hub.ca });
    try {
      const senders = [];
      for (let i = 0; i < 16; i++) {
        senders.push(await twinSender(connection));
      }
      // Each report waits for the disk; the links wait behind them.
      for (const sender of senders) {
        while (sender.sendable()) {
          report(sender, { a: 1 });
        }
      }
      for (let i = 0; i < 1500; i++) {
        const session = i % 50 === 0 ? connection.create_session() : connection.last;
        if (i % 50 === 0) {
          session.begin();
          connection.last = session;
        }
        session.open_sender({ target: { address: `/devices/none-${i}/messages/events` } }).on('sender_error', () => {});
      }
      assert.match(await server.logged(' TooMuchAtOnce: '), /wait.*\. [A-Z].*\./);
    } finally {
      await close(connection);
    }
  });

  function report(sender, properties) {
    sender.send({
      correlation_id: randomUUID(), message_annotations: { operation: 'PATCH', resource: '/properties/reported' },
      body: rhea.message.data_section(Buffer.from(JSON.stringify(properties))),
    });
  }

  /** A link of a device of its own to its twin, with credit. */
  async function twinSender(connection) {
    const { deviceId, connectionString } = await hub.createDevice();
    const resource = `${hub.hostName}/devices/${deviceId}`;
    assert.equal(await putToken(connection, resource, deviceToken(resource, parse(connectionString).SharedAccessKey)), 200);
    const address = `/devices/${deviceId}/twin`;
    connection.open_receiver({ source: { address } });
    const sender = connection.open_sender({ target: { address } });
    await within(15_000, 'credit for a twin', once(sender, 'sendable'));
    report(sender, BULKY); // so that the next ones take their time
    await within(15_000, 'a report', once(sender, 'accepted'));
    return sender;
  }

  it('says ServerBusy of handshakes that waited for its processors', async () => {
    const hello = await clientHello({ servername: hub.hostName, ecdhCurve: 'P-384', minVersion: 'TLSv1.3', sigalgs: 'rsa_pss_rsae_sha256' });
    const sockets = Array.from({ length: 1500 }, () => createConnection(8883, '127.0.0.1', function connected() {
      this.write(hello);
    }).on('error', () => {}).resume());
    try {
      assert.match(await server.logged(' ServerBusy: '), /waited for this server's processors until its 0\.5 s.*Let clients wait a random time/);
    } finally {
      sockets.forEach((socket) => socket.destroy());
    }
  });

  /** The first bytes of Node's TLS, to be said by many sockets without the work of it. */
  async function clientHello(options) {
    const listener = createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const accepted = once(listener, 'connection');
    const client = connectTls({ ...options, host: '127.0.0.1', port: listener.address().port }).on('error', () => {});
    const [socket] = await accepted;
    const [hello] = await once(socket.on('error', () => {}), 'data');
    client.destroy();
    listener.close();
    return hello;
  }
});
