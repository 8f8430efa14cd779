import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sealAgeFile, type SealedAgeFile } from '#crypto';
import { refuse, type Item } from '#contracts';
import { changeItem, CHANGE_COLUMN, leavingChanges } from './changes/leaving-changes.js';
import { checkComparable, compareVersions, type Comparison } from './changes/compare.js';
import { copyOptions } from './copy-options.js';
import { openFifo, type Fifo } from './fifo.js';
import type { JobOptions, PreparedDelivery, PrepareJob, StoredVersion } from './job.js';
import { keyTablesOf, loadKeyTables } from './key-tables.js';
import { compileSelection, selectFrom, type LeavingRows } from './leaving-sql.js';
import { gzipped } from './out/gzip.js';
import { limitsWith, type DeliveryLimits } from './limits.js';
import { ParquetJoin } from './parquet-join.js';
import { Gb18030Encoder } from './out/gb18030.js';
import { namesAlike } from './names-alike.js';
import { WORKBOOK_ROWS_MAX, workbookOfLines } from './out/workbook-of-lines.js';
import { openPartGroups } from './part-files.js';
import { openPayloadStore } from './payload-place.js';
import type { PayloadStore } from './payload-store.js';
import { openSandbox, type Sandbox } from './sandbox.js';
import { quoteLiteral } from './sql.js';

/**
 * Makes the payload of a delivery: reads the version part by part, selects, narrows and masks in DuckDB, and encrypts what comes out on
 * its way into the store. The rows keep the version's order. Nothing in the clear is stored but in `folder`, which is in memory; there
 * lie two groups of parts at most, each of `partBytes`, and what becomes of them. What fails leaves no object.
 * Refusals: `item-unknown`, `transformation-not-possible`, `item-names-alike`, `part-damaged`, `quota-rows`,
 * `workbook-too-long`, `cell-too-long`; of changes also `changes-no-key`, `changes-key-hidden`, `changes-items-differ`.
 */
export async function prepareDelivery(job: PrepareJob, folder: string, options: JobOptions = {}): Promise<PreparedDelivery> {
  const limits = limitsOf(job);
  const { items } = job.version;
  const rows = compileSelection(items, job.selection, job.pseudonymKey, limits, keyTablesOf(job.keyLists));
  checkNames(job);
  if (job.since) checkComparable(job.since.items, items, job.selection);
  checkLength(job);
  const store = openPayloadStore(job.store);
  const sandbox = await openSandbox(folder, limits);
  const counted = { rows: 0 };
  try {
    await loadKeyTables(job.keyLists, items, store, folder, sandbox);
    const plaintext = plaintextOf({ job, limits, folder, rows, store, sandbox, counted, options, abandoned: false });
    const sealed = await seal(plaintext, job, store);
    return { rows: counted.rows, ...sealed };
  } catch (error) {
    await store.remove(job.objectName);
    throw error;
  } finally {
    sandbox.close();
  }
}

// Rows of XML are five times as long as those of a CSV, and each thread holds a batch of them; deflating has the other core.
function limitsOf({ limits, selection }: PrepareJob): DeliveryLimits {
  const all = limitsWith(limits);
  if (selection.format !== 'xlsx') return all;
  return { ...all, duckdbThreads: 1, duckdbMemoryBytes: Math.min(all.duckdbMemoryBytes, 2 * all.partBytes) };
}

// DuckDB takes such names for one: it would rename a column of a Parquet file, and makes no JSON at all.
function checkNames(job: PrepareJob): void {
  const { format } = job.selection;
  const items = columnsOf(job);
  if (format !== 'jsonl' && format !== 'parquet' && !job.since) return;
  const alike = namesAlike(items);
  if (alike.length > 0) throw refuse('item-names-alike', { items: alike }, { field: 'format' });
}

/** The names of the columns that leave. */
function columnsOf({ selection, since }: PrepareJob): readonly string[] {
  return since ? [CHANGE_COLUMN, ...selection.items] : selection.items;
}

