import { refuse } from '#contracts';
import {
  NO_ENTRY,
  type HashReader,
  type LedgerHead,
  type LedgerStore,
  type LoadedState,
  type SignedCheckpoint,
  type Touch,
  type TreeEdge,
  type WaitingStatement,
} from '#ledger';
import type pg from 'pg';
import type { Database } from '../database.js';
import { orDiskFull } from '../full-disk.js';
import { listen, type Listening } from '../listen.js';
import { Bell } from './bell.js';
import { putCheckpoint, readLastCheckpoint } from './checkpoints.js';
import { readHead } from './read.js';
import { inboxChannel, PgSealTransaction } from './seal-transaction.js';
import { loadStates } from './state-rows.js';
import { catchUpTiles, readTreeEdge, StoredHashes } from './tiles.js';

interface HeadRow {
  readonly size: string;
  readonly head_leaf_hash: string;
  readonly sealed_at: Date | null;
  readonly epoch: string;
}

/** The sealer's side of the ledger in PostgreSQL. Raw SQL: this is the hot path. What writes throws Refusal `disk-full` when it is. */
export class PgLedgerStore implements LedgerStore<PgSealTransaction> {
  private readonly bell = new Bell();
  private readonly pool: pg.Pool;
  private listening: Promise<Listening> | undefined;
  private sealing: Promise<pg.Client> | undefined;
  private leaseMs = 10_000;

  constructor(private readonly database: Database) {
    this.pool = database.pool;
  }

  takeLease(holder: string, leaseMs: number): Promise<LedgerHead | undefined> {
    return orDiskFull(() => this.raiseEpoch(holder, leaseMs));
  }

  private async raiseEpoch(holder: string, leaseMs: number): Promise<LedgerHead | undefined> {
    this.leaseMs = leaseMs;
    // Before the lease, which it could outlast: tiles of what is sealed follow from the entries, so anybody may make them.
    await catchUpTiles(this.pool, (await readHead(this.pool)).size);
    const { rows } = await this.pool.query<HeadRow>(
      `UPDATE ledger.ledger_head SET epoch = epoch + 1, lease_holder = $1, lease_until = clock_timestamp() + $2::int * interval '1 ms'
WHERE lease_holder IS NULL OR lease_holder = $1 OR lease_until < clock_timestamp()
RETURNING size, head_leaf_hash, sealed_at, epoch`,
      [holder, leaseMs],
    );
    const [row] = rows;
    if (!row) return undefined;
    const head = {
      size: Number(row.size),
      head: row.head_leaf_hash,
      sealedAt: row.sealed_at?.toISOString() ?? '',
      epoch: Number(row.epoch),
    };
    try {
      await this.checkLast();
    } catch (error) {
      await this.releaseLease(head.epoch).catch(() => {});
      throw error;
    }
    return head;
  }

  /**
   * A head that does not describe the last entry is damage: going on would bury it under new entries. Both are read in one snapshot: who
   * was overtaken since it took the lease finds what another sealed, and that is no damage.
   */
  private async checkLast(): Promise<void> {
    const { rows } = await this.pool.query<{ size: string; head: string; index: string | null; leaf_hash: Buffer | null }>(
      `SELECT size, head_leaf_hash AS head, index, leaf_hash
FROM ledger.ledger_head LEFT JOIN LATERAL (SELECT index, leaf_hash FROM ledger.ledger_entry ORDER BY index DESC LIMIT 1) AS last ON true`,
    );
    for (const { size, head, index, leaf_hash: leaf } of rows) {
      if (Number(index ?? -1) !== Number(size) - 1 || (leaf?.toString('hex') ?? NO_ENTRY) !== head) {
        throw refuse('ledger-damaged', { reason: `head ${size}, entry ${index ?? '–'}` });
      }
    }
  }

