import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PassThrough } from 'node:stream';
import { ageEncryptor, createHmacSha256, createSha256 } from '#crypto';
import { refuse, type Format } from '#contracts';
import { openFifo, type Fifo } from './fifo.js';
import type { JobOptions, PreparedDelivery, PrepareJob } from './job.js';
import { keyTablesOf, loadKeyTables } from './key-tables.js';
import { compileSelection, selectFrom, type LeavingRows } from './leaving-sql.js';
import { limitsWith } from './limits.js';
import { ParquetJoin } from './parquet-join.js';
import { openParts } from './part-files.js';
import { openPayloadStore } from './payload-place.js';
import type { PayloadStore } from './payload-store.js';
import { openSandbox, type Sandbox } from './sandbox.js';
import { quoteLiteral } from './sql.js';

/**
 * Makes the payload of a delivery: reads the version part by part, selects, narrows and masks in DuckDB, and encrypts what comes out on
 * its way into the store. The rows keep the version's order. Nothing in the clear is stored but in `folder`, which is in memory; there
 * lie two parts at most. What fails leaves no object.
 * Refusals: `item-unknown`, `transformation-not-possible`, `item-names-alike`, `part-damaged`, `quota-rows`.
 */
export async function prepareDelivery(job: PrepareJob, folder: string, options: JobOptions = {}): Promise<PreparedDelivery> {
  const limits = limitsWith(job.limits);
  const { items } = job.version;
  const rows = compileSelection(items, job.selection, job.pseudonymKey, limits, keyTablesOf(job.keyLists));
  checkNames(job.selection);
  const store = openPayloadStore(job.store);
  const sandbox = await openSandbox(folder, limits);
  const counted = { rows: 0 };
  try {
    await loadKeyTables(job.keyLists, items, store, folder, sandbox);
    const plaintext = plaintextOf({ job, folder, rows, store, sandbox, counted, options, abandoned: false });
    const sealed = await seal(plaintext, job, store);
    return { rows: counted.rows, ...sealed };
  } catch (error) {
    await store.remove(job.objectName);
    throw error;
  } finally {
    sandbox.close();
  }
}

// DuckDB takes such names for one: it would rename a column of a Parquet file, and makes no JSON at all.
function checkNames({ format, items }: PrepareJob['selection']): void {
  if (format === 'csv' || format === 'csv-bom') return;
  const lower = items.map((name) => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()));
  const alike = items.filter((_, i) => lower.indexOf(lower[i] as string) !== lower.lastIndexOf(lower[i] as string));
  if (alike.length > 0) throw refuse('item-names-alike', { items: alike }, { field: 'format' });
}

interface Making {
  readonly job: PrepareJob;
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
function plaintextOf(making: Making): AsyncGenerator<Uint8Array, void, undefined> {
  return making.job.selection.format === 'parquet' ? parquetOf(making) : textOf(making);
}

const BOM = '\ufeff';

async function* textOf(making: Making): AsyncGenerator<Uint8Array, void, undefined> {
  const { format, items } = making.job.selection;
  // Names of items hold nothing that a CSV would have to quote.
  if (format !== 'jsonl') yield Buffer.from(`${format === 'csv-bom' ? BOM : ''}${items.join(',')}\n`);
  const fifo = await openFifo(join(making.folder, 'rows'));
  const target = `TO ${quoteLiteral(fifo.path)} (${copyOptions(format)})`;
  const writing = (async () => {
    for await (const part of partsOf(making)) await copyPart(making, part.path, target);
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

async function* parquetOf(making: Making): AsyncGenerator<Uint8Array, void, undefined> {
  const joined = new ParquetJoin();
  const path = join(making.folder, 'narrowed.parquet');
  for await (const part of partsOf(making)) {
    await copyPart(making, part.path, `TO ${quoteLiteral(path)} (${copyOptions('parquet')})`);
    yield* joined.add(path);
    await rm(path);
  }
  yield joined.end();
}

async function copyPart(making: Making, partPath: string, target: string): Promise<void> {
  const { job, rows, sandbox, counted } = making;
  counted.rows += await sandbox.copy(`COPY (${selectFrom(partPath, rows, job.selection.format)}) ${target}`, rows.parameters);
  // The decision reserved so many rows and no more; a version that yields more than it counted is not delivered.
  if (job.rowsAtMost !== undefined && counted.rows > job.rowsAtMost) {
    throw refuse('quota-rows', { rows: job.rowsAtMost, asked: counted.rows });
  }
}

async function* partsOf(making: Making): AsyncGenerator<{ path: string }, void, undefined> {
  const { job, store, folder, counted, options } = making;
  const total = job.version.parts.length;
  let done = 0;
  for await (const open of openParts(job.version, store, folder)) {
    options.signal?.throwIfAborted();
    if (making.abandoned) return;
    options.onProgress?.({ stage: done === 0 ? 'selecting' : 'encrypting', done, total, rows: counted.rows });
    yield open;
    done += 1;
  }
  options.onProgress?.({ stage: 'storing', done, total, rows: counted.rows });
}

function copyOptions(format: Format): string {
  switch (format) {
    case 'csv':
    case 'csv-bom':
      // A missing value is nothing, an empty text is "": they stay distinct, also when the file is taken in again.
      return `FORMAT csv, HEADER false, DELIMITER ',', QUOTE '"', ESCAPE '"', NULLSTR '', USE_TMP_FILE false`;
    case 'jsonl':
      return 'FORMAT json, ARRAY false, USE_TMP_FILE false';
    case 'parquet':
      return 'FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false';
  }
}

/** Commits to the plaintext, encrypts it, digests the ciphertext and stores it, in one pass. */
async function seal(
  plaintext: AsyncIterable<Uint8Array>,
  job: PrepareJob,
  store: PayloadStore,
): Promise<Omit<PreparedDelivery, 'rows'>> {
  const hmac = createHmacSha256(job.plaintextHmacKey);
  const digest = createSha256();
  let plaintextBytes = 0;
  async function* committed(): AsyncGenerator<Uint8Array> {
    for await (const bytes of plaintext) {
      hmac.update(bytes);
      plaintextBytes += bytes.length;
      yield bytes;
    }
  }
  async function* digested(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const bytes of source) {
      digest.update(bytes);
      yield bytes;
    }
  }
  const ciphertext = new PassThrough();
  const encrypting = pipeline(committed(), await ageEncryptor(job.recipients), ciphertext);
  // The store must not take an interrupted stream for a whole one: `pipeline` destroys it with the error that the store then sees.
  const storing = store.put(job.objectName, digested(ciphertext));
  const [stored, encrypted] = await Promise.allSettled([storing, encrypting]);
  if (encrypted.status === 'rejected') throw encrypted.reason;
  if (stored.status === 'rejected') throw stored.reason;
  return {
    sizeBytes: stored.value.sizeBytes,
    ciphertextSha256: digest.digest('hex'),
    plaintextHmac: hmac.digest().toString('hex'),
    plaintextBytes,
  };
}
