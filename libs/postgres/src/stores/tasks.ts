import { newStatementId } from '#contracts';
import type { Task, TaskKind, Tasks } from '#exchange';
import type pg from 'pg';
import type { Scope } from '../scope.js';

const columns = 'id, kind, subject, attempts';
interface TaskRow {
  id: string;
  kind: TaskKind;
  subject: string;
  attempts: number;
}

/** A task to add; `notBefore`: not due earlier. */
export interface Owed {
  readonly kind: TaskKind;
  readonly subject: string;
  readonly notBefore?: string | undefined;
}

/**
 * Adds tasks in the transaction that is open on the client: what a seal or a use case makes due is durable together with it. The
 * announcement goes out when, and only when, that transaction commits.
 *
 * One that is still open is not added twice; but if a worker is at it, it may have looked before the new reason came, so `finish`
 * opens it again instead.
 */
export async function oweTasks(client: pg.ClientBase, owed: readonly Owed[]): Promise<void> {
  if (owed.length === 0) return;
  const earliest = new Map<string, Owed>();
  for (const one of owed) {
    const key = `${one.kind} ${one.subject}`;
    const before = earliest.get(key);
    if (!before || (before.notBefore !== undefined && (one.notBefore === undefined || one.notBefore < before.notBefore)))
      earliest.set(key, one);
  }
  // In one order everywhere, so that two transactions that add the same ones never wait for each other.
  const rows = [...earliest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
  await client.query(
    `INSERT INTO office.task (id, kind, subject, not_before)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])
     ON CONFLICT (kind, subject) DO UPDATE SET asked = task.asked + 1,
       -- Null is due now, and LEAST would skip it.
       not_before = CASE WHEN num_nulls(task.not_before, excluded.not_before) = 0 THEN least(task.not_before, excluded.not_before) END`,
    [
      rows.map(() => newStatementId()),
      rows.map(({ kind }) => kind),
      rows.map(({ subject }) => subject),
      rows.map(({ notBefore }) => notBefore ?? null),
    ],
  );
  await client.query("SELECT pg_notify('quanlian_task', '')");
}

/** What the workers owe. Raw SQL throughout: several dispatchers take from it at once. */
export function tasksOf({ client }: Pick<Scope, 'client'>): Tasks {
  const one = async (sql: string, values: unknown[]): Promise<Task | undefined> =>
    (await client.query<TaskRow>(sql, values)).rows[0];
  return {
    add: (kind, subject, notBefore) => oweTasks(client, [{ kind, subject, notBefore }]),
    // Ends first. What another dispatcher holds is skipped, not waited for.
    async takeDue(now, dispatchedBefore, limit) {
      const { rows } = await client.query<TaskRow>(
        `WITH due AS (
           SELECT id FROM office.task
           WHERE (not_before IS NULL OR not_before <= $1) AND (dispatched_at IS NULL OR dispatched_at < $2)
           ORDER BY kind = 'end' DESC, added_at, id LIMIT $3 FOR UPDATE SKIP LOCKED
         ), taken AS (
           UPDATE office.task SET dispatched_at = $1 FROM due WHERE task.id = due.id
           RETURNING task.id, task.kind, task.subject, task.attempts, task.added_at
         )
         SELECT ${columns} FROM taken ORDER BY kind = 'end' DESC, added_at, id`,
        [now, dispatchedBefore, limit],
      );
      return rows;
    },
    get: (id) => one(`SELECT ${columns} FROM office.task WHERE id = $1`, [id]),
    start: (id) =>
      one(`UPDATE office.task SET attempts = attempts + 1, seen = asked, started_at = now() WHERE id = $1 RETURNING ${columns}`, [
        id,
      ]),
    async finish(id) {
      const done = await client.query('DELETE FROM office.task WHERE id = $1 AND seen IN (0, asked)', [id]);
      if (done.rowCount === 1) return;
      const reopened = await client.query('UPDATE office.task SET dispatched_at = NULL WHERE id = $1', [id]);
      if (reopened.rowCount === 1) await client.query("SELECT pg_notify('quanlian_task', '')");
    },
    // Still owed: given up for now, and due again after a wait that doubles up to an hour. `dispatched_at` is the dispatchers' clock.
    async fail(id, error) {
      await client.query(
        `UPDATE office.task SET error = left($2, 2000),
           not_before = coalesce(dispatched_at, now()) + least(interval '1 hour', interval '15 seconds' * 2 ^ least(attempts, 10))
         WHERE id = $1`,
        [id, error],
      );
    },
    async countOpen() {
      const { rows } = await client.query<{ open: number }>('SELECT count(*)::int AS open FROM office.task');
      return rows[0]?.open ?? 0;
    },
  };
}
