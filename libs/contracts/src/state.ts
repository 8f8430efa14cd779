import type { z } from 'zod';
import type { Asked, sealedEntrySchema } from './statements/bodies.js';
import type { Custody, Compression, Format, Purpose, RightTerms, Role, RowScope } from './vocabulary.js';

/**
 * What the ledger says now: the fold of all entries, kept in projections that change only in the sealing transaction. `quanlian audit`
 * folds the ledger anew and compares. States are canonical JSON (no undefined, no null), so comparing them is comparing bytes.
 */
export interface States {
  /** By department code. `keysAt`: index of the last entry that changed its keys or recipients. */
  department: { name: string; level: string; region: string; parent?: string; competent: boolean; keysAt: number; last: string };
  /** By keyId. `department` is `exchange` for the exchange's own statement key, and `log` for the log's keys. */
  key: {
    department: string;
    publicKey: string;
    custody: Custody;
    admittedAt: number;
    endedAt?: number;
    endReason?: string;
    last: string;
  };
  /** By the recipient's own text, `age1…`. */
  recipient: { department: string; label: string; admittedAt: number; endedAt?: number; endReason?: string; last: string };
  /** By `person:department`. No roles: ended. */
  membership: { person: string; department: string; roles: Role[]; last: string };
  dataset: {
    provider: string;
    entry: z.infer<typeof sealedEntrySchema>;
    versions: number;
    latestVersion?: string;
    enteredAt: string;
    last: string;
  };
  version: {
    dataset: string;
    number: number;
    rows: number;
    commitment: string;
    schemaDigest: string;
    parts: number;
    leftOut?: number;
    publishedAt: string;
    last: string;
  };
  request: {
    dataset: string;
    from: string;
    to: string;
    asked: Asked;
    state: 'submitted' | 'supplement-asked' | 'refused' | 'withdrawn' | 'granted';
    supplementAsked: boolean;
    /** Sealed time of submission; the clock of Art. 21 starts on the day after. */
    receivedAt: string;
    decidedAt?: string;
    refusalCode?: string;
    right?: string;
    last: string;
  };
  right: {
    request: string;
    terms: RightTerms;
    decision: string;
    state: 'in-force' | 'suspended' | 'terminated';
    grantedAt: string;
    endedAt?: string;
    endCode?: string;
    /** The department that suspended or terminated it: what the competent department suspends, only it resumes. */
    endedBy?: string;
    /** Pulls and rows that count: settled and reserved together. */
    usedPulls: number;
    usedRows: number;
    /** Pulls decided on the UTC+8 day `day`. */
    day: string;
    dayPulls: number;
    last: string;
  };
  delivery: {
    right: string;
    dataset: string;
    grantor: string;
    grantee: string;
    state: 'pulled' | 'refused' | 'decided' | 'prepared' | 'failed' | 'cancelled' | 'received';
    pulledAt: string;
    asked: {
      purpose: Purpose;
      items: string[];
      rows: RowScope;
      format: Format;
      compression?: Compression;
      version: string;
      since?: string;
    };
    refusalCode?: string;
    decided?: {
      version: string;
      items: string[];
      rows: RowScope;
      transformations: RightTerms['transformations'];
      format: Format;
      compression?: Compression;
      since?: { delivery: string; version: string };
      recipients: string[];
      rowsAtMost: number;
      /** The day whose count this pull took, so that a return gives it back to the right day. */
      day: string;
    };
    prepared?: { attempt: string; ciphertextSha256: string; sizeBytes: number; plaintextHmac: string; rows: number };
    failureCode?: string;
    cancelledBy?: string;
    servedBytes: number;
    servedTimes: number;
    receivedAt?: string;
    last: string;
  };
}

export type StateKind = keyof States;
export const stateKinds = [
  'department',
  'key',
  'recipient',
  'membership',
  'dataset',
  'version',
  'request',
  'right',
  'delivery',
] as const;

/** A state together with the index of the entry that changed it last. */
export interface Held<K extends StateKind> {
  readonly state: States[K];
  readonly changedAt: number;
}

/** Where the fold reads and writes. In the sealer a cache filled before the batch; in audit a map from the first entry on. */
export interface StateView {
  get<K extends StateKind>(kind: K, id: string): Held<K> | undefined;
  /** Replaces the state; the view stamps it with the index of the entry being applied. */
  put<K extends StateKind>(kind: K, id: string, state: States[K]): void;
  /** States of a kind that belong to a department: keys and recipients in force are few. */
  ofDepartment<K extends 'key' | 'recipient'>(kind: K, department: string): readonly (Held<K> & { id: string })[];
}
