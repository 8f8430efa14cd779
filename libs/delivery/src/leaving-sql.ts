import { refuse, type Format, type Item } from '#contracts';
import { sheetRowSql } from './out/sheet-row-sql.js';
import { columnName, type ValueKind } from './item-value.js';
import type { Selection } from './job.js';
import type { DeliveryLimits } from './limits.js';
import type { SandboxParameters } from './sandbox.js';
import { compileScope } from './scope-sql.js';
import { quoteIdentifier, quoteLiteral } from './sql.js';
import { compileTransformation, pseudonymParameters, PSEUDONYM_INNER } from './transformation-sql.js';

/** A selection compiled: what to ask each part of the version for. */
export interface LeavingRows {
  readonly columns: readonly LeavingItem[];
  /** The condition that a row must meet. */
  readonly condition: string;
  readonly conditionParameters: SandboxParameters;
  /** Of condition and columns together. */
  readonly parameters: SandboxParameters;
  /** Rows are chosen by a join, which keeps no order by itself. */
  readonly isJoined: boolean;
}

export interface LeavingItem {
  readonly name: string;
  readonly sql: string;
  readonly kind: ValueKind;
}

/**
 * Compiles a selection over a version's columns. Throws `item-unknown`, `transformation-not-possible`, and what `compileScope` throws.
 * A pseudonym without its key is a bug of the caller, not an answer.
 */
export function compileSelection(
  items: readonly Item[],
  selection: Omit<Selection, 'format'>,
  pseudonymKey: Uint8Array | undefined,
  limits: DeliveryLimits,
  keyTables: ReadonlyMap<string, string> = new Map(),
): LeavingRows {
  const indexes = new Map(items.map((item, i) => [item.name, i]));
  const unknown = selection.items.filter((name) => !indexes.has(name));
  if (unknown.length > 0) throw refuse('item-unknown', { items: unknown }, { field: 'items' });
  if (selection.items.length === 0 || new Set(selection.items).size !== selection.items.length) {
    throw new Error('A selection names at least one item, and each once');
  }
  const transformations = new Map(selection.transformations.map((each) => [each.item, each.transformation]));
  if (transformations.size !== selection.transformations.length) throw new Error('A selection transforms an item once');

  const columns = selection.items.map((name) => {
    const index = indexes.get(name) as number;
    return { name, ...compileTransformation(items[index] as Item, transformations.get(name), columnName(index)) };
  });
  const scope = compileScope(selection.rows, items, limits, keyTables);
  const needsKey = columns.some((column) => column.sql.includes(PSEUDONYM_INNER));
  if (needsKey && pseudonymKey === undefined) throw new Error('A pseudonym needs its key');
  return {
    columns,
    condition: scope.sql,
    conditionParameters: scope.parameters,
    isJoined: keyTables.size > 0,
    parameters: needsKey ? { ...scope.parameters, ...pseudonymParameters(pseudonymKey as Uint8Array) } : scope.parameters,
  };
}

/** The SELECT that reads parts as they leave in a format. Rows keep the order of the parts. */
export function selectFrom(paths: string | readonly string[], rows: LeavingRows, format: Format): string {
  const list =
    format === 'xlsx'
      ? sheetRowSql(rows.columns)
      : rows.columns.map((column) => `${writtenAs(column, format)} AS ${quoteIdentifier(column.name)}`).join(', ');
  return `SELECT ${list} ${fromPart(paths, rows)}`;
}

/** FROM and WHERE for the rows of one part that leave, or of several, and their order. Rows chosen by a join come from one part alone. */
export function fromPart(paths: string | readonly string[], rows: LeavingRows): string {
  const list = typeof paths === 'string' ? quoteLiteral(paths) : `[${paths.map(quoteLiteral).join(', ')}]`;
  return rows.isJoined
    ? `FROM read_parquet(${list}, file_row_number = true) WHERE ${rows.condition} ORDER BY file_row_number`
    : `FROM read_parquet(${list}) WHERE ${rows.condition}`;
}

function writtenAs({ sql, kind }: LeavingItem, format: Format): string {
  if (format === 'jsonl' && kind === 'timestamp') return `replace(CAST(${sql} AS VARCHAR), ' ', 'T')`;
  if ((format === 'csv-bom' || format === 'csv-gb18030') && kind === 'text') return heldAsText(sql);
  return sql;
}

// What a spreadsheet would run as a formula gets an apostrophe, as its own users write one; digits that it would round or strip of
// their leading zeros get a tab, which it shows as nothing. docs/formats/delivery-payload.md.
const FORMULA = '^[=+\\-@\\t\\r\\n＝＋－＠]';
const MISREAD_NUMBER = '^(0[0-9]+|[0-9]{12,}|[0-9]+[Ee][0-9]+)$';

function heldAsText(sql: string): string {
  return `CASE WHEN regexp_matches(${sql}, ${quoteLiteral(FORMULA)}) THEN '''' || ${sql}
    WHEN regexp_matches(${sql}, ${quoteLiteral(MISREAD_NUMBER)}) THEN chr(9) || ${sql} ELSE ${sql} END`;
}
