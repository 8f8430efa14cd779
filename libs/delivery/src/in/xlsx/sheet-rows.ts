import { refuse } from '#contracts';
import { dateText, numberText } from './number-format.js';
import { RichText, unescaped, xmlText } from './shared-strings.js';
import type { Workbook } from './workbook.js';
import { attribute, XmlTags, type XmlListener } from './xml-tags.js';

/** What a cell is besides its text. */
export const FORMULA = 1;
export const NUMBER = 2;
export const CUT_NUMBER = 4;
export const ERROR = 8;
export const NO_RESULT = 16;

/** A row of a sheet that has cells. Arrays have holes where there is none. */
export interface SheetRow {
  /** Counted from 1, as the sheet shows it. */
  readonly number: number;
  readonly isHidden: boolean;
  /** By column, counted from 0. */
  readonly texts: (string | undefined)[];
  readonly marks: (number | undefined)[];
}

export const columnsMost = 16_384;
const rowsMost = 1_048_576;

/** Columns of a sheet that are not shown, as the sheet says before its rows; counted from 0. */
export type HiddenColumns = Set<number>;

/**
 * The rows of a sheet, some at a time, as they are read: dates as `2024-03-01`, numbers with the digits that are shown, formulas by their
 * last result. Memory: one piece of the part. Throws `workbook-damaged`, `workbook-cell-too-large`.
 */
export async function* sheetRows(workbook: Workbook, part: string, hidden: HiddenColumns): AsyncGenerator<SheetRow[]> {
  const reader = new SheetReader(workbook, hidden);
  const tags = new XmlTags(reader);
  for await (const piece of xmlText(workbook.read(part))) {
    tags.push(piece);
    if (reader.rows.length > 0) yield reader.rows;
    reader.rows = [];
  }
  tags.end();
  if (!reader.isWhole) throw refuse('workbook-damaged');
}

class SheetReader implements XmlListener {
  rows: SheetRow[] = [];
  isWhole = false;
  #row: SheetRow | undefined;
  #number = 0;
  #column = -1;
  #type: string | undefined;
  #style = 0;
  #hasFormula = false;
  #value: string | undefined;
  #isValue = false;
  #isRich = false;
  readonly #rich = new RichText();

  constructor(
    private readonly workbook: Workbook,
    private readonly hidden: HiddenColumns,
  ) {}

