import type { Format } from '#contracts';
import { concatBytes, copyBytes } from '#crypto';
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
  // JSON has no line feed inside a value, so there its quotes are no marks.
  const [header, quote] = format === 'jsonl' ? [0, LF] : [1, QUOTE];
  let lines = 0;
  let inside = 0;
  return {
    push(bytes) {
      const seen = passBytes(bytes, quote, inside);
      lines += seen >> 1;
      inside = seen & 1;
    },
    rows: () => Math.max(0, lines - header),
  };
}

/**
 * Twice the lines in these bytes, and one when the last of them stands between quotes; `seenBefore` is that one of the bytes before. Looks
 * at four bytes at a time, of which few hold a mark: byte by byte it took more time than decrypting and digesting together.
 */
function passBytes(bytes: Uint8Array, quote: number, seenBefore: number): number {
  const toWord = -bytes.byteOffset & 3;
  if (bytes.length < toWord + 4) return passMarks(bytes, 0, bytes.length, quote, seenBefore);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + toWord, (bytes.length - toWord) >> 2);
  const quotes = quote * ONES;
  let seen = passMarks(bytes, 0, toWord, quote, seenBefore);
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] as number;
    // Most have no byte that is small enough for either mark; spaces are, too.
    if (!mayHaveByteBelow(word, ABOVE_QUOTES)) continue;
    if (mayHaveByteBelow(word ^ LINE_FEEDS, ONES) || mayHaveByteBelow(word ^ quotes, ONES))
      seen = passMarks(bytes, toWord + i * 4, toWord + i * 4 + 4, quote, seen);
  }
  return passMarks(bytes, toWord + words.length * 4, bytes.length, quote, seen);
}

const [ONES, LINE_FEEDS, ABOVE_QUOTES] = [0x01010101, 0x0a0a0a0a, 0x23232323] as const;

/** Whether one of a word's four bytes is less than that of `limits`, at most 128: true for some words where none is, never false where one is. */
function mayHaveByteBelow(word: number, limits: number): boolean {
  return ((word - limits) & ~word & 0x80808080) !== 0;
}

/** As `passBytes`, for some of the bytes and one by one. */
function passMarks(bytes: Uint8Array, from: number, to: number, quote: number, seenBefore: number): number {
  let seen = seenBefore;
  for (let i = from; i < to; i += 1) {
    const byte = bytes[i];
    if (byte === LF) seen += (seen & 1) === 0 ? 2 : 0;
    else if (byte === quote) seen ^= 1;
  }
  return seen;
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
    // Its source may fill the same memory again.
    this.#kept.push(copyBytes(bytes));
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
