import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { refuse } from '#contracts';
import { CsvRows } from '../csv-rows.js';
import { openFifo, type Fifo } from '../fifo.js';
import type { DeliveryLimits } from '../limits.js';
import { readParquetFooter } from '../parquet-file.js';
import { openSandbox, SandboxError, type Sandbox } from '../sandbox.js';
import { quoteIdentifier, quoteLiteral } from '../sql.js';
import type { Row, RowFront } from './row.js';

/** Types whose text DuckDB writes as items read it. */
const PLAIN_TYPES =
  /^(VARCHAR|BOOLEAN|DATE|U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\)|UUID|ENUM\(.*\)|TIMESTAMP(_S|_MS|_NS)?)$/;

/**
 * A Parquet file of the job's folder as records: DuckDB reads it in a sandbox of its own and writes it as separated text into a pipe, so
 * neither the table nor its text is ever whole in memory. Throws `parquet-damaged`, `parquet-type`.
 */
export async function openParquet(path: string, folder: string, limits: DeliveryLimits): Promise<ParquetFront> {
  const file = await open(path);
  try {
    await readParquetFooter(file);
  } catch {
    throw refuse('parquet-damaged');
  } finally {
    await file.close();
  }
  const sandbox = await openSandbox(folder, { ...limits, duckdbMemoryBytes: limits.duckdbMemoryBytes / 2, duckdbThreads: 1 });
  try {
    const table = `read_parquet(${quoteLiteral(path)})`;
    const columns = await sandbox.run(`DESCRIBE SELECT * FROM ${table}`);
    if (columns.length > limits.columns) throw refuse('csv-header', { line: 1, difference: `> ${limits.columns}` }, { line: 1 });
    const values = columns.map(([name, type]) => valueSql(String(name), String(type)));
    const fifo = await openFifo(join(folder, 'source.fifo'));
    const writing = sandbox.run(
      `COPY (SELECT ${values.join(', ')} FROM ${table}) TO ${quoteLiteral(fifo.path)}
           (FORMAT csv, HEADER true, DELIMITER ',', QUOTE '"', ESCAPE '"', NULLSTR '', USE_TMP_FILE false)`,
    );
    // The reader of the pipe has its end when its writer has, whether or not that failed.
    const copied = (async () => {
      try {
        await writing;
      } finally {
        await fifo.finish();
      }
    })();
    return new ParquetFront(path, sandbox, fifo, copied, limits);
  } catch (error) {
    sandbox.close();
    throw damagedBy(error);
  }
}

function valueSql(name: string, type: string): string {
  const column = quoteIdentifier(name);
  if (type === 'TIMESTAMP WITH TIME ZONE') return `strftime(${column}, '%Y-%m-%dT%H:%M:%S.%fZ') AS ${column}`;
  if (!PLAIN_TYPES.test(type)) throw refuse('parquet-type', { name: name.slice(0, 24), type: type.slice(0, 40) });
  return `CAST(${column} AS VARCHAR) AS ${column}`;
}

function damagedBy(error: unknown): unknown {
  // Memory and the like are this job's trouble; all else that DuckDB says of a file of its own reading is the file's.
  if (!(error instanceof SandboxError) || /Memory|INTERRUPT/i.test(error.message)) return error;
  return refuse('parquet-damaged');
}

export class ParquetFront implements RowFront {
  readonly #rows: CsvRows;
  readonly #pieces: AsyncIterator<Uint8Array>;
  #ended = false;

  constructor(
    private readonly path: string,
    private readonly sandbox: Sandbox,
    private readonly fifo: Fifo,
    private readonly copied: Promise<unknown>,
    limits: DeliveryLimits,
  ) {
    this.#rows = new CsvRows(limits, { countsRecords: true });
    this.#pieces = fifo.bytes[Symbol.asyncIterator]();
    copied.catch(() => undefined);
  }

  get row(): Row {
    return this.#rows;
  }

  next(): boolean {
    return this.#rows.next();
  }

  async more(): Promise<boolean> {
    if (this.#ended) return false;
    const { value, done } = await this.#pieces.next();
    if (done !== true) {
      // The rows keep it until they have a block of them.
      this.#rows.push(Uint8Array.from(value));
      return true;
    }
    this.#ended = true;
    await this.copied.catch((error: unknown) => {
      throw damagedBy(error);
    });
    this.#rows.end();
    return true;
  }

  /** Stops reading, whether or not all was read. */
  async close(): Promise<void> {
    this.sandbox.interrupt();
    await this.fifo.destroy();
    await this.copied.catch(() => undefined);
    this.sandbox.close();
    await rm(this.path, { force: true });
  }
}
