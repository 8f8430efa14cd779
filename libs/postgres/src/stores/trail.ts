import type { Trail } from '#exchange';
import { entryColumns, storedEntryOf, type EntryRow } from '../ledger/read.js';
import { limitOf, openCursor, pageOf } from '../page.js';
import type { Scope } from '../scope.js';
import { Where } from '../where.js';

/** Entries by what they mention, newest first. */
export function trailOf({ client }: Scope): Trail {
  return {
    async query(filter, page) {
      const limit = limitOf(page);
      const where = new Where();
      where.and('subject = ? OR dataset = ? OR "right" = ? OR statement_id = ?', filter.subject);
      where.and('dataset = ?', filter.dataset);
      where.and('"right" = ?', filter.right);
      where.and('subject = ?', filter.delivery);
      where.and('departments @> ?::text[]', filter.department && [filter.department]);
      where.and('persons @> ?::text[]', filter.person && [filter.person]);
      where.and('type = ANY(?::text[])', filter.types);
      where.and('sealed_at >= ?', filter.from);
      where.and('sealed_at < ?', filter.until);
      where.and('departments && ?::text[]', filter.visibleTo);
      where.and('index < ?', openCursor<[number]>(page, 'number')?.[0]);
      const { rows } = await client.query<EntryRow>(
        `SELECT ${entryColumns} FROM ledger.ledger_entry ${where.sql()} ORDER BY index DESC LIMIT ${limit + 1}`,
        where.values,
      );
      return pageOf(rows, limit, (row) => [Number(row.index)], storedEntryOf);
    },
    async entry(index, { visibleTo }) {
      const where = new Where();
      where.and('index = ?', index);
      where.and('departments && ?::text[]', visibleTo);
      const { rows } = await client.query<EntryRow>(
        `SELECT ${entryColumns} FROM ledger.ledger_entry ${where.sql()}`,
        where.values,
      );
      return rows[0] && storedEntryOf(rows[0]);
    },
  };
}
