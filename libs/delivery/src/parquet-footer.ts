import { equalBytes, utf8Bytes } from '#crypto';
import { decodeThrift, type ThriftFields } from './thrift-compact.js';

export const PARQUET_MAGIC: Uint8Array = utf8Bytes('PAR1');

/** Behind the footer stand its length in four bytes and the magic. */
export const PARQUET_END_BYTES = 8;

/** A file that is not Parquet, or ends too soon. */
export class ParquetError extends Error {
  override readonly name = 'ParquetError';
}

// Far above any footer of ours, far below what would hurt.
const MAX_FOOTER_BYTES = 256 * 1024 * 1024;

/** How long the footer of a Parquet file is, by the file's first four bytes, its last eight and its size. Throws `ParquetError`. */
export function parquetFooterBytes(head: Uint8Array, end: Uint8Array, sizeBytes: number): number {
  const isParquet =
    end.length === PARQUET_END_BYTES && equalBytes(end.subarray(4), PARQUET_MAGIC) && equalBytes(head, PARQUET_MAGIC);
  if (sizeBytes < 12 || !isParquet) throw new ParquetError('Not a Parquet file');
  const footerBytes = new DataView(end.buffer, end.byteOffset).getUint32(0, true);
  if (sizeBytes - PARQUET_END_BYTES - footerBytes < PARQUET_MAGIC.length || footerBytes > MAX_FOOTER_BYTES)
    throw new ParquetError('Not a Parquet file');
  return footerBytes;
}

/** Reads a footer (Apache Parquet, FileMetaData). Throws `ParquetError`. */
export function openParquetFooter(bytes: Uint8Array): ThriftFields {
  try {
    return decodeThrift(bytes);
  } catch (error) {
    throw new ParquetError('The footer cannot be read', { cause: error });
  }
}

/** How many rows a Parquet file has, by its footer. Throws `ParquetError`. */
export function parquetRows(metadata: ThriftFields): number {
  const rows = metadata.get(3);
  if (rows === undefined || typeof rows.value !== 'bigint') throw new ParquetError('The Parquet footer states no number of rows');
  return Number(rows.value);
}
