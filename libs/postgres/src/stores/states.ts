import type { StateKind, States } from '#contracts';
import type { Found, Page, PageRequest, StateReader } from '#exchange';
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

const escapeLike = (text: string) => text.replaceAll(/[\\%_]/g, (character) => `\\${character}`);

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
    const after = openCursor<[string, string]>(page, 'string', 'string');
    where.and(`(${born}, id) < ((?::text[])[1], (?::text[])[2])`, after && [...after]);
    where.values.push(limit + 1);
    const { rows } = await client.query<StateRow & { born: string }>(
      `SELECT id, state, changed_at, ${born} AS born FROM projection."${kind}"
       ${where.sql()} ORDER BY ${born} DESC, id DESC LIMIT $${where.values.length}`,
      where.values,
    );
    return pageOf(
      rows,
      limit,
      (row) => [row.born, row.id],
      (row) => foundOf<K>(row),
    );
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
    datasets({ text, provider, shareType, resourceCode }, page) {
      const where = new Where();
      where.and('provider = ?', provider);
      where.and('share_type = ?', shareType);
      where.and('resource_code = ?', resourceCode);
      where.and(
        `title ILIKE ? OR resource_code ILIKE ?
         OR provider = ANY(ARRAY(SELECT d.id FROM projection.department d WHERE d.name ILIKE ?))`,
        text === undefined ? undefined : `%${escapeLike(text)}%`,
      );
      return list('dataset', where, page);
    },
    versionsOf: (dataset) => query('version', 'WHERE dataset = $1 ORDER BY number DESC', [dataset]),
    requests({ party, from, to, state, dataset }, page) {
      const where = new Where();
      where.and('from_department = ? OR to_department = ?', party);
      where.and('from_department = ?', from);
      where.and('to_department = ?', to);
      where.and('status = ?', state);
      where.and('dataset = ?', dataset);
      return list('request', where, page);
    },
    rights({ party, grantor, grantee, dataset }, page) {
      const where = new Where();
      where.and('grantor = ? OR grantee = ?', party);
      where.and('grantor = ?', grantor);
      where.and('grantee = ?', grantee);
      where.and('dataset = ?', dataset);
      return list('right', where, page);
    },
    deliveries({ party, right, state, pulledBefore }, page) {
      const where = new Where();
      where.and('grantor = ? OR grantee = ?', party);
      where.and('"right" = ?', right);
      where.and('status = ?', state);
      where.and('pulled_at < ?', pulledBefore);
      return list('delivery', where, page);
    },
    async head() {
      const { size, headLeafHash, sealedAt } = await readHead(client);
      return { size, headLeafHash, ...(sealedAt === undefined ? {} : { sealedAt }) };
    },
  };
}
