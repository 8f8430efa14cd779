import { cutTo, harmless, padTo, widthOf } from './width.js';

export interface Column<Row> {
  readonly title: string;
  readonly of: (row: Row) => string | number | undefined;
  readonly align?: 'left' | 'right';
  /** May be cut when the terminal is too narrow; the others never are. */
  readonly flexible?: boolean;
}

const gap = 2;
const narrowest = 12;

/**
 * A table as lines, its first the titles. Columns are as wide as their content; when that is more than `columnsMax`, the flexible
 * ones give way, the widest first. Without a limit (a pipe, a file) nothing is cut.
 */
export function tableLines<Row>(columns: readonly Column<Row>[], rows: readonly Row[], columnsMax = Infinity): string[] {
  const cells = rows.map((row) => columns.map((column) => oneLine(String(column.of(row) ?? ''))));
  const widths = columns.map((column, i) => Math.max(widthOf(column.title), ...cells.map((line) => widthOf(line[i] ?? ''))));
  narrow(columns, widths, columnsMax);
  const line = (texts: readonly string[]) =>
    texts
      .map((text, i) => padTo(cutTo(text, widths[i] ?? 0), widths[i] ?? 0, columns[i]?.align ?? 'left'))
      .join(' '.repeat(gap))
      .trimEnd();
  return [line(columns.map((column) => column.title)), ...cells.map(line)];
}

function narrow<Row>(columns: readonly Column<Row>[], widths: number[], columnsMax: number): void {
  const total = () => widths.reduce((sum, width) => sum + width, gap * (widths.length - 1));
  for (let over = total() - columnsMax; over > 0; over = total() - columnsMax) {
    let widest = -1;
    for (const [i, column] of columns.entries())
      if (column.flexible && (widths[i] ?? 0) > narrowest && (widest < 0 || (widths[i] ?? 0) > (widths[widest] ?? 0))) widest = i;
    if (widest < 0) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}

/** `label  value` lines, the values in one column; lines of one value stay under it. */
export function fieldLines(fields: readonly (readonly [string, string | number | undefined])[]): string[] {
  const shown = fields.filter(([, value]) => value !== undefined && value !== '');
  const width = Math.max(0, ...shown.map(([label]) => widthOf(label)));
  return shown.flatMap(([label, value]) =>
    String(value)
      .split('\n')
      .map((part, i) => `${padTo(i === 0 ? label : '', width)}${' '.repeat(gap)}${harmless(part)}`),
  );
}

function oneLine(text: string): string {
  return harmless(text.replace(/\s*\n\s*/g, ' '));
}
