// MQTT and AMQP over WebSocket on port 443: the official clients, every path and spelling that clients use, and frames that
// no client should send.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, describe, it } from 'node:test';
import mqttPacket from 'mqtt-packet';
import rhea from 'rhea';
import WebSocket from 'ws';
import { close as closeAmqp, connect as connectAmqp, putToken, receive, selector, take } from '../harness/amqp.js';
import { selfSigned } from '../harness/certificates.js';
import { next, within } from '../harness/deadline.js';
import { eventHubToken, freshId, message, MqttWs, parse, TestHub } from '../harness/hub.js';
import { closed, connect, connectOptions } from '../harness/raw-mqtt.js';
import { frame, longLength, OPCODE, RawWebSocket } from '../harness/raw-websocket.js';
import { Reader } from '../harness/reader.js';
import { Server } from '../harness/server.js';

const WEB_SOCKET = { webSocket: WebSocket, webSocketConstructorOptions: {} };

describe('over WebSocket', () => {
  let server;
  let hub;
  let reader;
  let open = [];

  before(async () => {
    server = await Server.start();
    hub = new TestHub(server);
    reader = await Reader.start(hub.facts.eventHubConnectionString, { webSocketOptions: WEB_SOCKET });
  });
  afterEach(async () => {
    open.splice(0).forEach((socket) => socket.destroy());
    await hub?.close();
  });
  after(async () => {
    await reader?.close();
    await server?.stop();
  });

  async function raw(request, options) {
    const socket = await RawWebSocket.connect(hub, options);
    open.push(socket);
    const answer = request === undefined ? undefined : await socket.ask(hub, request);
    return { socket, answer };
  }

  /** An open WebSocket that speaks MQTT. */
  async function opened(request = {}) {
    const { socket, answer } = await raw(request);
    assert.equal(answer.status, 101, answer.body);
    return socket;
  }

  function connectPacket(device, changes = {}) {
    const { clientId, username, password } = connectOptions(hub, device.connectionString);
    return mqttPacket.generate({
      cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 60, clientId, username, password, ...changes,
    });
  }

  function telemetry(device, payload, messageId) {
    return mqttPacket.generate({
      cmd: 'publish', topic: `devices/${device.deviceId}/messages/events/`, payload, qos: 1, messageId, dup: false, retain: false,
    });
  }

  async function expectConnack(socket, code = 0) {
    const { opcode, masked, fin, payload } = await socket.readFrame();
    assert.deepEqual({ opcode, masked, fin }, { opcode: OPCODE.binary, masked: false, fin: true });
    assert.deepEqual([...payload], [0x20, 2, 0, code]);
  }

  describe('Node device SDK, MqttWs', () => {
    it('sends telemetry with a key', async () => {
      const device = await hub.createDevice();
      const client = await hub.open(device.connectionString, { transport: MqttWs });
      await client.sendEvent(message('{"over":"websocket"}', { contentType: 'application/json', properties: { a: 'b' } }));
      await client.close();
      const [event] = await reader.fromDevice(device.deviceId);
      assert.deepEqual(event.body, { over: 'websocket' });
      assert.deepEqual(event.properties, { a: 'b' });
      assert.equal(JSON.parse(event.systemProperties['iothub-connection-auth-method']).type, 'sas');
    });

    it('sends telemetry with a certificate of the TLS handshake', async () => {
      const certificate = await selfSigned(freshId('cert'));
      const device = await hub.createDevice({
        authentication: { type: 'selfSigned', x509Thumbprint: { primaryThumbprint: certificate.sha256 } },
      });
      const client = await hub.open(hub.stringFor(device.deviceId), { ...certificate, transport: MqttWs });
      await client.sendEvent(message('by certificate'));
      await client.close();
      const [event] = await reader.fromDevice(device.deviceId);
      assert.equal(JSON.parse(event.systemProperties['iothub-connection-auth-method']).type, 'x509');
    });

    it('sends messages of 250 KB, and a hundred small ones in flight, each once', async () => {
      const device = await hub.createDevice();
      const client = await hub.open(device.connectionString, { transport: MqttWs });
      const large = 'x'.repeat(250_000);
      await client.sendEvent(message(large));
      await Promise.all(Array.from({ length: 100 }, (_, i) => client.sendEvent(message(`${i}`, { messageId: `${i}` }))));
      const events = await reader.fromDevice(device.deviceId, 101);
      assert.equal(events.length, 101);
      assert.equal(String(events[0].body), large);
      assert.equal(new Set(events.map((event) => event.messageId)).size, 101);
    });

    it('is told that its key is wrong, as on 8883, and the report names the listener mqtt-ws', async () => {
      const device = await hub.createDevice();
      const wrong = hub.stringFor(device.deviceId, Buffer.alloc(32, 7).toString('base64'));
      await assert.rejects(hub.open(wrong, { transport: MqttWs }), { name: 'UnauthorizedError' });
      const line = await server.logged('TokenSignatureWrong', device.deviceId);
      assert.match(line, / mqtt-ws 127\.0\.0\.1:\d+ hub=hub1 /);
    });

    it('is superseded by a connection on 8883, which is superseded by it', async () => {
      const device = await hub.createDevice();
      const overWebSocket = { protocol: 'wss', port: 443, path: '/$iothub/websocket' };
      const first = await connect(connectOptions(hub, device.connectionString, overWebSocket));
      const firstClosed = closed(first);
      const second = await connect(connectOptions(hub, device.connectionString));
      const secondClosed = closed(second);
      await firstClosed;
      const third = await connect(connectOptions(hub, device.connectionString, overWebSocket));
      await secondClosed;
      await third.endAsync(true);
    });

    it('is counted by its protocol', async () => {
      const device = await hub.createDevice();
      await hub.open(device.connectionString, { transport: MqttWs });
      const metrics = await (await fetch('http://127.0.0.1:9464/metrics')).text();
      assert.match(metrics, /holdfast_devices_connected\{hub="hub1",protocol="mqtt-ws"\} 1\b/);
    });
  });

  describe('mqtt.js', () => {
    const paths = ['/$iothub/websocket', '/%24iothub/websocket', '/$iothub/websocket?iothub-no-client-cert=true', '/mqtt', '/'];
    for (const path of paths) {
      it(`connects at ${path}`, async () => {
        const device = await hub.createDevice();
        const client = await connect(connectOptions(hub, device.connectionString, { protocol: 'wss', port: 443, path }));
        await client.publishAsync(`devices/${device.deviceId}/messages/events/`, 'here', { qos: 1 });
        await client.endAsync();
        assert.equal((await reader.fromDevice(device.deviceId)).length, 1);
      });
    }
  });

  describe('Event Hubs client and rhea', () => {
    it('reads with the Event Hubs client: properties of the hub, and what is sent', async () => {
      const device = await hub.createDevice();
      const client = await hub.open(device.connectionString);
      await client.sendEvent(message('over 8883'));
      assert.equal(String((await reader.fromDevice(device.deviceId))[0].body), 'over 8883');
    });

    for (const [path, protocol] of [['/$iothub/websocket', 'AMQPWSB10'], ['/$servicebus/websocket', 'amqpwsb10']]) {
      it(`reads with rhea at ${path} as ${protocol}`, async () => {
        const events = parse(hub.facts.eventHubConnectionString);
        const host = new URL(events.Endpoint.replace(/^sb:/, 'https:')).hostname;
        const device = await hub.createDevice();
        const sender = await hub.open(device.connectionString);
        await sender.sendEvent(message('for rhea'));
        const [{ partitionId }] = await reader.fromDevice(device.deviceId);
        const address = `${events.EntityPath}/ConsumerGroups/$Default/Partitions/${partitionId}`;

        const details = rhea.websocket_connect(WebSocket)(`wss://${host}${path}`, [protocol], { ca: hub.ca });
        const connection = await connectAmqp({ host, connection_details: details });
        try {
          assert.equal(await putToken(connection, `sb://${host}/${address}`,
            eventHubToken(`sb://${host}/${address}`, events.SharedAccessKey, events.SharedAccessKeyName)), 200);
          const receiver = await receive(connection, { address, filter: selector("amqp.annotation.x-opt-offset > '-1'") });
          assert.ok((await take(receiver, 1)).length === 1);
        } finally {
          await closeAmqp(connection);
        }
      });
    }

    it('refuses a wrong token as on 5671, and the report names the listener amqp-ws', async () => {
      const { EntityPath, Endpoint, SharedAccessKeyName } = parse(hub.facts.eventHubConnectionString);
      const wrong = `Endpoint=${Endpoint};SharedAccessKeyName=${SharedAccessKeyName};`
        + `SharedAccessKey=${Buffer.alloc(32, 7).toString('base64')};EntityPath=${EntityPath}`;
      await assert.rejects(Reader.start(wrong, { webSocketOptions: WEB_SOCKET }));
      await server.logged(' amqp-ws ', 'PolicySignatureWrong');
    });
  });

  describe('the handshake', () => {
    for (const [offered, chosen] of [['mqtt', 'mqtt'], ['MQTT', 'MQTT'], ['Mqtt', 'Mqtt'], ['mqttv3.1, mqtt', 'mqttv3.1'],
      ['mqttv3.1.1', 'mqttv3.1.1'], ['chat, AMQPWSB10', 'AMQPWSB10'], ['amqpwsb10', 'amqpwsb10'], ['amqp', 'amqp']]) {
      it(`takes '${chosen}' of '${offered}'`, async () => {
        const { answer } = await raw({ headers: { 'Sec-WebSocket-Protocol': offered } });
        assert.equal(answer.status, 101);
        assert.equal(answer.headers['sec-websocket-protocol'], chosen);
        assert.equal(answer.headers['sec-websocket-accept'], answer.proof);
        assert.equal(answer.headers.upgrade, 'websocket');
        assert.match(answer.headers.connection, /^upgrade$/i);
        assert.equal(answer.headers['sec-websocket-extensions'], undefined);
      });
    }

    it('takes an absolute target with a port, and Host with a port, as the Java SDK sends them', async () => {
      const device = await hub.createDevice();
      const socket = await opened({
        target: `https://${hub.hostName}:443/$iothub/websocket?iothub-no-client-cert=true`,
        headers: { 'Host': `${hub.hostName}:443` },
      });
      socket.send(frame(OPCODE.binary, connectPacket(device)));
      await expectConnack(socket);
    });

    it('takes frames that come in the same write as the request', async () => {
      const device = await hub.createDevice();
      const socket = await opened({ behind: frame(OPCODE.binary, connectPacket(device)) });
      await expectConnack(socket);
    });

    it('takes a page of the hub itself with a client certificate, and refuses one of another site', async () => {
      const certificate = await selfSigned(freshId('cert'));
      const own = await raw({ headers: { Origin: `https://${hub.hostName}` } }, certificate);
      assert.equal(own.answer.status, 101);
      const { socket, answer } = await raw({ headers: { Origin: 'https://evil.example' } }, certificate);
      assert.equal(answer.status, 403);
      await server.logged(` https 127.0.0.1:${socket.localPort} `, 'OriginNotAllowed', 'evil.example');
      const withoutCertificate = await raw({ headers: { Origin: 'https://app.example' } });
      assert.equal(withoutCertificate.answer.status, 101);
    });

    const refusals = {
      'an unknown path': [{ target: '/chat' }, 404, 'WebSocketPathUnknown'],
      'no upgrade, as behind a proxy that takes it away': [
        { headers: { 'Upgrade': null, 'Connection': null } }, 426, 'UpgradeMissing'],
      'POST': [{ method: 'POST', headers: { 'Content-Length': '0' } }, 405, 'HandshakeNotGet'],
      'a body': [{ headers: { 'Content-Length': '4' }, behind: Buffer.from('body') }, 405, 'HandshakeNotGet'],
      'no key': [{ headers: { 'Sec-WebSocket-Key': null } }, 400, 'HandshakeMalformed'],
      'a key of 15 bytes': [{ headers: { 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAA' } }, 400, 'HandshakeMalformed'],
      'Connection without Upgrade': [{ headers: { 'Connection': 'keep-alive' } }, 400, 'HandshakeMalformed'],
      'version 8': [{ headers: { 'Sec-WebSocket-Version': '8' } }, 426, 'WebSocketVersionUnsupported'],
      'no version': [{ headers: { 'Sec-WebSocket-Version': null } }, 426, 'WebSocketVersionUnsupported'],
      'no sub-protocol': [{ headers: { 'Sec-WebSocket-Protocol': null } }, 400, 'SubProtocolMissing'],
      'an unknown sub-protocol': [{ headers: { 'Sec-WebSocket-Protocol': 'chat, wamp' } }, 400, 'SubProtocolUnknown'],
      'headers of 40 KB': [{ headers: { 'X-Long': 'x'.repeat(40_000) } }, 431, 'FieldsTooLarge'],
    };
    for (const [name, [request, status, reason]] of Object.entries(refusals)) {
      it(`refuses ${name} with ${status}, as ${reason}`, async () => {
        const { socket, answer } = await raw(request);
        assert.equal(answer.status, status);
        assert.ok(JSON.parse(answer.body).message.length > 40, answer.body);
        if (status === 426) {
          assert.equal(answer.headers.upgrade, 'websocket');
        }
        if (reason === 'WebSocketVersionUnsupported') {
          assert.equal(answer.headers['sec-websocket-version'], '13');
        }
        await socket.closed();
        await server.logged(` https 127.0.0.1:${socket.localPort} `, ` ${reason}: `);
      });
    }

    it('closes a WebSocket on which no CONNECT comes', async () => {
      const socket = await opened();
      const line = server.logged(` mqtt-ws 127.0.0.1:${socket.localPort} `, 'ConnectLate');
      line.catch(() => {}); // asked again below, when the fifteen seconds are over
      assert.equal((await within(25_000, 'Close', readCloseLate(socket))).code, 1000);
      await server.logged(` mqtt-ws 127.0.0.1:${socket.localPort} `, 'ConnectLate');
    });
  });

  async function readCloseLate(socket) {
    for (;;) {
      try {
        return await socket.readClose();
      } catch (late) {
        if (socket.isClosed) {
          throw late;
        }
      }
    }
  }

  describe('frames', () => {
    it('may cut packets anywhere, byte by byte, with pings between', async () => {
      const device = await hub.createDevice();
      const socket = await opened();
      const bytes = connectPacket(device);
      bytes.forEach((byte, index) => {
        const first = index === 0;
        const last = index === bytes.length - 1;
        socket.send(frame(first ? OPCODE.binary : OPCODE.continuation, Buffer.from([byte]), { fin: last }));
      });
      await expectConnack(socket);
      const both = Buffer.concat([telemetry(device, 'one', 1), telemetry(device, 'two', 2)]);
      socket.send(Buffer.concat([frame(OPCODE.binary, both.subarray(0, 20), { fin: false }), frame(OPCODE.ping, Buffer.from('now?')),
        frame(OPCODE.continuation, both.subarray(20))]));
      let pong = 0;
      let acknowledged = 0;
      while (pong < 1 || acknowledged < 8) {
        const { opcode, payload } = await socket.readFrame();
        if (opcode === OPCODE.pong) {
          assert.equal(payload.toString(), 'now?');
          pong++;
        } else {
          acknowledged += payload.length;
        }
      }
      assert.deepEqual((await reader.fromDevice(device.deviceId, 2)).map(({ body }) => String(body)), ['one', 'two']);
    });

    it('are closed as the client closes them, with its code', async () => {
      const socket = await opened();
      socket.send(frame(OPCODE.close, Buffer.from([0x0f, 0xa1, 0x62, 0x79, 0x65])));
      assert.equal((await socket.readClose()).code, 4001);
      await socket.closed();
    });

    it('end with 1000 when MQTT says DISCONNECT', async () => {
      const device = await hub.createDevice();
      const socket = await opened();
      socket.send(frame(OPCODE.binary, connectPacket(device)));
      await expectConnack(socket);
      socket.send(frame(OPCODE.binary, Buffer.from([0xe0, 0])));
      assert.equal((await socket.readClose()).code, 1000);
      socket.send(frame(OPCODE.close, Buffer.from([0x03, 0xe8])));
      await socket.closed();
    });

    const refusals = {
      'without a mask': [frame(OPCODE.binary, Buffer.from('x'), { masked: false }), 1002, 'FrameNotMasked'],
      'of 2^63 bytes': [frame(OPCODE.binary, Buffer.alloc(0), { length: longLength(1n << 63n) }), 1002, 'FrameLengthMalformed'],
      'of 2^64 - 1 bytes': [frame(OPCODE.binary, Buffer.alloc(0), { length: longLength(-1n) }), 1002, 'FrameLengthMalformed'],
      'of 2^62 bytes': [frame(OPCODE.binary, Buffer.alloc(0), { length: longLength(1n << 62n) }), 1009, 'WebSocketFrameTooLarge'],
      'with a length in more bytes than it needs': [
        frame(OPCODE.binary, Buffer.from('x'), { length: longLength(1n) }), 1002, 'FrameLengthMalformed'],
      'with a fragmented ping': [frame(OPCODE.ping, Buffer.from('x'), { fin: false }), 1002, 'ControlFrameFragmented'],
      'with a ping of 126 bytes': [frame(OPCODE.ping, Buffer.alloc(126)), 1002, 'ControlFrameTooLong'],
      'with text': [frame(OPCODE.text, Buffer.from('hello')), 1003, 'TextFrame'],
      'with reserved bits, as with compression': [frame(OPCODE.binary, Buffer.from('x'), { reserved: 4 }), 1002, 'ReservedBitsSet'],
      'with opcode 3': [frame(3), 1002, 'UnknownOpcode'],
      'that continue nothing': [frame(OPCODE.continuation, Buffer.from('x')), 1002, 'FragmentOutOfOrder'],
      'of which one begins inside another': [
        Buffer.concat([frame(OPCODE.binary, Buffer.alloc(0), { fin: false }), frame(OPCODE.binary)]), 1002, 'FragmentOutOfOrder'],
      'with a Close of one byte': [frame(OPCODE.close, Buffer.from([3])), 1002, 'CloseFrameMalformed'],
      'with the Close code 1005': [frame(OPCODE.close, Buffer.from([0x03, 0xed])), 1002, 'CloseFrameMalformed'],
    };
    for (const [name, [bytes, code, reason]] of Object.entries(refusals)) {
      it(`${name} are refused with ${code}, as ${reason}`, async () => {
        const socket = await opened();
        socket.send(bytes);
        assert.deepEqual(await socket.readClose(), { code, reason });
        await socket.closed();
        await server.logged(` mqtt-ws 127.0.0.1:${socket.localPort} `, ` ${reason}: `);
      });
    }

    it('of a message without end are refused with 1009', async () => {
      const device = await hub.createDevice();
      const socket = await opened();
      socket.send(frame(OPCODE.binary, connectPacket(device), { fin: false }));
      await expectConnack(socket);
      for (let i = 1; i <= 9; i++) {
        socket.send(frame(OPCODE.continuation, telemetry(device, Buffer.alloc(130_000), i), { fin: false }));
      }
      assert.deepEqual(await socket.readClose(), { code: 1009, reason: 'WebSocketMessageTooLarge' });
    });

    it('a flood of pings that nobody reads leaves memory flat, and the device connected', async () => {
      const device = await hub.createDevice();
      const socket = await opened();
      socket.send(frame(OPCODE.binary, connectPacket(device)));
      await expectConnack(socket);
      const before = residentBytes();
      const flood = Buffer.concat(Array.from({ length: 500 }, () => frame(OPCODE.ping, Buffer.alloc(125, 1))));
      for (let i = 0; i < 400; i++) {
        socket.send(flood); // 200,000 pings, 26 MB
      }
      socket.send(frame(OPCODE.ping, Buffer.from('last')));
      await within(60_000, 'the last pong', (async () => {
        while ((await socket.readFrame()).payload.toString() !== 'last') {
          // Several pings may have one answer.
        }
      })());
      assert.ok(residentBytes() - before < 100_000_000, `grew by ${residentBytes() - before} bytes`);
      socket.send(frame(OPCODE.binary, telemetry(device, 'still here', 1)));
      assert.equal(String((await reader.fromDevice(device.deviceId))[0].body), 'still here');
    });
  });

  function residentBytes() {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.ready.pid}/status`, 'utf8'))[1]) * 1024;
  }
});

describe('a server that stops', () => {
  it('closes WebSockets with 1001', async () => {
    const server = await Server.start();
    const hub = new TestHub(server);
    const device = await hub.createDevice();
    let socket;
    const client = await connect(connectOptions(hub, device.connectionString, {
      protocol: 'wss', port: 443, path: '/mqtt',
      createWebsocket: (url, protocols) => (socket = new WebSocket(url, protocols, { ca: hub.ca })),
    }));
    const [[code]] = await Promise.all([next(socket, 'close'), server.stop()]);
    assert.equal(code, 1001);
    await client.endAsync(true);
  });
});
