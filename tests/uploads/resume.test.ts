import assert from 'node:assert/strict';
import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { routes, type UploadView } from '#contracts';
import { loadVaultKey, openVault } from '#crypto';
import { memoryFolderIn } from '#delivery';
import { openDataPlane, RunClocks } from '#exchange';
import { connect, openExchangeContext } from '#postgres';
import { foundSmallCity, published, settled, startExchange, villageCsv, villageEntry } from '#testing';
import type { RunningExchange, SmallCity } from '#testing';
import { CommandLine } from '../journeys/command-line.js';
import { breakingLine, type BreakingLine } from './breaking-line.js';
import { add, begun, tus, view } from './tus.js';

const csv = villageCsv(60_000);

describe('an upload goes on where its line broke', () => {
  let exchange: RunningExchange;
  let city: SmallCity;
  let dataset: string;
  let line: BreakingLine;
  let command: CommandLine;
  let contentDigest: string | undefined;

  before(async () => {
    exchange = await startExchange({ label: 'resume' });
    city = await foundSmallCity(exchange);
    dataset = await published(city, villageEntry(), villageCsv(3));
    line = await breakingLine(exchange.baseUrl);
    command = new CommandLine(line.baseUrl);
    await command.logIn(city.steward.login, city.steward.password);
    await writeFile(command.path('villages.csv'), csv);
    const plain = await city.steward.client.call(
      routes.publishVersion,
      { params: { id: dataset }, query: { fileName: 'data.csv', noSecrets: 'true' } },
      { stream: new Blob([new Uint8Array(csv)]).stream() },
    );
    contentDigest = plain.contentDigest;
    if (plain.proposal) await settled(city.steward, plain.proposal);
  });
  after(async () => {
    command.remove();
    await line.close();
    await exchange.stop();
  });

  const publish = (name = 'villages.csv') => ['datasets', 'publish', dataset, command.path(name), '--no-secrets'];
  const objects = async () => (await readdir(join(exchange.dataDir, 'payloads'))).length;
  const versions = async () => (await city.steward.client.call(routes.versions, { params: { id: dataset } })).items.length;

  /** So much of the one file that the command has under way is with the exchange. */
  async function hasArrived(bytes: number): Promise<void> {
    const kept = await readFile(join(command.folder, 'config', 'uploads.json'), 'utf8');
    const [begunUpload] = Object.values(JSON.parse(kept) as Record<string, { upload: string }>);
    assert.ok(begunUpload, 'the command has nothing under way');
    const { upload } = begunUpload;
    // At first it may not even know of it.
    const arrived = async () => (await view(city.steward, upload).catch(() => undefined))?.bytes ?? 0;
    for (let tries = 0; (await arrived()) < bytes; tries += 1) {
      assert.ok(tries < 300, `of ${upload} no ${bytes} bytes arrived`);
      await sleep(100);
    }
  }

  test('cut at twenty places and more, the version is the one that a whole line makes', async () => {
    let seed = 20_261_126;
    const next = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    // A connection is closed after HEAD, so each cut takes two of them.
    const places = Array.from({ length: 64 }, (_, i) => Math.floor(next() * (i % 5 === 0 ? 900 : 80_000)) + 1);
    line.cutNext(places);
    const before = await objects();
    const done = await command.ok<UploadView>(publish());
    line.cutNext([]);
    assert.ok(line.cuts >= 20, `${line.cuts} cuts`);
    assert.deepEqual([done.rows, done.contentDigest], [60_000, contentDigest]);
    assert.equal(await objects(), before + 1, 'of the pieces nothing is left');
  });

  test('ended by Ctrl-C, the same command goes on', async () => {
    const stop = new AbortController();
    const isHeld = line.holdAfter(csv.length / 2);
    const first = command.run(publish(), { signal: stop.signal });
    await isHeld;
    stop.abort();
    line.release();
    const cut = await first;
    assert.equal(cut.code, 130, cut.err);
    assert.match(cut.err, /run the same command again/);
    // Whoever goes on sooner sends again what still lies in buffers.
    await hasArrived(csv.length * 0.45);
    const sentBefore = line.sentBytes;
    const second = await command.run([...publish(), '--json']);
    assert.equal(second.code, 0, second.err);
    assert.match(second.err, /Going on from where it was cut/);
    assert.equal(second.json<UploadView>().contentDigest, contentDigest);
    assert.ok(
      line.sentBytes - sentBefore < csv.length * 0.6,
      `what had arrived was not sent again: ${line.sentBytes - sentBefore} of ${csv.length}`,
    );
  });

  test('another file of the same name is sent from its beginning', async () => {
    const before = await objects();
    const stop = new AbortController();
    const isHeld = line.holdAfter(csv.length / 2);
    const first = command.run(publish(), { signal: stop.signal });
    await isHeld;
    stop.abort();
    line.release();
    await first;
    await writeFile(command.path('villages.csv'), villageCsv(50_000));
    const second = await command.run([...publish(), '--json']);
    await writeFile(command.path('villages.csv'), csv);
    assert.equal(second.code, 0, second.err);
    assert.match(second.err, /changed since it was begun/);
    assert.equal(second.json<UploadView>().rows, 50_000);
    assert.equal(await objects(), before + 1);
  });

  /** Publishes a file that another program writes to meanwhile; it is refused for that. */
  async function publishWhileItGrows(): Promise<void> {
    await writeFile(command.path('growing.csv'), csv);
    const isHeld = line.holdAfter(200_000);
    const sending = command.run(publish('growing.csv'));
    await isHeld;
    await appendFile(command.path('growing.csv'), 'one,more,row\n');
    line.release();
    const ran = await sending;
    assert.equal(ran.code, 7, ran.err);
    assert.match(ran.err, /\[file-changed\]/);
  }

  test('a file that changes while it is read is no version', async () => {
    const before = [await objects(), await versions()];
    await publishWhileItGrows();
    assert.deepEqual([await objects(), await versions()], before);
  });

  test('of a file that changed, nothing is left either when what was sent of it arrives after all', async () => {
    const before = await objects();
    line.lagNext(1000);
    await publishWhileItGrows();
    // Longer than it lags.
    await sleep(1500);
    assert.equal(await objects(), before);
  });

  test('kill -9 of the API in mid-upload: the command waits for it and goes on', async () => {
    const isHeld = line.holdAfter(csv.length / 2);
    const sending = command.run([...publish(), '--json']);
    await isHeld;
    await exchange.kill('api');
    line.release();
    await exchange.start('api');
    const ran = await sending;
    assert.equal(ran.code, 0, ran.err);
    assert.equal(ran.json<UploadView>().contentDigest, contentDigest);
  });

  test('kill -9 while the file is taken in: it is taken in once, by the next', async () => {
    const before = await versions();
    const { id, url } = await begun(city.steward, exchange.baseUrl, dataset, csv.length);
    const last = add(city.steward, url, 0, csv).catch(() => undefined);
    while ((await view(city.steward, id).catch(() => undefined))?.bytes !== csv.length) await sleep(2);
    await exchange.kill('api');
    await last;
    await exchange.start('api');
    const head = await tus(city.steward, 'HEAD', url);
    assert.deepEqual([head.status, head.offset], [200, csv.length], 'nothing that arrived is lost');
    let told = await view(city.steward, id);
    for (const end = Date.now() + 40_000; told.state === 'receiving' && Date.now() < end; told = await view(city.steward, id))
      await sleep(100);
    assert.deepEqual([told.state, told.contentDigest], ['proposed', contentDigest]);
    if (told.proposal) await settled(city.steward, told.proposal);
    assert.equal(await versions(), before + 1);
  });

  test('what nobody goes on with ends with its time, and nothing of it stays', async () => {
    const database = await connect(exchange.database.workerUrl, { poolSize: 2 });
    try {
      const vault = openVault(loadVaultKey(join(exchange.dataDir, 'vault.key')));
      const clocksIn = async (hours: number) => {
        const clock = { now: () => new Date(Date.now() + hours * 3_600_000) };
        const context = await openExchangeContext(database, { vault, clock });
        const place = { kind: 'folder' as const, folder: join(exchange.dataDir, 'payloads') };
        const clocks = new RunClocks(context, openDataPlane(place, memoryFolderIn('/dev/shm'), 1024), {
          receiptDays: 3,
          orphanHours: 0,
        });
        await clocks.execute();
        return clocks;
      };
      // What the process that was killed had stored of a version that it never published.
      await (await clocksIn(0)).sweep(async () => 1000);
      const before = await objects();
      const { id, url } = await begun(city.steward, exchange.baseUrl, dataset, csv.length);
      await add(city.steward, url, 0, csv.subarray(0, 100_000));
      assert.equal(await objects(), before + 1);
      const early = await clocksIn(23);
      await early.sweep(async () => 1000);
      assert.equal((await tus(city.steward, 'HEAD', url)).offset, 100_000, 'the sweep of orphans leaves it alone');
      await clocksIn(25);
      assert.equal((await tus(city.steward, 'HEAD', url)).status, 410);
      assert.equal((await view(city.steward, id)).problem?.code, 'upload-gone');
      assert.equal(await objects(), before);
      await clocksIn(24 * 2 + 2);
      assert.equal((await tus(city.steward, 'HEAD', url)).status, 404);
    } finally {
      await database.close();
    }
  });
});
