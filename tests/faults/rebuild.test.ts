import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { LedgerDamaged, readHead, rebuildProjections, withClient, type StateFinding } from '#postgres';
import { providerCode, sampleLedger } from '../ledger/sample-ledger.js';
import { tamper } from '../ledger/tamper.js';
import { auditOf, checkWhole } from '../ledger/whole-ledger.js';

const ledger = await sampleLedger('rebuild');
const { city, at, law, worker } = ledger;
const folder = mkdtempSync(join(tmpdir(), 'quanlian-rebuild-'));
after(async () => {
  await ledger.end();
  rmSync(folder, { recursive: true, force: true });
});
const said = Array.from({ length: 30 }, () => city.membershipGranted(providerCode));
await ledger.tell(...said);
await ledger.sealAll();

const spoil = `
UPDATE projection.membership SET state = jsonb_set(state, '{roles}', '["operator"]') WHERE changed_at = 12;
DELETE FROM projection.membership WHERE changed_at = 13;
INSERT INTO projection.membership (id, state, changed_at) SELECT 'x', state, 1 FROM projection.membership LIMIT 1;
UPDATE projection.key SET state = state - 'custody' WHERE changed_at = 0`;

async function rebuild(): Promise<StateFinding[]> {
  const mended: StateFinding[] = [];
  await withClient(at.migratorUrl, (client) => rebuildProjections(client, law, (finding) => mended.push(finding)));
  return mended;
}

test('what differs from the ledger is written as the ledger has it, and named; what does not is not touched', async () => {
  await withClient(at.url, (client) => client.query(spoil));
  const differences = await auditOf(ledger);
  assert.equal(differences.length, 6);
  assert.deepEqual(await rebuild(), differences);
  assert.deepEqual(await auditOf(ledger), []);
  assert.deepEqual(await rebuild(), []);
});

test('a sealer that judged by what stood there before is fenced, and goes on from what was written', async () => {
  const sealer = ledger.sealer();
  assert.ok(await sealer.takeLease());
  await ledger.tell(city.membershipGranted(providerCode));
  assert.equal((await sealer.sealBatch()).state, 'sealed');
  await withClient(at.url, (client) => client.query(spoil));
  const { epoch } = await readHead(worker.pool);
  await rebuild();
  assert.equal((await readHead(worker.pool)).epoch, epoch + 1);
  const more = city.membershipGranted(providerCode);
  await ledger.tell(more);
  assert.equal((await sealer.sealBatch()).state, 'fenced');
  await ledger.sealAll();
  await checkWhole(ledger, [...said, more]);
});

test('nothing is written while an entry is damaged, by the command either', async () => {
  const command = () =>
    spawnSync(process.execPath, [resolve(import.meta.dirname, '../../apps/launcher/src/rebuild.js'), '--json'], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], QUANLIAN_DATABASE_URL: at.url, QUANLIAN_DATA_DIR: folder, QUANLIAN_LANG: 'en' },
    });
  await tamper(
    at,
    async (client) => {
      await client.query(`UPDATE ledger.ledger_entry SET bytes = set_byte(bytes, 100, 65) WHERE index = 12; ${spoil}`);
    },
    async () => {
      const before = await auditOf(ledger);
      await assert.rejects(rebuild(), LedgerDamaged);
      const refused = command();
      assert.equal(refused.status, 4, refused.stderr);
      assert.equal((JSON.parse(refused.stdout) as { code: string }).code, 'ledger-damaged');
      assert.deepEqual(await auditOf(ledger), before);
    },
  );
  // The keys, which were not put back, are still as they were spoilt.
  const done = command();
  assert.equal(done.status, 0, done.stderr);
  assert.equal((JSON.parse(done.stdout) as { mended: number }).mended, 3);
  assert.deepEqual(await auditOf(ledger), []);
});
