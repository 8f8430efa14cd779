import type { SealedEntry, Trail, TrailFilter } from '#exchange';
import { entryColumns, storedEntryOf, type EntryRow } from '../ledger/read.js';
import { escapeLike } from '../like.js';
import { limitOf, openCursor, pageOf } from '../page.js';
import type { Scope } from '../scope.js';
import { Where } from '../where.js';

interface TrailRow extends EntryRow {
  readonly subject: string;
  readonly dataset: string | null;
  readonly departments: string[];
  readonly persons: string[] | null;
}
const columns = `${entryColumns}, subject, dataset, departments, persons`;
/** How many names of each kind a search takes: more than that is no search. */
const namesAtMost = 300;
/** What bears an id that people see and name. */
const endingTables = ['dataset', 'version', 'request', '"right"', 'delivery']
  .map((table) => `projection.${table}`)
  .concat('office.proposal', 'office.key_list');
/** A day begins at midnight in Beijing. */
const dayOffsetSeconds = 8 * 3600;

function entryOf(row: TrailRow): SealedEntry {
  const { subject, dataset, departments, persons } = row;
  return { ...storedEntryOf(row), subject, ...(dataset === null ? {} : { dataset }), departments, persons: persons ?? [] };
}

function whereOf(filter: TrailFilter): Where {
  const where = new Where();
  where.and('subject = ? OR dataset = ? OR "right" = ? OR statement_id = ?', filter.subject);
  where.and('dataset = ?', filter.dataset);
  where.and('"right" = ?', filter.right);
  where.and('subject = ?', filter.delivery);
  where.and('departments @> ?::text[]', filter.department && [filter.department]);
  where.and('persons @> ?::text[]', filter.person && [filter.person]);
  where.and('issuer = ?', filter.issuer);
  where.and('type = ANY(?::text[])', filter.types);
  where.and('sealed_at >= ?', filter.from);
  where.and('sealed_at < ?', filter.until);
  where.and('departments && ?::text[]', filter.visibleTo);
  const { any } = filter;
  if (any)
    where.or([
      ['index = ?', any.index],
      ['leaf_hash = ?', any.leafHash === undefined ? undefined : Buffer.from(any.leafHash, 'hex')],
      ['subject = ANY(?::text[]) OR dataset = ANY(?) OR "right" = ANY(?) OR statement_id = ANY(?) OR persons && ?', any.objects],
      ['dataset = ANY(?::text[])', any.datasets],
      ['departments && ?::text[]', any.departments],
      ['persons && ?::text[]', any.persons],
    ]);
  return where;
}

/** Entries by what they mention, newest first. */
export function trailOf({ client }: Scope): Trail {
  return {
    async query(filter, page) {
      const limit = limitOf(page);
      const where = whereOf(filter);
      where.and('index < ?', openCursor<[number]>(page, 'number')?.[0]);
      const { rows } = await client.query<TrailRow>(
        `SELECT ${columns} FROM ledger.ledger_entry ${where.sql()} ORDER BY index DESC LIMIT ${limit + 1}`,
        where.values,
      );
      return pageOf(rows, limit, (row) => [Number(row.index)], entryOf);
    },
    async count(filter, atMost) {
      const where = whereOf(filter);
      const { rows } = await client.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM (SELECT FROM ledger.ledger_entry ${where.sql()} LIMIT ${Math.trunc(atMost) + 1}) AS found`,
        where.values,
      );
      const count = rows[0]?.count ?? 0;
      return { count: Math.min(count, atMost), more: count > atMost };
    },
    async timeline(filter, steps) {
      const where = whereOf(filter);
      const given = where.values.push(steps);
      const { rows } = await client.query<{ step: number; bucket: string; type: string; count: number }>(
        `WITH found AS MATERIALIZED (
           SELECT extract(epoch FROM sealed_at) + ${dayOffsetSeconds} AS at, type FROM ledger.ledger_entry ${where.sql()}
         ), span AS (SELECT min(at) AS low, max(at) AS high FROM found), width AS (
           SELECT coalesce(min(step), max(one.step)) AS step FROM span, unnest($${given}::int[]) AS one (step)
           WHERE floor(high / step) - floor(low / step) < 120
         )
         SELECT width.step, floor(at / width.step) * width.step - ${dayOffsetSeconds} AS bucket, type, count(*)::int AS count
         FROM found, width GROUP BY 1, 2, 3 ORDER BY 2, 3`,
        where.values,
      );
      return {
        stepSeconds: rows[0]?.step ?? 0,
        counts: rows.map(({ bucket, type, count }) => ({
          from: new Date(Number(bucket) * 1000).toISOString(),
          type,
          count,
        })),
      };
    },
    async named(text) {
      const { rows } = await client.query<{ kind: 'datasets' | 'departments' | 'persons'; id: string }>(
        `(SELECT 'datasets' AS kind, id FROM projection.dataset WHERE title ILIKE $1 OR resource_code = $2 LIMIT ${namesAtMost})
         UNION ALL (SELECT 'departments', id FROM projection.department WHERE name ILIKE $1 OR id = $2 LIMIT ${namesAtMost})
         UNION ALL (SELECT 'persons', id FROM office.person WHERE name ILIKE $1 AND erased_at IS NULL LIMIT ${namesAtMost})`,
        [`%${escapeLike(text)}%`, text],
      );
      const idsOf = (kind: string) => rows.filter((row) => row.kind === kind).map(({ id }) => id);
      return { datasets: idsOf('datasets'), departments: idsOf('departments'), persons: idsOf('persons') };
    },
    async endingIn(digits) {
      // Read through: an index of ids' ends would be written all over with each entry, and people ask for one seldom.
      const { rows } = await client.query<{ id: string }>(
        `${endingTables.map((table) => `SELECT id FROM ${table} WHERE right(id, ${digits.length}) = $1`).join(' UNION ')} LIMIT ${namesAtMost}`,
        [digits],
      );
      return rows.map(({ id }) => id);
    },
    async entry(index, { visibleTo }) {
      const where = new Where();
      where.and('index = ?', index);
      where.and('departments && ?::text[]', visibleTo);
      const { rows } = await client.query<TrailRow>(`SELECT ${columns} FROM ledger.ledger_entry ${where.sql()}`, where.values);
      return rows[0] && entryOf(rows[0]);
    },
  };
}
