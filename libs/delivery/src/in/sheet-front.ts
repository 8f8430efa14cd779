import { refuse, type Item } from '#contracts';
import { matchHeader } from '../csv-head.js';
import type { CsvLimits } from '../csv-limits.js';
import { faultAt } from '../csv-rows.js';
import { valueKind, type ValueKind } from '../item-value.js';
import { CellRow } from './cell-row.js';
import { cellName, type Findings } from './found.js';
import type { RowFront } from './row.js';
import { dateText } from './xlsx/number-format.js';
import { CUT_NUMBER, ERROR, FORMULA, NO_RESULT, NUMBER, type HiddenColumns, type SheetRow } from './xlsx/sheet-rows.js';

/** Rows in which a header is looked for. */
const headRows = 30;
/** Rows at the end that may be a footer. */
const footRows = 30;
/** How those begin who sign, count and comment below a table. */
const FOOTER =
  /^\s*[（(]?(填表|制表|填报|填写|报送|审核|审批|复核|经办|负责|主管|单位负责|分管|联系|电话|日期|盖章|签字|备\s*注|附\s*注|注|说\s*明|数据来源|来源|合\s*计|总\s*计|共\s*计|小\s*计)[\u4e00-\u9fff（）()/、]{0,8}\s*([：:]|\d*[.、．]|$)/u;

interface Column {
  /** In the sheet, counted from 0. */
  readonly at: number;
  readonly kind: ValueKind | undefined;
}

/**
 * A sheet as records: finds the header, leaves out what a person has said may be left out, and tells of everything else that is no table.
 * Rows keep the numbers that the sheet shows. Blank rows are left out.
 */
export class SheetFront implements RowFront {
  readonly row: CellRow;
  headerRow = 0;
  headerWhy: 'stated' | 'items' | 'first' = 'first';
  #queue: SheetRow[] = [];
  #at = 0;
  #columns: Column[] | undefined;
  #columnSet = new Set<number>();
  #header: string[] | undefined;
  #held: SheetRow[] = [];
  #released = 0;
  #ended = false;

  constructor(
    private readonly rows: AsyncGenerator<SheetRow[]>,
    private readonly items: readonly Item[],
    private readonly options: {
      readonly headerRow?: number | undefined;
      readonly is1904: boolean;
      readonly hidden: HiddenColumns;
      readonly findings: Findings;
      readonly limits: CsvLimits;
    },
  ) {
    this.row = new CellRow(options.limits);
  }

  next(): boolean {
    if (this.#columns === undefined) {
      if (!this.#ended && this.#queue.length < Math.max(headRows, (this.options.headerRow ?? 0) + 2)) return false;
      if (this.#queue.length === 0) return false;
      this.#findHeader();
      this.row.begin(this.headerRow);
      for (const [i, name] of (this.#header as string[]).entries())
        this.row.put(name, ((this.#columns as unknown as Column[])[i]?.at ?? 0) + 1);
      return true;
    }
    for (;;) {
      const row = this.#nextRow();
      if (!row) return false;
      if (this.#put(row)) return true;
    }
  }

  async more(): Promise<boolean> {
    if (this.#ended) return false;
    const { value, done } = await this.rows.next();
    if (this.#at > 0) {
      this.#queue = this.#queue.slice(this.#at);
      this.#at = 0;
    }
    if (done === true) this.#ended = true;
    else this.#queue.push(...value);
    return true;
  }

  /** To be called when all rows are read: what was held back to the end is a footer. */
  finish(): void {
    for (const row of this.#held) this.options.findings.add('footer', row.number, firstColumn(row) + 1);
    this.#held = [];
  }

  /** The next row that is data: what looks like a footer waits, and is data when data follows. */
  #nextRow(): SheetRow | undefined {
    if (this.#released > 0) {
      this.#released -= 1;
      return this.#held.shift();
    }
    while (this.#at < this.#queue.length) {
      const row = this.#queue[this.#at] as SheetRow;
      this.#at += 1;
      if (isBlank(row)) continue;
      if (this.#looksLikeFooter(row)) {
        this.#held.push(row);
        if (this.#held.length <= footRows) continue;
        this.#released = this.#held.length - 1;
        return this.#held.shift();
      }
      if (this.#held.length === 0) return row;
      this.#held.push(row);
      this.#released = this.#held.length - 1;
      return this.#held.shift();
    }
    return undefined;
  }

  #looksLikeFooter(row: SheetRow): boolean {
    const columns = this.#columns as Column[];
    const filled = columns.filter(({ at }) => row.texts[at] !== undefined);
    if (filled.length * 2 > columns.length && columns.length > 1) {
      // A line of totals has numbers in many columns; what it counts stands in its first.
      return /^\s*(合\s*计|总\s*计|共\s*计)\s*[：:]?\s*$/u.test(row.texts[firstColumn(row)] ?? '');
    }
    return FOOTER.test(row.texts[firstColumn(row)] ?? '');
  }

  #put(row: SheetRow): boolean {
    const { findings } = this.options;
    const columns = this.#columns as Column[];
    if (row.isHidden) findings.add('hidden-row', row.number, 0);
    for (const [column, text] of row.texts.entries()) {
      if (text !== undefined && !this.#columnSet.has(column)) findings.add('side-note', row.number, column + 1);
    }
    if (columns.every(({ at }) => row.texts[at] === undefined && row.marks[at] === undefined)) return false;
    const cells = this.row;
    cells.begin(row.number);
    cells.faults = [];
    for (const { at, kind } of columns) {
      const mark = row.marks[at] ?? 0;
      cells.put(mark === 0 ? row.texts[at] : this.#marked(row, at, mark, kind), at + 1);
    }
    return true;
  }

  /** A cell that is more than a text: what should be known of it is told, what cannot be taken is a fault of the row. */
  #marked(row: SheetRow, at: number, mark: number, kind: ValueKind | undefined): string | undefined {
    const { findings, is1904 } = this.options;
    const text = row.texts[at];
    const fault = (code: 'cell-number-cut' | 'cell-error' | 'cell-no-result'): void =>
      void this.row.faults.push(faultAt(code, row.number, { cell: cellName(row.number, at + 1) }, at + 1));
    if ((mark & FORMULA) !== 0) findings.add('formula', row.number, at + 1);
    if ((mark & NO_RESULT) !== 0) fault('cell-no-result');
    if ((mark & ERROR) !== 0) fault('cell-error');
    if ((mark & CUT_NUMBER) !== 0 && kind !== 'double') fault('cell-number-cut');
    if ((mark & NUMBER) === 0 || (kind !== 'date' && kind !== 'timestamp')) return text;
    const date = dateText(Number(text), is1904, kind === 'timestamp');
    if (date === undefined) return text;
    findings.add('date-number', row.number, at + 1);
    return date;
  }

  #findHeader(): void {
    const rows = this.#queue.slice(0, Math.max(headRows, this.options.headerRow ?? 0)).filter((row) => !isBlank(row));
    const stated = this.options.headerRow;
    let best = { at: 0, known: -1, names: [] as (string | undefined)[], above: 0 };
    for (const [at, row] of rows.entries()) {
      if (stated !== undefined && row.number !== stated) continue;
      for (let above = 0; above <= Math.min(2, at); above += 1) {
        const names = withAbove(rows.slice(at - above, at + 1));
        const known = this.#known(names);
        if (known > best.known) best = { at, known, names, above };
      }
    }
    if (best.known < 0) throw refuse('header-row', { row: stated ?? 1 });
    const first = rows[best.at] as SheetRow;
    this.headerRow = first.number;
    this.headerWhy = stated !== undefined ? 'stated' : best.known > 0 && this.items.length > 0 ? 'items' : 'first';
    if (stated === undefined) this.#tellAbove(rows.slice(0, best.at - best.above), rows.slice(best.at - best.above, best.at));
    this.#chooseColumns(best.names);
    this.#at = this.#queue.indexOf(first) + 1;
  }

  #known(names: readonly (string | undefined)[]): number {
    const present = names.filter((name) => name !== undefined);
    // Without items to know it by: the first row that fills the most columns with different words.
    if (this.items.length === 0) return new Set(present.filter((name) => !/^[\d.,:/-]*$/.test(name))).size;
    return matchHeader(present, this.items).columns.filter(Boolean).length;
  }

  #tellAbove(titles: readonly SheetRow[], merged: readonly SheetRow[]): void {
    const { findings } = this.options;
    for (const row of titles) findings.add('title', row.number, firstColumn(row) + 1);
    for (const row of merged) findings.add('merged-header', row.number, firstColumn(row) + 1);
  }

  #chooseColumns(names: readonly (string | undefined)[]): void {
    const { findings, hidden, limits } = this.options;
    const present = [...names.entries()].flatMap(([at, name]) => (name === undefined ? [] : [{ at, name }]));
    if (present.length > limits.columns) throw faultAt('csv-header', this.headerRow, { difference: `> ${limits.columns}` });
    const match = matchHeader(
      present.map(({ name }) => name),
      this.items,
    );
    const isKnown = match.columns.some(Boolean);
    const columns: (Column & { name: string })[] = [];
    for (const [i, { at, name }] of present.entries()) {
      const item = match.columns[i]?.item;
      this.#columnSet.add(at);
      if (isKnown && !item) findings.add('extra-column', this.headerRow, at + 1, name.slice(0, 24));
      if (hidden.has(at) && item) findings.add('hidden-column', this.headerRow, at + 1, name.slice(0, 24));
      if (!isKnown || item) columns.push({ at, name: name.trim(), kind: item && valueKind(item) });
    }
    this.#columns = columns;
    this.#header = columns.map(({ name }) => name);
  }
}

function isBlank(row: SheetRow): boolean {
  return row.texts.every((text) => text === undefined || text.trim() === '') && row.marks.every((mark) => mark === undefined);
}

function firstColumn(row: SheetRow): number {
  return Math.max(
    0,
    row.texts.findIndex((text) => text !== undefined),
  );
}

/** The names of a header of several rows: of each column the lowest that is filled in. */
function withAbove(rows: readonly SheetRow[]): (string | undefined)[] {
  const width = Math.max(...rows.map(({ texts }) => texts.length));
  return Array.from({ length: width }, (_, at) => {
    for (const row of rows.toReversed()) {
      const text = row.texts[at]?.replace(/[\r\n]+/g, '').trim();
      if (text !== undefined && text !== '') return text;
    }
    return undefined;
  });
}
