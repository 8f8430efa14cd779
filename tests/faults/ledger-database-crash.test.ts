import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Seen } from '#ledger';
import { ensureDatabase, inboxOutcomes, migrate, readHead } from '#postgres';
import { startEmbeddedPostgres } from '../../apps/launcher/src/embedded-postgres.js';
import type { Said } from '../../libs/ledger/src/sample-city.js';
import { providerCode, sampleLedger } from '../ledger/sample-ledger.js';
import { checkWhole } from '../ledger/whole-ledger.js';

// A server of our own: this one is stopped like a power cut (`immediate`: no rollback, no checkpoint, recovery at the next start), with
// everything synced to disk as in production. Memory that the operating system still holds is not lost by this; only a machine is.
const folder = mkdtempSync(join(tmpdir(), 'quanlian-ledger-crash-'));
chmodSync(folder, 0o711);
const server = await startEmbeddedPostgres({
  directory: join(folder, 'pg'),
  password: randomBytes(18).toString('base64url'),
  durable: true,
});
after(async () => {
  await server.stop('immediate').catch(() => {});
  rmSync(folder, { recursive: true, force: true });
});
await ensureDatabase(server.adminUrl('postgres'), 'crash');
const url = server.adminUrl('crash');
// A server without the product's roles: one role owns and does everything, and the schema stands that.
await migrate(url);
const at = { name: 'crash', url, migratorUrl: url, apiUrl: url, workerUrl: url, drop: () => Promise.resolve() };

test('PostgreSQL stopped at once under load, again and again: nothing that was answered is lost or sealed twice', async () => {
  const ledger = await sampleLedger('crash', at);
  const { city, worker } = ledger;
  const stop = new AbortController();
  const sealing = ledger.sealer({ leaseMs: 400 }).run(stop.signal);
  const answered: Said[] = [];
  const telling = (async () => {
    while (!stop.signal.aborted) {
      const some = Array.from({ length: 1 + Math.floor(Math.random() * 30) }, () => city.membershipGranted(providerCode));
      try {
        await ledger.tell(...some);
        answered.push(...some);
      } catch {
        // No answer: it may be there or not.
        await sleep(20);
      }
    }
  })();

  let seen: Seen | undefined;
  const cycles = process.env['QUANLIAN_FAULTS'] === 'long' ? 40 : 4;
  for (let cycle = 0; cycle < cycles; cycle++) {
    await sleep(150 + Math.random() * 250);
    await server.stop('immediate');
    await server.restart();
    for (const begun = Date.now(); ; await sleep(20)) {
      assert.ok(Date.now() - begun < 20_000, 'the database did not come back');
      const head = await readHead(worker.pool).catch(() => undefined);
      if (!head) continue;
      // What was sealed before the crash is what is there after it.
      assert.ok(head.size >= (seen?.size ?? 0));
      seen = { size: head.size, head: head.headLeafHash };
      break;
    }
  }
  const waits = async () =>
    [
      ...(
        await inboxOutcomes(
          worker.pool,
          answered.map(({ statement }) => statement.id),
        )
      ).values(),
    ].some(({ state }) => state === 'waiting');
  for (const begun = Date.now(); await waits(); await sleep(50)) {
    assert.ok(Date.now() - begun < 30_000, 'the sealer did not recover');
  }
  stop.abort();
  await Promise.all([sealing, telling]);
  await ledger.sealAll();
  const report = await checkWhole(ledger, answered, seen);
  assert.ok(answered.length > 0 && report.size > answered.length);
  await ledger.end();
});
