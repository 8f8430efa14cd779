import { Inject, Injectable } from '@nestjs/common';
import type { LedgerStatus } from '#contracts';
import type { ExchangeContext } from '#exchange';
import type { TaskQueue } from '#queue';
import { readLedgerStatus, type Database } from '#postgres';
import type { WitnessPolicy } from '#witnesses';
import { CONTEXT, DATABASE, POLICY, QUEUE } from './tokens.js';

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
  readonly sealing: Pick<LedgerStatus['sealing'], 'ok' | 'problem'>;
  readonly witnesses: {
    readonly asked: number;
    readonly answering: number;
    readonly quorum: boolean;
    readonly reached: boolean;
    readonly size: number;
    readonly ageMs?: number;
  };
}

const unknown: Pick<State, 'sealing' | 'witnesses'> = {
  sealing: { ok: false },
  witnesses: { asked: 0, answering: 0, quorum: false, reached: false, size: 0 },
};

/** Looks whether the exchange can serve: database, queue, and how far the sealer is behind. */
@Injectable()
export class Readiness {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(QUEUE) private readonly queue: TaskQueue,
    @Inject(CONTEXT) private readonly context: ExchangeContext,
    @Inject(POLICY) private readonly policy: WitnessPolicy,
  ) {}

  async look(): Promise<State> {
    const [found, queue, standing] = await Promise.all([this.ask(), this.queue.health(), this.askStanding()]);
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
      ...standing,
    };
  }

  private async askStanding(): Promise<Pick<State, 'sealing' | 'witnesses'>> {
    try {
      const { sealing, witnesses } = await readLedgerStatus(this.database.pool, this.policy, this.context.logKeys);
      const { witnessed, each, quorum, reached } = witnesses;
      return {
        sealing: { ok: sealing.ok, ...(sealing.problem ? { problem: sealing.problem } : {}) },
        witnesses: {
          asked: each.length,
          answering: each.filter(({ ok }) => ok).length,
          quorum,
          reached,
          size: witnessed?.size ?? 0,
          ...(witnessed ? { ageMs: Math.max(0, this.context.clock.now().getTime() - Date.parse(witnessed.at)) } : {}),
        },
      };
    } catch {
      return unknown;
    }
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
