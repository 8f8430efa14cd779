import type { LedgerStatus } from '#contracts';
import { asksForQuorum, decodeVerifierKey, demoWords, isDemo, reachesQuorum } from '#ledger';
import type { WitnessPolicy } from '#witnesses';
import type pg from 'pg';
import { readLastCheckpoint } from '../ledger/checkpoints.js';
import { readHead } from '../ledger/read.js';
import { readInForce } from '../stores/in-force.js';
import { readSealing, readWitnessStandings } from './standing.js';
import { readLastWitnessed } from './witnessed.js';

/** How the ledger stands: sealed or not, signed and witnessed up to where, and each witness of the policy. */
export async function readLedgerStatus(pool: pg.Pool, policy: WitnessPolicy): Promise<LedgerStatus> {
  const [head, signed, witnessed, sealing, standings, inForce] = await Promise.all([
    readHead(pool),
    readLastCheckpoint(pool),
    readLastWitnessed(pool),
    readSealing(pool),
    readWitnessStandings(pool),
    readInForce(pool),
  ]);
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
      ok: sealing?.problem === undefined,
      ...(sealing === undefined ? {} : { since: sealing.since }),
      ...(sealing?.problem === undefined ? {} : { problem: sealing.problem as LedgerStatus['sealing']['problem'] }),
    },
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

async function oldestUnwitnessed(pool: pg.Pool, size: number): Promise<string | undefined> {
  const { rows } = await pool.query<{ signed_at: Date }>(
    'SELECT signed_at FROM ledger.ledger_checkpoint WHERE size > $1 ORDER BY size LIMIT 1',
    [size],
  );
  return rows[0]?.signed_at.toISOString();
}
