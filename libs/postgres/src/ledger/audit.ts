import { stateKinds, type StateKind, type States, type StatementSignature } from '#contracts';
import { canonicalText, toHex, type CanonicalValue } from '#crypto';
import {
  verifierKeysOfLog,
  LedgerFault,
  LedgerWalk,
  mentionsOf,
  NO_ENTRY,
  openEntryAgain,
  readForWalk,
  type Entry,
  type FaultCode,
  type FoundGood,
  type Law,
  type Mentions,
  type ReadEntry,
  type StatesInMemory,
  type WalkedEntry,
} from '#ledger';
import type pg from 'pg';
import { entryBytes, standing, type PageRead } from './audit-page.js';
import { columnsOf, copyPage, ROWS_AT_ONCE, type RowColumns } from './audit-rows.js';
import { PageReaders } from './audit-threads.js';
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
  const { rows: heads } = await client.query<{ size: string; head_leaf_hash: string }>(
    'SELECT size, head_leaf_hash FROM ledger.ledger_head',
  );
  const head = { size: Number(heads[0]?.size ?? -1), leafHash: heads[0]?.head_leaf_hash };
  const areSigned = law.signatures === 'signatures';
  const readers = new PageReaders(head.size, areSigned);
  const found = new FoundInPages(readers.keysTold);
  const walk = new LedgerWalk(areSigned ? { ...law, signatures: found } : law, true);
  const wrong = (index: number, code: FaultCode) => report(findingOf(new LedgerFault(code, index)));
  const tree = new TreeAudit(client, report, () => verifierKeysOfLog(law.origin, walk.states));
  let leafBefore = NO_ENTRY;

  const judge = ({ page, leafHashes, standings }: PageRead, i: number): Promise<void> | undefined => {
    const row = columnsOf(page, i);
    const bytes = entryBytes(page, i);
    const read: ReadEntry = {
      leafHash: Buffer.from(leafHashes.buffer, i * 32, 32),
      opened: standings[i] === standing.malformed ? readForWalk(bytes).opened : openEntryAgain(bytes),
    };
    const { index } = row;
    // Entries are missing: say so once, and go on from here.
    if (index !== walk.size) wrong(walk.size, 'index-gap');
    walk.size = index;
    if (!read.leafHash.equals(row.leafHash)) wrong(index, 'leaf-differs');
    found.signatures = standings[i] === standing.signed ? entryOf(read)?.signatures : undefined;
    try {
      compareColumns(row, walk.step(bytes, read), walk, wrong);
    } catch (error) {
      if (!(error instanceof LedgerFault)) throw error;
      // The stored leaf of the entry before tells which of the two was altered: if the chain goes on from it, the one before was, and
      // it has been named; if not, somebody made its leaf anew, and it is named here.
      if (error.code !== 'chain-broken') report(findingOf(error));
      else if (entryOf(read)?.prev !== leafBefore) wrong(Math.max(0, index - 1), 'chain-broken');
    }
    leafBefore = toHex(row.leafHash);
    onEntry?.(walk.size);
    return tree.add(index, row.leafHash);
  };

  try {
    for await (const read of readPages(client, readers, walk.states)) {
      for (let i = 0; i < read.page.rows; i++) {
        const comparing = judge(read, i);
        if (comparing) await comparing;
      }
    }
  } finally {
    await readers.close();
  }
  if (head.size !== walk.size || head.leafHash !== leafBefore) wrong(walk.size, 'head-differs');
  await tree.end();
  return walk;
}

/** What was found of the signatures of the entry in hand. */
class FoundInPages implements FoundGood {
  signatures: readonly StatementSignature[] | undefined;

  constructor(private readonly keysTold: ReadonlyMap<string, string>) {}

  has(signature: StatementSignature, publicKey: string): boolean {
    return this.signatures?.includes(signature) === true && this.keysTold.get(signature.keyId) === publicKey;
  }
}

function compareColumns(
  row: RowColumns,
  { entry }: WalkedEntry,
  walk: LedgerWalk,
  wrong: (index: number, code: FaultCode) => void,
): void {
  const { statement } = entry;
  const mentions: Mentions = mentionsOf(walk.states, statement);
  const meant = [
    statement.id,
    statement.type,
    statement.issuer,
    mentions.subject,
    mentions.dataset ?? '',
    mentions.right ?? '',
    mentions.departments.join(),
    mentions.persons.join(),
  ];
  const isSealedThen = row.sealedAtUs === Date.parse(entry.sealedAt) * 1000;
  if (!isSealedThen || !row.isSearchedBy(meant)) wrong(entry.index, 'mentions-differ');
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

const entryOf = ({ opened }: ReadEntry): Entry | undefined => ('error' in opened ? undefined : opened.entry);

function findingOf(fault: LedgerFault): EntryFinding {
  const { index, code } = fault;
  return { what: 'entry', index, code, sentence: { zh: fault.sentence('zh'), en: fault.sentence('en') } };
}

/** The pages of the ledger in order; while one is in hand, those after it are read by other threads, by the keys that are known by then. */
async function* readPages(client: pg.ClientBase, readers: PageReaders, states: StatesInMemory): AsyncGenerator<PageRead> {
  const spare: ArrayBuffer[] = [];
  const ahead: Promise<PageRead>[] = [];
  let from: Promise<number> = Promise.resolve(0);
  const ask = () => {
    const before = from;
    const copied = before.then((index) => copyPage(client, index, spare.pop()));
    from = copied.then((page) => (page.rows === 0 ? before : columnsOf(page, page.rows - 1).index + 1));
    const read = copied.then((page) => readers.read(page, states.all('key')));
    // Heard when it is waited for.
    for (const promise of [from, read]) promise.catch(() => undefined);
    ahead.push(read);
  };
  for (;;) {
    while (ahead.length < readers.ahead) ask();
    const read = await (ahead.shift() as Promise<PageRead>);
    if (read.page.rows === ROWS_AT_ONCE) ask();
    yield read;
    if (read.page.rows < ROWS_AT_ONCE) return;
    spare.push(read.page.memory);
  }
}

const pageSize = 1_000;

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
