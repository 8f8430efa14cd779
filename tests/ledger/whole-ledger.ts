import assert from 'node:assert/strict';
import { auditProjections, exportLedger, inboxOutcomes, readCheckpoints, readEntries, withClient, type Finding } from '#postgres';
import {
  HashesInMemory,
  leafHash,
  openCheckpoint,
  openEntry,
  readExport,
  readRoot,
  readTile,
  tilesBetween,
  verifierKeyOf,
  verifyLedger,
  type Seen,
  type VerifyReport,
} from '#ledger';
import type { Said } from '../../libs/ledger/src/sample-city.js';
import type { SampleLedger } from './sample-ledger.js';

/** Everything that the audit finds in the database. */
export async function auditOf({ at, law }: SampleLedger): Promise<Finding[]> {
  const findings: Finding[] = [];
  await withClient(at.workerUrl, (client) => auditProjections(client, law, (finding) => findings.push(finding)));
  return findings;
}

export function verifyOf({ worker, trustRoot, law }: SampleLedger, seen?: Seen): Promise<VerifyReport> {
  return verifyLedger(readExport(exportLedger(worker.pool)), trustRoot, { folds: law.folds, ...(seen ? { seen } : {}) });
}

/** No lost answer, no duplicate, no fork: each statement is in the ledger once or rejected, and everything adds up. */
export async function checkWhole(ledger: SampleLedger, said: readonly Said[], seen?: Seen): Promise<VerifyReport> {
  const report = await verifyOf(ledger, seen);
  assert.deepEqual(await auditOf(ledger), []);
  const ids = said.map(({ statement }) => statement.id);
  const indexes = new Map<string, number>();
  const leaves: Buffer[] = [];
  for await (const { bytes, index } of readEntries(ledger.worker.pool)) {
    const { id } = openEntry(bytes).entry.statement;
    assert.ok(!indexes.has(id), `${id} is sealed twice`);
    indexes.set(id, index);
    leaves.push(Buffer.from(leafHash(bytes)));
  }
  const outcomes = await inboxOutcomes(ledger.worker.pool, ids);
  for (const id of ids) {
    const outcome = outcomes.get(id);
    assert.ok(outcome && outcome.state !== 'waiting', `${id} is ${outcome?.state ?? 'lost'}`);
    assert.equal(indexes.get(id), outcome.index);
  }
  await checkLog(ledger, leaves);
  return report;
}

/** From outside: every full tile is there with its bytes and no other, and every checkpoint is signed and has the root of its size. */
async function checkLog({ worker, trustRoot }: SampleLedger, leaves: readonly Buffer[]): Promise<void> {
  const tree = new HashesInMemory();
  tree.append(Buffer.concat(leaves));
  const tiles = new Map<string, string>();
  for (const tile of tilesBetween(0, leaves.length)) {
    if (tile.width === 256) tiles.set(`${tile.level} ${tile.index}`, Buffer.from(await readTile(tree, tile)).toString('hex'));
  }
  const { rows } = await worker.pool.query<{ level: number; index: string; bytes: Buffer }>(
    'SELECT level, index, bytes FROM ledger.ledger_tile',
  );
  assert.deepEqual(new Map(rows.map(({ level, index, bytes }) => [`${level} ${index}`, bytes.toString('hex')])), tiles);
  const { origin, logKey } = trustRoot;
  const keys = [verifierKeyOf(origin, 'ed25519', logKey.publicKey)];
  let checkpoints = 0;
  for await (const { size, root, note } of readCheckpoints(worker.pool)) {
    const opened = openCheckpoint(Buffer.from(note), origin, keys);
    assert.deepEqual([opened.size, Buffer.from(opened.root)], [size, root]);
    assert.ok(size <= leaves.length, `a checkpoint for ${size} of ${leaves.length} entries`);
    assert.deepEqual(root, Buffer.from(await readRoot(tree, size)));
    checkpoints++;
  }
  assert.ok(checkpoints > 0);
}
