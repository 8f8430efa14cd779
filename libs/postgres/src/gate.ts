import { refuse } from '#contracts';
import type { Clock, Passage, RightGate } from '#exchange';
import { gateOf } from '#ledger';
import type pg from 'pg';
import type { Database } from './database.js';

export interface GateTimes {
  /** How long to wait for an end that is being committed. */
  readonly waitMs?: number;
  /** How long the database's word may be believed. Beyond it the lock may be gone, so the chunk stays. */
  readonly trustMs?: number;
  /**
   * How long the server leaves the lock to a process that says nothing: one that was stopped while it held the lock must not keep an
   * end from committing for ever. Far above `trustMs`, so that the process does not hand over when it wakes.
   */
  readonly holdMs?: number;
}

const lock = { name: 'gate-lock', text: 'SELECT pg_advisory_lock_shared($1), pg_advisory_lock_shared($2)' };
const unlock = { name: 'gate-unlock', text: 'SELECT pg_advisory_unlock_shared($1), pg_advisory_unlock_shared($2)' };
const check = {
  name: 'gate-check',
  text: `SELECT FROM projection."right" r, projection.delivery d
    WHERE r.id = $1 AND r.status = 'in-force' AND r.state #>> '{terms,window,from}' <= $3 AND $3 < r.until
      AND d.id = $2 AND d."right" = r.id AND d.status IN ('prepared', 'received')
      AND NOT EXISTS (SELECT FROM projection.recipient e
        WHERE e.id IN (SELECT jsonb_array_elements_text(d.state #> '{decided,recipients}')) AND e.state ? 'endedAt')`,
};

const hexId = /^[0-9a-f]{32}$/;
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/**
 * Opens a gate on a connection of its own: one for each download, since a lock belongs to its session. Chunks of one gate go through one
 * after another. Throws Refusal `unavailable` from `whileOpen` when the lock or the database cannot be had; nothing was handed over then
 * and the caller may try again: a lost connection is opened anew.
 */
export async function openGate(
  database: Database,
  clock: Clock,
  { waitMs = 3000, trustMs = 3000, holdMs = 15_000 }: GateTimes = {},
): Promise<RightGate & { close(): Promise<void> }> {
  const limits = `-c lock_timeout=${waitMs} -c statement_timeout=${2 * waitMs} -c idle_session_timeout=${holdMs}`;
  const keepAlive = '-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=2';
  let client: pg.Client | undefined;
  let closed = false;
  let turn: Promise<unknown> = Promise.resolve();

  const connected = async (): Promise<pg.Client> => {
    if (client) return client;
    const opened = await database.openClient({
      application_name: 'quanlian-gate',
      options: `-c TimeZone=UTC ${limits} ${keepAlive}`,
      pipeline: true,
    });
    const lost = () => {
      if (client === opened) client = undefined;
    };
    opened.on('error', lost).on('end', lost);
    client = opened;
    return opened;
  };

  /** Ends a session whose locks nobody knows. */
  const abandon = (one: pg.Client | undefined) => {
    if (client === one) client = undefined;
    void one?.end().catch(() => {});
  };

  const pass = async ({ right, delivery, grantee }: Passage, handOver: () => void): Promise<boolean> => {
    if (closed) throw refuse('unavailable');
    const now = clock.now().toISOString();
    if (!hexId.test(right) || !hexId.test(delivery) || !instant.test(now)) return false;
    // In order of their numbers, as the sealer takes them: two who wait for each other would cost the sealer its batch.
    const gates = [gateOf(right), gateOf(grantee)].sort((a, b) => (a < b ? -1 : 1));
    let using: pg.Client | undefined;
    let open: boolean;
    let asked: number;
    try {
      using = await connected();
      asked = performance.now();
      // Sent together, answered together, but each a statement with a snapshot of its own: the second sees whatever committed before
      // the lock was granted. When the first fails, the answer to the second is not asked for.
      const [, found] = await Promise.all([
        using.query({ ...lock, values: gates }),
        using.query({ ...check, values: [right, delivery, now] }),
      ]);
      open = found.rowCount === 1;
    } catch {
      abandon(using);
      throw refuse('unavailable');
    }
    // Between the answer and this line nothing waits; a process that was stopped in between finds its time gone.
    if (performance.now() - asked > trustMs) {
      abandon(using);
      throw refuse('unavailable');
    }
    try {
      if (open) handOver();
    } finally {
      // Not waited for: it travels while the chunk does, and the next question queues behind it.
      using.query({ ...unlock, values: gates }).catch(() => abandon(using));
    }
    return open;
  };

  await connected();
  return {
    whileOpen(passage, handOver) {
      const result = turn.then(() => pass(passage, handOver));
      turn = result.catch(() => {});
      return result;
    },
    async close() {
      closed = true;
      await turn;
      const last = client;
      client = undefined;
      await last?.end().catch(() => {});
    },
  };
}
