import type { Hash } from 'node:crypto';
import { writeSync } from 'node:fs';
import type { Item, Refusal } from '#contracts';
import { MISSING_LENGTH, startContentDigest } from './content-digest.js';
import { ESCAPED, faultAt, PLAIN } from './csv-rows.js';
import { ruleCheck, ruleText, type RuleCheck } from './in/item-rules.js';
import { KeyIndex } from './in/key-index.js';
import type { Row } from './in/row.js';
import { shapeOfText } from './in/violations.js';
import { canonicalValue, scaleOf, valueKind, type ValueKind } from './item-value.js';
import { ASK, CANONICAL_BUT_T, MISFIT, PADDED, shapeOf } from './value-shape.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const LF = 0x0a;
const CR = 0x0d;
const POINT = 0x2e;
const ZERO = 0x30;
const LETTER_T = 0x54;

/** Stands before each value of a part that has one column only. */
export const LONE_COLUMN_MARK = '1,';

const FLUSH_BYTES = 1024 * 1024;
// Below this a loop copies faster than a call.
const COPY_BYTES = 48;

// What a value takes in memory, uncompressed: an upper bound of what it takes in a Parquet part.
const PLAIN_BYTES: Record<ValueKind, number> = {
  text: 4,
  decimal: 16,
  date: 4,
  timestamp: 8,
  boolean: 1,
  double: 8,
  integer: 8,
};

type ValueFault = 'value-misfit' | 'value-missing' | 'value-outside-rule' | 'value-starts-program';

const STARTS_FORMULA = new Uint8Array(256);
for (const character of '=+-@\t') STARTS_FORMULA[character.charCodeAt(0)] = 1;

/** `=cmd|'/c calc'!A0` and its relatives: a spreadsheet that opens the value would offer to start a program (DDE). */
function startsProgram(row: Row, start: number, end: number): boolean {
  return /^[\t=+\-@][^\n|]{0,200}\|[^\n!]{0,200}!/.test(row.bytes.toString('utf8', start, Math.min(end, start + 450)));
}

/** A part's CSV in figures. */
export interface PartShape {
  readonly rows: number;
  readonly hasLineFeeds: boolean;
  readonly longestLine: number;
}

/**
 * Checks each value of a record against its item and writes the record's canonical form twice: into the content digest, and as the CSV
 * that DuckDB reads for the part. Both come from the same bytes at the same moment, so the part holds what the digest says.
 */
export class RowEncoder {
  /** Rows of all parts so far. */
  rows = 0;
  /** Of the part being written. */
  partRows = 0;
  partPlainBytes = 0;
  /** A text of this part holds an LF or CR, so its CSV cannot be cut at them. */
  partHasLineFeeds = false;
  /** Of the part's CSV, in bytes: what DuckDB must be able to hold. */
  partLongestLine = 0;

  readonly #items: readonly Item[];
  readonly #kinds: readonly ValueKind[];
  readonly #scales: readonly number[];
  readonly #columns: readonly number[];
  readonly #digest: Hash;
  #digestBytes = Buffer.allocUnsafe(FLUSH_BYTES * 2);
  #digestAt = 0;
  #csvBytes = Buffer.allocUnsafe(FLUSH_BYTES * 2);
  #csvAt = 0;
  #csvFile = -1;
  readonly #rules: readonly (RuleCheck | undefined)[];
  readonly #isKey: readonly boolean[];
  readonly #keys: KeyIndex | undefined;
  /** Where the values of key items lie in the digest's bytes, for the current record: start and end of each. */
  #keyRanges: number[] = [];
  #faults: Refusal[] = [];

  /** `columns[i]` is the file's column of item i; `keyRows` the most rows among which keys are compared. */
  constructor(items: readonly Item[], columns: readonly number[], keyRows: number) {
    this.#items = items;
    this.#kinds = items.map(valueKind);
    this.#scales = items.map(scaleOf);
    this.#columns = columns;
    this.#digest = startContentDigest(items.length);
    this.#rules = items.map(ruleCheck);
    this.#isKey = items.map(({ key }) => key === true);
    this.#keys = this.#isKey.includes(true) ? new KeyIndex(keyRows) : undefined;
  }

  /** Begins a part, whose CSV goes to this open file. */
  startPart(file: number): void {
    this.#csvFile = file;
    this.partRows = 0;
    this.partPlainBytes = 0;
    this.partHasLineFeeds = false;
    this.partLongestLine = 0;
  }

  /** Writes what is left of the part. The file stays open. */
  finishPart(): void {
    this.#flushCsv();
  }

  /** The content digest of all rows, 64 hex digits. Once. */
  contentDigest(): string {
    this.#flushDigest();
    return this.#digest.digest('hex');
  }

