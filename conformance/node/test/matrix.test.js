// The conformance matrix: every client over every transport that it speaks, let in in every way, with every feature. Each cell is a run.
//
// The tables in docs/reference/compatibility.md are made here; CONFORMANCE_WRITE=1 writes them anew.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import serviceSdk from 'azure-iothub';
import { TestHub } from '../harness/hub.js';
import { Reader } from '../harness/reader.js';
import { Server } from '../harness/server.js';
import { settings } from '../harness/settings.js';
import { deviceRow, serviceRow, together } from '../matrix/cells.js';
import { curl } from '../matrix/curl.js';
import { Checks, FEATURES } from '../matrix/features.js';
import { AUTHENTICATIONS, Identities } from '../matrix/identities.js';
import { javaSdk } from '../matrix/java.js';
import { mosquitto } from '../matrix/mosquitto.js';
import { mqttJs } from '../matrix/mqttjs.js';
import { nodeSdk } from '../matrix/node-sdk.js';
import { paho, proton } from '../matrix/python.js';
import { rheaClient } from '../matrix/rhea.js';
import { eventHubs, Feedback, javaServiceClient, READING_FEATURES, SERVICE_FEATURES, serviceClient } from '../matrix/services.js';
import { tables } from '../matrix/table.js';

const PAGE = fileURLToPath(new URL('../../../docs/reference/compatibility.md', import.meta.url));
const BEGIN = '<!-- made by conformance/run matrix -->\n';
const END = '<!-- end -->\n';
/** What the run found, with times and whole errors, for whoever looks into a cell. */
const RESULTS = join(dirname(settings.serverLog), 'matrix.json');
const REWRITE = 'the tables of docs/reference/compatibility.md are not what this run found; '
  + '`CONFORMANCE_WRITE=1 conformance/run matrix` writes them anew';

const { dependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const version = (name) => dependencies[name];

describe('conformance matrix', () => {
  let server;
  let context;
  const opened = [];

  before(async () => {
    server = await Server.start();
    await server.done('hub', 'create', 'hub2');
    const hub = new TestHub(server);
    const other = new TestHub(server, 'hub2');
    const service = serviceSdk.Client.fromConnectionString(hub.facts.serviceConnectionString);
    await service.open();
    const reader = await Reader.start(hub.facts.eventHubConnectionString);
    opened.push(hub, other, service, reader);
    context = {
      hub, other, service, reader, nodeSdk: nodeSdk(hub, version),
      feedback: await Feedback.of(service), identities: await Identities.in(hub),
    };
  });
  after(async () => {
    await Promise.all(opened.map((each) => each.close()));
    await server?.stop();
  });

  it('is as the page says', async () => {
    const { hub } = context;
    const checks = new Checks(context);
    const java = javaSdk(server.ready.trustBundle);
    const programs = [java, await paho(), await proton()];
    opened.push(...programs);
    const devices = [
      context.nodeSdk, ...programs, mqttJs(hub, version), await mosquitto(), rheaClient(hub, version), await curl(),
    ];
    const services = [serviceClient(context, version), javaServiceClient(context, java), eventHubs(context, version)];

    const jobs = [
      ...services.flatMap((client) => client.transports.map((transport) => () => serviceRow(client, transport))),
      ...devices.flatMap((client) => client.transports.flatMap((transport) =>
        AUTHENTICATIONS.map((authentication) => () => deviceRow(checks, client, transport, authentication)))),
    ];
    const rows = await together(jobs);
    await Promise.all(rows.map(({ settled }) => settled));

    writeFileSync(RESULTS, JSON.stringify(rows, (_, value) => (value instanceof Error ? value.stack : value), 2));
    const of = (clients) => rows.filter(({ client }) => clients.some(({ name }) => name === client));
    const found = tables(of(devices), of(services), {
      ofDevices: FEATURES, ofServices: {
        [services[0].name]: SERVICE_FEATURES, [services[1].name]: SERVICE_FEATURES, [services[2].name]: READING_FEATURES,
      },
    });
    compare(found);
  });
});

function compare(found) {
  const page = readFileSync(PAGE, 'utf8');
  const begin = page.indexOf(BEGIN) + BEGIN.length;
  const end = page.indexOf(END);
  assert.ok(begin >= BEGIN.length && end >= begin, 'the page has a place for the tables');
  if (process.env.CONFORMANCE_WRITE) {
    writeFileSync(PAGE, page.slice(0, begin) + found + page.slice(end));
    return;
  }
  const [now, written] = [found, page.slice(begin, end)].map((text) => text.split('\n'));
  const differences = [
    ...written.filter((line) => !now.includes(line)).map((line) => `the page: ${line}`),
    ...now.filter((line) => !written.includes(line)).map((line) => `this run: ${line}`),
  ];
  assert.ok(found === page.slice(begin, end), [REWRITE, `whole errors are in ${RESULTS}`, ...differences].join('\n'));
}
