import { columnName } from './item-value.js';
import type { CountJob, JobOptions, PreviewedRows, PreviewJob } from './job.js';
import { countKeys, keyTablesOf, loadKeyTables, markKeys } from './key-tables.js';
import { compileSelection, fromPart, type LeavingItem } from './leaving-sql.js';
import { limitsWith } from './limits.js';
import { openParts } from './part-files.js';
import { openPayloadStore } from './payload-place.js';
import { openSandbox, type Sandbox, type SandboxParameters } from './sandbox.js';
import { compileScope } from './scope-sql.js';
import { quoteLiteral } from './sql.js';

/** Counts the rows of a version that a scope holds. */
export async function countRows(job: CountJob, folder: string, options: JobOptions = {}): Promise<number> {
  const limits = limitsWith(job.limits);
  const { items } = job.version;
  const scope = compileScope(job.rows, items, limits, keyTablesOf(job.keyLists));
  // Every row: the parts say it themselves, and what they say was sealed with their digests.
  if (job.rows.op === 'all') return job.version.parts.reduce((sum, part) => sum + part.rows, 0);
  const store = openPayloadStore(job.store);
  return withSandbox(folder, limits, async (sandbox) => {
    await loadKeyTables(job.keyLists, items, store, folder, sandbox);
    let rows = 0;
    let done = 0;
    for await (const { path } of openParts(job.version, store, folder)) {
      options.signal?.throwIfAborted();
      rows += await count(sandbox, path, scope.sql, scope.parameters);
      done += 1;
      options.onProgress?.({ stage: 'selecting', done, total: job.version.parts.length, rows });
    }
    return rows;
  });
}

/** Counts the rows of a selection, and shows some of them, in the version's order, exactly as they would leave. */
export async function previewRows(job: PreviewJob, folder: string, options: JobOptions = {}): Promise<PreviewedRows> {
  const limits = limitsWith(job.limits);
  const { items } = job.version;
  const selection = compileSelection(items, job.selection, job.pseudonymKey, limits, keyTablesOf(job.keyLists));
  const store = openPayloadStore(job.store);
  const { from = 0, limit = 5 } = job;
  const shown = selection.columns.map((column, i) => `${asText(column)} AS ${columnName(i)}`).join(', ');
  return withSandbox(folder, limits, async (sandbox) => {
    await loadKeyTables(job.keyLists, items, store, folder, sandbox);
    const sample: (string | null)[][] = [];
    let rows = 0;
    let done = 0;
    for await (const { path } of openParts(job.version, store, folder)) {
      options.signal?.throwIfAborted();
      await markKeys(job.keyLists, items, path, sandbox);
      const here = await count(sandbox, path, selection.condition, selection.conditionParameters);
      const skipped = Math.max(0, from - rows);
      rows += here;
      if (sample.length < limit && skipped < here) {
        const page = `LIMIT ${limit - sample.length} OFFSET ${skipped}`;
        const sql = `SELECT ${shown} ${fromPart(path, selection)} ${page}`;
        for (const row of await sandbox.run(sql, selection.parameters)) {
          sample.push(row.map((value) => (value === null ? null : String(value))));
        }
      }
      done += 1;
      options.onProgress?.({ stage: 'selecting', done, total: job.version.parts.length, rows });
    }
    const keys = job.keyLists?.length ? { keys: await countKeys(job.keyLists, sandbox) } : {};
    return { rows, items: selection.columns.map((column) => column.name), from, sample, ...keys };
  });
}

async function withSandbox<T>(
  folder: string,
  limits: ReturnType<typeof limitsWith>,
  work: (sandbox: Sandbox) => Promise<T>,
): Promise<T> {
  const sandbox = await openSandbox(folder, limits);
  try {
    return await work(sandbox);
  } finally {
    sandbox.close();
  }
}

async function count(sandbox: Sandbox, path: string, condition: string, parameters: SandboxParameters): Promise<number> {
  const sql = `SELECT count(*) FROM read_parquet(${quoteLiteral(path)}) WHERE ${condition}`;
  return Number((await sandbox.run(sql, parameters))[0]?.[0]);
}

// Canonical text, but for doubles: DuckDB's JSON value is a number, whose JavaScript text is the canonical one.
function asText({ sql, kind }: LeavingItem): string {
  if (kind === 'double') return sql;
  return kind === 'timestamp' ? `replace(CAST(${sql} AS VARCHAR), ' ', 'T')` : `CAST(${sql} AS VARCHAR)`;
}
