import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, open, readFile, readdir, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { routes, type DeliveryView } from '#contracts';
import { decryptAge, generateAgeIdentity, sha256Hex } from '#crypto';
import { lawOf } from '#exchange';
import { encodeTrustRoot, openTrustRoot, readExport, verifyLedger, type TrustRoot } from '#ledger';
import { atDatabase, ensureDatabase, giveDatabase, withClient } from '#postgres';
import {
  deliveryIn,
  foundSmallCity,
  freshDatabase,
  granted,
  logIn,
  published,
  publishCsv,
  settled,
  startExchange,
  testPassword,
  villageCsv,
  villageEntry,
  type RunningExchange,
  type SmallCity,
  type TestDatabase,
} from '#testing';

const programs = resolve(import.meta.dirname, '../../apps/launcher/src');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of the operator's programs to its end, as the command does. */
async function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  meanwhile?: (kill: (signal: NodeJS.Signals) => void) => Promise<void>,
): Promise<Ended> {
  const child = spawn(process.execPath, ['--enable-source-maps', join(programs, `${program}.js`), ...args], {
    env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = once(child, 'exit');
  const [stdout, stderr] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    meanwhile?.((signal) => child.kill(signal)),
  ]);
  const [code] = (await exit) as [number | null];
  return { code, stdout, stderr };
}

function done({ code, stdout, stderr }: Ended): Record<string, never> {
  assert.equal(code, 0, stderr + stdout);
  return JSON.parse(stdout) as Record<string, never>;
}

