import { Inject, Injectable } from '@nestjs/common';
import type { TaskQueue } from '#queue';
import type { Database } from '#postgres';
import { DATABASE, QUEUE } from './tokens.js';

/** A sealer that has let a statement wait this long is not working. */
const lagLimitMs = 15_000;

export interface State {
  readonly status: 'ok' | 'unready';
  readonly database: boolean;
  readonly queue: boolean;
  readonly sealerLagMs: number;
  readonly inboxWaiting: number;
  readonly openTasks: number;
  readonly ledgerSize: number;
}

/** Looks whether the exchange can serve: database, queue, and how far the sealer is behind. */
@Injectable()
export class Readiness {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(QUEUE) private readonly queue: TaskQueue,
  ) {}

  async look(): Promise<State> {
    const [found, queue] = await Promise.all([this.ask(), this.queue.health()]);
    const { sealerLagMs = 0, inboxWaiting = 0, openTasks = 0, ledgerSize = 0 } = found ?? {};
    const isOk = found !== undefined && queue && sealerLagMs < lagLimitMs;
    return {
      status: isOk ? 'ok' : 'unready',
      database: found !== undefined,
      queue,
      sealerLagMs,
      inboxWaiting,
      openTasks,
      ledgerSize,
    };
  }

  private async ask() {
    try {
      const { rows } = await this.database.pool.query<{ lag: number; waiting: number; open: number; size: string }>(
        `SELECT coalesce(extract(epoch FROM clock_timestamp() - min(admitted_at)) * 1000, 0)::float8 AS lag, count(*)::int AS waiting,
           (SELECT count(*) FROM office.task WHERE not_before IS NULL OR not_before <= now())::int AS open,
           (SELECT size FROM ledger.ledger_head) AS size
         FROM ledger.ledger_inbox WHERE state = 'waiting'`,
      );
      const row = rows[0];
      if (!row) return undefined;
      return {
        sealerLagMs: Math.max(0, Math.round(row.lag)),
        inboxWaiting: row.waiting,
        openTasks: row.open,
        ledgerSize: Number(row.size),
      };
    } catch {
      return undefined;
    }
  }
}
