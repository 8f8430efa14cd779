import assert from 'node:assert/strict';
import { exportLedger, auditProjections, inboxOutcomes, readEntries, withClient, type Finding } from '#postgres';
import { openEntry, readExport, verifyLedger, type Seen, type VerifyReport } from '#ledger';
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
  for await (const { bytes, index } of readEntries(ledger.worker.pool)) {
    const { id } = openEntry(bytes).entry.statement;
    assert.ok(!indexes.has(id), `${id} is sealed twice`);
    indexes.set(id, index);
  }
  const outcomes = await inboxOutcomes(ledger.worker.pool, ids);
  for (const id of ids) {
    const outcome = outcomes.get(id);
    assert.ok(outcome && outcome.state !== 'waiting', `${id} is ${outcome?.state ?? 'lost'}`);
    assert.equal(indexes.get(id), outcome.index);
  }
  return report;
}
