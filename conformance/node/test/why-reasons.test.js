// One test for each reason word of docs/reference/refusals.md: a client that somebody else wrote, or plain bytes, brings it about,
// and `./holdfast why` says what to do. The cases are in ../reasons; the last test counts the words that none has.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse, TestHub } from '../harness/hub.js';
import { Reports } from '../harness/reports.js';
import { Server } from '../harness/server.js';
import { amqp } from '../reasons/amqp.js';
import { certificates } from '../reasons/certificates.js';
import { ends } from '../reasons/ends.js';
import { https } from '../reasons/https.js';
import { messages } from '../reasons/messages.js';
import { methods } from '../reasons/methods.js';
import { mqtt } from '../reasons/mqtt.js';
import { silence } from '../reasons/silent.js';
import { slow } from '../reasons/slow.js';
import { tls } from '../reasons/tls.js';
import { twins } from '../reasons/twins.js';

const PAGE = fileURLToPath(new URL('../../../docs/reference/refusals.md', import.meta.url));
const TESTS = ['../test', '../reasons', '../../java/src'].map((each) => fileURLToPath(new URL(each, import.meta.url)));

/** Words that no client can bring about here, and why. */
const UNPROVOKED = {
  ChainTooLong: 'the TLS engine ends the handshake first, with HandshakeRejected',
  DeviceMaximumQueueDepthExceeded: 'messages are sent over AMQP alone, which has a condition in its place',
  InternalFailure: 'a bug of the server',
  LogUnreadable: 'a disk that can not be read',
  MessageNotStored: 'a disk that is full or fails',
  NotStored: 'a disk that is full or fails',
  QueueUnreadable: 'a disk that can not be read',
  QueuesOfHubFull: 'a million messages',
};

/** Words that the page explains and reports print in another form. */
const PRINTED_AS = { AlertReceived: 'ClientAlertUnknownCa' };

const world = {};

before(async () => {
  world.server = await Server.start();
  world.hub = new TestHub(world.server);
  world.reports = new Reports(world.server);
  world.device = await world.hub.createDevice();
  world.silence = silence(world);
  world.silence.catch(() => {}); // it is looked at in its own test
  world.reports.keepSecret(parse(world.device.connectionString).SharedAccessKey, world.server.ready.operatorToken);
});
afterEach(() => world.hub?.close());
after(() => world.server?.stop());

const TABLES = {
  TLS: tls, MQTT: mqtt, certificates, HTTPS: https, AMQP: amqp, twins, 'direct methods': methods, 'cloud-to-device messages': messages,
  'devices that take nothing': slow,
};
for (const [what, cases] of Object.entries(TABLES)) {
  each(what, cases);
}

describe('a client that falls silent', () => {
  it('Idle: rhea whose words are lost', async () => {
    assert.equal(await world.silence, 'amqp:resource-limit-exceeded');
    const [report] = await world.reports.list('--reason', 'Idle');
    assert.match(report.explanation, /Nothing came for 240 s, not even an empty frame\. Look at the client's network/);
  });
});

// The last of these stops the server.
each('a connection that the hub ends', ends);

function each(what, cases) {
  describe(what, () => {
    for (const { reason, how, provoke, says, thin, toCaller } of cases) {
      it(`${reason}: ${how}`, async () => {
        if (toCaller) {
          assert.match(await provoke(world), says, 'told to the caller alone');
          return;
        }
        if (thin) {
          // Its report is not yet what it has to be: it does not say what to do, is not written for people, or goes with its hub.
          await provoke(world);
          assert.match(await world.server.logged(` ${reason}: `), says);
          return;
        }
        const report = await world.reports.of(reason, () => provoke(world));
        assert.match(report.explanation, says);
      });
    }
  });
}

describe('the page of refusals', () => {
  it('has no word that nothing brings about, but those that are listed here', () => {
    const words = reasonWords();
    assert.ok(words.size >= 190, `${words.size} words on the page`);
    const tested = new Set(sources().match(/\w+/g));
    const open = [...words].filter((word) => !tested.has(PRINTED_AS[word] ?? word)).sort();
    assert.deepEqual(open, Object.keys(UNPROVOKED).sort());
  });
});

/** The words in the first column of the page's tables, and those of HTTPS that need no table. */
function reasonWords() {
  const page = readFileSync(PAGE, 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('| `')).map((line) => line.split('|')[1]);
  const [paragraph] = page.match(/^A request that is refused before its path is looked at:[^]*?\n\n/m);
  return new Set([...rows, paragraph].flatMap((text) => [...text.matchAll(/`([A-Z]\w+)`/g)].map(([, word]) => word)));
}

/** All that tests say, but for this file. */
function sources() {
  return TESTS.flatMap((directory) => readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && file.name !== 'why-reasons.test.js')
    .map((file) => readFileSync(join(file.parentPath ?? file.path, file.name), 'utf8'))).join('\n');
}
