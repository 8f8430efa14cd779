import { refuse, type Refusal, type RefusalCode, type RefusalDetails } from '#contracts';
import { concatBytes, isUtf8, utf8Text, type Bytes } from '#crypto';
import type { CsvLimits } from './csv-limits.js';
import { isGb18030 } from './in/encodings.js';
import type { Row } from './in/row.js';

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

/** How a field stood in the file. Escaped: quoted, with doubled quotes inside. */
export const PLAIN = 0;
export const QUOTED = 1;
export const ESCAPED = 2;

// Large enough that checks of whole blocks cost little, small enough that a turn of the event loop stays short.
const BLOCK_BYTES = 512 * 1024;

/** How a file of values separated by a character is written. */
export interface CsvForm {
  /** The separator, one ASCII character; a comma unless told. */
  readonly delimiter?: string;
  /** Places are counted in records, not in lines: the text was made from something that has no lines. */
  readonly countsRecords?: boolean;
  /** Lines before were found to be UTF-8, so that one in GB18030 says that the file mixes the two. */
  readonly namesMixed?: boolean;
}

/**
 * Reads records of a CSV file (RFC 4180, UTF-8, LF or CRLF) from chunks, without making a string of anything: `push` what arrives, then
 * `next` until it is false, then once `end` and `next` again. The current record's fields lie in `bytes` from `starts[i]` to `ends[i]`.
 * Another separator than the comma can be told. Strict: a quote stands around a whole field or doubled inside one; everything else throws a Refusal with its line. Memory: one block,
 * or one record when that is longer.
 */
export class CsvRows implements Row {
  /** The block that the current record lies in; changes with `next`. */
  bytes: Bytes = concatBytes([]);
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly kinds: Uint8Array;
  /** Fields of the current record. May be more than the arrays hold: `limits.columns`. */
  fields = 0;
  /** Where the current record begins in the file: its line, counted from 1. */
  line = 0;

  #limits: CsvLimits;
  #position = 0;
  #rowStart = 0;
  #nextLine = 1;
  #newlines = 0;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #wantedBytes = BLOCK_BYTES;
  #ended = false;
  #started = false;
  #tailChecked = false;
  readonly #delimiter: number;
  readonly #countsRecords: boolean;
  readonly #namesMixed: boolean;
  readonly #endsPlain = new Uint8Array(256);

