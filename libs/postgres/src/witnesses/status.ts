import { refuse, type LedgerStatus } from '#contracts';
import { asksForQuorum, decodeVerifierKey, demoWords, isDemo, reachesQuorum } from '#ledger';
import type { LogKeys } from '#exchange';
import type { WitnessPolicy } from '#witnesses';
import type pg from 'pg';
import { readLastCheckpoint } from '../ledger/checkpoints.js';
import { logKeysIn } from '../ledger/log-keys.js';
import { readHead } from '../ledger/read.js';
import { readInForce } from '../stores/in-force.js';
import { readSealing, readWitnessStandings } from './standing.js';
import { readLastWitnessed } from './witnessed.js';

/** How the ledger stands: sealed or not, signed and witnessed up to where, and each witness of the policy. `logKeys`: those that the exchange holds. */
export async function readLedgerStatus(
  pool: pg.Pool,
  policy: WitnessPolicy,
  logKeys: Pick<LogKeys, 'held'>,
): Promise<LedgerStatus> {
  const [head, signed, witnessed, sealing, standings, inForce, inbox, lost] = await Promise.all([
    readHead(pool),
    readLastCheckpoint(pool),
    readLastWitnessed(pool),
    readSealing(pool),
    readWitnessStandings(pool),
    readInForce(pool),
    readInbox(pool),
    lostLogKey(pool, logKeys),
  ]);
  const problem = (sealing?.problem as Problem) ?? overdue(inbox) ?? lost;
  const each = standings.map(({ failure, ...standing }) => ({
    ...standing,
    // One that was never heard is not one that answers.
    ok: failure === undefined && standing.cosignedSize !== undefined,
    ...(failure === undefined ? {} : { problem: failure as LedgerStatus['sealing']['problem'] }),
  }));
  const quorum = asksForQuorum(policy);
  const answering = each.filter(({ ok }) => ok).map(({ key }) => decodeVerifierKey(key));
  const behindSince = quorum ? await oldestUnwitnessed(pool, witnessed?.size ?? 0) : undefined;
  return {
    size: head.size,
    signedSize: signed?.size ?? 0,
    ...(inForce === undefined ? {} : { inForce }),
    sealing: {
      ok: problem === undefined,
      ...(sealing === undefined ? {} : { since: sealing.since }),
      ...(problem === undefined ? {} : { problem }),
    },
    inbox,
    witnesses: {
      quorum,
      reached: quorum && reachesQuorum(policy, answering),
      ...(witnessed ? { witnessed: { size: witnessed.size, at: witnessed.witnessedAt } } : {}),
      ...(behindSince === undefined ? {} : { behindSince }),
      ...(isDemo(policy) ? { demo: demoWords } : {}),
      each,
    },
  };
}

type Inbox = LedgerStatus['inbox'];
type Problem = LedgerStatus['sealing']['problem'];

async function readInbox(pool: pg.Pool): Promise<Inbox> {
  const { rows } = await pool.query<{ waiting: number; overdue: number; seal_by: Date | null }>({
    name: 'inbox-standing',
    text: `SELECT count(*)::int AS waiting, (count(*) FILTER (WHERE seal_by < clock_timestamp()))::int AS overdue, min(seal_by) AS seal_by
FROM ledger.ledger_inbox WHERE state = 'waiting'`,
  });
  const { waiting = 0, overdue = 0, seal_by = null } = rows[0] ?? {};
  return { waiting, overdue, ...(seal_by === null ? {} : { sealBy: seal_by.toISOString() }) };
}

/** No sealer says why, because none runs or it cannot write: what it owes tells by itself that it does not seal. */
function overdue({ overdue, sealBy = '' }: Inbox): Problem {
  return overdue > 0 ? (refuse('seal-overdue', { overdue, sealBy }).toProblem() as Problem) : undefined;
}

/** Without a key of the log nothing is admitted and no checkpoint is signed, and otherwise the ledger looks as if nobody had anything to say. */
async function lostLogKey(pool: pg.Pool, logKeys: Pick<LogKeys, 'held'>): Promise<Problem> {
  const inForce = await logKeysIn(pool);
  if (inForce.length === 0 || (await logKeys.held(inForce)).length > 0) return undefined;
  return refuse('log-key-lost').toProblem() as Problem;
}

async function oldestUnwitnessed(pool: pg.Pool, size: number): Promise<string | undefined> {
  const { rows } = await pool.query<{ signed_at: Date }>(
    'SELECT signed_at FROM ledger.ledger_checkpoint WHERE size > $1 ORDER BY size LIMIT 1',
    [size],
  );
  return rows[0]?.signed_at.toISOString();
}
