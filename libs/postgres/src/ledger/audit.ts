import { stateKinds, type StateKind, type States } from '#contracts';
import { canonicalText, type CanonicalValue } from '#crypto';
import {
  verifierKeysOfLog,
  leafHash,
  LedgerFault,
  LedgerWalk,
  mentionsOf,
  NO_ENTRY,
  openEntry,
  type Entry,
  type FaultCode,
  type Law,
  type Mentions,
  type WalkedEntry,
} from '#ledger';
import type pg from 'pg';
import { TreeAudit, type TreeFinding } from './audit-tree.js';
import { tableOf } from './state-rows.js';

/** An entry that is not what was sealed, or whose columns do not say what it says. */
export interface EntryFinding {
  readonly what: 'entry';
  readonly index: number;
  readonly code: FaultCode;
  readonly sentence: { readonly zh: string; readonly en: string };
}
/** A projection row that the ledger does not lead to. */
export interface StateFinding {
  readonly what: 'state';
  readonly kind: StateKind;
  readonly id: string;
  readonly difference: 'missing' | 'extra' | 'different';
  /** Canonical JSON of `{changedAt, state}`; missing where there is none. */
  readonly expected?: string;
  readonly actual?: string;
}
export type Finding = EntryFinding | StateFinding | TreeFinding;

export interface AuditReport {
  readonly size: number;
  readonly head: string;
  readonly statesCompared: number;
  readonly findings: number;
}

interface AuditRow {
  readonly index: string;
  readonly statement_id: string;
  readonly leaf_hash: Buffer;
  readonly sealed_at: Date;
  readonly type: string;
  readonly issuer: string;
  readonly subject: string;
  readonly dataset: string | null;
  readonly right: string | null;
  readonly departments: string[];
  readonly persons: string[] | null;
  readonly bytes: Buffer;
}

/**
 * Folds the ledger anew and names every difference: entries whose bytes, leaf, chain, signatures or columns are not right, tiles and
 * checkpoints that the leaves do not lead to, and projection rows that say something else than the fold. Reads one snapshot, so it may run beside the sealer. Memory: the states.
 * `client` must be a connection of its own, outside a transaction.
 */
export async function auditProjections(
  client: pg.ClientBase,
  law: Law,
  onFinding: (finding: Finding) => void,
  onEntry?: (size: number) => void,
): Promise<AuditReport> {
  let findings = 0;
  const report = (finding: Finding) => {
    findings++;
    onFinding(finding);
  };
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    const walk = await auditEntries(client, law, report, onEntry);
    const statesCompared = await auditStates(client, walk, report);
    return { size: walk.size, head: walk.head, statesCompared, findings };
  } finally {
    await client.query('ROLLBACK');
  }
}

/** Walks what stands in the ledger, in the transaction that `client` is in; answers what it leads to. */
export async function auditEntries(
  client: pg.ClientBase,
  law: Law,
  report: (finding: EntryFinding | TreeFinding) => void,
  onEntry?: (size: number) => void,
): Promise<LedgerWalk> {
  const walk = new LedgerWalk(law, true);
  const wrong = (index: number, code: FaultCode) => report(findingOf(new LedgerFault(code, index)));
  const tree = new TreeAudit(client, report, () => verifierKeysOfLog(law.origin, walk.states));
  let leafBefore = NO_ENTRY;
  for await (const row of rowsOf(client)) {
    const index = Number(row.index);
    // Entries are missing: say so once, and go on from here.
    if (index !== walk.size) wrong(walk.size, 'index-gap');
    walk.size = index;
    const leafInRow = row.leaf_hash.toString('hex');
    const isItsLeaf = leafHash(row.bytes).toString('hex') === leafInRow;
    if (!isItsLeaf) wrong(index, 'leaf-differs');
    try {
      compareColumns(row, walk.step(row.bytes), walk, wrong);
    } catch (error) {
      if (!(error instanceof LedgerFault)) throw error;
      // The stored leaf of the entry before tells which of the two was altered: if the chain goes on from it, the one before was, and
      // it has been named; if not, somebody made its leaf anew, and it is named here.
      if (error.code !== 'chain-broken') report(findingOf(error));
      else if (entryOf(row.bytes)?.prev !== leafBefore) wrong(Math.max(0, index - 1), 'chain-broken');
    }
    leafBefore = leafInRow;
    await tree.add(index, row.leaf_hash);
    onEntry?.(walk.size);
  }
  const { rows } = await client.query<{ size: string; head_leaf_hash: string }>(
    'SELECT size, head_leaf_hash FROM ledger.ledger_head',
  );
  const [head] = rows;
  if (Number(head?.size ?? -1) !== walk.size || head?.head_leaf_hash !== leafBefore) wrong(walk.size, 'head-differs');
  await tree.end();
  return walk;
}

