// A backup of a running installation under load, and its restore elsewhere: official clients go on with what they have.
import assert from 'node:assert/strict';
import { closeSync, copyFileSync, existsSync, openSync, statSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CommandLoad } from '../harness/command-load.js';
import { message, TestHub } from '../harness/hub.js';
import { Load } from '../harness/load.js';
import { Reader } from '../harness/reader.js';
import { run, Server } from '../harness/server.js';
import { settings } from '../harness/settings.js';

describe('backup and restore', () => {
  const archive = join(settings.scratch, 'backup.tar');
  const elsewhere = join(settings.scratch, 'elsewhere');
  let server;
  let hub;
  let devices;
  let load;
  let publishing;
  let acknowledgedBefore;
  let commands;
  let commanding;
  let commandedBefore;

  before(async () => {
    server = await Server.start();
    hub = new TestHub(server);
    devices = [await hub.createDevice(), await hub.createDevice()];
    load = new Load(hub, devices);
    commands = new CommandLoad(hub, await hub.createDevice());
  });
  after(() => server?.stop());

  it('makes a backup while devices send, twins change and messages are completed', async () => {
    publishing = load.publish('backup');
    commanding = commands.run();
    await load.acknowledgedInRound(500);
    await commands.done(5);
    acknowledgedBefore = [...load.acknowledged];
    commandedBefore = { ...commands.acknowledged, taken: [...commands.taken], completed: new Set(commands.completed) };
    const { code, stdout, stderr } = await server.run('backup', '--out', archive, '--json');
    assert.equal(code, 0, stderr);
    const facts = JSON.parse(stdout);
    assert.equal(facts.file, archive);
    assert.equal(statSync(archive).mode & 0o777, 0o600);
    await load.acknowledgedInRound(load.acknowledged.length + 200);
    await commands.done(10);
  });

  it('tells Prometheus when', async () => {
    const metrics = await (await fetch(server.ready.monitoring.metrics)).text();
    assert.match(metrics, /^holdfast_backup_time_seconds 1\.\d+E9$/m);
  });

  it('refuses what is cut off, altered or not meant for that directory, and leaves nothing', async () => {
    const cut = join(settings.scratch, 'cut.tar');
    copyFileSync(archive, cut);
    truncateSync(cut, Math.floor(statSync(archive).size / 2));
    const altered = join(settings.scratch, 'altered.tar');
    copyFileSync(archive, altered);
    const file = openSync(altered, 'r+');
    writeSync(file, Buffer.from([0xff, 0x00, 0xff]), 0, 3, Math.floor(statSync(archive).size / 2));
    closeSync(file);
    for (const [bad, target] of [[cut, elsewhere], [altered, elsewhere], [archive, server.data]]) {
      const { code, stderr } = await run(settings.holdfast, ['restore', bad, '--data', target]);
      assert.equal(code, 1, bad);
      assert.match(stderr, /^holdfast: .*\.\n$/, 'one sentence');
      assert.equal(existsSync(elsewhere), false);
    }
  });

  it('restores it elsewhere with the same keys and every message acknowledged before', async () => {
    const before = { hub: hub.facts, token: server.ready.operatorToken };
    await server.kill();
    commands.stop();
    await Promise.all([publishing, commanding]);
    const { code, stderr } = await run(settings.holdfast, ['restore', archive, '--data', elsewhere]);
    assert.equal(code, 0, stderr);

    server = await Server.start(elsewhere);
    assert.equal(server.ready.operatorToken, before.token);
    assert.deepEqual(server.hub(), before.hub);
    const reader = await Reader.start(before.hub.eventHubConnectionString);
    try {
      const missing = new Set(acknowledgedBefore);
      let looked = 0;
      await reader.until('all messages acknowledged before the backup', (events) => {
        for (; looked < events.length; looked++) {
          missing.delete(events[looked].messageId);
        }
        return missing.size === 0;
      }, 60_000);
      // The device's own SDK client, with the connection string and the roots of before.
      const client = await hub.open(devices[0].connectionString);
      await client.sendEvent(message('after the restore', { messageId: 'after-restore' }));
      await hub.close();
      await reader.until('the message sent after the restore', (events) =>
        events.some((event) => event.messageId === 'after-restore'));
      const { responseBody: device } = await hub.registry.get(devices[1].deviceId);
      assert.equal(device.deviceId, devices[1].deviceId);
    } finally {
      await reader.close();
    }
  });

  it('has the twin and the queue of then: nothing of before is missing, and no completed message comes again', async () => {
    const { responseBody: twin } = await hub.registry.getTwin(commands.device.deviceId);
    for (const section of ['reported', 'desired']) {
      const { count, $version: version } = twin.properties[section];
      assert.ok(count >= commandedBefore[section] && count <= commands.acknowledged[section] + 1, `${section} is ${count}`);
      assert.equal(version, count + 1);
    }
    const again = new CommandLoad(hub, commands.device);
    again.completed = new Set(commandedBefore.completed);
    while (await again.receiveOne());
    const missing = commandedBefore.taken.filter((id) => ![again.completed, commands.completed, commands.uncertain].some((ids) => ids.has(id)));
    assert.deepEqual(missing, []);
  });
});