  open(name: string, attributes: string, isEmpty: boolean): void {
    switch (name) {
      case 'c':
        this.#beginCell(attributes);
        if (isEmpty) this.#endCell();
        return;
      case 'v':
        this.#isValue = !isEmpty;
        this.#value ??= '';
        return;
      case 'f':
        this.#hasFormula = true;
        return;
      case 'is':
        this.#isRich = !isEmpty;
        this.#rich.begin();
        return;
      case 'row':
        this.#beginRow(attributes);
        if (isEmpty) this.#endRow();
        return;
      case 'col':
        this.#hide(attributes);
        return;
      case 'sheetData':
        if (isEmpty) this.isWhole = true;
        return;
      default:
        if (this.#isRich) this.#rich.open(name, isEmpty);
    }
  }

  close(name: string): void {
    switch (name) {
      case 'c':
        return this.#endCell();
      case 'v':
        this.#isValue = false;
        return;
      case 'is':
        this.#isRich = false;
        this.#value = this.#rich.take();
        return;
      case 'row':
        return this.#endRow();
      case 'sheetData':
        this.isWhole = true;
        return;
      default:
        if (this.#isRich) this.#rich.close(name);
    }
  }

  text(text: string): void {
    if (this.#isValue) this.#value += text;
    else if (this.#isRich) this.#rich.add(text);
  }

  #beginRow(attributes: string): void {
    const number = Number(attribute(attributes, 'r') ?? this.#number + 1);
    if (!(number > this.#number && number <= rowsMost)) throw refuse('workbook-damaged');
    this.#number = number;
    this.#column = -1;
    const isHidden = ['1', 'true'].includes(attribute(attributes, 'hidden') ?? '');
    this.#row = { number, isHidden, texts: [], marks: [] };
  }

  #endRow(): void {
    if (this.#row && this.#row.texts.length > 0) this.rows.push(this.#row);
    this.#row = undefined;
  }

  #beginCell(attributes: string): void {
    const reference = attribute(attributes, 'r');
    const column = reference === undefined ? this.#column + 1 : columnOf(reference);
    if (!(column > this.#column && column < columnsMost) || !this.#row) throw refuse('workbook-damaged');
    this.#column = column;
    this.#type = attribute(attributes, 't');
    const style = attribute(attributes, 's');
    this.#style = style === undefined ? 0 : Number(style);
    this.#hasFormula = false;
    this.#value = undefined;
    this.#isRich = false;
  }

  #endCell(): void {
    const row = this.#row as SheetRow;
    const raw = this.#value;
    let mark = this.#hasFormula ? FORMULA : 0;
    if (raw === undefined || (raw === '' && this.#type !== 'inlineStr' && this.#type !== 's')) {
      if (this.#hasFormula && this.#type !== 'str') row.marks[this.#column] = FORMULA | NO_RESULT;
      if (this.#hasFormula) row.texts[this.#column] = undefined;
      return;
    }
    let text: string | undefined;
    switch (this.#type) {
      case 's':
        text = this.workbook.strings.get(Number(raw));
        if (text === undefined) throw refuse('workbook-damaged');
        break;
      case 'inlineStr':
        text = raw;
        break;
      case 'str':
        text = unescaped(raw);
        break;
      case 'b':
        text = raw === '1' || raw === 'true' ? 'true' : 'false';
        break;
      case 'e':
        text = raw;
        mark |= ERROR;
        break;
      case 'd':
        text = raw.replace(/Z$/, '');
        break;
      default: {
        const shown = this.#numberShown(raw);
        text = shown.text;
        mark |= shown.mark;
      }
    }
    // An empty text looks like an empty cell, and is one.
    if (text === '') return;
    row.texts[this.#column] = text;
    if (mark !== 0) row.marks[this.#column] = mark;
  }

  #numberShown(raw: string): { text: string; mark: number } {
    const format = this.workbook.formats[this.#style];
    const number = numberText(raw.trim());
    if (!number) throw refuse('workbook-damaged');
    if (format && (format.kind === 'date' || format.kind === 'datetime')) {
      const date = dateText(Number(raw), this.workbook.is1904, format.kind === 'datetime');
      if (date !== undefined) return { text: date, mark: 0 };
    }
    if (format?.kind === 'time' && Number(raw) >= 0 && Number(raw) < 1) {
      return { text: new Date(Math.round(Number(raw) * 86_400) * 1000).toISOString().slice(11, 19), mark: 0 };
    }
    if (format?.kind === 'padded' && /^\d+$/.test(number.text))
      return { text: number.text.padStart(format.digits, '0'), mark: 0 };
    return { text: number.text, mark: NUMBER | (number.isCut ? CUT_NUMBER : 0) };
  }

  #hide(attributes: string): void {
    if (!['1', 'true'].includes(attribute(attributes, 'hidden') ?? '')) return;
    const [first, last] = ['min', 'max'].map((name) => Number(attribute(attributes, name))) as [number, number];
    for (let column = first; column <= Math.min(last, columnsMost); column += 1) this.hidden.add(column - 1);
  }
}

/** `AB12` is 27. */
function columnOf(reference: string): number {
  let column = 0;
  for (let i = 0; i < reference.length; i += 1) {
    const code = reference.charCodeAt(i) | 0x20;
    if (code < 0x61 || code > 0x7a) break;
    column = column * 26 + code - 0x60;
  }
  return column - 1;
}
