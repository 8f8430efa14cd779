import { stateKinds, type StateKind, type States } from '#contracts';
import type { LoadedState, StateChange, Touch } from '#ledger';
import type pg from 'pg';

interface StateRow {
  readonly kind: StateKind;
  readonly id: string;
  readonly state: States[StateKind];
  readonly changed_at: string;
}

/** The table of a kind of state, ready for SQL: one of them is named by a reserved word. */
export function tableOf(kind: StateKind): string {
  return `projection."${kind}"`;
}

/** Reads every state that is named, in one round trip. What does not exist is not in the answer. */
export async function loadStates(client: pg.ClientBase | pg.Pool, touches: readonly Touch[]): Promise<LoadedState[]> {
  const values: string[][] = [];
  const selects: string[] = [];
  // The same kinds are asked for again and again: the server plans each combination once a connection.
  let name = 'states';
  const select = (kind: StateKind, column: 'id' | 'department', ids: readonly string[]) => {
    if (ids.length === 0) return;
    values.push([...new Set(ids)]);
    name += `-${stateKinds.indexOf(kind)}${column === 'id' ? '' : 'd'}`;
    selects.push(
      `SELECT '${kind}' AS kind, id, state, changed_at FROM ${tableOf(kind)} WHERE ${column} = ANY($${values.length}::text[])`,
    );
  };
  for (const kind of stateKinds) {
    select(
      kind,
      'id',
      touches.flatMap((touch) => (touch.kind === kind && 'id' in touch ? [touch.id] : [])),
    );
  }
  for (const kind of ['key', 'recipient'] as const) {
    select(
      kind,
      'department',
      touches.flatMap((touch) => (touch.kind === kind && 'ofDepartment' in touch ? [touch.ofDepartment] : [])),
    );
  }
  if (selects.length === 0) return [];
  const { rows } = await client.query<StateRow>({ name, text: selects.join('\nUNION ALL '), values });
  return rows.map(({ kind, id, state, changed_at }) => ({ kind, id, state, changedAt: Number(changed_at) }));
}

/** What writes states, one statement a kind: a few kinds change in a batch, however many entries it has. */
export function* stateUpserts(changes: readonly StateChange[]): Generator<pg.QueryConfig> {
  for (const kind of stateKinds) {
    const rows = changes.filter((change) => change.kind === kind);
    if (rows.length === 0) continue;
    yield {
      name: `upsert-${kind}`,
      text: `INSERT INTO ${tableOf(kind)} AS held (id, state, changed_at)
SELECT row ->> 'id', row -> 'state', (row ->> 'changedAt')::bigint FROM jsonb_array_elements($1::jsonb) AS row
ON CONFLICT (id) DO UPDATE SET state = excluded.state, changed_at = excluded.changed_at`,
      values: [JSON.stringify(rows.map(({ id, state, changedAt }) => ({ id, state, changedAt })))],
    };
  }
}
