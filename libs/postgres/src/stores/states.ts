import type { StateKind, States } from '#contracts';
import type { Found, Page, PageRequest, StateReader } from '#exchange';
import { limitOf, openCursor, pageOf } from '../page.js';
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

const escapeLike = (text: string) => text.replaceAll(/[\\%_]/g, (character) => `\\${character}`);

/** Reads the projections. */
export function statesOf({ client }: Scope): StateReader {
  const query = async <K extends StateKind>(kind: K, tail: string, values: unknown[]): Promise<Found<K>[]> => {
    const { rows } = await client.query<StateRow>(`SELECT id, state, changed_at FROM projection."${kind}" s ${tail}`, values);
    return rows.map((row) => foundOf<K>(row));
  };
  /** Newest first; equal ones (one entry changed them all) by id. */
  const list = async <K extends StateKind>(kind: K, where: Where, page: PageRequest): Promise<Page<Found<K>>> => {
    const limit = limitOf(page);
    const after = openCursor<[number, string]>(page, 'number', 'string');
    where.and(
      's.changed_at < (?::jsonb->>0)::bigint OR s.changed_at = (?::jsonb->>0)::bigint AND s.id > ?::jsonb->>1',
      after && JSON.stringify(after),
    );
    where.values.push(limit + 1);
    const tail = `${where.sql()} ORDER BY s.changed_at DESC, s.id LIMIT $${where.values.length}`;
    const found = await query(kind, tail, where.values);
    return pageOf(
      found,
      limit,
      ({ changedAt, id }) => [changedAt, id],
      (row) => row,
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
    ofDepartment: (kind, department) => query(kind, "WHERE state->>'department' = $1 ORDER BY changed_at DESC, id", [department]),
    memberships({ person, department }) {
      const where = new Where();
      where.and("state->>'person' = ?", person);
      where.and("state->>'department' = ?", department);
      return query('membership', `${where.sql()} ORDER BY id`, where.values);
    },
    datasets({ text, provider, shareType, resourceCode }, page) {
      const where = new Where();
      where.and("s.state->>'provider' = ?", provider);
      where.and("s.state->'entry'->>'shareType' = ?", shareType);
      where.and("s.state->'entry'->>'resourceCode' = ?", resourceCode);
      where.and(
        `s.state->'entry'->>'title' ILIKE ? OR s.state->'entry'->>'resourceCode' ILIKE ?
         OR s.state->>'provider' IN (SELECT id FROM projection.department d WHERE d.state->>'name' ILIKE ?)`,
        text === undefined ? undefined : `%${escapeLike(text)}%`,
      );
      return list('dataset', where, page);
    },
    versionsOf: (dataset) => query('version', "WHERE state->>'dataset' = $1 ORDER BY (state->>'number')::int DESC", [dataset]),
    requests({ party, from, to, state, dataset }, page) {
      const where = new Where();
      where.and("s.state->>'from' = ? OR s.state->>'to' = ?", party);
      where.and("s.state->>'from' = ?", from);
      where.and("s.state->>'to' = ?", to);
      where.and("s.state->>'state' = ?", state);
      where.and("s.state->>'dataset' = ?", dataset);
      return list('request', where, page);
    },
    rights({ party, grantor, grantee, dataset }, page) {
      const where = new Where();
      where.and("s.state->'terms'->>'grantor' = ? OR s.state->'terms'->>'grantee' = ?", party);
      where.and("s.state->'terms'->>'grantor' = ?", grantor);
      where.and("s.state->'terms'->>'grantee' = ?", grantee);
      where.and("s.state->'terms'->>'dataset' = ?", dataset);
      return list('right', where, page);
    },
    deliveries({ party, right, state, pulledBefore }, page) {
      const where = new Where();
      where.and("s.state->>'grantor' = ? OR s.state->>'grantee' = ?", party);
      where.and("s.state->>'right' = ?", right);
      where.and("s.state->>'state' = ?", state);
      where.and("s.state->>'pulledAt' < ?", pulledBefore);
      return list('delivery', where, page);
    },
    async head() {
      const { rows } = await client.query<{ size: string; leaf: string; at: Date | null }>(
        'SELECT size, head_leaf_hash AS leaf, sealed_at AS at FROM ledger.ledger_head',
      );
      const head = rows[0];
      if (!head) return { size: 0, headLeafHash: '' };
      return { size: Number(head.size), headLeafHash: head.leaf, ...(head.at ? { sealedAt: head.at.toISOString() } : {}) };
    },
  };
}
