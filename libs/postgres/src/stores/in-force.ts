import type { InForce } from '#exchange';
import { trustRootOf, type TrustRoot } from '#ledger';
import type pg from 'pg';
import { readEntry } from '../ledger/read.js';
import type { Scope } from '../scope.js';
import { lastWitnessedSize } from '../witnesses/witnessed.js';

/** What entry 0 says of when entries count; undefined before it is sealed. */
export async function readInForce(client: pg.ClientBase | pg.Pool): Promise<TrustRoot['inForce'] | undefined> {
  const entry = await readEntry(client, 0);
  return entry && trustRootOf(entry.bytes).inForce;
}

/** Which entries count, on this database. */
export function inForceOf({ client }: Pick<Scope, 'client'>): InForce {
  const indexes = async (sql: string, ids: readonly string[]): Promise<Map<string, number>> => {
    if (ids.length === 0) return new Map();
    const { rows } = await client.query<{ id: string; index: string }>(sql, [ids]);
    return new Map(rows.map(({ id, index }) => [id, Number(index)]));
  };
  return {
    async before() {
      return (await readInForce(client)) === 'witnessed' ? lastWitnessedSize(client) : Number.MAX_SAFE_INTEGER;
    },
    indexes: (statements) =>
      indexes('SELECT statement_id AS id, index FROM ledger.ledger_entry WHERE statement_id = ANY($1)', statements),
    decisions: (deliveries) =>
      indexes(
        `SELECT subject AS id, index FROM ledger.ledger_entry WHERE subject = ANY($1) AND type = 'delivery.decided'`,
        deliveries,
      ),
  };
}