function compareColumns(
  row: AuditRow,
  { entry }: WalkedEntry,
  walk: LedgerWalk,
  wrong: (index: number, code: FaultCode) => void,
): void {
  const { statement } = entry;
  const mentions: Mentions = mentionsOf(walk.states, statement);
  const said = [
    row.statement_id,
    row.sealed_at.toISOString(),
    row.type,
    row.issuer,
    row.subject,
    row.dataset ?? '',
    row.right ?? '',
    row.departments.join(),
    (row.persons ?? []).join(),
  ];
  const meant = [
    statement.id,
    entry.sealedAt,
    statement.type,
    statement.issuer,
    mentions.subject,
    mentions.dataset ?? '',
    mentions.right ?? '',
    mentions.departments.join(),
    mentions.persons.join(),
  ];
  if (said.some((value, i) => value !== meant[i])) wrong(entry.index, 'mentions-differ');
}

/** Compares the projections with what a walk led to, in the same transaction; answers how many rows there are. */
export async function auditStates(
  client: pg.ClientBase,
  walk: LedgerWalk,
  report: (finding: StateFinding) => void,
): Promise<number> {
  let compared = 0;
  for (const kind of stateKinds) {
    const expected = new Map(walk.states.all(kind));
    for await (const { id, state, changed_at } of statesOf(client, kind)) {
      compared++;
      const actual = textOf(state, Number(changed_at));
      const held = expected.get(id);
      expected.delete(id);
      if (!held) {
        report({ what: 'state', kind, id, difference: 'extra', actual });
        continue;
      }
      const text = textOf(held.state, held.changedAt);
      if (text !== actual) report({ what: 'state', kind, id, difference: 'different', expected: text, actual });
    }
    for (const [id, { state, changedAt }] of expected) {
      report({ what: 'state', kind, id, difference: 'missing', expected: textOf(state, changedAt) });
    }
  }
  return compared;
}

/** jsonb keeps neither the order of keys nor the spelling of numbers, so states are compared as canonical JSON. */
function textOf(state: unknown, changedAt: number): string {
  try {
    return canonicalText({ changedAt, state: state as CanonicalValue });
  } catch {
    // Something that no fold writes: a fraction, a null.
    return JSON.stringify({ changedAt, state });
  }
}

function entryOf(bytes: Buffer): Entry | undefined {
  try {
    return openEntry(bytes).entry;
  } catch {
    return undefined;
  }
}

function findingOf(fault: LedgerFault): EntryFinding {
  const { index, code } = fault;
  return { what: 'entry', index, code, sentence: { zh: fault.sentence('zh'), en: fault.sentence('en') } };
}

const pageSize = 1_000;

async function* rowsOf(client: pg.ClientBase): AsyncGenerator<AuditRow> {
  for (let next = 0; ;) {
    const { rows } = await client.query<AuditRow>({
      name: 'audit-entries',
      text: `SELECT index, statement_id, leaf_hash, sealed_at, type, issuer, subject, dataset, "right", departments, persons, bytes
FROM ledger.ledger_entry WHERE index >= $1 ORDER BY index LIMIT ${pageSize}`,
      values: [next],
    });
    yield* rows;
    const last = rows.at(-1);
    if (!last || rows.length < pageSize) return;
    next = Number(last.index) + 1;
  }
}

interface StateRow {
  readonly id: string;
  readonly state: States[StateKind];
  readonly changed_at: string;
}

async function* statesOf(client: pg.ClientBase, kind: StateKind): AsyncGenerator<StateRow> {
  for (let after = ''; ;) {
    const { rows } = await client.query<StateRow>(
      `SELECT id, state, changed_at FROM ${tableOf(kind)} WHERE id > $1 ORDER BY id LIMIT ${pageSize}`,
      [after],
    );
    yield* rows;
    const last = rows.at(-1);
    if (!last || rows.length < pageSize) return;
    after = last.id;
  }
}
