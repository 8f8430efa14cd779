import type { LedgerWalk, Law, StateChange } from '#ledger';
import type pg from 'pg';
import { auditEntries, auditStates, type EntryFinding, type StateFinding } from './audit.js';
import type { TreeFinding } from './audit-tree.js';
import { stateUpserts, tableOf } from './state-rows.js';

export interface RebuildReport {
  readonly size: number;
  /** Rows that were written, added or removed. */
  readonly mended: number;
  /** What is wrong besides and is not for projections to mend: tiles, and the columns that the trail is searched by. */
  readonly left: readonly (EntryFinding | TreeFinding)[];
}

/** The entries themselves are not what was sealed: what follows from them would be written as if it were. */
export class LedgerDamaged extends Error {
  override readonly name = 'LedgerDamaged';

  constructor(readonly findings: readonly (EntryFinding | TreeFinding)[]) {
    super(`The ledger itself is damaged in ${findings.length} place(s); nothing was written`);
  }
}

/** Differences of which each is kept until it is written. */
const rowsAtOnce = 1_000;

/**
 * Writes the projections anew from the entries: each row that says something else than the fold, in one transaction. It holds the row of
 * the head from its first statement on, so that nobody seals meanwhile, and raises the epoch: a sealer that judged by what stood there
 * before is fenced and reads everything again. Throws LedgerDamaged, and whatever the database throws; nothing is written then. `client`:
 * of the owner of the tables, a connection of its own, outside a transaction. Memory: the states.
 */
export async function rebuildProjections(
  client: pg.ClientBase,
  law: Law,
  onMended: (finding: StateFinding) => void,
  onEntry?: (size: number) => void,
): Promise<RebuildReport> {
  await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
  try {
    await client.query('UPDATE ledger.ledger_head SET epoch = epoch + 1, lease_holder = NULL, lease_until = NULL');
    const found: (EntryFinding | TreeFinding)[] = [];
    const walk = await auditEntries(client, law, (finding) => found.push(finding), onEntry);
    const damage = found.filter(isDamage);
    if (damage.length > 0) throw new LedgerDamaged(damage);

    const wrong: StateFinding[] = [];
    await auditStates(client, walk, (finding) => wrong.push(finding));
    await write(client, walk, wrong);
    // What was written is compared again as the database reads it, before anybody else can.
    await auditStates(client, walk, ({ kind, id }) => {
      throw new Error(`projection.${kind} ${id} is not what was written`);
    });
    await client.query('COMMIT');
    for (const finding of wrong) onMended(finding);
    return { size: walk.size, mended: wrong.length, left: found };
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** Columns beside an entry and tiles follow from the entries and change nothing in what they lead to; anything else does. */
function isDamage(finding: EntryFinding | TreeFinding): boolean {
  return finding.what === 'entry' ? finding.code !== 'mentions-differ' : finding.id.startsWith('checkpoint/');
}

async function write(client: pg.ClientBase, walk: LedgerWalk, wrong: readonly StateFinding[]): Promise<void> {
  // First, for what does not belong there may hold a number or a name that something else has by right.
  for (const { kind, id, difference } of wrong) {
    if (difference === 'extra') await client.query(`DELETE FROM ${tableOf(kind)} WHERE id = $1`, [id]);
  }
  const rows = wrong.flatMap(({ kind, id, difference }): StateChange[] => {
    const held = difference === 'extra' ? undefined : walk.states.get(kind, id);
    return held ? [{ kind, id, ...held }] : [];
  });
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    for (const query of stateUpserts(rows.slice(from, from + rowsAtOnce))) await client.query(query);
  }
}
