import type { CountChangesJob, JobOptions } from '../job.js';
import { keyTablesOf, loadKeyTables } from '../key-tables.js';
import { compileSelection } from '../leaving-sql.js';
import { limitsWith } from '../limits.js';
import { openPayloadStore } from '../payload-place.js';
import { openSandbox } from '../sandbox.js';
import { checkComparable, compareVersions, type ChangeCounts } from './compare.js';

/**
 * Counts what a delivery of the changes between two versions would hold. Throws what `checkComparable` and `compileSelection` throw, and
 * `part-damaged`.
 */
export async function countChanges(job: CountChangesJob, folder: string, options: JobOptions = {}): Promise<ChangeCounts> {
  const limits = limitsWith(job.limits);
  const { version: now, since: was, selection } = job;
  checkComparable(was.items, now.items, selection);
  const rows = compileSelection(now.items, selection, job.pseudonymKey, limits, keyTablesOf(job.keyLists));
  const store = openPayloadStore(job.store);
  const sandbox = await openSandbox(folder, limits);
  try {
    await loadKeyTables(job.keyLists, now.items, store, folder, sandbox);
    return await compareVersions({ was, now, rows, store, folder, sandbox, limits }, options);
  } finally {
    sandbox.close();
  }
}
