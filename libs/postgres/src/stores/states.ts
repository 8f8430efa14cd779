import type { StateKind, States } from '#contracts';
import type { Found, Page, PageRequest, RequestFilter, StateReader } from '#exchange';
import { escapeLike } from '../like.js';
import { limitOf, openCursor, pageOf } from '../page.js';
import { readHead } from '../ledger/index.js';
import type { Scope } from '../scope.js';
import { Where } from '../where.js';

interface StateRow {
  id: string;
  state: unknown;
  changed_at: string;
}

function foundOf<K extends StateKind>(row: StateRow): Found<K> {
  return { id: row.id, state: row.state as States[K], changedAt: Number(row.changed_at) };
}

/** The column that says when an object came into being: an instant, as text that sorts as time does. */
const births = { dataset: 'entered_at', request: 'received_at', right: 'granted_at', delivery: 'pulled_at' } as const;

/** Lists say how many there are up to here. */
const countedAtMost = 10_000;
/** Of which titles: for lists of what is about datasets. */
const ofTitled = 'dataset IN (SELECT d.id FROM projection.dataset d WHERE d.title ILIKE ?)';
const isNamed = (column: string) => `${column} IN (SELECT d.id FROM projection.department d WHERE d.name ILIKE ?)`;
const pattern = (text: string | undefined) => (text === undefined ? undefined : `%${escapeLike(text)}%`);

function requestsWhere({ party, from, to, state, dataset, text }: RequestFilter): Where {
  const where = new Where();
  where.and('from_department = ? OR to_department = ?', party);
  where.and('from_department = ?', from);
  where.and('to_department = ?', to);
  where.and('status = ?', state);
  where.and('dataset = ?', dataset);
  where.and(`${ofTitled} OR ${isNamed('from_department')} OR ${isNamed('to_department')}`, pattern(text));
  return where;
}

/** A right is in force within its window only; the ledger's state does not say what time it is. */
const rightStates = {
  'in-force': `status = 'in-force' AND state #>> '{terms,window,from}' <= ? AND until > ?`,
  ended: `status = 'in-force' AND until <= ?`,
  'not-yet': `status = 'in-force' AND state #>> '{terms,window,from}' > ? AND until > ?`,
  suspended: `status = 'suspended' AND ?::text IS NOT NULL`,
  terminated: `status = 'terminated' AND ?::text IS NOT NULL`,
} as const;

/** Reads the projections. */
export function statesOf({ client }: Scope): StateReader {
  const query = async <K extends StateKind>(kind: K, tail: string, values: unknown[]): Promise<Found<K>[]> => {
    const { rows } = await client.query<StateRow>(`SELECT id, state, changed_at FROM projection."${kind}" ${tail}`, values);
    return rows.map((row) => foundOf<K>(row));
  };
  /** Newest first by when it came into being, which never changes: a page does not shift while somebody turns it. */
  const list = async <K extends keyof typeof births>(kind: K, where: Where, page: PageRequest): Promise<Page<Found<K>>> => {
    const limit = limitOf(page);
    const born = births[kind];
    const whole = { sql: where.sql(), values: [...where.values] };
    const after = openCursor<[string, string]>(page, 'string', 'string');
    where.and(`(${born}, id) < ((?::text[])[1], (?::text[])[2])`, after && [...after]);
    where.values.push(limit + 1);
    const { rows } = await client.query<StateRow & { born: string }>(
      `SELECT id, state, changed_at, ${born} AS born FROM projection."${kind}"
       ${where.sql()} ORDER BY ${born} DESC, id DESC LIMIT $${where.values.length}`,
      where.values,
    );
    const found = pageOf(
      rows,
      limit,
      (row) => [row.born, row.id],
      (row) => foundOf<K>(row),
    );
    if (page.counted !== true || after !== undefined) return found;
    // What fits the first page is counted already.
    if (found.next === undefined) return { ...found, total: { count: rows.length, more: false } };
    const counted = await client.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM (SELECT FROM projection."${kind}" ${whole.sql} LIMIT ${countedAtMost + 1}) AS found`,
      whole.values,
    );
    const count = counted.rows[0]?.count ?? 0;
    return { ...found, total: { count: Math.min(count, countedAtMost), more: count > countedAtMost } };
  };

  return {
    async get(kind, id) {
      return (await query(kind, 'WHERE id = $1', [id]))[0];
    },
    async getMany(kind, ids) {
      const found = await query(kind, 'WHERE id = ANY($1)', [ids]);
      return new Map(found.map((one) => [one.id, one]));
    },
    departments: () => query('department', 'ORDER BY id', []),
    ofDepartment: (kind, department) => query(kind, 'WHERE department = $1 ORDER BY changed_at DESC, id', [department]),
    memberships({ person, department }) {
      const where = new Where();
      where.and('person = ?', person);
      where.and('department = ?', department);
      return query('membership', `${where.sql()} ORDER BY id`, where.values);
    },
    datasets({ text, provider, shareType, resourceCode, grade, updateCycle, hasVersion }, page) {
      const where = new Where();
      where.and('provider = ?', provider);
      where.and('share_type = ?', shareType);
      where.and('resource_code = ?', resourceCode);
      where.and('grade = ?', grade);
      where.and('update_cycle = ?', updateCycle);
      where.and('has_version = ?', hasVersion);
      // Abstracts stand outside the ledger, as written; to make each small anew would cost more than the search.
      where.and(
        `words LIKE lower(?) OR ${isNamed('provider')}
         OR abstract IN (SELECT t.commitment::text COLLATE "C" FROM office.prose t WHERE t.text LIKE ?)`,
        pattern(text),
      );
      return list('dataset', where, page);
    },
    versionsOf: (dataset) => query('version', 'WHERE dataset = $1 ORDER BY number DESC', [dataset]),
    requests: (filter, page) => list('request', requestsWhere(filter), page),
    async clocks(filter) {
      const where = requestsWhere({ ...filter, state: 'submitted' });
      const { rows } = await client.query<{ id: string; received_at: string; share_type: string }>(
        `SELECT id, received_at, (SELECT d.share_type FROM projection.dataset d WHERE d.id = r.dataset) AS share_type
         FROM projection.request r ${where.sql()} ORDER BY received_at, id LIMIT ${countedAtMost}`,
        where.values,
      );
      return rows.map((row) => ({ id: row.id, receivedAt: row.received_at, shareType: row.share_type }));
    },
    rights({ party, grantor, grantee, dataset, state, text }, page) {
      const where = new Where();
      where.and('grantor = ? OR grantee = ?', party);
      where.and('grantor = ?', grantor);
      where.and('grantee = ?', grantee);
      where.and('dataset = ?', dataset);
      if (state) where.and(rightStates[state.is], state.at);
      where.and(`${ofTitled} OR ${isNamed('grantor')} OR ${isNamed('grantee')}`, pattern(text));
      return list('right', where, page);
    },
    deliveries({ party, right, state, pulledBefore, dataset, text }, page) {
      const where = new Where();
      where.and('grantor = ? OR grantee = ?', party);
      where.and('"right" = ?', right);
      where.and('status = ?', state);
      where.and('pulled_at < ?', pulledBefore);
      where.and('dataset = ?', dataset);
      where.and(`${ofTitled} OR ${isNamed('grantor')} OR ${isNamed('grantee')}`, pattern(text));
      return list('delivery', where, page);
    },
    async head() {
      const { size, headLeafHash, sealedAt } = await readHead(client);
      return { size, headLeafHash, ...(sealedAt === undefined ? {} : { sealedAt }) };
    },
  };
}
