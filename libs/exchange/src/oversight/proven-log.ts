import type { EvidenceTimestamp } from '#ledger';

/** The published log, as evidence is taken from it. */
export interface ProvenLog {
  /** The checkpoint that is published, with the cosignatures that it has; undefined before the first. */
  checkpoint(): Promise<{ readonly size: number; readonly note: string } | undefined>;
  /** The witness policy as the log states it. */
  policy(): Promise<string>;
  /** The newest timestamp of a tree that is no larger than this one. */
  timestamp(size: number): Promise<EvidenceTimestamp | undefined>;
  /** The entries at these indexes, which rise, each with its inclusion proof in the tree of this note. A page in memory at a time. */
  prove(note: string, indexes: readonly number[]): AsyncIterable<ProvenEntry>;
}

export interface ProvenEntry {
  readonly index: number;
  /** The exact bytes. */
  readonly bytes: Uint8Array;
  /** From the leaf's sibling up. */
  readonly hashes: readonly Uint8Array[];
}
