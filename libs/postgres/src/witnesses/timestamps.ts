import type { TimestampStore } from '#witnesses';
import type pg from 'pg';
import type { PublishedLog } from '../ledger/index.js';

/** Times that an authority states of checkpoints: one a size, for ever. */
export class PgTimestampStore implements TimestampStore {
  constructor(
    private readonly pool: pg.Pool,
    private readonly log: PublishedLog,
  ) {}

  async unstamped(): Promise<{ size: number; note: string } | undefined> {
    const checkpoint = await this.log.checkpoint();
    if (!checkpoint) return undefined;
    const { rowCount } = await this.pool.query('SELECT FROM ledger.ledger_timestamp WHERE size = $1', [checkpoint.size]);
    return rowCount === 0 ? checkpoint : undefined;
  }

  async keep({ size, token, stampedAt }: Parameters<TimestampStore['keep']>[0]): Promise<void> {
    // Two workers that asked at once: the first answer stays.
    await this.pool.query(
      'INSERT INTO ledger.ledger_timestamp (size, token, stamped_at) VALUES ($1, $2, $3) ON CONFLICT (size) DO NOTHING',
      [size, Buffer.from(token), stampedAt],
    );
  }
}
