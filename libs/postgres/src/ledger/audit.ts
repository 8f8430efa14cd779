import { stateKinds, type StateKind, type States } from '#contracts';
import { canonicalText, type CanonicalValue } from '#crypto';
import {
  verifierKeysOfLog,
  GoodSignatures,
  LedgerFault,
  LedgerWalk,
  mentionsOf,
  NO_ENTRY,
  readForWalk,
  type Entry,
  type FaultCode,
  type Law,
  type Mentions,
  type ReadEntry,
  type SignedBytes,
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
  /** As an entry writes it. */
  readonly sealed_at: string;
  readonly type: string;
  readonly issuer: string;
  readonly subject: string;
  readonly dataset: string | null;
  readonly right: string | null;
  /** Joined by commas, which none holds. */
  readonly departments: string;
  readonly persons: string | null;
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
  const good = law.signatures === 'signatures' ? new GoodSignatures() : undefined;
  const walk = new LedgerWalk(good ? { ...law, signatures: good } : law, true);
  const wrong = (index: number, code: FaultCode) => report(findingOf(new LedgerFault(code, index)));
  const tree = new TreeAudit(client, report, () => verifierKeysOfLog(law.origin, walk.states));
  let leafBefore = NO_ENTRY;
  const judge = async ({ rows, read, checked }: ReadPage): Promise<void> => {
    await checked;
    for (const [i, row] of rows.entries()) {
      const one = read[i] as ReadEntry;
      const index = Number(row.index);
      // Entries are missing: say so once, and go on from here.
      if (index !== walk.size) wrong(walk.size, 'index-gap');
      walk.size = index;
      const leafInRow = row.leaf_hash.toString('hex');
      if (!one.leafHash.equals(row.leaf_hash)) wrong(index, 'leaf-differs');
      try {
        compareColumns(row, walk.step(row.bytes, one), walk, wrong);
      } catch (error) {
        if (!(error instanceof LedgerFault)) throw error;
        // The stored leaf of the entry before tells which of the two was altered: if the chain goes on from it, the one before was, and
        // it has been named; if not, somebody made its leaf anew, and it is named here.
        if (error.code !== 'chain-broken') report(findingOf(error));
        else if (entryOf(one)?.prev !== leafBefore) wrong(Math.max(0, index - 1), 'chain-broken');
      }
      leafBefore = leafInRow;
      const comparing = tree.add(index, row.leaf_hash);
      if (comparing) await comparing;
      onEntry?.(walk.size);
    }
  };
  // While a page is judged the signatures of the next one are checked on other threads, by the keys that are known by then.
  let before: ReadPage | undefined;
  for await (const rows of pagesOf(client)) {
    const read = rows.map(({ bytes }) => readForWalk(bytes));
    const page: ReadPage = { rows, read, checked: good?.check(walk.states, read.flatMap(signedBytesOf)) };
    if (before) await judge(before);
    before = page;
  }
  if (before) await judge(before);
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
    row.sealed_at,
    row.type,
    row.issuer,
    row.subject,
    row.dataset ?? '',
    row.right ?? '',
    row.departments,
    row.persons ?? '',
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

/** A page of rows, read, with what its signatures are checked by beside this thread. */
interface ReadPage {
  readonly rows: readonly AuditRow[];
  readonly read: readonly ReadEntry[];
  readonly checked: Promise<void> | undefined;
}

const entryOf = ({ opened }: ReadEntry): Entry | undefined => ('error' in opened ? undefined : opened.entry);

function signedBytesOf({ opened }: ReadEntry): SignedBytes[] {
  return 'error' in opened ? [] : [{ statementBytes: opened.statementBytes, signatures: opened.entry.signatures }];
}

function findingOf(fault: LedgerFault): EntryFinding {
  const { index, code } = fault;
  return { what: 'entry', index, code, sentence: { zh: fault.sentence('zh'), en: fault.sentence('en') } };
}

/** Small: what was read of two pages stands in memory, and is gone again before the collector takes it for something that stays. */
const entriesAtOnce = 128;
const pageSize = 1_000;

/** Pages of entries, in order; the next one is asked for while one is in hand. */
async function* pagesOf(client: pg.ClientBase): AsyncGenerator<AuditRow[]> {
  const pageFrom = async (from: number): Promise<AuditRow[]> => {
    const { rows } = await client.query<AuditRow>({
      name: 'audit-entries',
      text: `SELECT index, statement_id, leaf_hash, to_char(sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS sealed_at, type, issuer, subject,
  dataset, "right", array_to_string(departments, ',', '?') AS departments, array_to_string(persons, ',', '?') AS persons, bytes
FROM ledger.ledger_entry WHERE index >= $1 ORDER BY index LIMIT ${entriesAtOnce}`,
      values: [from],
    });
    return rows;
  };
  let asked = pageFrom(0);
  for (;;) {
    const rows = await asked;
    const last = rows.at(-1);
    if (!last || rows.length < entriesAtOnce) {
      yield rows;
      return;
    }
    asked = pageFrom(Number(last.index) + 1);
    // Heard when it is waited for.
    asked.catch(() => undefined);
    yield rows;
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
