import { isUtf8 } from 'node:buffer';
import type { Item } from '#contracts';
import type { CsvLimits } from '../csv-limits.js';
import { faultAt } from '../csv-rows.js';
import { CellRow } from './cell-row.js';
import type { RowFront } from './row.js';

const LF = 0x0a;

/**
 * JSON lines as records: one flat object a line. Numbers keep their digits as they are written. The header is made of the items' names and
 * of the first object's; a name that is missing later, or null, is a missing value. Throws `json-line`, `json-nested`, `json-name`, with the line.
 */
export class JsonLinesFront implements RowFront {
  readonly row: CellRow;
  readonly #pieces: AsyncIterator<Uint8Array>;
  #block: Buffer = Buffer.alloc(0);
  #at = 0;
  #ended = false;
  #line = 0;
  #names: Map<string, number> | undefined;
  #values: (string | undefined)[] = [];
  #first: string | undefined;

  constructor(
    source: AsyncIterable<Uint8Array>,
    private readonly items: readonly Item[],
    private readonly limits: CsvLimits,
  ) {
    this.row = new CellRow(limits);
    this.#pieces = source[Symbol.asyncIterator]();
  }

  next(): boolean {
    if (this.#first !== undefined) {
      const line = this.#first;
      this.#first = undefined;
      this.#take(line);
      return true;
    }
    for (;;) {
      const feed = this.#block.indexOf(LF, this.#at);
      if (feed < 0 && !(this.#ended && this.#at < this.#block.length)) return false;
      const end = feed < 0 ? this.#block.length : feed;
      if (end - this.#at > this.limits.rowBytes) throw faultAt('csv-field-too-large', this.#line + 1);
      if (!isUtf8(this.#block.subarray(this.#at, end))) throw faultAt('csv-not-utf8', this.#line + 1);
      const text = this.#block.toString('utf8', this.#at, end);
      this.#at = feed < 0 ? end : feed + 1;
      this.#line += 1;
      const line = this.#line === 1 ? text.replace(/^\ufeff/, '') : text;
      if (line.trim() === '') continue;
      if (this.#names === undefined) {
        this.#begin(line);
        return true;
      }
      this.#take(line);
      return true;
    }
  }

  async more(): Promise<boolean> {
    if (this.#ended) return false;
    const { value, done } = await this.#pieces.next();
    const rest = this.#block.subarray(this.#at);
    if (rest.length > this.limits.rowBytes) throw faultAt('csv-field-too-large', this.#line + 1);
    if (done === true) this.#ended = true;
    this.#block = done === true ? rest : Buffer.concat([rest, value]);
    this.#at = 0;
    return true;
  }

  /** The first object: its names after those of the items make the header, and it is a record itself. */
  #begin(line: string): void {
    const names = this.items.map(({ name }) => name);
    readFlatObject(line, this.#line, (name) => void (names.includes(name) || names.push(name)));
    if (names.length > this.limits.columns) throw faultAt('csv-header', this.#line, { difference: `> ${this.limits.columns}` });
    this.#names = new Map(names.map((name, i) => [name, i]));
    this.#values = names.map(() => undefined);
    this.#first = line;
    this.row.begin(this.#line);
    for (const name of names) this.row.put(name);
  }

  #take(line: string): void {
    const { row } = this;
    const seen = new Set<number>();
    this.#values.fill(undefined);
    readFlatObject(line, this.#line, (name, value) => {
      const place = this.#names?.get(name);
      if (place === undefined || seen.has(place)) throw faultAt('json-name', this.#line, { name: name.slice(0, 24) });
      seen.add(place);
      this.#values[place] = value;
    });
    row.begin(this.#line);
    for (const value of this.#values) row.put(value);
  }
}

const BLANK = /[ \t\r]*/y;
// oxlint-disable-next-line no-control-regex -- JSON forbids them within strings
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Reads `{"name": value, …}` with values that are texts, numbers, true, false or null. RFC 8259. */
function readFlatObject(text: string, line: number, take: (name: string, value: string | undefined) => void): void {
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at = pattern.lastIndex;
    return found;
  };
  const wrong = (): Error => faultAt('json-line', line, {}, at + 1);
  const mark = (character: string): boolean => {
    match(BLANK);
    if (text[at] !== character) return false;
    at += 1;
    match(BLANK);
    return true;
  };
  if (!mark('{')) throw wrong();
  if (!mark('}')) {
    do {
      const name = match(STRING);
      if (name === undefined || !mark(':')) throw wrong();
      const string = match(STRING);
      const scalar = string === undefined ? match(SCALAR) : undefined;
      if (string === undefined && scalar === undefined) {
        if (text[at] === '{' || text[at] === '[') throw faultAt('json-nested', line, { name: unquoted(name).slice(0, 24) });
        throw wrong();
      }
      take(unquoted(name), string === undefined ? (scalar === 'null' ? undefined : scalar) : unquoted(string));
    } while (mark(','));
    if (!mark('}')) throw wrong();
  }
  if (at !== text.length) throw wrong();
}

function unquoted(string: string): string {
  return string.includes('\\') ? (JSON.parse(string) as string) : string.slice(1, -1);
}
