import type { Refusal, Statement, StatementSignature } from '#contracts';
import type { LoadedState } from './cached-states.js';
import type { HashReader, TreeHead } from './log/hashes.js';
import type { FullTile, TreeEdge } from './log/tree-edge.js';
import type { Mentions } from './mentions.js';
import type { StateChange } from './states.js';
import type { Touch } from './touches.js';

/** Where the ledger stands, and under which epoch of the lease it may be written. */
export interface LedgerHead {
  readonly size: number;
  /** Leaf hash of the last entry, hex. */
  readonly head: string;
  /** When the last entry was sealed; the empty string before entry 0. */
  readonly sealedAt: string;
  readonly epoch: number;
}

/** A row of the inbox that waits to be sealed. */
export interface WaitingStatement {
  /** Its place in the inbox. */
  readonly seq: string;
  readonly id: string;
  readonly bytes: Buffer;
  /** As stored: read again before they are believed. */
  readonly signatures: unknown;
}

export interface SealedStatement {
  readonly seq: string;
  readonly index: number;
  readonly leafHash: Buffer;
  /** The entry's bytes. */
  readonly bytes: Buffer;
  readonly sealedAt: string;
  readonly statement: Statement;
  readonly signatures: readonly StatementSignature[];
  readonly mentions: Mentions;
}

export interface RejectedStatement {
  readonly seq: string;
  readonly id: string;
  /** Missing when the bytes are no statement. */
  readonly statement?: Statement;
  readonly refusal: Refusal;
}

/** A checkpoint as it is kept and published. */
export interface SignedCheckpoint extends TreeHead {
  /** The signed note, verbatim. */
  readonly note: string;
  readonly signedAt: string;
}

/** The writes of one batch, inside one transaction. */
export interface SealTransaction {
  /** Waits until nobody hands over a chunk under these rights, and keeps it so until the transaction ends. */
  closeGates(rightIds: readonly string[]): Promise<void>;
  /**
   * Raises the head and adds the entries in one statement, if epoch and size are still those of `head`. False: fenced, nothing was
   * written. `next` is the head after the batch.
   */
  append(head: LedgerHead, next: LedgerHead, entries: readonly SealedStatement[]): Promise<boolean>;
  /** Adds tiles that are full now. Throws when one of them is there with other bytes: a tile is written once. */
  putTiles(tiles: readonly FullTile[]): Promise<void>;
  putStates(changes: readonly StateChange[]): Promise<void>;
  markSealed(entries: readonly SealedStatement[]): Promise<void>;
  markRejected(rejected: readonly RejectedStatement[]): Promise<void>;
  /** Tells listeners when, and only when, the transaction commits. */
  announce(sealed: { from: number; size: number; rejected: number }): Promise<void>;
}

/** What the sealer needs of a database. */
export interface LedgerStore<Tx extends SealTransaction = SealTransaction> {
  /** Takes the lease when it is free, over, or already this holder's, by raising the epoch. Undefined: another holds it. */
  takeLease(holder: string, leaseMs: number): Promise<LedgerHead | undefined>;
  /** Prolongs it. False: the epoch moved on. */
  renewLease(epoch: number, leaseMs: number): Promise<boolean>;
  /** Ends it early, so that another takes over at once. */
  releaseLease(epoch: number): Promise<void>;
  /** The growing side of the tree of the first `size` entries; full tiles that are missing (a ledger of an older version) are made first. */
  treeEdge(size: number): Promise<TreeEdge>;
  /** The hashes of the tree of the first `size` entries, as they are kept. */
  hashes(size: number): HashReader;
  /** The checkpoint of the largest size. */
  lastCheckpoint(): Promise<SignedCheckpoint | undefined>;
  /**
   * Keeps a checkpoint of what is committed, if the epoch is still this one. False: fenced. Throws when the size has a checkpoint with
   * another root. Durable when it returns: only then may the checkpoint be shown.
   */
  putCheckpoint(epoch: number, checkpoint: SignedCheckpoint): Promise<boolean>;
  /** The oldest waiting statements, ends before all others. */
  waiting(limit: number): Promise<WaitingStatement[]>;
  load(touches: readonly Touch[]): Promise<LoadedState[]>;
  /** Commits when `work` answers true, rolls back when it answers false or throws. Throws when it is not known to be committed. */
  transaction(work: (tx: Tx) => Promise<boolean>): Promise<boolean>;
  /** Resolves when something came in since the last `waiting`, after the time, or when the signal aborts. */
  untilWork(timeoutMs: number, signal: AbortSignal): Promise<void>;
}
