import type { Refusal } from '#contracts';
import type { CsvLimits } from '../csv-limits.js';
import { ESCAPED, faultAt, PLAIN, QUOTED } from '../csv-rows.js';
import type { Row } from './row.js';

const START_BYTES = 64 * 1024;

/**
 * A record that is put together cell by cell, for forms that are not separated text. Text stands as it would between quotes of a CSV, so
 * that whoever writes the record does not care where it came from.
 */
export class CellRow implements Row {
  bytes = Buffer.allocUnsafe(START_BYTES);
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly kinds: Uint8Array;
  fields = 0;
  line = 0;
  faults: Refusal[] = [];
  readonly #columns: Int32Array;
  #at = 0;

  constructor(private readonly limits: CsvLimits) {
    this.starts = new Int32Array(limits.columns);
    this.ends = new Int32Array(limits.columns);
    this.kinds = new Uint8Array(limits.columns);
    this.#columns = new Int32Array(limits.columns);
  }

  /** Begins a record. */
  begin(line: number): void {
    this.line = line;
    this.fields = 0;
    this.#at = 0;
  }

  /** The next cell; undefined is a missing value. Throws `csv-nul`, `text-not-unicode`, `csv-field-too-large`, at `column` of the file. */
  put(text: string | undefined, column = this.fields + 1): void {
    const field = this.fields;
    this.fields += 1;
    if (field >= this.starts.length) return;
    this.#columns[field] = column;
    this.starts[field] = this.#at;
    this.ends[field] = this.#at;
    this.kinds[field] = PLAIN;
    if (text === undefined) return;
    if (text.includes('\0')) throw faultAt('csv-nul', this.line, {}, column);
    if (/\p{Surrogate}/u.test(text)) throw faultAt('text-not-unicode', this.line, {}, column);
    const isEscaped = text.includes('"');
    const written = isEscaped ? text.replaceAll('"', '""') : text;
    // Three bytes a UTF-16 unit at most.
    if (this.bytes.length - this.#at < written.length * 3) this.#grow(written.length * 3);
    this.#at += this.bytes.write(written, this.#at);
    const start = this.starts[field];
    if (this.#at - start > this.limits.fieldBytes) throw faultAt('csv-field-too-large', this.line, {}, column);
    if (this.#at > this.limits.rowBytes) throw faultAt('csv-field-too-large', this.line, {}, column);
    this.ends[field] = this.#at;
    this.kinds[field] = isEscaped ? ESCAPED : QUOTED;
  }

  lineOf(): number {
    return this.line;
  }

  columnOf(field: number): number {
    return this.#columns[field] as number;
  }

  text(field: number): string {
    const text = this.bytes.toString('utf8', this.starts[field], this.ends[field]);
    return this.kinds[field] === ESCAPED ? text.replaceAll('""', '"') : text;
  }

  #grow(sizeBytes: number): void {
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.#at + sizeBytes));
    this.bytes.copy(larger, 0, 0, this.#at);
    this.bytes = larger;
  }
}
