import { setTimeout as sleep } from 'node:timers/promises';
import type { Announcements } from '#exchange';
import type pg from 'pg';
import type { Database } from './database.js';

/** The channels on which processes call each other. */
export const channels = {
  /** Something changed that people may be watching. */
  change: 'quanlian_change',
  /** A task was added. */
  task: 'quanlian_task',
  /** A delivery is to be cancelled; its id. */
  cancel: 'quanlian_cancel',
} as const;
export type Channel = (typeof channels)[keyof typeof channels];

const maxPayloadBytes = 7900;
/** A connection that answers nothing for this long is dead, whatever TCP believes. */
const heartbeatMs = 15_000;

export interface Listening {
  close(): Promise<void>;
}

/**
 * Listens on a connection of its own until closed. When it breaks (a restarted database) it connects again by itself; what was said
 * meanwhile is lost, so after every connection but the first `onGap` is called: read again what you watch. Resolves when it listens.
 */
export async function listen(
  database: Database,
  names: readonly string[],
  onMessage: (channel: string, payload: string) => void,
  onGap: () => void = () => {},
): Promise<Listening> {
  const closing = new AbortController();
  const { signal } = closing;
  let client: pg.Client | undefined;
  let heartbeat: NodeJS.Timeout | undefined;

  const open = async () => {
    const opened = await database.openClient({ application_name: 'quanlian-listen', query_timeout: heartbeatMs });
    client = opened;
    let lost = false;
    const lose = () => {
      if (lost) return;
      lost = true;
      clearInterval(heartbeat);
      void opened.end().catch(() => {});
      if (!signal.aborted) void reopen();
    };
    opened.on('error', lose).on('end', lose);
    opened.on('notification', ({ channel, payload }) => onMessage(channel, payload ?? ''));
    try {
      for (const name of names) await opened.query(`LISTEN ${opened.escapeIdentifier(name)}`);
    } catch (error) {
      lost = true;
      void opened.end().catch(() => {});
      throw error;
    }
    heartbeat = setInterval(() => void opened.query('SELECT').catch(lose), heartbeatMs);
    heartbeat.unref();
  };
  const reopen = async () => {
    for (let waitMs = 50; !signal.aborted; waitMs = Math.min(2000, waitMs * 2)) {
      try {
        await sleep(waitMs, undefined, { signal });
        await open();
        // Closed while it was opening: nobody else knows of this connection.
        if (signal.aborted) await client?.end().catch(() => {});
        else onGap();
        return;
      } catch {
        // Still away; again after a longer wait.
      }
    }
  };

  await open();
  return {
    async close() {
      closing.abort();
      clearInterval(heartbeat);
      await client?.end().catch(() => {});
    },
  };
}

export type Change = Parameters<Announcements['announce']>[0];

/** Announces to everybody who listens to {@link channels.change}. A change with very many departments goes out in several messages. */
export function postgresAnnouncements(database: Database): Announcements {
  const send = async (change: Change): Promise<void> => {
    const payload = JSON.stringify(change);
    if (Buffer.byteLength(payload) > maxPayloadBytes && change.departments.length > 1) {
      const middle = change.departments.length >> 1;
      await send({ ...change, departments: change.departments.slice(0, middle) });
      await send({ ...change, departments: change.departments.slice(middle) });
      return;
    }
    await database.pool.query('SELECT pg_notify($1, $2)', [channels.change, payload]);
  };
  return { announce: send };
}

/** Calls back for every change that is announced, in any process. `onGap`: some may have been missed. */
export function listenToChanges(database: Database, onChange: (change: Change) => void, onGap?: () => void): Promise<Listening> {
  return listen(
    database,
    [channels.change],
    (_channel, payload) => {
      const change = readChange(payload);
      if (change) onChange(change);
    },
    onGap,
  );
}

/** Anybody with a session may NOTIFY; what does not fit is not ours. */
function readChange(payload: string): Change | undefined {
  try {
    const { kind, id, departments } = JSON.parse(payload) as Record<string, unknown>;
    if (typeof kind !== 'string' || typeof id !== 'string' || !Array.isArray(departments)) return undefined;
    return { kind, id, departments: departments.filter((code) => typeof code === 'string') };
  } catch {
    return undefined;
  }
}
