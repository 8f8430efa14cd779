import { open, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { createSha256, equalConstantTime, sealAgeFile, type SealedAgeFile } from '#crypto';
import { refuse, type Item } from '#contracts';
import { schemaDigestOf } from './content-digest.js';
import { matchHeader, shortened } from './csv-head.js';
import { faultAt } from './csv-rows.js';
import { openReader } from './file-pieces.js';
import { FaultyRows } from './in/faulty-rows.js';
import { openFront, type OpenedFront } from './in/open-front.js';
import type { Row } from './in/row.js';
import { ViolationLog } from './in/violations.js';
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
 * Takes a file of any form in as the encrypted parts of a new version (`openFront` says which forms). Every value is checked against its
 * item; unless the job says to leave faulty rows out, one fault ends it with a Refusal that names line and column of the first hundred,
 * and no part stays. `folder` is a memory-backed folder of this job's own.
 *
 * Reading and sealing overlap: while one part is turned into Parquet and encrypted, the next one's rows are read. So at most two parts
 * are in memory, whatever the size of the file.
 */
export async function ingestFile(
  job: IngestJob,
  source: AsyncIterable<Uint8Array>,
  folder: string,
  options: JobOptions = {},
): Promise<IngestedVersion> {
  const limits = limitsWith(job.limits);
  const store = openPayloadStore(job.store);
  const sandbox = await openSandbox(folder, limits);
  const sealer = new PartSealer(job, folder, store, sandbox, limits);
  const file = new MeasuredFile(source, limits, options);
  try {
    const opened = await openFront(file.pieces(), job.items, job.form ?? {}, folder, limits);
    try {
      return await readAndSeal(job, file, opened, sealer, limits, options);
    } finally {
      await opened.close();
    }
  } catch (error) {
    await sealer.abandon();
    throw error;
  } finally {
    sandbox.close();
  }
}

async function readAndSeal(
  job: IngestJob,
  file: MeasuredFile,
  opened: OpenedFront,
  sealer: PartSealer,
  limits: DeliveryLimits,
  options: JobOptions,
): Promise<IngestedVersion> {
  const { front, detected } = opened;
  const violations = new ViolationLog();
  let encoder: RowEncoder | undefined;
  let faulty: FaultyRows | undefined;

  const take = async (): Promise<void> => {
    while (front.next()) {
      if (encoder === undefined) {
        const columns = readHeader(front.row, job.items);
        encoder = new RowEncoder(job.items, columns, limits.keyRows);
        faulty = new FaultyRows(job.items, columns);
        encoder.startPart(await sealer.openCsv());
        continue;
      }
      const faults = encoder.add(front.row);
      if (faults !== undefined) {
        violations.add(faults);
        faulty?.add(front.row, faults);
        continue;
      }
      if (encoder.partPlainBytes < limits.partPlainBytes) continue;
      encoder.finishPart();
      await sealer.seal(encoder.partShape());
      encoder.startPart(await sealer.openCsv());
    }
  };

  do {
    options.signal?.throwIfAborted();
    await take();
    options.onProgress?.({ stage: 'reading', done: file.sizeBytes, total: 0, rows: encoder?.rows ?? 0 });
  } while (await front.more());
  opened.finish();
  // What a reader of packed bytes did not need belongs to the file all the same.
  await file.readToEnd();
  if (violations.rows > 0 && job.faultyObject !== undefined)
    await faulty?.store(sealer.store, job.faultyObject.name, job.faultyObject.recipient);
  const refusal = violations.refusal();
  if (refusal && job.leaveOutFaulty !== true) throw refusal;
  if (encoder === undefined || encoder.rows === 0) throw refusal ?? refuse('file-empty');
  encoder.finishPart();
  if (encoder.partRows > 0) await sealer.seal(encoder.partShape());
  options.onProgress?.({ stage: 'storing', done: file.sizeBytes, total: file.sizeBytes, rows: encoder.rows });
  const parts = await sealer.finish();

  const fileSha256 = file.sha256();
  if (job.announcedSha256 !== undefined && !equalConstantTime(job.announcedSha256, fileSha256))
    throw refuse('file-digest-differs');
  return {
    rows: encoder.rows,
    contentDigest: encoder.contentDigest(),
    schemaDigest: schemaDigestOf(job.items),
    fileSha256,
    sizeBytes: file.sizeBytes,
    parts,
    detected,
    ...(violations.rows > 0 ? { leftOut: violations.totals() } : {}),
  };
}

/** The file as it came: how long it is, and its digest. */
class MeasuredFile {
  sizeBytes = 0;
  readonly #digest = createSha256();
  readonly #pieces: AsyncIterator<Uint8Array>;

  constructor(
    source: AsyncIterable<Uint8Array>,
    private readonly limits: DeliveryLimits,
    private readonly options: JobOptions,
  ) {
    this.#pieces = source[Symbol.asyncIterator]();
  }

  async *pieces(): AsyncGenerator<Uint8Array> {
    for (let piece = await this.#pieces.next(); piece.done !== true; piece = await this.#pieces.next()) {
      this.options.signal?.throwIfAborted();
      this.sizeBytes += piece.value.length;
      if (this.sizeBytes > this.limits.fileBytes) throw refuse('file-too-large', { limit: this.limits.fileBytes });
      this.#digest.update(piece.value);
      yield piece.value;
    }
  }

  async readToEnd(): Promise<void> {
    for await (const _ of this.pieces());
  }

  sha256(): string {
    return this.#digest.digest('hex');
  }
}

/** Where each item stands in the file. The header may have another order than the entry; a name is the item's, or its title alone. */
function readHeader(rows: Row, items: readonly Item[]): number[] {
  const fields = Math.min(rows.fields, rows.starts.length);
  const names = Array.from({ length: fields }, (_, i) => rows.text(i));
  const match = matchHeader(names, items);
  const found = match.columns.map((column, i) => column?.item.name ?? names[i]);
  const said = [
    ...(rows.fields > fields ? [`> ${fields}`] : []),
    ...match.missing.map(({ name }) => `− ${name}`),
    ...match.unknown.map((name) => `+ ${shortened(name)}`),
    ...found.flatMap((name, i) => (found.indexOf(name) < i ? [`2 × ${shortened(name ?? '')}`] : [])),
  ];
  if (said.length > 0) {
    const more = said.length > 20 ? ` … (${said.length})` : '';
    throw faultAt('csv-header', rows.line, {
      difference: said.slice(0, 20).join(', ') + more,
      missing: match.missing.slice(0, 20).map(({ name }) => name),
      unknown: match.unknown.slice(0, 20).map(shortened),
    });
  }
  return items.map((item) => match.columns.findIndex((column) => column?.item === item));
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
    const { job, store } = this;
    await store.put(
      name,
      (async function* () {
        sealed = yield* sealAgeFile([job.recipient], await openReader(parquetPath));
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
