import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { connect, ensureDatabase, migrate, withClient } from '#postgres';
import { startEmbeddedPostgres } from '../../apps/launcher/src/embedded-postgres.js';
import { SampleCity } from '../../libs/ledger/src/sample-city.js';
import { granteeCode, providerCode, type SampleLedger } from '../../tests/ledger/sample-ledger.js';
import { growTo } from '../shared/big-log.js';
import { settle } from '../shared/durable-database.js';
import type { Asked, Compared } from '../shared/rounds.js';
import { compareStore, type Appended } from './store.js';

/**
 * The append rate of a log of many entries, against that of the same log when it was short. Each is set beside the raw loop of its own
 * minute, which always begins with empty tables: what is compared is the log's length and not the machine's day. `--keep FOLDER`: the
 * database stays there with what was measured at its start, so that a run that was ended goes on from where it was, and a larger
 * `--grown` grows it further. Ten million entries take some 25 GB.
 */
export async function benchGrowth(given: SampleLedger, asked: Asked): Promise<void> {
  const folder = asked.text('keep');
  if (folder === undefined) return grow(given, asked);
  const kept = await openKept(resolve(folder));
  try {
    await grow(kept.ledger, asked, join(resolve(folder), 'at-the-start.json'));
  } finally {
    await kept.close();
  }
}

async function grow(ledger: Appended, asked: Asked, startFile?: string): Promise<void> {
  const entries = asked.number('grown', 1_000_000);
  let before: Compared;
  if (startFile !== undefined && existsSync(startFile)) {
    before = JSON.parse(readFileSync(startFile, 'utf8')) as Compared;
    console.log(`append at the start, measured by an earlier run: ${Math.round(before.rate)} a second`);
  } else {
    before = await compareStore('append at the start', ledger, asked);
    if (startFile !== undefined) writeFileSync(startFile, JSON.stringify(before));
  }
  const since = performance.now();
  let toldAt = 0;
  await growTo(ledger, entries, (size) => {
    if (performance.now() - toldAt < 15_000) return;
    toldAt = performance.now();
    console.log(`  ${size} entries after ${((toldAt - since) / 1000).toFixed(0)} s`);
  });
  await withClient(ledger.at.url, (client) => client.query('VACUUM ANALYZE ledger.ledger_entry'));
  await settle(ledger.at);
  console.log(`grown to ${entries} entries by SQL, in ${((performance.now() - since) / 1000).toFixed(0)} s`);
  const after = await compareStore(`append at ${entries} entries`, ledger, asked);
  const ratio = after.ratio / before.ratio;
  const scope = entries < 10_000_000 ? ` at this smaller size (--grown 10000000 for the whole)` : '';
  console.log(
    `append at ${entries} entries against the start: ratio ${(after.rate / before.rate).toFixed(2)}, with each set beside its raw loop ${ratio.toFixed(2)}; goal ratio 0.8 at 10000000: ${ratio >= 0.8 ? 'reached' : 'MISSED'}${scope}`,
  );
}

/** A server of its own on a folder that stays. Nothing in it can be verified, so the keys of a new city do. */
async function openKept(folder: string): Promise<{ ledger: Appended; close: () => Promise<void> }> {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o711);
  const secretFile = join(folder, 'password');
  if (!existsSync(secretFile)) writeFileSync(secretFile, randomBytes(18).toString('base64url'), { mode: 0o600 });
  const server = await startEmbeddedPostgres({ directory: join(folder, 'pg'), password: readFileSync(secretFile, 'utf8') });
  await ensureDatabase(server.adminUrl('postgres'), 'growth');
  const url = server.adminUrl('growth');
  await migrate(url);
  await withClient(url, (client) => client.query('UPDATE ledger.ledger_head SET lease_holder = NULL, lease_until = NULL'));
  const worker = await connect(url, { poolSize: 4 });
  const city = new SampleCity();
  for (const department of [providerCode, granteeCode]) city.keyAdmitted(department);
  const at = { name: 'growth', url, migratorUrl: url, apiUrl: url, workerUrl: url, drop: () => Promise.resolve() };
  return {
    ledger: { city, at, worker },
    async close() {
      await worker.close();
      await server.stop();
    },
  };
}
