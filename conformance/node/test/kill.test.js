// What was acknowledged is there, however often the server is killed while it works.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { CommandLoad } from '../harness/command-load.js';
import { freshId, TestHub } from '../harness/hub.js';
import { Load, payload } from '../harness/load.js';
import { Reader } from '../harness/reader.js';
import { Server } from '../harness/server.js';

const ROUNDS = Number(process.env.CONFORMANCE_ROUNDS ?? 20);
const DEVICES = 4;
const ACKNOWLEDGED_MAX = 1500; // the server is killed when a random number up to this has been acknowledged in a round
const COMMANDS_MAX = 10; // and when each command has been carried out a random number of times up to this

describe(`kill -9 under load, ${ROUNDS} rounds`, () => {
  let server;
  let hub;

  before(async () => {
    server = await Server.start();
    hub = new TestHub(server);
  });
  after(() => server?.stop());

  it('loses nothing that was acknowledged: messages, devices, changes of twins, completions', { timeout: 60_000 + ROUNDS * 20_000 }, async (t) => {
    const seed = Number(process.env.CONFORMANCE_SEED ?? randomInt(2 ** 31));
    t.diagnostic(`seed ${seed}; repeat with CONFORMANCE_SEED=${seed}`);
    const random = generator(seed);
    const devices = [];
    for (let number = 0; number < DEVICES; number++) {
      devices.push(await hub.createDevice());
    }
    const load = new Load(hub, devices);
    const commands = new CommandLoad(hub, await hub.createDevice());
    const registered = [];

    for (let round = 0; round < ROUNDS; round++) {
      const target = 1 + Math.floor(random() * ACKNOWLEDGED_MAX);
      const publishing = load.publish(`round-${round}`);
      const working = commands.run();
      registered.push((await hub.createDevice({ deviceId: freshId(`round-${round}`) })).deviceId);
      await load.acknowledgedInRound(target);
      await commands.done(1 + Math.floor(random() * COMMANDS_MAX));
      await server.kill();
      await publishing;
      commands.stop();
      await working;
      await server.startAgain();
      await commands.checkTwin();
    }

    const reader = await Reader.start(hub.facts.eventHubConnectionString);
    const missing = new Set(load.acknowledged);
    let looked = 0;
    try {
      await reader.until('all acknowledged messages', (events) => {
        for (; looked < events.length; looked++) {
          missing.delete(events[looked].messageId);
        }
        return missing.size === 0;
      }, 60_000 + ROUNDS * 2_000).catch((error) => {
        throw new Error(`${missing.size} of ${load.acknowledged.length} acknowledged messages are missing, such as `
          + `${[...missing].slice(0, 10).join(', ')}`, { cause: error });
      });
    } finally {
      await reader.close();
    }
    await commands.checkMessages();
    t.diagnostic(`twin: ${commands.acknowledged.reported} reports and ${commands.acknowledged.desired} patches acknowledged; `
      + `to the device: ${commands.taken.size} messages taken, ${commands.completed.size} completed`);
    assert.ok(Math.min(commands.acknowledged.reported, commands.acknowledged.desired, commands.completed.size) > ROUNDS);
    t.diagnostic(`${load.sent} sent, ${load.acknowledged.length} acknowledged, ${reader.events.length} read`);
    assert.ok(load.acknowledged.length > ROUNDS, 'the load was real');
    assertWholeAndInOrder(reader.events, devices);
    for (const deviceId of registered) {
      const { responseBody: device } = await hub.registry.get(deviceId);
      assert.equal(device.deviceId, deviceId);
    }
  });
});

/** Every message is whole, comes once, and after the ones that its device sent before. */
function assertWholeAndInOrder(events, devices) {
  const ids = events.map((event) => event.messageId);
  assert.equal(new Set(ids).size, ids.length, 'no message is there twice');
  for (const event of events) {
    assert.equal(event.body.toString(), payload(event.messageId), `${event.messageId} is whole`);
  }
  for (const { deviceId } of devices) {
    const own = events.filter((event) => event.systemProperties['iothub-connection-device-id'] === deviceId);
    let previous = { round: -1, number: -1 };
    for (const event of own) {
      const [round, , number] = event.messageId.split('.');
      const current = { round: Number(round.slice('round-'.length)), number: Number(number) };
      const later = current.round > previous.round
        || (current.round === previous.round && current.number === previous.number + 1);
      assert.ok(later, `${event.messageId} follows round ${previous.round}, number ${previous.number}`);
      previous = current;
    }
  }
}

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
