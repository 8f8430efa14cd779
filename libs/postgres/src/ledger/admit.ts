import { refuse, type Problem, type Statement, type StatementSignature } from '#contracts';
import {
  CachedStates,
  checkSigners,
  GoodSignatures,
  goesFirst,
  keysInForce,
  LOG,
  openStatement,
  proveAdmissionLater,
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
  /** The sealer is woken with the commit, or by whoever commits, after it: see {@link inboxRinger}. */
  readonly ring?: 'with-commit' | 'after-commit';
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

/** A signed statement on its way in. */
export interface SignedStatement {
  readonly statementBytes: Uint8Array;
  readonly signatures: readonly StatementSignature[];
  readonly options?: AdmitOptions;
}

export type AdmitAll = (client: pg.ClientBase, said: readonly SignedStatement[]) => Promise<AdmissionReceipt[]>;

interface InboxRow {
  readonly statement_id: string;
  readonly digest: Buffer;
  readonly admitted_at: Date;
  readonly seal_by: Date;
}

// Statements lie one after the other in one buffer and are cut out of it here, as entries are when they are sealed.
const insert = `
WITH admitted AS (
  INSERT INTO ledger.ledger_inbox (statement_id, digest, bytes, signatures, priority, prepared_by, admitted_at, seal_by)
  SELECT id, substring($2::bytea FROM (n::int - 1) * 32 + 1 FOR 32), substring($3::bytea FROM at FOR size), signatures::jsonb, priority,
    prepared_by, $9::timestamptz, $10::timestamptz
  FROM unnest($1::text[], $4::int[], $5::int[], $6::text[], $7::smallint[], $8::text[])
    WITH ORDINALITY AS said (id, at, size, signatures, priority, prepared_by, n)
  -- How many can be waiting at most: rows are taken in order, so they lie between the oldest that waits and the newest of all.
  -- Counting them would cost the more the fuller the inbox is.
  WHERE priority = 0 OR coalesce(
    (SELECT max(seq) FROM ledger.ledger_inbox)
      - (SELECT min(seq) FROM ledger.ledger_inbox WHERE state = 'waiting' AND priority = 1) + 1, 0) + n <= $11::bigint
  ORDER BY n
  ON CONFLICT (statement_id) DO NOTHING
  RETURNING statement_id, digest
)
SELECT statement_id, digest FROM admitted`;
const insertAndRing = insert.replace(
  'SELECT statement_id, digest FROM',
  `SELECT statement_id, digest, (SELECT pg_notify('${inboxChannel}', '')) FROM`,
);

/**
 * Makes the one way into the ledger: a row in the inbox, in the caller's transaction, and a receipt signed with the log key. Nothing
 * is promised before that transaction commits, so hand the receipt out after it. The same statement again gets its first receipt again.
 *
 * Throws the refusals of `openStatement` and `checkSigners` (by keys in force now), `wrong-origin`, `statement-conflict`, `inbox-full`.
 */
export function makeAdmission(settings: AdmissionSettings): Admit {
  const admitAll = makeBulkAdmission(settings);
  return async (client, statementBytes, signatures, options) => {
    const [receipt] = await admitAll(client, [{ statementBytes, signatures, ...(options ? { options } : {}) }]);
    return receipt as AdmissionReceipt;
  };
}

/** The same for many at once, in the order given, in two round trips. The first refusal refuses them all: roll the transaction back. */
export function makeBulkAdmission(settings: AdmissionSettings): AdmitAll {
  const { origin, logKeyOf, sealWithinMs = 60_000, waitingMax = 20_000, now = () => new Date(), ring = 'with-commit' } = settings;
  const receipt = (statement: string, digest: string, admittedAt: Date, sealBy: Date, logKey: LogKey) =>
    proveAdmissionLater(
      origin,
      { statement, digest, admittedAt: admittedAt.toISOString(), sealBy: sealBy.toISOString() },
      logKey,
    );

  return async (client, said) => {
    if (said.length === 0) return [];
    const opened = said.map(({ statementBytes, signatures: given, options = {} }) => {
      const statement = openStatement(statementBytes);
      const signatures = readSignatures(given);
      if (statement.origin !== origin) throw refuse('wrong-origin', { origin: statement.origin }, { field: 'origin' });
      return { statement, statementBytes, signatures, options, digest: statementDigest(statementBytes) };
    });

    const states = new CachedStates();
    const signers = opened.flatMap(({ signatures }) => signatures.map(({ keyId }) => ({ kind: 'key' as const, id: keyId })));
    const keys = states.missing([...signers, keysOfLog]);
    states.fill(keys, await loadStates(client, keys));
    const logKey = await logKeyOf(keysInForce(states, LOG).map(({ id }) => id));
    const good = new GoodSignatures();
    await good.check(states, opened);
    const before = new Map<string, InboxRow>();
    for (const { statement, statementBytes, signatures, digest } of opened) {
      try {
        checkSigners(states, statement, signatures, statementBytes, good);
      } catch (error) {
        // A statement that was admitted before is answered as it was then, though its keys may have ended since.
        const row = await find(client, statement.id, digest);
        if (!row) throw error;
        before.set(statement.id, row);
      }
    }

    const added = opened.filter(({ statement }) => !before.has(statement.id));
    const admittedAt = now();
    const sealBy = new Date(admittedAt.getTime() + sealWithinMs);
    // Signed while the rows are on their way; shown to nobody unless they were added.
    const [rows, signed] = await Promise.all([
      insertAll(client, added, { admittedAt, sealBy, waitingMax, ring }),
      Promise.all(added.map(({ statement, digest }) => receipt(statement.id, digest, admittedAt, sealBy, logKey))),
    ]);
    const digests = new Map(rows.map(({ statement_id, digest }) => [statement_id, digest.toString('hex')]));
    const receipts = new Map(
      signed.filter(({ statement, digest }) => digests.get(statement) === digest).map((one) => [one.statement, one]),
    );
    const answers: AdmissionReceipt[] = [];
    for (const { statement, digest } of opened) {
      const fresh = receipts.get(statement.id);
      if (fresh?.digest === digest) {
        answers.push(fresh);
        continue;
      }
      const row = before.get(statement.id) ?? (await find(client, statement.id, digest));
      // Nothing was added and nothing is there: the bound held it off.
      if (!row) throw refuse('inbox-full');
      answers.push(await receipt(statement.id, digest, row.admitted_at, row.seal_by, logKey));
    }
    return answers;
  };
}

interface Opened {
  readonly statement: Statement;
  readonly statementBytes: Uint8Array;
  readonly signatures: readonly StatementSignature[];
  readonly options: AdmitOptions;
  readonly digest: string;
}

/** Adds what is not there yet and finds room; answers the rows that were added. */
async function insertAll(
  client: pg.ClientBase,
  added: readonly Opened[],
  {
    admittedAt,
    sealBy,
    waitingMax,
    ring,
  }: { admittedAt: Date; sealBy: Date; waitingMax: number; ring: 'with-commit' | 'after-commit' },
): Promise<Pick<InboxRow, 'statement_id' | 'digest'>[]> {
  if (added.length === 0) return [];
  let at = 1;
  const places = added.map(({ statementBytes }) => {
    const place = at;
    at += statementBytes.length;
    return place;
  });
  const { rows } = await client.query<Pick<InboxRow, 'statement_id' | 'digest'>>({
    ...(ring === 'with-commit' ? { name: 'inbox-admit-ring', text: insertAndRing } : { name: 'inbox-admit', text: insert }),
    values: [
      added.map(({ statement }) => statement.id),
      Buffer.from(added.map(({ digest }) => digest).join(''), 'hex'),
      Buffer.concat(added.map(({ statementBytes }) => statementBytes)),
      places,
      added.map(({ statementBytes }) => statementBytes.length),
      added.map(({ signatures }) => JSON.stringify(signatures)),
      added.map(({ statement, options }) => (options.priority === 'first' || goesFirst(statement.type) ? 0 : 1)),
      added.map(({ options }) => options.preparedBy ?? null),
      admittedAt,
      sealBy,
      waitingMax,
    ],
  });
  return rows;
}

async function find(client: pg.ClientBase, id: string, digest: string): Promise<InboxRow | undefined> {
  const { rows } = await client.query<InboxRow>({
    name: 'inbox-find',
    text: 'SELECT statement_id, digest, admitted_at, seal_by FROM ledger.ledger_inbox WHERE statement_id = $1',
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
