import type { Format } from '#contracts';
import { concatBytes } from '#crypto';
import {
  openParquetFooter,
  PARQUET_END_BYTES,
  PARQUET_MAGIC,
  ParquetError,
  parquetFooterBytes,
  parquetRows,
} from './parquet-footer.js';
import { WorkbookCounter } from './out/workbook-rows.js';

const QUOTE = 0x22;
const LF = 0x0a;

/** Counts the rows of a delivery as its bytes pass, for the recipient. */
export interface RowCounter {
  push(bytes: Uint8Array): void;
  /** Rows so far; the header of a CSV is none. Parquet and XLSX tell at their end only, or throw `ParquetError`, `WorkbookError`. */
  rows(): number;
}

/** A counter for a delivery's bytes. Memory: nothing, or for Parquet the last 64 MiB, where its footer stands. */
export function rowCounter(format: Format): RowCounter {
  if (format === 'parquet') return new ParquetCounter();
  return format === 'xlsx' ? new WorkbookCounter() : lineCounter(format);
}

/**
 * For CSV or JSON lines as deliveries write them: every record ends with a line feed, and in CSV a line feed between quotes is part of a
 * value. GB18030 uses neither byte for anything else. A doubled quote closes and opens again, so counting quotes alone tells inside from outside.
 */
function lineCounter(format: Exclude<Format, 'parquet' | 'xlsx'>): RowCounter {
  const header = format === 'jsonl' ? 0 : 1;
  let lines = 0;
  let inQuotes = false;
  return {
    push(bytes) {
      if (format === 'jsonl') {
        for (const byte of bytes) if (byte === LF) lines += 1;
        return;
      }
      for (let i = 0; i < bytes.length; i += 1) {
        const byte = bytes[i];
        if (byte === QUOTE) inQuotes = !inQuotes;
        else if (byte === LF && !inQuotes) lines += 1;
      }
    },
    rows: () => Math.max(0, lines - header),
  };
}

// A footer takes some hundred bytes a column of each row group: 64 MiB are enough for billions of rows.
const KEPT_BYTES = 64 * 1024 * 1024;

class ParquetCounter implements RowCounter {
  #head: Uint8Array = new Uint8Array(0);
  #sizeBytes = 0;
  readonly #kept: Uint8Array[] = [];
  #keptBytes = 0;

  push(bytes: Uint8Array): void {
    if (this.#head.length < PARQUET_MAGIC.length)
      this.#head = concatBytes([this.#head, bytes.subarray(0, PARQUET_MAGIC.length - this.#head.length)]);
    this.#sizeBytes += bytes.length;
    this.#kept.push(bytes);
    this.#keptBytes += bytes.length;
    for (let first = this.#kept[0]; first && this.#keptBytes - first.length >= KEPT_BYTES; first = this.#kept[0]) {
      this.#keptBytes -= first.length;
      this.#kept.shift();
    }
  }

  rows(): number {
    const tail = concatBytes(this.#kept);
    const end = Math.max(0, tail.length - PARQUET_END_BYTES);
    const footerBytes = parquetFooterBytes(this.#head, tail.subarray(end), this.#sizeBytes);
    if (footerBytes > end) throw new ParquetError('The footer is too long');
    return parquetRows(openParquetFooter(tail.subarray(end - footerBytes, end)));
  }
}
