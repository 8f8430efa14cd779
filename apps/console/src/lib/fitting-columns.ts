export interface Sized {
  readonly width?: string | undefined;
  readonly yields?: number | undefined;
}

/** What a column without a width of its own keeps at least. */
const freeWidth = '10.5rem';

/** The CSS width below which these columns would be cut. */
export const leastWidth = (columns: readonly Sized[]) => `calc(${columns.map(({ width }) => width ?? freeWidth).join(' + ')})`;

/** Those of the columns that stand beside each other in so many pixels; what yields goes first, so that no list scrolls sideways. */
export function fitting<C extends Sized>(columns: readonly C[], widthPx: number): readonly C[] {
  const remPx = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  const needsPx = columns.reduce((sum, { width }) => sum + Number.parseFloat(width ?? freeWidth) * remPx, 0);
  if (needsPx <= widthPx) return columns;
  const weakest = columns.reduce<C | undefined>(
    (weak, one) => (one.yields !== undefined && one.yields < (weak?.yields ?? Infinity) ? one : weak),
    undefined,
  );
  return weakest
    ? fitting(
        columns.filter((one) => one !== weakest),
        widthPx,
      )
    : columns;
}

const drawnTables = (): Iterable<HTMLTableElement> => document.querySelectorAll<HTMLTableElement>('.table-box > .table');

/** A table that the server drew has all its columns, since a server measures nothing: what yields here is hidden before it is seen. */
export function fitDrawnTables(): void {
  for (const table of drawnTables()) {
    const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
    const columns = heads.map(({ style, dataset }, at) => ({
      at,
      width: style.width || undefined,
      yields: dataset['yields'] === undefined ? undefined : Number(dataset['yields']),
    }));
    const kept = fitting(columns, table.parentElement?.clientWidth ?? Infinity);
    if (kept.length === columns.length) continue;
    const hidden = new Set(columns.filter((one) => !kept.includes(one)).map(({ at }) => at));
    table.style.minWidth = leastWidth(kept);
    // A row that only keeps the place of others is one cell.
    for (const row of table.rows) for (const cell of row.cells) cell.hidden = row.cells.length > 1 && hidden.has(cell.cellIndex);
  }
}

/** The table's own code has measured and left the same columns out; nothing may stay hidden of what it keeps. */
export function showDrawnTables(): void {
  for (const table of drawnTables()) for (const cell of table.querySelectorAll('[hidden]')) cell.removeAttribute('hidden');
}
