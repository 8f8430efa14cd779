import { randomBytes } from 'node:crypto';
import type { Task, TaskKind, Tasks } from '#exchange';
import type { Scope } from '../scope.js';

const columns = 'id, kind, subject, attempts';
interface TaskRow {
  id: string;
  kind: TaskKind;
  subject: string;
  attempts: number;
}

/** What the workers owe. Raw SQL throughout: several dispatchers take from it at once. */
export function tasksOf({ client }: Scope): Tasks {
  const one = async (sql: string, values: unknown[]): Promise<Task | undefined> =>
    (await client.query<TaskRow>(sql, values)).rows[0];
  return {
    // Asked again while a worker is at it: the worker may have looked before the reason came, so `finish` reopens it instead. The
    // announcement goes out when, and only when, the transaction commits.
    async add(kind, subject, notBefore) {
      await client.query(
        `INSERT INTO office.task (id, kind, subject, not_before) VALUES ($1, $2, $3, $4)
         ON CONFLICT (kind, subject) WHERE finished_at IS NULL DO UPDATE SET asked = task.asked + 1,
           not_before = CASE WHEN excluded.not_before IS NULL THEN NULL ELSE least(task.not_before, excluded.not_before) END`,
        [randomBytes(16).toString('hex'), kind, subject, notBefore ?? null],
      );
      await client.query("SELECT pg_notify('quanlian_task', $1)", [kind]);
    },
    // Ends first. What another dispatcher holds is skipped, not waited for.
    async takeDue(now, dispatchedBefore, limit) {
      const { rows } = await client.query<TaskRow>(
        `WITH due AS (
           SELECT id FROM office.task
           WHERE finished_at IS NULL AND (not_before IS NULL OR not_before <= $1) AND (dispatched_at IS NULL OR dispatched_at < $2)
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
      one(
        `UPDATE office.task SET attempts = attempts + 1, seen = asked, started_at = now() WHERE id = $1 AND finished_at IS NULL RETURNING ${columns}`,
        [id],
      ),
    async finish(id) {
      const { rowCount } = await client.query(
        'UPDATE office.task SET finished_at = now(), error = NULL WHERE id = $1 AND finished_at IS NULL AND seen IN (0, asked)',
        [id],
      );
      if (rowCount === 1) return;
      const reopened = await client.query('UPDATE office.task SET dispatched_at = NULL WHERE id = $1 AND finished_at IS NULL', [
        id,
      ]);
      if (reopened.rowCount === 1) await client.query("SELECT pg_notify('quanlian_task', '')");
    },
    async fail(id, error) {
      await client.query(
        'UPDATE office.task SET finished_at = now(), error = left($2, 2000) WHERE id = $1 AND finished_at IS NULL',
        [id, error],
      );
    },
    async countOpen() {
      const { rows } = await client.query<{ open: number }>(
        'SELECT count(*)::int AS open FROM office.task WHERE finished_at IS NULL',
      );
      return rows[0]?.open ?? 0;
    },
  };
}
