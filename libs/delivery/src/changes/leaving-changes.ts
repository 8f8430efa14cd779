import { itemSchema, type Format, type Item } from '#contracts';
import type { StoredVersion, VersionPart } from '../job.js';
import type { LeavingItem, LeavingRows } from '../leaving-sql.js';
import { openParts } from '../part-files.js';
import { usedParameters } from '../sql.js';
import type { Comparison } from './compare.js';

/** The first column of a delivery of changes. docs/formats/delivery-payload.md. */
export const CHANGE_COLUMN = '_change';

/** The column as an item, for its title in workbooks. */
export const changeItem: Item = itemSchema.parse({
  name: CHANGE_COLUMN,
  title: '变动',
  type: 'C',
  required: true,
  personal: false,
});

const words = (format: Format) =>
  format === 'xlsx'
    ? { added: '新增', changed: '变更', removed: '删除' }
    : { added: 'added', changed: 'changed', removed: 'removed' };

/** A part in the clear and what to select of it. */
export interface PartToLeave {
  readonly path: string;
  readonly rows: LeavingRows;
}

/**
 * What leaves of a comparison that `compareVersions` made: rows that were added or changed in the new version's order, then the keys of
 * those that were removed in the old one's. Parts without any are not opened, but for one where nothing changed at all.
 */
export async function* leavingChanges(comparison: Comparison, format: Format): AsyncGenerator<PartToLeave, void, undefined> {
  const { was, now, rows } = comparison;
  const said = words(format);
  const isAdded = (pos: string) => `${pos} IN (SELECT pos FROM changed WHERE was IS NULL)`;
  const some = await partsWith(comparison, now, 'changed', 'pos');
  const gone = await partsWith(comparison, was, 'gone', 'was');
  const none = some.length + gone.length === 0 && now.parts[0] ? [{ part: now.parts[0], base: 0 }] : [];
  yield* opened(comparison, now, [...some, ...none], (pos) => ({
    columns: [change(`CASE WHEN ${isAdded(pos)} THEN '${said.added}' ELSE '${said.changed}' END`), ...rows.columns],
    condition: `${pos} IN (SELECT pos FROM changed)`,
  }));
  const keys = new Set(now.items.filter(({ key }) => key).map(({ name }) => name));
  yield* opened(comparison, was, gone, (pos) => ({
    // Of the same type, and nothing: who no longer sees the row sees no more of it than which one it was.
    columns: [
      change(`'${said.removed}'`),
      ...rows.columns.map((column) =>
        keys.has(column.name) ? column : { ...column, sql: `CASE WHEN false THEN ${column.sql} END` },
      ),
    ],
    condition: `${pos} IN (SELECT was FROM gone)`,
  }));
}

const change = (sql: string): LeavingItem => ({ name: CHANGE_COLUMN, sql, kind: 'text' });

interface PlacedPart {
  readonly part: VersionPart;
  /** Rows in the parts before. */
  readonly base: number;
}

async function partsWith({ sandbox }: Comparison, version: StoredVersion, table: string, column: string): Promise<PlacedPart[]> {
  const found: PlacedPart[] = [];
  let base = 0;
  for (const part of version.parts) {
    const [count] = await sandbox.run(
      `SELECT count(*) FROM ${table} WHERE ${column} >= ${base} AND ${column} < ${base + part.rows}`,
    );
    if (Number(count?.[0]) > 0) found.push({ part, base });
    base += part.rows;
  }
  return found;
}

async function* opened(
  { rows, store, folder }: Comparison,
  { identity }: StoredVersion,
  placed: readonly PlacedPart[],
  select: (pos: string) => Pick<LeavingRows, 'columns' | 'condition'>,
): AsyncGenerator<PartToLeave, void, undefined> {
  const parts = placed.map(({ part }) => part);
  let next = 0;
  for await (const { path } of openParts({ parts, identity }, store, folder)) {
    const { base } = placed[next] as PlacedPart;
    next += 1;
    const selected = select(`(file_row_number + ${base})`);
    const sql = [selected.condition, ...selected.columns.map((column) => column.sql)].join(' ');
    const parameters = usedParameters(sql, rows.parameters);
    yield { path, rows: { ...selected, parameters, conditionParameters: {}, isJoined: true } };
  }
}
