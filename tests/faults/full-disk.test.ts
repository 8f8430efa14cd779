import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Seen } from '#ledger';
import { ensureDatabase, inboxOutcomes, migrate, readHead, readLedgerStatus, setSealing, withClient } from '#postgres';
import { noWitnesses } from '#witnesses';
import { startEmbeddedPostgres } from '../../apps/launcher/src/embedded-postgres.js';
import type { Said } from '../../libs/ledger/src/sample-city.js';
import { providerCode, sampleLedger } from '../ledger/sample-ledger.js';
import { checkWhole } from '../ledger/whole-ledger.js';
import { fillUp, mountSmall, unmount } from './small-disk.js';

// A server of our own whose folder is a small file system in memory: it is really full, and the machine's disk is not.

const sizeMiB = 200;
const folder = mkdtempSync(join(tmpdir(), 'quanlian-full-disk-'));
const disk = join(folder, 'disk');
const filler = join(disk, 'filler');
chmodSync(folder, 0o711);
mkdirSync(disk);
const skip = mountSmall(disk, sizeMiB, '0711') ?? false;

function fill(): void {
  fillUp(filler);
  assert.equal(statfsSync(disk).bavail, 0);
}
const makeRoom = (): void => rmSync(filler);

async function until(what: string, holds: () => Promise<boolean>, withinMs = 30_000): Promise<void> {
  for (const begun = Date.now(); !(await holds().catch(() => false)); await sleep(50))
    assert.ok(Date.now() - begun < withinMs, what);
}

// What a failed test leaves.
let stopSealer = async (): Promise<void> => {};
let endLedger = async (): Promise<void> => {};
let stopServer = async (): Promise<void> => {};
after(async () => {
  await stopSealer();
  await endLedger();
  await stopServer();
  if (!skip) unmount(disk);
  rmSync(folder, { recursive: true, force: true });
});

test(
  'a full disk under the sealer: it says why, nothing that was answered is lost, and it goes on when there is room',
  { skip },
  async () => {
    const server = await startEmbeddedPostgres({
      directory: join(disk, 'pg'),
      password: randomBytes(18).toString('base64url'),
      durable: true,
    });
    stopServer = () => server.stop('immediate').catch(() => {});
    await ensureDatabase(server.adminUrl('postgres'), 'full');
    const url = server.adminUrl('full');
    await migrate(url);
    const at = { name: 'full', url, migratorUrl: url, apiUrl: url, workerUrl: url, drop: () => Promise.resolve() };
    const ledger = await sampleLedger('full', at);
    endLedger = () => ledger.end();
    const { city, worker } = ledger;
    const pool = worker.pool;
    const answered: Said[] = [];
    let lastRefusal: unknown;
    /** Says some; only what was answered counts. Answers whether it was. */
    const tellSome = async (count = 20): Promise<boolean> => {
      const some = Array.from({ length: count }, () => city.membershipGranted(providerCode));
      try {
        await ledger.tell(...some);
        answered.push(...some);
        return true;
      } catch (error) {
        lastRefusal = error;
        return false;
      }
    };
    const status = () => readLedgerStatus(pool, noWitnesses, { held: () => Promise.resolve([city.log]) });
    const troubles: unknown[] = [];
    const startSealer = (): void => {
      const stop = new AbortController();
      const sealing = ledger
        .sealer({
          leaseMs: 1_000,
          onTrouble: (_stage, error) => troubles.push(error),
          onStanding: (problem) => setSealing(pool, problem?.toProblem(), new Date().toISOString()),
        })
        .run(stop.signal);
      stopSealer = async () => {
        stop.abort();
        await sealing;
      };
    };
    const allSealed = async (): Promise<boolean> => {
      const ids = answered.map(({ statement }) => statement.id);
      const outcomes = [...(await inboxOutcomes(pool, ids)).values()];
      return outcomes.length === ids.length && outcomes.every(({ state }) => state === 'sealed');
    };
    const seen = async (): Promise<Seen> => {
      const { size, headLeafHash } = await readHead(pool);
      return { size, head: headLeafHash };
    };
    startSealer();
    await tellSome();
    await until('it seals', allSealed);
    const before = await seen();

    // 1. No room for rows: of the sealer, which finds them waiting, and of whoever comes now. What is being written is undone; the server lives.
    await stopSealer();
    for (let i = 0; i < 5; i++) await tellSome(200);
    fill();
    startSealer();
    await until('it says why', async () => (await status()).sealing.problem?.code === 'disk-full');
    await until('admission says no, too', async () => !(await tellSome()));
    assert.equal((lastRefusal as { code?: string }).code, '53100', String(lastRefusal));
    const stuck = await readHead(pool);
    await sleep(500);
    assert.deepEqual([(await readHead(pool)).size, (await status()).sealing.ok], [stuck.size, false]);
    makeRoom();
    await until('it goes on by itself', allSealed);
    await until('it says so', async () => (await status()).sealing.ok);

    // 2. No room for the server's own log either: it ends itself. Somebody starts it again when there is room.
    fill();
    await tellSome();
    await withClient(url, async (client) => {
      await assert.rejects(async () => {
        for (;;) await client.query("SELECT pg_logical_emit_message(false, 'test', repeat('x', 1000000))");
      });
    });
    await until('the server is gone', () =>
      pool.query('SELECT').then(
        () => false,
        () => true,
      ),
    );
    assert.equal(await tellSome(), false);
    makeRoom();
    await server.stop('immediate').catch(() => {});
    await server.restart();
    await until('it goes on by itself', allSealed);
    await until('it says so', async () => (await status()).sealing.ok);
    assert.ok(await tellSome());
    await until('it seals', allSealed);

    assert.ok(troubles.length > 0);
    await stopSealer();
    await ledger.sealAll();
    const report = await checkWhole(ledger, answered, before);
    assert.ok(report.size >= answered.length);
  },
);