// Known before anything is read when every row leaves.
function checkLength({ version, selection, since }: PrepareJob): void {
  if (since || selection.format !== 'xlsx' || selection.rows.op !== 'all') return;
  const rows = version.parts.reduce((sum, part) => sum + part.rows, 0);
  if (rows > WORKBOOK_ROWS_MAX) throw refuse('workbook-too-long');
}

interface Making {
  readonly job: PrepareJob;
  readonly limits: DeliveryLimits;
  readonly folder: string;
  readonly rows: LeavingRows;
  readonly store: PayloadStore;
  readonly sandbox: Sandbox;
  readonly counted: { rows: number };
  readonly options: JobOptions;
  /** Nobody reads what is made any more. */
  abandoned: boolean;
}

/** The bytes that the recipient finds in the age file. docs/formats/delivery-payload.md. */
function plaintextOf(making: Making): AsyncIterable<Uint8Array> {
  const bytes = fileOf(making);
  return making.job.selection.compression === 'gzip' ? gzipped(bytes) : bytes;
}

function fileOf(making: Making): AsyncIterable<Uint8Array> {
  const { version, selection } = making.job;
  switch (selection.format) {
    case 'parquet':
      return parquetOf(making);
    case 'xlsx': {
      const chosen = selection.items.map((name) => version.items.find((item) => item.name === name) as Item);
      return workbookOf(making, making.job.since ? [changeItem, ...chosen] : chosen);
    }
    case 'csv-gb18030':
      return inGb18030(csvOf(making));
    case 'jsonl':
      return linesOf(making);
    case 'csv':
    case 'csv-bom':
      return csvOf(making);
  }
}

const BOM = '\ufeff';

async function* csvOf(making: Making): AsyncGenerator<Uint8Array, void, undefined> {
  const { format } = making.job.selection;
  const items = columnsOf(making.job);
  // Names of items hold nothing that a CSV would have to quote.
  yield Buffer.from(`${format === 'csv-bom' ? BOM : ''}${items.join(',')}\n`);
  yield* linesOf(making);
}

async function* workbookOf(making: Making, items: readonly Item[]): AsyncGenerator<Uint8Array, void, undefined> {
  const lines = linesOf(making);
  try {
    for await (const bytes of workbookOfLines(lines, items)) yield bytes as Uint8Array;
  } finally {
    // Streams let go without waiting: DuckDB has to have let go before it is closed.
    making.abandoned = true;
    making.sandbox.interrupt();
    await lines.return();
  }
}

async function* inGb18030(utf8: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new Gb18030Encoder();
  for await (const bytes of utf8) yield encoder.encode(bytes);
  encoder.end();
}

async function* linesOf(making: Making): AsyncGenerator<Uint8Array, void, undefined> {
  const { format } = making.job.selection;
  const fifo = await openFifo(join(making.folder, 'rows'));
  const target = `TO ${quoteLiteral(fifo.path)} (${copyOptions(format)})`;
  const writing = (async () => {
    for await (const stretch of partsOf(making)) await copyParts(making, stretch, target);
  })();
  // Either end ends the other: a writer that fails closes the pipe, a reader that gives up makes the writer fail.
  const ended = finished(writing, fifo);
  ended.catch(() => undefined);
  try {
    for await (const bytes of fifo.bytes) yield bytes;
    await ended;
  } finally {
    making.abandoned = true;
    making.sandbox.interrupt();
    await fifo.destroy();
    await ended.catch(() => undefined);
  }
}

async function finished(writing: Promise<void>, fifo: Fifo): Promise<void> {
  try {
    await writing;
  } finally {
    await fifo.finish();
  }
}

// While the joined file takes what came of some parts, DuckDB narrows the next ones.
async function* parquetOf(making: Making): AsyncGenerator<Uint8Array, void, undefined> {
  const joined = new ParquetJoin();
  let narrowed: string | undefined;
  let copying: Promise<void> = Promise.resolve();
  let number = 0;
  try {
    for await (const stretch of partsOf(making)) {
      const path = join(making.folder, `narrowed-${(number += 1)}.parquet`);
      copying = copyParts(making, stretch, `TO ${quoteLiteral(path)} (${copyOptions('parquet')})`);
      // It is awaited below; until then a failure waits.
      copying.catch(() => undefined);
      if (narrowed !== undefined) yield* taken(joined, narrowed);
      await copying;
      narrowed = path;
    }
    if (narrowed !== undefined) yield* taken(joined, narrowed);
    yield joined.end();
  } finally {
    making.abandoned = true;
    making.sandbox.interrupt();
    await copying.catch(() => undefined);
  }
}

