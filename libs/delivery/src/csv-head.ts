import { refuse, type Item } from '#contracts';
import { csvLimits, type CsvLimits } from './csv-limits.js';
import { CsvRows, type CsvForm } from './csv-rows.js';

/** How a CSV file begins. */
export interface CsvHead {
  readonly header: readonly string[];
  /** How long the header is, its line end included. */
  readonly headerBytes: number;
  /** The first records, each with as many fields as it has. */
  readonly rows: readonly (readonly string[])[];
}

/**
 * Reads header and first records from the beginning of a CSV file. `isWhole`: the bytes are all of it; otherwise the record that they end
 * inside of is left out. Throws the same Refusals as an ingest for what is not CSV or not UTF-8 so far.
 */
export function readCsvHead(
  bytes: Uint8Array,
  isWhole: boolean,
  rowsMax = 20,
  limits: CsvLimits = csvLimits,
  form: CsvForm = {},
): CsvHead {
  const rows = new CsvRows(limits, form);
  rows.push(isWhole ? bytes : bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1));
  rows.end();
  const records: string[][] = [];
  let headerBytes = 0;
  try {
    while (records.length <= rowsMax && rows.next()) {
      if (records.length === 0) headerBytes = rows.nextAt;
      records.push(Array.from({ length: Math.min(rows.fields, limits.columns) }, (_, i) => rows.text(i)));
    }
  } catch (error) {
    // A line feed within quotes may be where the bytes were cut: that record is not broken, only not all here.
    if (isWhole || records.length === 0 || (error as { code?: string }).code !== 'csv-quote') throw error;
  }
  const [header, ...first] = records;
  if (!header) throw refuse('file-empty');
  return { header, headerBytes, rows: first };
}

/** A column of a file beside the items of an entry. */
export interface HeaderMatch {
  /** For each column of the file: the item that it holds, and by what it was known; undefined: none. */
  readonly columns: readonly ({ readonly item: Item; readonly by: 'name' | 'title' } | undefined)[];
  readonly missing: readonly Item[];
  readonly unknown: readonly string[];
  readonly repeated: readonly string[];
}

/** Lays the header of a file beside an entry's items: by name, and where no column has the name by the one title that is alike. */
export function matchHeader(header: readonly string[], items: readonly Item[]): HeaderMatch {
  const byName = new Map(items.map((item) => [item.name, item]));
  const named = new Set(header.filter((name) => byName.has(name)));
  const titles = items.filter(({ name }) => !named.has(name));
  const columns = header.map((text) => {
    const item = byName.get(text);
    if (item) return { item, by: 'name' as const };
    const alike = titles.filter(({ title }) => title === text.trim());
    return alike.length === 1 && alike[0] ? { item: alike[0], by: 'title' as const } : undefined;
  });
  const found = columns.map((column) => column?.item.name);
  return {
    columns,
    missing: items.filter(({ name }) => !found.includes(name)),
    unknown: header.filter((_, i) => columns[i] === undefined),
    repeated: header.filter((_, i) => found[i] !== undefined && found.indexOf(found[i]) < i),
  };
}

/** A column's name as a refusal may show it: where a file has no header it is data, so enough to recognise it by and no more. */
export function shortened(name: string): string {
  if (name === '') return '""';
  const printable = name.replace(/[\p{Cc}\p{Cf}]/gu, '�');
  return printable.length > 24 ? `${printable.slice(0, 24)}…` : printable;
}
