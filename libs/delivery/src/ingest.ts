import { createReadStream } from 'node:fs';
import { open, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { createSha256, equalConstantTime, sealAgeFile, type SealedAgeFile } from '#crypto';
import { refuse, type Item } from '#contracts';
import { schemaDigestOf } from './content-digest.js';
import { CsvRows, faultAt } from './csv-rows.js';
import { columnName, duckdbType } from './item-value.js';
import type { IngestedVersion, IngestJob, JobOptions, VersionPart } from './job.js';
import { limitsWith, type DeliveryLimits } from './limits.js';
import { partName } from './part-name.js';
import { openPayloadStore } from './payload-place.js';
import type { PayloadStore } from './payload-store.js';
import { RowEncoder, type PartShape } from './row-encoder.js';
import { openSandbox, type Sandbox } from './sandbox.js';
import { quoteLiteral } from './sql.js';

/**
 * Takes a CSV file in as the encrypted parts of a new version. Every value is checked against its item; the first fault ends it with a
 * Refusal that names line and column, and no part stays. `folder` is a memory-backed folder of this job's own.
 *
 * Reading and sealing overlap: while one part is turned into Parquet and encrypted, the next one's rows are read. So at most two parts
 * are in memory, whatever the size of the file.
 */
export async function ingestCsv(
  job: IngestJob,
  source: AsyncIterable<Uint8Array>,
  folder: string,
  options: JobOptions = {},
): Promise<IngestedVersion> {
  const limits = limitsWith(job.limits);
  const store = openPayloadStore(job.store);
  const sandbox = await openSandbox(folder, limits);
  const sealer = new PartSealer(job, folder, store, sandbox, limits);
  try {
    return await readAndSeal(job, source, sealer, limits, options);
  } catch (error) {
    await sealer.abandon();
    throw error;
  } finally {
    sandbox.close();
  }
}

async function readAndSeal(
  job: IngestJob,
  source: AsyncIterable<Uint8Array>,
  sealer: PartSealer,
  limits: DeliveryLimits,
  options: JobOptions,
): Promise<IngestedVersion> {
  const rows = new CsvRows(limits);
  const fileDigest = createSha256();
  let sizeBytes = 0;
  let encoder: RowEncoder | undefined;

  const take = async (): Promise<void> => {
    while (rows.next()) {
      if (encoder === undefined) {
        encoder = new RowEncoder(job.items, readHeader(rows, job.items));
        encoder.startPart(await sealer.openCsv());
        continue;
      }
      encoder.add(rows);
      if (encoder.partPlainBytes < limits.partPlainBytes) continue;
      encoder.finishPart();
      await sealer.seal(encoder.partShape());
      encoder.startPart(await sealer.openCsv());
    }
  };

  for await (const chunk of source) {
    options.signal?.throwIfAborted();
    sizeBytes += chunk.length;
    if (sizeBytes > limits.fileBytes) throw refuse('file-too-large', { limit: limits.fileBytes });
    fileDigest.update(chunk);
    rows.push(chunk);
    await take();
    options.onProgress?.({ stage: 'reading', done: sizeBytes, total: 0, rows: encoder?.rows ?? 0 });
  }
  rows.end();
  await take();
  if (encoder === undefined || encoder.rows === 0) throw refuse('file-empty');
  encoder.finishPart();
  if (encoder.partRows > 0) await sealer.seal(encoder.partShape());
  options.onProgress?.({ stage: 'storing', done: sizeBytes, total: sizeBytes, rows: encoder.rows });
  const parts = await sealer.finish();

  const fileSha256 = fileDigest.digest('hex');
  if (job.announcedSha256 !== undefined && !equalConstantTime(job.announcedSha256, fileSha256))
    throw refuse('file-digest-differs');
  return {
    rows: encoder.rows,
    contentDigest: encoder.contentDigest(),
    schemaDigest: schemaDigestOf(job.items),
    fileSha256,
    sizeBytes,
    parts,
  };
}

/** Where each item stands in the file. The header may have another order than the entry, but the same names. */
function readHeader(rows: CsvRows, items: readonly Item[]): number[] {
  const fields = Math.min(rows.fields, rows.starts.length);
  const names = Array.from({ length: fields }, (_, i) => rows.text(i));
  const repeated = names.filter((name, i) => names.indexOf(name) !== i);
  const wanted = new Set(items.map((item) => item.name));
  const unknown = names.filter((name) => !wanted.has(name));
  const missing = items.map((item) => item.name).filter((name) => !names.includes(name));
  const said = [
    ...(rows.fields > fields ? [`> ${fields}`] : []),
    ...missing.map((name) => `− ${name}`),
    ...unknown.map((name) => `+ ${shortened(name)}`),
    ...repeated.map((name) => `2 × ${shortened(name)}`),
  ];
  if (said.length > 0) {
    const more = said.length > 20 ? ` … (${said.length})` : '';
    throw faultAt('csv-header', 1, {
      difference: said.slice(0, 20).join(', ') + more,
      missing: missing.slice(0, 20),
      unknown: unknown.slice(0, 20).map(shortened),
    });
  }
  return items.map((item) => names.indexOf(item.name));
}

// A file without a header shows its first row of data here: enough to recognise it by, no more.
function shortened(name: string): string {
  const printable = name.replace(/[\p{Cc}\p{Cf}]/gu, '�');
  return printable.length > 24 ? `${printable.slice(0, 24)}…` : printable;
}

/** Turns the CSV of a part into Parquet, encrypts it and stores it, one part at a time, behind the reading. */
class PartSealer {
  readonly #parts: VersionPart[] = [];
  #opened = 0;
  #csv: { readonly path: string; readonly file: FileHandle } | undefined;
  #sealing: Promise<void> = Promise.resolve();

  constructor(
    readonly job: IngestJob,
    readonly folder: string,
    readonly store: PayloadStore,
    readonly sandbox: Sandbox,
    readonly limits: DeliveryLimits,
  ) {}

  /** A new file for the CSV of the next part. */
  async openCsv(): Promise<number> {
    const path = join(this.folder, `${this.#opened}.csv`);
    this.#opened += 1;
    const file = await open(path, 'wx', 0o600);
    this.#csv = { path, file };
    return file.fd;
  }

  /** Begins to seal the part whose CSV is open. Waits for the one before first, which bounds what is in memory. */
  async seal(shape: PartShape): Promise<void> {
    const csv = this.#csv as { path: string; file: FileHandle };
    this.#csv = undefined;
    await csv.file.close();
    await this.#sealing;
    this.#sealing = this.#sealOne(csv.path, shape);
    // Its failure is thrown where it is awaited; until then nobody listens.
    this.#sealing.catch(() => undefined);
  }

  async finish(): Promise<readonly VersionPart[]> {
    await this.#sealing;
    await this.#csv?.file.close();
    return this.#parts;
  }

  /** Removes every part: what fails leaves nothing in the store. */
  async abandon(): Promise<void> {
    this.sandbox.interrupt();
    await this.#sealing.catch(() => undefined);
    await this.#csv?.file.close().catch(() => undefined);
    for (let part = 0; part < this.#opened; part += 1) await this.store.remove(partName(this.job.partsPrefix, part));
  }

  async #sealOne(csvPath: string, shape: PartShape): Promise<void> {
    const name = partName(this.job.partsPrefix, this.#parts.length);
    const parquetPath = join(this.folder, `${this.#parts.length}.parquet`);
    const written = await this.sandbox.copy(copyToParquet(csvPath, parquetPath, this.job.items, shape));
    if (written !== shape.rows) throw new Error('DuckDB read another number of rows than was written');
    await rm(csvPath);
    const parquetBytes = (await stat(parquetPath)).size;
    if (parquetBytes > this.limits.partBytes) throw new Error(`A part of ${parquetBytes} bytes is larger than parts may be`);

    let sealed: SealedAgeFile | undefined;
    const parquet = createReadStream(parquetPath, { highWaterMark: 1024 * 1024 });
    const { job, store } = this;
    await store.put(
      name,
      (async function* () {
        sealed = yield* sealAgeFile([job.recipient], parquet);
      })(),
    );
    await rm(parquetPath);
    const { sizeBytes, sha256 } = sealed as unknown as SealedAgeFile;
    this.#parts.push({ name, rows: shape.rows, sizeBytes, sha256 });
  }
}

const LINE_BYTES = 64 * 1024;
const BUFFER_BYTES = 4 * 1024 * 1024;

// Nothing is left to guess: types, quotes and missing values are stated, and the file is of our own making.
function copyToParquet(csvPath: string, parquetPath: string, items: readonly Item[], shape: PartShape): string {
  const names = items.map((_, i) => columnName(i));
  const types = items.map((item, i) => `${quoteLiteral(names[i] as string)}: ${quoteLiteral(duckdbType(item))}`);
  const columns = [...(items.length === 1 ? [`'mark': 'VARCHAR'`] : []), ...types].join(', ');
  // DuckDB sets aside several buffers a thread: as large as the longest line needs, no larger.
  const lineBytes = Math.max(shape.longestLine, LINE_BYTES);
  const options = [
    'auto_detect = false',
    'header = false',
    `delim = ','`,
    `quote = '"'`,
    `escape = '"'`,
    `comment = ''`,
    `new_line = '\\n'`,
    `nullstr = ''`,
    'allow_quoted_nulls = false',
    'strict_mode = true',
    `parallel = ${!shape.hasLineFeeds}`,
    `max_line_size = ${lineBytes}`,
    `buffer_size = ${Math.max(lineBytes * 2, BUFFER_BYTES)}`,
    `columns = {${columns}}`,
  ];
  return `COPY (SELECT ${names.join(', ')} FROM read_csv(${quoteLiteral(csvPath)}, ${options.join(', ')}))
    TO ${quoteLiteral(parquetPath)} (FORMAT parquet, COMPRESSION zstd)`;
}
