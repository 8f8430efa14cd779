import { open, type FileHandle } from 'node:fs/promises';
import { decodeThrift, type ThriftFields } from './thrift-compact.js';

export const PARQUET_MAGIC = Buffer.from('PAR1', 'latin1');

/** A file that is not Parquet, or ends too soon. */
export class ParquetError extends Error {
  override readonly name = 'ParquetError';
}

// Far above any footer of ours, far below what would hurt.
const MAX_FOOTER_BYTES = 256 * 1024 * 1024;

/** Where a Parquet file's data ends and what its footer says (Apache Parquet, FileMetaData). */
export interface ParquetFooter {
  /** Data lies from byte 4 to here. */
  readonly dataEnd: number;
  readonly metadata: ThriftFields;
}

/** Reads the footer of a Parquet file. Throws `ParquetError`. */
export async function readParquetFooter(file: FileHandle): Promise<ParquetFooter> {
  const { size } = await file.stat();
  if (size < 12) throw new ParquetError('Not a Parquet file');
  const tail = await readAt(file, size - 8, 8);
  const head = await readAt(file, 0, 4);
  const footerBytes = tail.readUInt32LE(0);
  if (!tail.subarray(4).equals(PARQUET_MAGIC) || !head.equals(PARQUET_MAGIC)) throw new ParquetError('Not a Parquet file');
  const dataEnd = size - 8 - footerBytes;
  if (dataEnd < 4 || footerBytes > MAX_FOOTER_BYTES) throw new ParquetError('Not a Parquet file');
  try {
    return { dataEnd, metadata: decodeThrift(await readAt(file, dataEnd, footerBytes)) };
  } catch (error) {
    throw new ParquetError('The footer cannot be read', { cause: error });
  }
}

/** How many rows a Parquet file has, by its footer. */
export async function countParquetRows(path: string): Promise<number> {
  const file = await open(path, 'r');
  try {
    const rows = (await readParquetFooter(file)).metadata.get(3);
    if (rows === undefined || typeof rows.value !== 'bigint')
      throw new ParquetError('The Parquet footer states no number of rows');
    return Number(rows.value);
  } finally {
    await file.close();
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) throw new ParquetError('The file ends too soon');
    done += bytesRead;
  }
  return bytes;
}