describe('back up, lose everything, restore, verify', () => {
  let exchange: RunningExchange;
  let city: SmallCity;
  let folder: string;
  let env: Readonly<Record<string, string>>;
  let dataset: string;
  let right: string;
  let waiting: DeliveryView;
  let backup: string;
  const extra: TestDatabase[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quanlian-backup-'));
    // The database's own account must get in; else the launcher puts the database elsewhere, and it would stay there.
    await chmod(folder, 0o711);
    exchange = await startExchange({ label: 'backup' });
    city = await foundSmallCity(exchange);
    dataset = await published(city, villageEntry(), villageCsv(3000));
    right = await granted(city, dataset);
    const pulled = await city.requester.client.call(routes.pull, { params: { id: right }, body: {} });
    waiting = await deliveryIn(city.requester, pulled.delivery, 'prepared', 'failed');
    assert.equal(waiting.state, 'prepared');
    env = settingsFor(exchange.database, exchange.dataDir);
  });
  after(async () => {
    await exchange?.stop();
    for (const database of extra) await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  // As the migrator, who may make no roles: those of the test cluster are everybody's.
  function settingsFor(database: Pick<TestDatabase, 'migratorUrl' | 'apiUrl' | 'workerUrl'>, dataDir: string) {
    return {
      QUANLIAN_DATABASE_URL: database.migratorUrl,
      QUANLIAN_API_DATABASE_URL: database.apiUrl,
      QUANLIAN_WORKER_DATABASE_URL: database.workerUrl,
      QUANLIAN_DATA_DIR: dataDir,
    };
  }

  /** Somewhere else to restore to: an empty database and a data folder that is not there yet. */
  async function elsewhere(): Promise<{ env: Readonly<Record<string, string>>; database: TestDatabase; dataDir: string }> {
    const database = await freshDatabase('backup_elsewhere');
    extra.push(database);
    const dataDir = join(folder, `data-${extra.length}`);
    return { env: settingsFor(database, dataDir), database, dataDir };
  }

  test('a backup is made while the exchange works, and says what is in it', async () => {
    const safe = await generateAgeIdentity();
    await writeFile(join(folder, 'identity.txt'), `# safe\n${safe.identity}\n`, { mode: 0o600 });
    const keyFile = join(folder, 'safe', 'vault.key.age');
    // Somebody works on: a version is published and a delivery is made in the meantime.
    const [made] = await Promise.all([
      run('backup', [join(folder, 'backups'), '--vault-key', keyFile, '--to', safe.recipient, '--json'], env),
      publishCsv(city.steward, dataset, villageCsv(10)),
    ]);
    const told = done(made) as unknown as {
      backup: string;
      ledger: { size: number };
      objects: { count: number };
      manifestSha256: string;
    };
    backup = told.backup;
    assert.match(backup, /\/quanlian-backup-\d{8}T\d{6}Z$/);
    assert.ok(told.ledger.size > 15);
    assert.ok(told.objects.count >= 2, 'a part and a payload');
    assert.equal(told.manifestSha256, sha256Hex(await readFile(join(backup, 'manifest.json'))));
    for (const name of ['.', 'manifest.json', 'tables', 'objects', 'tables/office.person.copy.gz']) {
      assert.equal((await stat(join(backup, name))).mode & 0o077, 0, name);
    }
    assert.equal((await stat(keyFile)).mode & 0o777, 0o600);
    const key = await readFile(join(exchange.dataDir, 'vault.key'));
    assert.deepEqual(await buffer(decryptAge([safe.identity], [await readFile(keyFile)])), key);
    assert.deepEqual(await filesHolding(backup, key.subarray(-45, -1)), []);
    done(await run('restore', [backup, '--check', '--json'], {}));
  });

  test('a flipped byte, a cut file and a missing one are named, and nothing is restored', async () => {
    const damaged = join(folder, 'damaged');
    await cp(backup, damaged, { recursive: true });
    const [object = ''] = await readdir(join(damaged, 'objects'));
    const flipped = await open(join(damaged, 'objects', object), 'r+');
    const { buffer: byte } = await flipped.read(Buffer.alloc(1), 0, 1, 100);
    await flipped.write(Buffer.of((byte[0] ?? 0) ^ 1), 0, 1, 100);
    await flipped.close();
    await truncate(join(damaged, 'tables', 'ledger.ledger_entry.copy.gz'), 1000);
    await rm(join(damaged, 'tables', 'office.prose.copy.gz'));
    const place = await elsewhere();
    const refused = await run('restore', [damaged, '--json'], place.env);
    assert.equal(refused.code, 4);
    const { problem } = JSON.parse(refused.stdout) as { problem: { code: string; title: { zh: string; en: string } } };
    assert.equal(problem.code, 'backup-damaged');
    assert.match(problem.title.en, new RegExp(`${object} was altered`));
    assert.match(problem.title.en, /ledger\.ledger_entry\.copy\.gz is cut off \(1000 of \d+ bytes\)/);
    assert.match(problem.title.en, /office\.prose\.copy\.gz is missing/);
    assert.match(problem.title.zh, /已被改动/);
    assert.deepEqual(await tablesIn(place.database.url), []);
    await assert.rejects(stat(place.dataDir));

    await rm(join(damaged, 'manifest.json'));
    const second = await run('restore', [damaged], { ...place.env, LANG: 'zh_CN.UTF-8' });
    assert.equal(second.code, 1);
    assert.match(second.stderr, /不是完整的备份。 {2}\[not-a-backup\]/);
  });

  test('an exchange that holds something is not restored into', async () => {
    const intoUsed = await run('restore', [backup], env);
    assert.equal(intoUsed.code, 1);
    assert.match(intoUsed.stderr, /is not empty.*\[exchange-not-empty\]/s);
    const foreign = await elsewhere();
    await mkdir(foreign.dataDir);
    await writeFile(join(foreign.dataDir, 'vault.key'), `quanlian-vault-key-v1 ${Buffer.alloc(32, 7).toString('base64')}\n`, {
      mode: 0o600,
    });
    const intoForeign = await run('restore', [backup], foreign.env);
    assert.equal(intoForeign.code, 1);
    assert.match(intoForeign.stderr, /vault-key-in-the-way/);
  });

  test('a backup that is cut short leaves nothing that looks whole', async () => {
    const cut = join(folder, 'cut');
    const ended = await run('backup', [cut], env, async (kill) => {
      await until(async () => (await readdir(cut)).length > 0);
      kill('SIGINT');
    });
    assert.equal(ended.code, 130, ended.stderr);
    assert.deepEqual(await readdir(cut), []);
  });

  test('an object that the exchange itself has lost is named', async () => {
    const [part = ''] = await withClient(exchange.database.url, async (client) => {
      const { rows } = await client.query<{ name: string }>('SELECT name FROM office.version_part ORDER BY name');
      return rows.map(({ name }) => name);
    });
    const path = join(exchange.dataDir, 'payloads', part);
    await rename(path, `${path}.away`);
    try {
      const refused = await run('backup', [join(folder, 'lost')], env);
      assert.equal(refused.code, 4);
      assert.match(refused.stderr, new RegExp(`${part} is missing.*objects-damaged`, 's'));
      assert.deepEqual(await readdir(join(folder, 'lost')), []);
      const made = done(await run('backup', [join(folder, 'lost'), '--despite-damage', '--json'], env)) as unknown as {
        damaged: object[];
      };
      assert.deepEqual(made.damaged, [{ name: part, problem: 'missing' }]);
    } finally {
      await rename(`${path}.away`, path);
    }
  });

  test('a payload that is disposed of while the backup is made is not missed, and known to be gone after a restore', async () => {
    const { requester } = city;
    const pulled = await requester.client.call(routes.pull, { params: { id: right }, body: {} });
    const delivery = await deliveryIn(requester, pulled.delivery, 'prepared', 'failed');
    const [part = '', payload = ''] = await withClient(exchange.database.url, async (client) => {
      const { rows } = await client.query<{ part: string; payload: string }>(
        `SELECT (SELECT min(name) FROM office.version_part) AS part, object_name AS payload FROM office.delivery_attempt WHERE delivery = $1`,
        [delivery.id],
      );
      return [rows[0]?.part, rows[0]?.payload];
    });
    // Parts are copied first: one that gives no bytes yet holds the backup between its snapshot and the payloads.
    const payloads = join(exchange.dataDir, 'payloads');
    await rename(join(payloads, part), join(payloads, `${part}.away`));
    execFileSync('mkfifo', [join(payloads, part)]);
    const target = join(folder, 'disposed');
    const made = await run('backup', [target, '--json'], env, async () => {
      await until(async () => (await readdir(target, { recursive: true })).some((name) => name.endsWith(part)));
      const { ciphertextSha256 = '', plaintextHmac = '', rows = 0 } = delivery;
      const receipt = { ciphertextSha256, plaintextHmac, rows };
      await settled(requester, await requester.client.call(routes.signReceipt, { params: { id: delivery.id }, body: receipt }));
      await until(async () => !(await readdir(payloads)).includes(payload));
      await writeFile(join(payloads, part), await readFile(join(payloads, `${part}.away`)));
    });
    await rename(join(payloads, `${part}.away`), join(payloads, part));
    const told = done(made) as unknown as { backup: string; disposed: number; damaged: object[] };
    assert.equal(told.disposed, 1);
    assert.deepEqual(told.damaged, []);

    const place = await elsewhere();
    done(await run('restore', [told.backup, '--json'], place.env));
    await withClient(place.database.url, async (client) => {
      const { rows } = await client.query<{ delivery: string }>(
        `SELECT delivery FROM office.delivery_work WHERE payload_removed_at IS NOT NULL`,
      );
      assert.deepEqual(rows, [{ delivery: delivery.id }]);
    });
  });

  test('after everything is lost, a restore brings it back, verified', async () => {
    const before = await exchange.client().call(routes.trustRoot, {});
    const trust = join(folder, 'trust-root.json');
    await writeFile(trust, encodeTrustRoot(before as TrustRoot));
    await exchange.kill('api');
    await exchange.kill('worker');
    const { database, dataDir } = exchange;
    await database.drop();
    await rm(dataDir, { recursive: true });
    await ensureDatabase(atDatabase(database.url, 'postgres'), database.name);
    await giveDatabase(database.url);

    const key = ['--vault-key', join(folder, 'safe', 'vault.key.age')];
    const restored = done(
      await run('restore', [backup, ...key, '--identity', join(folder, 'identity.txt'), '--trust', trust, '--json'], env),
    ) as unknown as {
      verified: { size: number; trust: string };
      wrong: unknown[];
      ended: { tokens: number };
      vaultKey: { present: boolean };
    };
    assert.deepEqual(restored.wrong, []);
    assert.equal(restored.verified.trust, 'file');
    assert.ok(restored.ended.tokens >= 5);
    assert.equal(restored.vaultKey.present, true);
    assert.equal((await stat(join(dataDir, 'vault.key'))).mode & 0o777, 0o600);

    await exchange.start('worker');
    await exchange.start('api');
    await assert.rejects(city.requester.client.call(routes.me, {}), /log in/);
    const requester = await logIn(exchange, city.requester.login, city.requester.password);
    const supervisor = await logIn(exchange, city.supervisor.login, city.supervisor.password);
    const response = await requester.client.open(routes.payload, { params: { id: waiting.id } });
    const ciphertext = Buffer.from(await response.arrayBuffer());
    assert.equal(sha256Hex(ciphertext), waiting.ciphertextSha256);
    const plaintext = await buffer(decryptAge([city.identities[0] ?? ''], [ciphertext]));
    assert.equal(plaintext.toString().split('\n').length, 302);

    // The restored sealer seals, and the restored version still opens for a new delivery.
    const pulled = await requester.client.call(routes.pull, { params: { id: right }, body: {} });
    const again = await deliveryIn(requester, pulled.delivery, 'prepared', 'failed', 'refused');
    assert.equal(again.state, 'prepared', JSON.stringify(again.problem));
    const exported = await supervisor.client.open(routes.exportLedger, {});
    const root = openTrustRoot(await readFile(trust));
    const { folds } = lawOf(root.origin);
    const report = await verifyLedger(readExport(exported.body as AsyncIterable<Uint8Array>), root, { folds });
    assert.ok(report.size > restored.verified.size);
    const audit = await supervisor.client.call(routes.audit, {});
    assert.deepEqual(audit.differences, []);
    const head = await logIn(exchange, 'head', testPassword);
    await settled(
      head,
      await head.client.call(routes.nominateKey, { params: { code: city.codes.provider }, body: { custody: 'exchange' } }),
    );
  });

  test('a restored exchange that is not what was sealed is named entry by entry', async () => {
    const place = await elsewhere();
    const tampered = join(folder, 'tampered');
    await withClient(exchange.database.url, async (client) => {
      await client.query('ALTER TABLE ledger.ledger_entry DISABLE TRIGGER never_changed');
      await client.query(
        `UPDATE ledger.ledger_entry SET bytes = overlay(bytes PLACING '\\x39'::bytea FROM octet_length(bytes) - 30) WHERE index = 7`,
      );
      await client.query('ALTER TABLE ledger.ledger_entry ENABLE ALWAYS TRIGGER never_changed');
      await client.query(`UPDATE projection."right" SET state = jsonb_set(state, '{usedRows}', '1') WHERE id = $1`, [right]);
    });
    const made = done(await run('backup', [tampered, '--json'], env)) as unknown as { backup: string };
    const restored = await run('restore', [made.backup, '--json'], place.env);
    assert.equal(restored.code, 4, restored.stderr);
    const told = JSON.parse(restored.stdout) as {
      wrong: { code: string; sentence: { en: string } }[];
      vaultKey: { present: boolean };
    };
    assert.ok(
      told.wrong.some(({ sentence }) => sentence.en.startsWith('Entry 7:')),
      restored.stdout,
    );
    assert.ok(
      told.wrong.some(({ sentence }) => sentence.en.includes(`projection.right ${right}`)),
      restored.stdout,
    );
    assert.equal(told.vaultKey.present, false);
  });
});

/** Waits for something on the disk; what is not there yet is not yet so. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await isSo().catch(() => false))) {
    assert.ok(Date.now() < deadline, 'it never happened');
    await sleep(5);
  }
}

async function tablesIn(url: string): Promise<string[]> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
    );
    return rows.map(({ name }) => name);
  });
}

/** Files of a backup that hold these bytes, as text of base64 or as COPY writes them, in hex. */
async function filesHolding(backup: string, base64: Buffer): Promise<string[]> {
  const hex = Buffer.from(Buffer.from(base64.toString(), 'base64').toString('hex'));
  const found: string[] = [];
  for (const entry of await readdir(backup, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = await readFile(join(entry.parentPath, entry.name));
    const content = entry.name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
    if (content.includes(base64) || content.includes(hex)) found.push(entry.name);
  }
  return found;
}