  /** What DuckDB has to know about the CSV of the part. */
  partShape(): PartShape {
    return { rows: this.partRows, hasLineFeeds: this.partHasLineFeeds, longestLine: this.partLongestLine };
  }

  /**
   * Takes the current record, or answers what is wrong with it and takes nothing of it: `csv-ragged`, `value-…`, `key-repeated`, and what its
   * reader found.
   */
  add(row: Row): readonly Refusal[] | undefined {
    const count = this.#items.length;
    if (row.fields !== count) return [faultAt('csv-ragged', row.line, { found: row.fields, expected: count })];
    this.#reserve((row.ends[count - 1] as number) - (row.starts[0] as number) + count * 64);
    const before = {
      csvAt: this.#csvAt,
      digestAt: this.#digestAt,
      plainBytes: this.partPlainBytes,
      feeds: this.partHasLineFeeds,
    };
    this.#faults = row.faults === undefined ? [] : [...row.faults];
    this.#keyRanges.length = 0;
    // Readers skip an empty line, which is what a single missing value would be.
    if (count === 1) this.#csvAt += this.#csvBytes.write(LONE_COLUMN_MARK, this.#csvAt, 'latin1');
    for (let i = 0; i < count; i += 1) {
      const column = this.#columns[i] as number;
      const start = row.starts[column] as number;
      const end = row.ends[column] as number;
      const kind = this.#kinds[i] as ValueKind;
      if (i > 0) this.#csvBytes[this.#csvAt++] = COMMA;
      // Nothing between two commas is a missing value. So is a quoted nothing, unless the item is text: there it is the empty text.
      if (start === end && (row.kinds[column] === PLAIN || kind !== 'text')) {
        if ((this.#items[i] as Item).required) this.#fault('value-missing', row, i);
        this.#writeMissing();
        continue;
      }
      this.partPlainBytes += PLAIN_BYTES[kind];
      const valueAt = this.#digestAt;
      if (kind === 'text') this.#writeText(row, column, i);
      else this.#writeValue(row, column, i, kind);
      const check = this.#rules[i];
      if (check !== undefined && this.#digestAt > valueAt) this.#checkRule(check, row, i, valueAt);
      if (this.#isKey[i] === true) this.#keyRanges.push(valueAt, this.#digestAt);
    }
    this.#csvBytes[this.#csvAt++] = LF;
    if (this.#keys !== undefined && this.#faults.length === 0) this.#checkKey(this.#keys, row);
    if (this.#faults.length > 0) {
      this.#csvAt = before.csvAt;
      this.#digestAt = before.digestAt;
      this.partPlainBytes = before.plainBytes;
      this.partHasLineFeeds = before.feeds;
      return this.#faults;
    }
    if (this.#csvAt - before.csvAt > this.partLongestLine) this.partLongestLine = this.#csvAt - before.csvAt;
    this.rows += 1;
    this.partRows += 1;
    if (this.#csvAt >= FLUSH_BYTES) this.#flushCsv();
    if (this.#digestAt >= FLUSH_BYTES) this.#flushDigest();
    return undefined;
  }

  #checkRule(check: RuleCheck, row: Row, index: number, valueAt: number): void {
    const text = this.#digestBytes.toString('utf8', valueAt + 4, this.#digestAt);
    const rule = check(text);
    if (rule !== undefined) this.#fault('value-outside-rule', row, index, ruleText(this.#items[index] as Item, rule));
  }

  #checkKey(keys: KeyIndex, row: Row): void {
    keys.begin();
    for (let i = 0; i < this.#keyRanges.length; i += 2) {
      keys.update(this.#digestBytes, this.#keyRanges[i] as number, this.#keyRanges[i + 1] as number);
    }
    const first = keys.end(row.line);
    if (first !== 0) this.#faults.push(faultAt('key-repeated', row.line, { first }));
  }

  #writeText(row: Row, column: number, item: number): void {
    const start = row.starts[column] as number;
    const end = row.ends[column] as number;
    if (start === end && (this.#items[item] as Item).required) this.#fault('value-missing', row, item);
    if (STARTS_FORMULA[row.bytes[start] as number] === 1 && end > start && startsProgram(row, start, end))
      this.#fault('value-starts-program', row, item);
    this.partPlainBytes += end - start;
    if (row.kinds[column] !== PLAIN && !this.partHasLineFeeds) {
      this.partHasLineFeeds = hasByte(row.bytes, start, end, LF) || hasByte(row.bytes, start, end, CR);
    }
    // Quotes in the source are doubled already, so its bytes can stand between quotes as they are.
    this.#csvBytes[this.#csvAt++] = QUOTE;
    this.#csvAt = copy(row.bytes, start, end, this.#csvBytes, this.#csvAt);
    this.#csvBytes[this.#csvAt++] = QUOTE;

    const lengthAt = this.#digestAt;
    let at = lengthAt + 4;
    if (row.kinds[column] === ESCAPED) {
      for (let p = start; p < end; p += 1) {
        const byte = row.bytes[p] as number;
        this.#digestBytes[at++] = byte;
        if (byte === QUOTE) p += 1;
      }
    } else {
      at = copy(row.bytes, start, end, this.#digestBytes, at);
    }
    writeLength(this.#digestBytes, lengthAt, at - lengthAt - 4);
    this.#digestAt = at;
  }

  #writeValue(row: Row, column: number, item: number, kind: ValueKind): void {
    const { bytes } = row;
    const start = row.starts[column] as number;
    const end = row.ends[column] as number;
    const shape = row.kinds[column] === ESCAPED ? MISFIT : shapeOf(bytes, start, end, kind, this.#scales[item] as number);
    if (shape !== MISFIT && shape !== ASK) {
      this.#csvAt = copy(bytes, start, end, this.#csvBytes, this.#csvAt);
      const digest = this.#digestBytes;
      const digestAt = this.#digestAt + 4;
      let at = copy(bytes, start, end, digest, digestAt);
      if (shape === CANONICAL_BUT_T) digest[digestAt + 10] = LETTER_T;
      if (shape > PADDED) {
        const padded = at + shape - PADDED;
        if (!hasByte(bytes, start, end, POINT)) digest[at++] = POINT;
        while (at < padded) digest[at++] = ZERO;
      }
      writeLength(digest, digestAt - 4, at - digestAt);
      this.#digestAt = at;
      return;
    }
    const text = shape === MISFIT ? undefined : canonicalValue(this.#items[item] as Item, bytes.toString('latin1', start, end));
    if (text === undefined) return this.#fault('value-misfit', row, item);
    this.#reserve(text.length * 2 + 64);
    this.#digestAt = this.#digestBytes.writeUInt32BE(text.length, this.#digestAt);
    this.#digestAt += this.#digestBytes.write(text, this.#digestAt, 'latin1');
    this.#csvAt += this.#csvBytes.write(text, this.#csvAt, 'latin1');
  }

  #writeMissing(): void {
    writeLength(this.#digestBytes, this.#digestAt, MISSING_LENGTH);
    this.#digestAt += 4;
  }

  #fault(code: ValueFault, row: Row, index: number, rule?: string): void {
    const item = this.#items[index] as Item;
    const column = this.#columns[index] as number;
    const place = row.columnOf?.(column) ?? column + 1;
    const details: Record<string, string> = { item: item.name, type: item.type };
    if (rule !== undefined) details['rule'] = rule;
    if (code !== 'value-missing') details['shape'] = shapeOfText(row.text(column));
    this.#faults.push(faultAt(code, row.lineOf(column), details, place));
  }

  /** Makes room for a record of so many bytes in both buffers. */
  #reserve(sizeBytes: number): void {
    if (this.#csvBytes.length - this.#csvAt < sizeBytes * 2) this.#csvBytes = grown(this.#csvBytes, this.#csvAt, sizeBytes * 2);
    if (this.#digestBytes.length - this.#digestAt < sizeBytes) {
      this.#digestBytes = grown(this.#digestBytes, this.#digestAt, sizeBytes);
    }
  }

  #flushCsv(): void {
    let done = 0;
    while (done < this.#csvAt) done += writeSync(this.#csvFile, this.#csvBytes, done, this.#csvAt - done);
    this.#csvAt = 0;
  }

  #flushDigest(): void {
    this.#digest.update(this.#digestBytes.subarray(0, this.#digestAt));
    this.#digestAt = 0;
  }
}

function hasByte(bytes: Uint8Array, start: number, end: number, wanted: number): boolean {
  for (let p = start; p < end; p += 1) if (bytes[p] === wanted) return true;
  return false;
}

function copy(source: Buffer, start: number, end: number, target: Buffer, at: number): number {
  if (end - start > COPY_BYTES) return at + source.copy(target, at, start, end);
  for (let p = start; p < end; p += 1) target[at++] = source[p] as number;
  return at;
}

function grown(buffer: Buffer, used: number, sizeBytes: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, used + sizeBytes));
  buffer.copy(larger, 0, 0, used);
  return larger;
}

function writeLength(bytes: Uint8Array, at: number, length: number): void {
  bytes[at] = length >>> 24;
  bytes[at + 1] = length >>> 16;
  bytes[at + 2] = length >>> 8;
  bytes[at + 3] = length;
}
