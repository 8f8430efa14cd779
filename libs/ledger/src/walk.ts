import { Refusal } from '#contracts';
import { fromHex, latin1Text, toHex, type Bytes } from '#crypto';
import { leafHash, NO_ENTRY, openEntry, type Entry } from './entry.js';
import { LedgerFault, type FaultCode } from './faults.js';
import { applyEntry, type Law } from './law.js';
import { StatesInMemory, type StateChange } from './states.js';

export interface WalkedEntry {
  readonly entry: Entry;
  readonly leafHash: string;
  readonly changes: readonly StateChange[];
}

/** An entry's bytes with what follows from them alone, or with what is wrong with their form. */
export interface ReadEntry {
  readonly leafHash: Bytes;
  readonly opened: OpenedEntry | { readonly error: unknown };
}
type OpenedEntry = ReturnType<typeof openEntry>;

/** Reads an entry for `LedgerWalk.step`, which has the last word on it. */
export function readForWalk(bytes: Uint8Array): ReadEntry {
  try {
    return { leafHash: leafHash(bytes), opened: openEntry(bytes) };
  } catch (error) {
    return { leafHash: leafHash(bytes), opened: { error } };
  }
}

/**
 * Walks a ledger entry by entry and folds the states on the way: memory is the states, and the ids of statements that create or add.
 * A wrong entry is thrown as a `LedgerFault`; the walk stands behind it then, so that audit can go on and name the next one.
 */
export class LedgerWalk {
  readonly states = new StatesInMemory();
  /** Entries walked. */
  size = 0;
  /** Leaf hash of the last one, hex. */
  head = NO_ENTRY;
  sealedAt = '';
  /** A statement that follows another cannot come twice (its `after` would be stale); the others are remembered. */
  private readonly ids = new Set<string>();

  /**
   * `goOn`: an entry whose signature is wrong is applied all the same before it is thrown. Audit wants the states that follow from what
   * stands there, or one altered entry would make every later one about the same object look wrong.
   */
  constructor(
    private readonly law: Law,
    private readonly goOn = false,
  ) {}

  /** Checks the entry's form, its place in the chain, its signatures and the rules. Throws `LedgerFault`. `read`: of just these bytes. */
  step(bytes: Uint8Array, read: ReadEntry = readForWalk(bytes)): WalkedEntry {
    const index = this.size;
    const { head, sealedAt } = this;
    const leaf = toHex(read.leafHash);
    this.size++;
    this.head = leaf;

    const { entry, statementBytes } = asFault(index, () => openedOf(read));
    const { statement } = entry;
    this.sealedAt = entry.sealedAt;
    if (entry.index !== index) throw new LedgerFault('index-gap', index);
    if (statement.after === undefined) {
      const id = latin1Text(fromHex(statement.id));
      if (this.ids.has(id)) throw new LedgerFault('statement-repeated', index);
      this.ids.add(id);
    }
    const changes = asFault(index, () => this.apply(entry, statementBytes));
    // Last, so that an altered statement is named by its own signature, and only what no signature covers by the chain.
    if (entry.prev !== head) throw new LedgerFault('chain-broken', index);
    // After the chain: if the time before was raised, it is the entry before that is wrong.
    if (entry.sealedAt < sealedAt) throw new LedgerFault('time-went-back', index);
    return { entry, leafHash: leaf, changes };
  }

  private apply(entry: Entry, statementBytes: Uint8Array): StateChange[] {
    try {
      return applyEntry(this.states, entry, statementBytes, this.law);
    } catch (error) {
      if (this.goOn && error instanceof Refusal && error.code === 'bad-signature') this.applyUnsigned(entry, statementBytes);
      throw error;
    }
  }

  /** Whatever else is wrong with it: that nobody signed it is said first. */
  private applyUnsigned(entry: Entry, statementBytes: Uint8Array): void {
    try {
      applyEntry(this.states, entry, statementBytes, { ...this.law, signatures: 'keys-only' });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }
}

function openedOf({ opened }: ReadEntry): OpenedEntry {
  if ('error' in opened) throw opened.error;
  return opened;
}

const opening: Partial<Record<string, FaultCode>> = {
  'statement-not-canonical': 'entry-not-canonical',
  'statement-malformed': 'entry-malformed',
};

function asFault<T>(index: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal) throw new LedgerFault(opening[error.code] ?? error.code, index, error);
    throw new LedgerFault('fold-failed', index, undefined, { cause: error });
  }
}