async function* taken(joined: ParquetJoin, path: string): AsyncGenerator<Uint8Array, void, undefined> {
  yield* joined.add(path);
  await rm(path);
}

async function copyParts(making: Making, { paths, rows }: Stretch, target: string): Promise<void> {
  const { job, sandbox, counted } = making;
  counted.rows += await sandbox.copy(`COPY (${selectFrom(paths, rows, job.selection.format)}) ${target}`, rows.parameters);
  // The decision reserved so many rows and no more; a version that yields more than it counted is not delivered.
  if (job.rowsAtMost !== undefined && counted.rows > job.rowsAtMost) {
    throw refuse('quota-rows', { rows: job.rowsAtMost, asked: counted.rows });
  }
}

/** Parts that are narrowed together, and how. */
interface Stretch {
  readonly paths: readonly string[];
  readonly rows: LeavingRows;
}

function partsOf(making: Making): AsyncGenerator<Stretch, void, undefined> {
  const { since } = making.job;
  return since ? changesOf(making, since) : allPartsOf(making);
}

/** Both versions are compared before the first row leaves. */
async function* changesOf(making: Making, was: StoredVersion): AsyncGenerator<Stretch, void, undefined> {
  const { job, rows, store, folder, sandbox, limits, options, counted } = making;
  const comparison: Comparison = { was, now: job.version, rows, store, folder, sandbox, limits };
  const { added, changed, removed } = await compareVersions(comparison, options);
  const total = added + changed + removed;
  for await (const { path, rows: leaving } of leavingChanges(comparison, job.selection.format)) {
    options.signal?.throwIfAborted();
    if (making.abandoned) return;
    options.onProgress?.({ stage: 'encrypting', done: counted.rows, total, rows: counted.rows });
    yield { paths: [path], rows: leaving };
  }
  options.onProgress?.({ stage: 'storing', done: total, total, rows: counted.rows });
}

/** What a join chooses has no order across parts, so those come alone. */
async function* allPartsOf(making: Making): AsyncGenerator<Stretch, void, undefined> {
  const { job, store, folder, counted, options, rows, limits } = making;
  const total = job.version.parts.length;
  let done = 0;
  for await (const open of openPartGroups(job.version, store, folder, rows.isJoined ? 0 : limits.partBytes)) {
    options.signal?.throwIfAborted();
    if (making.abandoned) return;
    options.onProgress?.({ stage: done === 0 ? 'selecting' : 'encrypting', done, total, rows: counted.rows });
    yield { paths: open.map(({ path }) => path), rows };
    done += open.length;
  }
  options.onProgress?.({ stage: 'storing', done, total, rows: counted.rows });
}

/** Commits to the plaintext, encrypts it, digests the ciphertext and stores it, in one pass. */
async function seal(
  plaintext: AsyncIterable<Uint8Array>,
  job: PrepareJob,
  store: PayloadStore,
): Promise<Omit<PreparedDelivery, 'rows'>> {
  let sealed: SealedAgeFile | undefined;
  // Without a stream between: the store hears of a failure as of its source's, and takes no interrupted file for a whole one.
  async function* ciphertext(): AsyncGenerator<Uint8Array, void, undefined> {
    sealed = yield* sealAgeFile(job.recipients, plaintext, { hmacKey: job.plaintextHmacKey });
  }
  const { sizeBytes } = await store.put(job.objectName, ciphertext());
  const { sha256, hmac, plaintextBytes } = sealed as SealedAgeFile;
  return { sizeBytes, ciphertextSha256: sha256, plaintextHmac: hmac as string, plaintextBytes };
}
