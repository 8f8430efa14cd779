import { refuse, type Problem, type StatementSignature } from '#contracts';
import {
  CachedStates,
  checkSigners,
  goesFirst,
  keysInForce,
  LOG,
  openStatement,
  proveAdmission,
  readSignatures,
  statementDigest,
  type AdmissionReceipt,
  type LogKey,
} from '#ledger';
import type pg from 'pg';
import { keysOfLog } from './log-keys.js';
import { inboxChannel } from './seal-transaction.js';
import { loadStates } from './state-rows.js';

export type LogKeyOf = (keyIds: readonly string[]) => Promise<LogKey>;

export interface AdmissionSettings {
  readonly origin: string;
  /** The key that signs receipts while these are the log's keys in force, the newest first. Throws Refusal `log-key-lost`. */
  readonly logKeyOf: LogKeyOf;
  /** How long the exchange promises to take at most; the receipt says until when. */
  readonly sealWithinMs?: number;
  /** Statements that may wait. Ends are admitted beyond it: they make room, and must bite. */
  readonly waitingMax?: number;
  readonly now?: () => Date;
}

export interface AdmitOptions {
  /** `first`: taken before all others that wait. By default what the type says; nothing can put an end behind. */
  readonly priority?: 'first' | 'in-order';
  /** The person who prepared it, kept beside the row. */
  readonly preparedBy?: string;
}

export type Admit = (
  client: pg.ClientBase,
  statementBytes: Uint8Array,
  signatures: readonly StatementSignature[],
  options?: AdmitOptions,
) => Promise<AdmissionReceipt>;

interface InboxRow {
  readonly digest: Buffer;
  readonly admitted_at: Date;
  readonly seal_by: Date;
}

const insert = `
WITH admitted AS (
  INSERT INTO ledger.ledger_inbox (statement_id, digest, bytes, signatures, priority, prepared_by, admitted_at, seal_by)
  SELECT $1::text, $2::bytea, $3::bytea, $4::jsonb, $5::smallint, $6::text, $7::timestamptz, $8::timestamptz
  -- How many can be waiting at most: rows are taken in order, so they lie between the oldest that waits and the newest of all.
  -- Counting them would cost the more the fuller the inbox is.
  WHERE $5::smallint = 0 OR coalesce(
    (SELECT max(seq) FROM ledger.ledger_inbox)
      - (SELECT min(seq) FROM ledger.ledger_inbox WHERE state = 'waiting' AND priority = 1) + 1, 0) < $9::bigint
  ON CONFLICT (statement_id) DO NOTHING
  RETURNING digest, admitted_at, seal_by
)
SELECT digest, admitted_at, seal_by, pg_notify('${inboxChannel}', '') FROM admitted`;

/**
 * Makes the one way into the ledger: a row in the inbox, in the caller's transaction, and a receipt signed with the log key. Nothing
 * is promised before that transaction commits, so hand the receipt out after it. The same statement again gets its first receipt again.
 *
 * Throws the refusals of `openStatement` and `checkSigners` (by keys in force now), `wrong-origin`, `statement-conflict`, `inbox-full`.
 */
export function makeAdmission(settings: AdmissionSettings): Admit {
  const { origin, logKeyOf, sealWithinMs = 60_000, waitingMax = 20_000, now = () => new Date() } = settings;
  const receipt = (statement: string, digest: string, { admitted_at, seal_by }: InboxRow, logKey: LogKey) =>
    proveAdmission(origin, { statement, digest, admittedAt: admitted_at.toISOString(), sealBy: seal_by.toISOString() }, logKey);

  return async (client, statementBytes, given, options = {}) => {
    const statement = openStatement(statementBytes);
    const signatures = readSignatures(given);
    if (statement.origin !== origin) throw refuse('wrong-origin', { origin: statement.origin }, { field: 'origin' });
    const digest = statementDigest(statementBytes);

    const states = new CachedStates();
    const keys = states.missing([...signatures.map(({ keyId }) => ({ kind: 'key' as const, id: keyId })), keysOfLog]);
    states.fill(keys, await loadStates(client, keys));
    const logKey = await logKeyOf(keysInForce(states, LOG).map(({ id }) => id));
    try {
      checkSigners(states, statement, signatures, statementBytes);
    } catch (error) {
      // A statement that was admitted before is answered as it was then, though its keys may have ended since.
      const before = await find(client, statement.id, digest);
      if (before) return receipt(statement.id, digest, before, logKey);
      throw error;
    }

    const admittedAt = now();
    const { rows } = await client.query<InboxRow>({
      name: 'inbox-admit',
      text: insert,
      values: [
        statement.id,
        Buffer.from(digest, 'hex'),
        statementBytes,
        JSON.stringify(signatures),
        options.priority === 'first' || goesFirst(statement.type) ? 0 : 1,
        options.preparedBy ?? null,
        admittedAt,
        new Date(admittedAt.getTime() + sealWithinMs),
        waitingMax,
      ],
    });
    const row = rows[0] ?? (await find(client, statement.id, digest));
    // Nothing was added and nothing is there: the bound held it off.
    if (!row) throw refuse('inbox-full');
    return receipt(statement.id, digest, row, logKey);
  };
}

async function find(client: pg.ClientBase, id: string, digest: string): Promise<InboxRow | undefined> {
  const { rows } = await client.query<InboxRow>({
    name: 'inbox-find',
    text: 'SELECT digest, admitted_at, seal_by FROM ledger.ledger_inbox WHERE statement_id = $1',
    values: [id],
  });
  const [row] = rows;
  if (row && row.digest.toString('hex') !== digest) throw refuse('statement-conflict');
  return row;
}

/** What became of a statement. */
export interface InboxOutcome {
  readonly state: 'waiting' | 'sealed' | 'rejected';
  readonly index?: number;
  readonly problem?: Problem;
  /** SHA-256 of the statement's bytes, hex. */
  readonly digest: string;
  readonly admittedAt: string;
  readonly sealBy: string;
}

/** What became of statements, by their ids; unknown ids are missing. */
export async function inboxOutcomes(client: pg.ClientBase | pg.Pool, ids: readonly string[]): Promise<Map<string, InboxOutcome>> {
  interface Row {
    readonly statement_id: string;
    readonly state: InboxOutcome['state'];
    readonly index: string | null;
    readonly refusal: Problem | null;
    readonly digest: Buffer;
    readonly admitted_at: Date;
    readonly seal_by: Date;
  }
  const { rows } = await client.query<Row>({
    name: 'inbox-outcomes',
    text: 'SELECT statement_id, state, index, refusal, digest, admitted_at, seal_by FROM ledger.ledger_inbox WHERE statement_id = ANY($1::text[])',
    values: [ids],
  });
  return new Map(
    rows.map(({ statement_id, state, index, refusal, digest, admitted_at, seal_by }) => [
      statement_id,
      {
        state,
        ...(index === null ? {} : { index: Number(index) }),
        ...(refusal === null ? {} : { problem: refusal }),
        digest: digest.toString('hex'),
        admittedAt: admitted_at.toISOString(),
        sealBy: seal_by.toISOString(),
      },
    ]),
  );
}
