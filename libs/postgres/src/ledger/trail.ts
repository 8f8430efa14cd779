import { entryColumns, storedEntryOf, type EntryRow, type StoredEntry } from './read.js';
import type pg from 'pg';

/** All that is given must hold. */
export interface TrailFilter {
  readonly dataset?: string;
  readonly right?: string;
  readonly delivery?: string;
  readonly department?: string;
  readonly person?: string;
  readonly type?: string;
  /** Sealed at or after. */
  readonly from?: string;
  /** Sealed before. */
  readonly until?: string;
  /** Only entries that name one of these departments on either side. */
  readonly visibleTo?: readonly string[];
}

export interface TrailPage {
  readonly limit: number;
  /** Index of the last entry of the page before. */
  readonly cursor?: number;
  /** By default in the order of the ledger. */
  readonly newestFirst?: boolean;
}

/** The trail: all entries about a dataset, a right, a delivery, a department or a person, in order. `next` is the next page's cursor. */
export async function queryTrail(
  client: pg.ClientBase | pg.Pool,
  filter: TrailFilter,
  page: TrailPage,
): Promise<{ items: StoredEntry[]; next?: number }> {
  const values: unknown[] = [];
  const conditions: string[] = [];
  const where = (value: unknown, condition: (parameter: string) => string) => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  where(filter.dataset, (p) => `dataset = ${p}`);
  where(filter.right, (p) => `"right" = ${p}`);
  where(filter.delivery, (p) => `subject = ${p}`);
  where(filter.department && [filter.department], (p) => `departments @> ${p}::text[]`);
  where(filter.person && [filter.person], (p) => `persons @> ${p}::text[]`);
  where(filter.type, (p) => `type = ${p}`);
  where(filter.from, (p) => `sealed_at >= ${p}::timestamptz`);
  where(filter.until, (p) => `sealed_at < ${p}::timestamptz`);
  where(filter.visibleTo, (p) => `departments && ${p}::text[]`);
  where(page.cursor, (p) => (page.newestFirst ? `index < ${p}` : `index > ${p}`));
  const limit = Math.max(1, Math.min(1_000, Math.trunc(page.limit)));
  const { rows } = await client.query<EntryRow>(
    `SELECT ${entryColumns} FROM ledger.ledger_entry ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
ORDER BY index ${page.newestFirst ? 'DESC' : 'ASC'} LIMIT ${limit + 1}`,
    values,
  );
  const items = rows.slice(0, limit).map(storedEntryOf);
  const last = items.at(-1);
  return rows.length > limit && last ? { items, next: last.index } : { items };
}