  constructor(limits: CsvLimits, form: CsvForm = {}) {
    this.#limits = limits;
    this.#delimiter = (form.delimiter ?? ',').charCodeAt(0);
    this.#countsRecords = form.countsRecords ?? false;
    this.#namesMixed = form.namesMixed ?? false;
    for (const byte of [QUOTE, this.#delimiter, LF, CR]) this.#endsPlain[byte] = 1;
    this.starts = new Int32Array(limits.columns);
    this.ends = new Int32Array(limits.columns);
    this.kinds = new Uint8Array(limits.columns);
  }

  push(chunk: Uint8Array): void {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
  }

  end(): void {
    this.#ended = true;
  }

  /** Moves to the next record. False: more must be pushed, or after `end` there is none. */
  next(): boolean {
    for (;;) {
      if (this.#position < this.bytes.length) {
        this.#rowStart = this.#position;
        this.line = this.#nextLine;
        this.#newlines = 0;
        const last = this.#ended && this.#pendingBytes === 0;
        if (last && !this.#tailChecked) this.#checkTail();
        const after = this.#scan(this.#position, last);
        if (after >= 0) {
          this.#position = after;
          this.#nextLine += this.#countsRecords ? 1 : this.#newlines + 1;
          return true;
        }
        const held = this.bytes.length - this.#rowStart;
        if (held > this.#limits.rowBytes) throw this.#fault('csv-field-too-large', this.bytes.length);
        // Twice as much before looking again: a long record costs its length, not its square.
        this.#wantedBytes = Math.max(BLOCK_BYTES, held * 2);
      }
      if (!this.#refill()) return false;
    }
  }

  /** Where the record after the current one begins in `bytes`. */
  get nextAt(): number {
    return this.#position;
  }

  /** The text of a field of the current record. */
  text(field: number): string {
    const text = utf8Text(this.bytes, this.starts[field] as number, this.ends[field] as number);
    return this.kinds[field] === ESCAPED ? text.replaceAll('""', '"') : text;
  }

  /** The line on which a field of the current record begins. */
  lineOf(field: number): number {
    if (this.#countsRecords) return this.line;
    return this.line + countNewlines(this.bytes, this.#rowStart, this.starts[field] as number);
  }

  #refill(): boolean {
    const held = this.bytes.length - this.#position;
    if (this.#pendingBytes === 0 || (!this.#ended && held + this.#pendingBytes < this.#wantedBytes)) return false;
    const block = concatBytes([this.bytes.subarray(this.#position), ...this.#pending]);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#wantedBytes = BLOCK_BYTES;
    this.bytes = block;
    this.#position = 0;
    this.#rowStart = 0;
    this.line = this.#nextLine;
    this.#newlines = 0;
    if (!this.#started) {
      this.#started = true;
      if (block[0] === 0xef && block[1] === 0xbb && block[2] === 0xbf) this.#position = 3;
    }
    this.#checkBlock(block);
    return true;
  }

  // A line feed never stands inside a character, so whole lines can be judged; what follows the last one is judged with the next block.
  #checkBlock(block: Uint8Array): void {
    const nul = block.indexOf(0);
    if (nul >= 0) throw this.#fault('csv-nul', nul);
    const whole = this.#ended ? block.length : block.lastIndexOf(LF) + 1;
    if (isUtf8(block.subarray(0, whole))) return;
    let start = 0;
    while (start < whole) {
      const feed = block.indexOf(LF, start);
      const end = feed < 0 || feed >= whole ? whole : feed + 1;
      const line = block.subarray(start, end);
      if (!isUtf8(line)) throw this.#fault(this.#namesMixed && isGb18030(line) ? 'encoding-mixed' : 'csv-not-utf8', start);
      start = end;
    }
  }

  // The file ended without a line feed after what is left.
  #checkTail(): void {
    this.#tailChecked = true;
    this.#checkBlock(this.bytes.subarray(this.#position));
  }

  /** Reads one record from `p`. Answers where the next one begins, or -1 when its end has not arrived. */
  #scan(p: number, last: boolean): number {
    const { bytes, starts, ends, kinds } = this;
    const delimiter = this.#delimiter;
    const endsPlain = this.#endsPlain;
    const n = bytes.length;
    const { columns, fieldBytes } = this.#limits;
    let field = 0;
    for (;;) {
      let start = p;
      let kind = PLAIN;
      if (p < n && bytes[p] === QUOTE) {
        kind = QUOTED;
        start = p + 1;
        p = start;
        for (;;) {
          while (p < n && bytes[p] !== QUOTE) {
            if (bytes[p] === LF) this.#newlines += 1;
            p += 1;
          }
          if (p >= n || (p + 1 >= n && !last)) {
            if (last) throw this.#fault('csv-quote', start);
            return -1;
          }
          if (bytes[p + 1] !== QUOTE) break;
          kind = ESCAPED;
          p += 2;
        }
      } else {
        while (p < n && endsPlain[bytes[p] as number] === 0) p += 1;
      }
      const end = p;
      if (end - start > fieldBytes) throw this.#fault('csv-field-too-large', start);
      if (field < columns) {
        starts[field] = start;
        ends[field] = end;
        kinds[field] = kind;
      }
      field += 1;
      if (kind !== PLAIN) p += 1;

      if (p >= n) {
        if (!last) return -1;
        this.fields = field;
        return p;
      }
      const byte = bytes[p];
      if (byte === delimiter) {
        p += 1;
        if (p >= n && !last) return -1;
        continue;
      }
      if (byte === LF) {
        this.fields = field;
        return p + 1;
      }
      if (byte === QUOTE || kind !== PLAIN) {
        if (byte !== CR) throw this.#fault('csv-quote', p);
      }
      // What is left is a carriage return: half of a line end, or alone.
      if (p + 1 >= n && !last) return -1;
      if (bytes[p + 1] !== LF) throw this.#fault('csv-line-end', p);
      this.fields = field;
      return p + 2;
    }
  }

  #fault(code: RefusalCode, offset: number): Refusal {
    return faultAt(code, this.line + countNewlines(this.bytes, this.#rowStart, offset));
  }
}

/** A refusal that names a line, and a column (counted from 1) when one is at fault. */
export function faultAt(code: RefusalCode, line: number, details: RefusalDetails = {}, column?: number): Refusal {
  return refuse(code, { line, ...details }, column === undefined ? { line } : { line, column });
}

function countNewlines(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i += 1) if (bytes[i] === LF) count += 1;
  return count;
}
