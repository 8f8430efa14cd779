import type { FileHandle } from 'node:fs/promises';
import { openParquetFooter, PARQUET_END_BYTES, PARQUET_MAGIC, ParquetError, parquetFooterBytes } from './parquet-footer.js';
import type { ThriftFields } from './thrift-compact.js';

/** Where a Parquet file's data ends and what its footer says. */
export interface ParquetFooter {
  /** Data lies from byte 4 to here. */
  readonly dataEnd: number;
  readonly metadata: ThriftFields;
}

/** Reads the footer of a Parquet file. Throws `ParquetError`. */
export async function readParquetFooter(file: FileHandle): Promise<ParquetFooter> {
  const { size } = await file.stat();
  if (size < 12) throw new ParquetError('Not a Parquet file');
  const head = await readAt(file, 0, PARQUET_MAGIC.length);
  const end = await readAt(file, size - PARQUET_END_BYTES, PARQUET_END_BYTES);
  const footerBytes = parquetFooterBytes(head, end, size);
  const dataEnd = size - PARQUET_END_BYTES - footerBytes;
  return { dataEnd, metadata: openParquetFooter(await readAt(file, dataEnd, footerBytes)) };
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
