import type { Problem } from '#contracts';
import type { HashReader, SignedCheckpoint } from '#ledger';
import type { Cosignature, CosignatureStore, WitnessedNote } from '#witnesses';
import type pg from 'pg';
import { writeWitnessed } from '../consequences.js';
import { readLastCheckpoint } from '../ledger/checkpoints.js';
import { StoredHashes, TileCache } from '../ledger/tiles.js';
import { putStanding, putWitnesses, standingChannel } from './standing.js';
import { putWitnessed, readCosignatures, readLastWitnessed, witnessedChannel } from './witnessed.js';

// The witness stands well as soon as its word is kept; people are told when it did not before.
const keep = `
WITH kept AS (
  INSERT INTO ledger.ledger_cosignature (size, witness, line, cosigned_at) VALUES ($1::bigint, $2, $3, $4::timestamptz)
  ON CONFLICT (size, witness) DO NOTHING
), before AS (
  SELECT name FROM ledger.witness_standing WHERE name = $5 AND (failure IS NOT NULL OR cosigned_size IS NULL)
), stands AS (
  UPDATE ledger.witness_standing SET failure = NULL, failed_at = NULL, cosigned_size = greatest(cosigned_size, $1::bigint), cosigned_at = $4::timestamptz
  WHERE name = $5
)
SELECT pg_notify('${standingChannel}', name) FROM before`;

/** Where cosignatures are kept. Raw SQL: each checkpoint passes here once for every witness. */
export class PgCosignatureStore implements CosignatureStore {
  private readonly cache = new TileCache(64);

  constructor(private readonly pool: pg.Pool) {}

  lastCheckpoint(): Promise<SignedCheckpoint | undefined> {
    return readLastCheckpoint(this.pool);
  }

  hashes(size: number): HashReader {
    return new StoredHashes(this.pool, size, this.cache);
  }

  cosignatures(size: number): Promise<Map<string, string>> {
    return readCosignatures(this.pool, size);
  }

  async keep({ size, name, witness, line, cosignedAt }: Cosignature): Promise<void> {
    await this.pool.query({ name: 'cosignature-keep', text: keep, values: [size, witness, line, cosignedAt, name] });
  }

  lastWitnessed(): Promise<WitnessedNote | undefined> {
    return readLastWitnessed(this.pool);
  }

  putWitnessed(witnessed: WitnessedNote): Promise<void> {
    return putWitnessed(this.pool, witnessed, writeWitnessed);
  }

  async tellLate(size: number): Promise<void> {
    await this.pool.query('SELECT pg_notify($1, $2)', [witnessedChannel, String(size)]);
  }

  setWitnesses(witnesses: readonly { readonly name: string; readonly key: string; readonly url: string }[]): Promise<void> {
    return putWitnesses(this.pool, witnesses);
  }

  setStanding(name: string, failure: Problem | undefined, at: string): Promise<void> {
    return putStanding(this.pool, name, failure, at);
  }
}
