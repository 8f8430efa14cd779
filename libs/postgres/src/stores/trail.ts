import type { SealedEntry, Trail } from '#exchange';
import { limitOf, openCursor, pageOf } from '../page.js';
import type { Scope } from '../scope.js';
import { Where } from '../where.js';

interface EntryRow {
  index: string;
  sealed_at: Date;
  leaf_hash: Buffer;
  bytes: Buffer;
}
const columns = 'e."index", e.sealed_at, e.leaf_hash, e.bytes';

function sealedOf(row: EntryRow): SealedEntry {
  const { index, sealed_at: sealedAt, leaf_hash: leafHash, bytes } = row;
  return { index: Number(index), sealedAt: sealedAt.toISOString(), leafHash: leafHash.toString('hex'), bytes };
}

/** Entries by what they mention, newest first. */
export function trailOf({ client }: Scope): Trail {
  return {
    async query(filter, page) {
      const limit = limitOf(page);
      const where = new Where();
      where.and('e.dataset = ?', filter.dataset);
      where.and('e."right" = ?', filter.right);
      where.and('e.subject = ?', filter.delivery);
      where.and('e.departments @> ARRAY[?]', filter.department);
      where.and('e.persons @> ARRAY[?]', filter.person);
      where.and('e.type = ?', filter.type);
      where.and('e.sealed_at >= ?', filter.from);
      where.and('e.sealed_at < ?', filter.until);
      where.and('e.departments && ?', filter.visibleTo);
      where.and('e."index" < ?', openCursor<[number]>(page, 'number')?.[0]);
      const { rows } = await client.query<EntryRow>(
        `SELECT ${columns} FROM ledger.ledger_entry e ${where.sql()} ORDER BY e."index" DESC LIMIT ${limit + 1}`,
        where.values,
      );
      return pageOf(rows, limit, (row) => [Number(row.index)], sealedOf);
    },
    async entry(index) {
      const { rows } = await client.query<EntryRow>(`SELECT ${columns} FROM ledger.ledger_entry e WHERE e."index" = $1`, [index]);
      return rows[0] && sealedOf(rows[0]);
    },
  };
}