  async renewLease(epoch: number, leaseMs: number): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `UPDATE ledger.ledger_head SET lease_until = clock_timestamp() + $2::int * interval '1 ms' WHERE epoch = $1`,
      [epoch, leaseMs],
    );
    return rowCount === 1;
  }

  async releaseLease(epoch: number): Promise<void> {
    await this.pool.query('UPDATE ledger.ledger_head SET lease_holder = NULL, lease_until = NULL WHERE epoch = $1', [epoch]);
  }

  async treeEdge(size: number): Promise<TreeEdge> {
    await catchUpTiles(this.pool, size);
    return readTreeEdge(this.pool, size);
  }

  hashes(size: number): HashReader {
    return new StoredHashes(this.pool, size);
  }

  lastCheckpoint(): Promise<SignedCheckpoint | undefined> {
    return readLastCheckpoint(this.pool);
  }

  putCheckpoint(epoch: number, checkpoint: SignedCheckpoint): Promise<boolean> {
    return orDiskFull(() => putCheckpoint(this.pool, epoch, checkpoint));
  }

  async waiting(limit: number): Promise<WaitingStatement[]> {
    // Before looking: what is admitted after the look rings again.
    await this.listen();
    this.bell.forget();
    const { rows } = await this.pool.query<{ seq: string; statement_id: string; bytes: Buffer; signatures: unknown }>({
      name: 'inbox-waiting',
      text: `SELECT seq, statement_id, bytes, signatures FROM ledger.ledger_inbox
WHERE state = 'waiting' ORDER BY priority, seq LIMIT $1`,
      values: [limit],
    });
    return rows.map(({ seq, statement_id: id, bytes, signatures }) => ({ seq, id, bytes, signatures }));
  }

  load(touches: readonly Touch[]): Promise<LoadedState[]> {
    return loadStates(this.pool, touches);
  }

  transaction(work: (tx: PgSealTransaction) => Promise<boolean>): Promise<boolean> {
    return orDiskFull(() => this.batch(work));
  }

  private async batch(work: (tx: PgSealTransaction) => Promise<boolean>): Promise<boolean> {
    const client = await this.sealingClient();
    try {
      const tx = new PgSealTransaction(client, this.leaseMs);
      // A sealer that is stopped in here holds the row of the head, and the others with it: the server ends its session after a lease.
      tx.send(
        `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = ${Math.max(1_000, Math.trunc(this.leaseMs))}`,
      );
      const isGood = await work(tx);
      const ended = client.query(isGood ? 'COMMIT' : 'ROLLBACK');
      // Heard below, after what was sent before it.
      ended.catch(() => undefined);
      await tx.settle();
      const { command } = await ended;
      // A transaction that failed on the way answers COMMIT with ROLLBACK.
      if (isGood && command !== 'COMMIT') throw new Error('The batch was rolled back');
      return isGood;
    } catch (error) {
      // The connection may be half way through anything: close it. If a COMMIT was under way nobody here knows how it ended; the
      // server finishes or undoes it, and a later write waits for its row of the head.
      this.sealing = undefined;
      cutOff(client);
      throw error;
    }
  }

  /**
   * A connection for batches alone, on which writes are sent one behind the other without waiting for each answer: a batch of one costs
   * two round trips and not eight.
   */
  private sealingClient(): Promise<pg.Client> {
    if (this.sealing) return this.sealing;
    const opening = this.database.openClient({ pipeline: true });
    this.sealing = opening;
    const forget = () => {
      if (this.sealing === opening) this.sealing = undefined;
    };
    // One that dies while nothing is sealed: the next batch opens another.
    opening.then((client) => client.once('end', forget), forget);
    return opening;
  }

  /** As if an admission of another process had rung: for a caller beside the sealer, which then need not wait for the message. */
  ring(): void {
    this.bell.ring();
  }

  async untilWork(timeoutMs: number, signal: AbortSignal): Promise<void> {
    await this.bell.untilRing(timeoutMs, signal);
  }

  /** Stops listening and closes the store's own connections. The database is its owner's to close. */
  async close(): Promise<void> {
    const sealing = await this.sealing?.catch(() => undefined);
    this.sealing = undefined;
    await sealing?.end();
    const listening = await this.listening?.catch(() => undefined);
    this.listening = undefined;
    await listening?.close();
  }

  /** Listens from the first look on; what was missed while the connection was away counts as a ring. */
  private listen(): Promise<Listening> {
    const ring = () => this.bell.ring();
    this.listening ??= listen(this.database, [inboxChannel], ring, ring).catch((error: unknown) => {
      this.listening = undefined;
      throw error;
    });
    return this.listening;
  }
}

/** Ends a connection of which nothing is expected any more, without waiting for an answer that may never come. */
function cutOff(client: pg.Client): void {
  const { connection } = client as unknown as { connection: { stream: { destroy(): void } } };
  connection.stream.destroy();
}
