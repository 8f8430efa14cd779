import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { routes, type LedgerStatus } from '#contracts';
import { lawOf } from '#exchange';
import { decodeVerifierKey, openWitnessed, type VerifierKey } from '#ledger';
import { atDatabase, auditProjections, withClient, type Finding } from '#postgres';
import {
  foundSmallCity,
  granted,
  published,
  startExchange,
  villageCsv,
  villageEntry,
  type RunningExchange,
  type SmallCity,
} from '#testing';
import { makeWitnesses, type WitnessProcesses } from '../witness/witness-processes.js';

// Yesterday's backup in place of the database: to the exchange it looks whole. Only the witnesses know better.

describe('a database that was set back to an older backup', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quanlian-old-backup-'));
  /** The log as static files, as anybody may keep a copy of it. */
  const logFolder = join(folder, 'log');
  let witnesses: WitnessProcesses;
  let exchange: RunningExchange;
  let city: SmallCity;
  let logKey: VerifierKey;
  let whole: LedgerStatus;

  const status = (): Promise<LedgerStatus> => city.supervisor.client.call(routes.ledgerStatus, {});
  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    for (const begun = Date.now(); !(await holds().catch(() => false)); await sleep(50))
      assert.ok(Date.now() - begun < 30_000, what);
  };
  /** The second line of a checkpoint is its size. */
  const copiedSize = (): number => Number(readFileSync(join(logFolder, 'checkpoint'), 'utf8').split('\n', 2)[1]);
  const allWitnessed = () =>
    until('all is witnessed', async () => {
      const { size, witnesses: stand, sealing } = await status();
      return sealing.ok && stand.witnessed?.size === size;
    });
  /** Does something on the server while nobody uses the database. */
  const onServer = async (...statements: string[]): Promise<void> => {
    await exchange.kill('api');
    await exchange.kill('worker');
    await withClient(atDatabase(exchange.database.url, 'postgres'), async (client) => {
      await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE $1`, [
        `${exchange.database.name}%`,
      ]);
      for (const statement of statements) await client.query(statement);
    });
  };
  /** Not until it is ready: an exchange that does not seal what waits is not. */
  const start = async (): Promise<void> => {
    await exchange.start('worker');
    void exchange.start('api').catch(() => undefined);
    await until('it answers', async () => (await fetch(`${exchange.baseUrl}/health/live`)).ok);
  };
  const replay = (copy: string) =>
    spawnSync(process.execPath, [resolve(import.meta.dirname, '../../apps/launcher/src/replay.js'), copy, '--json'], {
      encoding: 'utf8',
      timeout: 120_000,
      env: {
        PATH: process.env['PATH'],
        QUANLIAN_LANG: 'en',
        QUANLIAN_DATA_DIR: exchange.dataDir,
        QUANLIAN_DATABASE_URL: exchange.database.migratorUrl,
        QUANLIAN_API_DATABASE_URL: exchange.database.apiUrl,
        QUANLIAN_WORKER_DATABASE_URL: exchange.database.workerUrl,
      },
    });
  const auditOf = async (): Promise<Finding[]> => {
    const findings: Finding[] = [];
    const { name: origin } = logKey;
    await withClient(exchange.database.workerUrl, (client) =>
      auditProjections(client, lawOf(origin), (finding) => findings.push(finding)),
    );
    return findings;
  };

  before(async () => {
    witnesses = await makeWitnesses(3, 2);
    exchange = await startExchange({
      label: 'old_backup',
      env: {
        QUANLIAN_WITNESS_POLICY: witnesses.policyFile,
        QUANLIAN_LEDGER_ENTRIES: 'public',
        QUANLIAN_LEDGER_FOLDER: logFolder,
      },
    });
    const vkey = (await (await fetch(`${exchange.baseUrl}/log/vkey`)).text()).trim();
    logKey = decodeVerifierKey(vkey);
    await witnesses.start(vkey);
    city = await foundSmallCity(exchange);
    await allWitnessed();
    const { name } = exchange.database;
    await onServer(`CREATE DATABASE "${name}_old" TEMPLATE "${name}"`);
    await start();
    // A day goes by.
    await granted(city, await published(city, villageEntry(), villageCsv(10)));
    await allWitnessed();
    whole = await status();
    // Files follow what is witnessed: the copy must have all of the day before it ends.
    await until('the copy is whole', async () => copiedSize() === whole.size);
    await onServer(`ALTER DATABASE "${name}" RENAME TO "${name}_new"`, `ALTER DATABASE "${name}_old" RENAME TO "${name}"`);
    await withClient(exchange.database.url, (client) => client.query('UPDATE ledger.ledger_head SET lease_holder = NULL'));
    await start();
  });
  after(async () => {
    await exchange?.stop();
    await witnesses?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('the witnesses are ahead: nothing is sealed or signed, and it says why', async () => {
    await until('it refuses', async () => (await status()).sealing.problem?.code === 'witness-ahead');
    const { size, signedSize, sealing } = await status();
    assert.ok(size < whole.size);
    assert.deepEqual(sealing.problem?.details?.['size'], size);
    assert.ok(Number(sealing.problem?.details?.['witnessed']) > size);
    const suspended = await city.steward.client.call(routes.enterDataset, { body: { entry: villageEntry(), noSecrets: true } });
    await sleep(3_000);
    const later = await status();
    assert.deepEqual([later.size, later.signedSize, later.sealing.ok], [size, signedSize, false]);
    const waiting = await city.steward.client.call(routes.proposal, { params: { id: suspended.id } });
    assert.notEqual(waiting.state, 'sealed');
    const ready = (await (await fetch(`${exchange.baseUrl}/health/ready`)).json()) as { sealing: { problem: { code: string } } };
    assert.equal(ready.sealing.problem.code, 'witness-ahead');
  });

  test('a copy of another history, or one that was changed, is not taken', async () => {
    await onServer();
    const changed = join(folder, 'changed');
    cpSync(logFolder, changed, { recursive: true });
    const partial = join(changed, 'tile/entries/000.p');
    for (const file of readdirSync(partial)) {
      const bytes = readFileSync(join(partial, file));
      // One digit of the last entry.
      bytes[bytes.length - 40] = (bytes.at(-40) ?? 0) ^ 1;
      writeFileSync(join(partial, file), bytes);
    }
    const { status: code, stdout } = replay(changed);
    assert.ok(code === 4 || code === 1, stdout);
    assert.deepEqual(await auditOf(), []);
    await start();
    assert.ok((await status()).size < whole.size);
  });

  test('the lost entries come back from a copy of the log, and it goes on by itself', async () => {
    await onServer();
    const done = replay(logFolder);
    assert.equal(done.status, 0, done.stdout + done.stderr);
    const { size, added } = JSON.parse(done.stdout) as { size: number; added: number };
    assert.equal(size, whole.size);
    assert.ok(added > 0);
    assert.equal((JSON.parse(replay(logFolder).stdout) as { added: number }).added, 0, 'a second time adds nothing');
    assert.deepEqual(await auditOf(), []);
    await start();
    await published(city, villageEntry({ title: '后来的名录', resourceCode: '3/1/1/1/000002' }), villageCsv(10));
    await allWitnessed();
    const note = await (await fetch(`${exchange.baseUrl}/log/checkpoint`)).text();
    const opened = openWitnessed(Buffer.from(note), { ...witnesses.policy, logs: [{ key: logKey }] });
    assert.ok(opened.size > whole.size);
    assert.deepEqual(await auditOf(), []);
  });

  test('a newer backup in its place: it goes on by itself', async () => {
    // That of the whole day; what was sealed since is on no disk any more, so the witnesses hold it back again.
    const { name } = exchange.database;
    await onServer(`ALTER DATABASE "${name}" RENAME TO "${name}_newest"`, `ALTER DATABASE "${name}_new" RENAME TO "${name}"`);
    await start();
    await until('it refuses', async () => (await status()).sealing.problem?.code === 'witness-ahead');
    await onServer(`ALTER DATABASE "${name}" RENAME TO "${name}_new"`, `ALTER DATABASE "${name}_newest" RENAME TO "${name}"`);
    await start();
    await until('it goes on', async () => (await status()).sealing.ok);
    await published(city, villageEntry({ title: '更后来的名录', resourceCode: '3/1/1/1/000003' }), villageCsv(10));
    await allWitnessed();
  });
});
