import {
  encodeStatement,
  gateOf,
  statementDigest,
  type FullTile,
  type LedgerHead,
  type RejectedStatement,
  type ReplayTransaction,
  type SealedStatement,
  type StateChange,
} from '#ledger';
import type pg from 'pg';
import { stateUpserts } from './state-rows.js';
import { insertTiles } from './tiles.js';

/** What the sealer tells listeners of the channel `quanlian_sealed`, as JSON. */
export interface SealedNotice {
  /** Index of the first entry of the batch; equal to `size` when all were rejected. */
  readonly from: number;
  readonly size: number;
  readonly rejected: number;
}
export const sealedChannel = 'quanlian_sealed';
/** Rung by every admission, with its commit or right after it. */
export const inboxChannel = 'quanlian_inbox';

// Head, fence and entries in one statement: the head moves only if epoch and size are those that the batch was judged by, and entries
// are added only if the head moved. Entries lie one after the other in one buffer and are cut out of it here; a parameter for each, or
// arrays of them, cost several times as much to send and to read. "facts" are the columns that the trail searches, split by tabs,
// which none of them can hold.
const append = `
WITH head AS (
  UPDATE ledger.ledger_head
  SET size = $3::bigint, head_leaf_hash = $4::text, sealed_at = coalesce($5::timestamptz, sealed_at), lease_until = clock_timestamp() + $6::int * interval '1 ms'
  WHERE epoch = $1::bigint AND size = $2::bigint
  RETURNING size
), added AS (
  INSERT INTO ledger.ledger_entry
    (index, statement_id, leaf_hash, sealed_at, type, issuer, subject, dataset, "right", departments, persons, bytes)
  SELECT $2::bigint + entry.n - 1, fact[1], substring($8::bytea FROM (entry.n::int - 1) * 32 + 1 FOR 32), $5::timestamptz, fact[2], fact[3],
    fact[4], nullif(fact[5], ''), nullif(fact[6], ''), string_to_array(fact[7], ','), string_to_array(nullif(fact[8], ''), ','),
    substring($7::bytea FROM entry.at FOR entry.size)
  FROM head,
    unnest($9::int[], $10::int[], $11::text[]) WITH ORDINALITY AS entry (at, size, facts, n),
    LATERAL string_to_array(entry.facts, E'\\t') AS fact
  RETURNING 1
)
SELECT (SELECT count(*) FROM head)::int AS heads, (SELECT count(*) FROM added)::int AS entries`;

/**
 * One batch's writes on one connection, in the order in which they are asked for. Hooks write through `client`. Writes whose answer says
 * nothing but that they were done are not waited for one by one: they travel together with the next that is, or with the commit, and the
 * server stops at the first that fails.
 */
export class PgSealTransaction implements ReplayTransaction {
  private readonly sent: Promise<unknown>[] = [];

  constructor(
    readonly client: pg.ClientBase,
    private readonly leaseMs: number,
  ) {}

  /** Sends a write on its way; what becomes of it is said by `settle`. */
  send(query: pg.QueryConfig | string): void {
    const answered = this.client.query(query);
    // Heard below; an error that nobody listens to would end the process.
    answered.catch(() => undefined);
    this.sent.push(answered);
  }

  /** Throws what the first write that was sent and failed threw. */
  async settle(): Promise<void> {
    for (const answered of this.sent) await answered;
  }

  async closeGates(rightIds: readonly string[]): Promise<void> {
    // In order of the number, so that two who close several never wait for each other.
    const gates = rightIds.map(gateOf).sort((a, b) => (a < b ? -1 : 1));
    for (const gate of gates) await this.client.query('SELECT pg_advisory_xact_lock($1)', [gate]);
  }

  async append(head: LedgerHead, next: LedgerHead, entries: readonly SealedStatement[]): Promise<boolean> {
    let at = 1;
    const places = entries.map(({ bytes }) => {
      const place = at;
      at += bytes.length;
      return place;
    });
    const { rows } = await this.client.query<{ heads: number; entries: number }>({
      name: 'ledger-append',
      text: append,
      values: [
        head.epoch,
        head.size,
        next.size,
        next.head,
        next.sealedAt === '' ? null : next.sealedAt,
        this.leaseMs,
        Buffer.concat(entries.map(({ bytes }) => bytes)),
        Buffer.concat(entries.map(({ leafHash }) => leafHash)),
        places,
        entries.map(({ bytes }) => bytes.length),
        entries.map(factsOf),
      ],
    });
    return rows[0]?.heads === 1 && rows[0].entries === entries.length;
  }

  async putTiles(tiles: readonly FullTile[]): Promise<void> {
    await insertTiles(this.client, tiles);
  }

  async putStates(changes: readonly StateChange[]): Promise<void> {
    for (const query of stateUpserts(changes)) this.send(query);
  }

  async markSealed(entries: readonly SealedStatement[]): Promise<void> {
    if (entries.length === 0) return;
    this.send({
      name: 'inbox-sealed',
      text: `UPDATE ledger.ledger_inbox AS inbox SET state = 'sealed', index = sealed.index, bytes = NULL
FROM unnest($1::bigint[], $2::bigint[]) AS sealed (seq, index) WHERE inbox.seq = sealed.seq`,
      values: [entries.map(({ seq }) => seq), entries.map(({ index }) => index)],
    });
  }

  async markReplayed(entries: readonly SealedStatement[]): Promise<void> {
    // A statement that waits in the inbox of the backup is the one that was sealed: its id is unique, and the digest says so.
    this.send({
      name: 'inbox-replayed',
      text: `INSERT INTO ledger.ledger_inbox (statement_id, digest, bytes, signatures, priority, admitted_at, seal_by, state, index)
SELECT id, digest, NULL, '[]'::jsonb, 1, sealed_at, sealed_at, 'sealed', index
FROM unnest($1::text[], $2::bytea[], $3::timestamptz[], $4::bigint[]) AS e (id, digest, sealed_at, index)
ON CONFLICT (statement_id) DO UPDATE SET state = 'sealed', index = excluded.index, bytes = NULL, refusal = NULL`,
      values: [
        entries.map(({ statement }) => statement.id),
        entries.map(({ statement }) => Buffer.from(statementDigest(encodeStatement(statement)), 'hex')),
        entries.map(({ sealedAt }) => sealedAt),
        entries.map(({ index }) => index),
      ],
    });
  }

  async markRejected(rejected: readonly RejectedStatement[]): Promise<void> {
    if (rejected.length === 0) return;
    this.send({
      name: 'inbox-rejected',
      text: `UPDATE ledger.ledger_inbox AS inbox SET state = 'rejected', refusal = (row ->> 'refusal')::jsonb
FROM jsonb_array_elements($1::jsonb) AS row WHERE inbox.seq = (row ->> 'seq')::bigint`,
      values: [JSON.stringify(rejected.map(({ seq, refusal }) => ({ seq, refusal: JSON.stringify(refusal.toProblem()) })))],
    });
  }

  async announce(notice: SealedNotice): Promise<void> {
    this.send({
      name: 'sealed-announce',
      text: 'SELECT pg_notify($1, $2)',
      values: [sealedChannel, JSON.stringify(notice)],
    });
  }
}

function factsOf({ statement, mentions }: SealedStatement): string {
  const { subject, dataset = '', right = '', departments, persons } = mentions;
  const { id, type, issuer } = statement;
  return [id, type, issuer, subject, dataset, right, departments.join(','), persons.join(',')].join('\t');
}
