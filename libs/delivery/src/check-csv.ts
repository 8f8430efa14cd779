import { refuse, type Item, type Refusal } from '#contracts';
import { latin1Text } from '#crypto';
import { csvLimits, type CsvLimits } from './csv-limits.js';
import { CsvRows, ESCAPED, faultAt, PLAIN } from './csv-rows.js';
import { canonicalValue, scaleOf, valueKind } from './item-value.js';
import { ruleCheck, ruleText } from './in/item-rules.js';
import { shapeOfText } from './in/violations.js';
import { ASK, MISFIT, shapeOf } from './value-shape.js';

/** What the check of a file found. */
export interface CheckedCsv {
  readonly rows: number;
  /** In the order of the file; the values themselves are never in them. */
  readonly faults: readonly Refusal[];
  /** The check stopped at so many faults, or at one after which rows cannot be told apart. */
  readonly isCut: boolean;
}

/**
 * Reads a whole CSV file against an entry's items and says everything that an ingest would refuse it for, up to `faultsMax`, where an
 * ingest names the first alone. `columns[i]` is the place in the file of item `i`. Memory: one block. Gives the faults; throws nothing of them.
 */
export async function checkCsv(
  items: readonly Item[],
  columns: readonly number[],
  source: AsyncIterable<Uint8Array>,
  options: {
    readonly faultsMax?: number;
    readonly onProgress?: (doneBytes: number, rows: number) => void;
    readonly limits?: CsvLimits;
  } = {},
): Promise<CheckedCsv> {
  const { faultsMax = 1000, limits = csvLimits } = options;
  const rows = new CsvRows(limits);
  const faultsOfRow = rowFaults(items, columns);
  const faults: Refusal[] = [];
  let records = 0;
  let bytes = 0;
  const take = (): void => {
    while (faults.length < faultsMax && rows.next()) {
      records += 1;
      if (records > 1) faults.push(...faultsOfRow(rows));
    }
  };
  const done = (isCut: boolean): CheckedCsv => ({
    rows: Math.max(0, records - 1),
    faults: faults.slice(0, faultsMax),
    isCut: isCut || faults.length >= faultsMax,
  });
  try {
    for await (const chunk of source) {
      rows.push(chunk);
      take();
      if (faults.length >= faultsMax) return done(true);
      bytes += chunk.length;
      options.onProgress?.(bytes, records);
    }
    rows.end();
    take();
  } catch (error) {
    if ((error as Error).name !== 'Refusal') throw error;
    faults.push(error as Refusal);
    return done(true);
  }
  if (records < 2) faults.push(refuse('file-empty'));
  return done(false);
}

/** A judge of single records: everything that is wrong with the current one. */
export function rowFaults(items: readonly Item[], columns: readonly number[]): (row: CsvRows) => Refusal[] {
  const kinds = items.map(valueKind);
  const scales = items.map(scaleOf);
  const rules = items.map(ruleCheck);
  const codeOf = (row: CsvRows, i: number): 'value-misfit' | 'value-missing' | undefined => {
    const [column, item, kind] = [columns[i] as number, items[i] as Item, kinds[i] as (typeof kinds)[number]];
    const [start, end] = [row.starts[column] as number, row.ends[column] as number];
    if (start === end) {
      if (item.required) return 'value-missing';
      if (row.kinds[column] === PLAIN || kind !== 'text') return undefined;
    }
    const shape =
      row.kinds[column] === ESCAPED && kind !== 'text' ? MISFIT : shapeOf(row.bytes, start, end, kind, scales[i] as number);
    if (shape === MISFIT) return 'value-misfit';
    if (shape !== ASK) return undefined;
    return canonicalValue(item, latin1Text(row.bytes.subarray(start, end))) === undefined ? 'value-misfit' : undefined;
  };
  return (row) => {
    if (row.fields !== items.length) return [faultAt('csv-ragged', row.line, { found: row.fields, expected: items.length })];
    return items.flatMap((item, i) => {
      const column = columns[i] as number;
      const at = (code: 'value-misfit' | 'value-missing' | 'value-outside-rule', more = {}): Refusal =>
        faultAt(code, row.lineOf(column), { item: item.name, type: item.type, ...more }, column + 1);
      const code = codeOf(row, i);
      if (code === 'value-missing') return [at(code)];
      const check = rules[i];
      if (code === undefined && (check === undefined || row.starts[column] === row.ends[column])) return [];
      const text = row.text(column);
      if (code !== undefined) return [at(code, { shape: shapeOfText(text) })];
      const rule = check?.(canonicalValue(item, text) ?? text);
      return rule === undefined ? [] : [at('value-outside-rule', { rule: ruleText(item, rule), shape: shapeOfText(text) })];
    });
  };
}
