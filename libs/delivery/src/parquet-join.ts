import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { readParquetFooter, type ParquetFooter } from './parquet-file.js';
import { PARQUET_MAGIC } from './parquet-footer.js';
import { encodeThrift, I16, I64, LIST, STRUCT, type ThriftFields, type ThriftValue } from './thrift-compact.js';

// Field numbers of Apache Parquet's parquet.thrift.
const FILE = { schema: 2, rows: 3, rowGroups: 4 } as const;
const GROUP = { columns: 1, fileOffset: 5, ordinal: 7 } as const;
const CHUNK = { fileOffset: 2, metadata: 3, offsetIndex: 4, columnIndex: 6 } as const;
const COLUMN_OFFSETS = { dataPage: 9, indexPage: 10, dictionaryPage: 11, bloomFilter: 14 } as const;

/**
 * Joins Parquet files of one schema into one, as a stream: their data follows unchanged, and one footer at the end lists all row groups
 * at their new places. So a file of any size is made while only one of its parts is in memory.
 */
export class ParquetJoin {
  #footer: ThriftFields | undefined;
  readonly #rowGroups: ThriftValue[] = [];
  #rows = 0n;
  #position = 0;

  /** The joined file's bytes that come from the next file. It is not needed any more when they have been read. */
  async *add(path: string): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#position === 0) yield this.#placed(PARQUET_MAGIC);
    const { dataEnd, metadata } = await footerOf(path);
    this.#take(metadata, BigInt(this.#position - PARQUET_MAGIC.length));
    if (dataEnd === PARQUET_MAGIC.length) return;
    const data = createReadStream(path, { start: PARQUET_MAGIC.length, end: dataEnd - 1, highWaterMark: 256 * 1024 });
    for await (const bytes of data) yield this.#placed(bytes as Buffer);
  }

  /** The last bytes. At least one file must have been added. */
  end(): Uint8Array {
    if (this.#footer === undefined) throw new Error('There is nothing to join');
    this.#footer.set(FILE.rows, { type: I64, value: this.#rows });
    this.#footer.set(FILE.rowGroups, { type: LIST, of: STRUCT, value: this.#rowGroups });
    const footer = encodeThrift(this.#footer);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(footer.length);
    return Buffer.concat([footer, length, PARQUET_MAGIC]);
  }

  #placed<T extends Uint8Array>(bytes: T): T {
    this.#position += bytes.length;
    return bytes;
  }

  #take(metadata: ThriftFields, shift: bigint): void {
    this.#footer ??= metadata;
    this.#rows += number(metadata.get(FILE.rows));
    for (const group of list(metadata.get(FILE.rowGroups))) {
      const fields = struct(group);
      move(fields, [GROUP.fileOffset], shift);
      // A 16-bit number that readers may do without: left out once it would not fit.
      if (this.#rowGroups.length < 0x8000) fields.set(GROUP.ordinal, { type: I16, value: BigInt(this.#rowGroups.length) });
      else fields.delete(GROUP.ordinal);
      for (const chunk of list(fields.get(GROUP.columns))) {
        move(struct(chunk), [CHUNK.fileOffset, CHUNK.offsetIndex, CHUNK.columnIndex], shift);
        move(struct(struct(chunk).get(CHUNK.metadata)), Object.values(COLUMN_OFFSETS), shift);
      }
      this.#rowGroups.push(group);
    }
  }
}

function move(fields: ThriftFields, ids: readonly number[], shift: bigint): void {
  for (const id of ids) {
    const offset = fields.get(id);
    // Zero is not a place: the file's magic lies there. Writers use it for "not set".
    if (offset?.type === I64 && offset.value !== 0n) offset.value += shift;
  }
}

function list(value: ThriftValue | undefined): ThriftValue[] {
  return value?.type === LIST ? value.value : [];
}

function struct(value: ThriftValue | undefined): ThriftFields {
  if (value?.type !== STRUCT) throw new Error('The Parquet footer lacks a part');
  return value.value;
}

function number(value: ThriftValue | undefined): bigint {
  if (typeof value?.value !== 'bigint') throw new Error('The Parquet footer lacks a number');
  return value.value;
}

async function footerOf(path: string): Promise<ParquetFooter> {
  const file = await open(path, 'r');
  try {
    return await readParquetFooter(file);
  } finally {
    await file.close();
  }
}
