import type { Problem } from '#contracts';
import type { HashReader, SignedCheckpoint } from '#ledger';

/** A cosignature that was verified. */
export interface Cosignature {
  readonly size: number;
  /** The witness's name in the policy. */
  readonly name: string;
  /** Its verifier key. */
  readonly witness: string;
  /** The signature line, without its line feed. */
  readonly line: string;
  readonly cosignedAt: string;
}

/** A checkpoint with the cosignatures that reached the quorum. */
export interface WitnessedNote {
  readonly size: number;
  readonly note: string;
  readonly witnessedAt: string;
}

/** What gathering needs of a database. */
export interface CosignatureStore {
  lastCheckpoint(): Promise<SignedCheckpoint | undefined>;
  /** The hashes of the tree of the first `size` entries. */
  hashes(size: number): HashReader;
  /** The lines kept for a size, by verifier key. */
  cosignatures(size: number): Promise<Map<string, string>>;
  /** Keeps it, once for each size and witness; its witness stands well. */
  keep(cosignature: Cosignature): Promise<void>;
  lastWitnessed(): Promise<WitnessedNote | undefined>;
  /** Keeps the first for a size, and announces it. Durable when it returns. */
  putWitnessed(witnessed: WitnessedNote): Promise<void>;
  /** Announces that a witnessed checkpoint has another cosignature than when it was announced. */
  tellLate(size: number): Promise<void>;
  /** Names the witnesses of the policy, and forgets those of an earlier one. */
  setWitnesses(witnesses: readonly { readonly name: string; readonly key: string; readonly url: string }[]): Promise<void>;
  /** How a witness stands: why it does not answer, or undefined when it does. Announced when it changed. */
  setStanding(name: string, failure: Problem | undefined, at: string): Promise<void>;
}
