import type { Compression, Format, Item, KeyListView, QualityReport, RightTerms, RowScope, Violations } from '#contracts';
import type { Detected, StatedForm } from './in/form.js';
import type { DeliveryLimits } from './limits.js';
import type { PayloadPlace } from './payload-place.js';

/** One stored part of a version: an age file that holds a Parquet file. docs/formats/version-parts.md. */
export interface VersionPart {
  readonly name: string;
  readonly rows: number;
  /** Of the stored, encrypted bytes, as is the digest. */
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** A version's rows: its parts in order, the identity that opens them, and the items that it was published with. */
export interface StoredVersion {
  readonly parts: readonly VersionPart[];
  /** `AGE-SECRET-KEY-1…`. Reaches a child through its channel only. */
  readonly identity: string;
  readonly items: readonly Item[];
}

/** A key list that a scope names: where its encrypted keys lie and what opens them. docs/formats/key-list.md. */
export interface StoredKeyList {
  /** The list's id, as scopes name it. */
  readonly list: string;
  readonly item: string;
  readonly objectName: string;
  /** `AGE-SECRET-KEY-1…`. Reaches a child through its channel only. */
  readonly identity: string;
  /** 32 bytes: with it the keys are checked against the commitment that was sealed. */
  readonly commitmentKey: Uint8Array;
  readonly commitment: string;
  readonly count: number;
}

/** What leaves: these items in this order, these rows, after these transformations. */
export interface Selection {
  readonly items: readonly string[];
  readonly rows: RowScope;
  readonly transformations: RightTerms['transformations'];
  readonly format: Format;
  readonly compression?: Compression;
}

export interface AnyJob {
  readonly store: PayloadPlace;
  /** The memory-backed folder in which every job gets one of its own. */
  readonly memoryFolder: string;
  readonly limits?: Partial<DeliveryLimits>;
}

/** Take a file in as the parts of a new version. */
export interface IngestJob extends AnyJob {
  readonly items: readonly Item[];
  /** `age1…`: the recipient of the version's own key. */
  readonly recipient: string;
  /** A fresh random id: names of the parts begin with it. */
  readonly partsPrefix: string;
  /** What the publisher says that the file's SHA-256 is. */
  readonly announcedSha256?: string;
  /** What the publisher says of the file's form; the rest is found out. */
  readonly form?: StatedForm;
  /** Rows that do not fit are left out and counted; otherwise one of them ends the job. */
  readonly leaveOutFaulty?: boolean;
  /** Where an XLSX of the rows that do not fit is put, and for whom. */
  readonly faultyObject?: { readonly name: string; readonly recipient: string };
}

export interface IngestedVersion {
  readonly rows: number;
  /** docs/formats/content-digest.md */
  readonly contentDigest: string;
  readonly schemaDigest: string;
  readonly fileSha256: string;
  /** Of the file as it came. */
  readonly sizeBytes: number;
  readonly parts: readonly VersionPart[];
  readonly detected: readonly Detected[];
  /** What was wrong with the rows that were left out; not there when all were taken. */
  readonly leftOut?: Violations;
}

/** Take a list of keys in: a line each, or a column of a CSV. */
export interface TakeKeysJob extends AnyJob {
  readonly item: Item;
  /** `age1…`: the recipient of the list's own key. */
  readonly recipient: string;
  readonly objectName: string;
  /** Fresh, 32 bytes. */
  readonly commitmentKey: Uint8Array;
}

export interface TakenKeys {
  /** Different keys. */
  readonly count: number;
  readonly duplicates: number;
  readonly malformed: KeyListView['malformed'];
  readonly commitment: string;
}

/** A job that chooses rows. */
export interface ChoosingJob extends AnyJob {
  readonly version: StoredVersion;
  /** Every key list that the job's scope names. */
  readonly keyLists?: readonly StoredKeyList[];
}

/** Make the payload of a delivery. */
export interface PrepareJob extends ChoosingJob {
  readonly selection: Selection;
  /** Only what changed since this version leaves, after a first column that says how. docs/formats/delivery-payload.md. */
  readonly since?: StoredVersion;
  /** `age1…`, all in force. */
  readonly recipients: readonly string[];
  /** Of this recipient and purpose, 32 bytes. Needed when an item leaves as a pseudonym. */
  readonly pseudonymKey?: Uint8Array;
  /** Fresh, 32 bytes; reaches the recipient with the download. */
  readonly plaintextHmacKey: Uint8Array;
  /** A fresh random id for this attempt. */
  readonly objectName: string;
  /** The most rows that the decision allows; one more and nothing is kept. */
  readonly rowsAtMost?: number;
}

export interface PreparedDelivery {
  readonly rows: number;
  readonly sizeBytes: number;
  readonly ciphertextSha256: string;
  readonly plaintextHmac: string;
  readonly plaintextBytes: number;
}

/** Count the rows of a scope. */
export interface CountJob extends ChoosingJob {
  readonly rows: RowScope;
}

/** Count what changed between two versions, as who sees a selection would see it. */
export interface CountChangesJob extends ChoosingJob {
  readonly since: StoredVersion;
  readonly selection: Omit<Selection, 'format'>;
  readonly pseudonymKey?: Uint8Array;
}

/** Say what a version's values are like, and what changed against the version before. */
export interface ReportJob extends AnyJob {
  readonly version: StoredVersion;
  readonly before?: StoredVersion;
}

/** A quality report as far as the data tell it. */
export type VersionFacts = Omit<QualityReport, 'changes'> & {
  readonly changes?: Omit<NonNullable<QualityReport['changes']>, 'version' | 'number'>;
};

/** Count the rows of a selection and show some as they would leave. */
export interface PreviewJob extends ChoosingJob {
  readonly selection: Omit<Selection, 'format'>;
  readonly pseudonymKey?: Uint8Array;
  /** The first row shown, counted from 0 among those that would leave; 0 unless told. */
  readonly from?: number;
  /** How many rows are shown; 5 unless told. */
  readonly limit?: number;
}

export interface PreviewedRows {
  readonly rows: number;
  readonly items: readonly string[];
  readonly from: number;
  /** Canonical texts; null is a missing value. */
  readonly sample: readonly (readonly (string | null)[])[];
  /** Of all key lists that the scope names: how many keys, and for how many of them the version has a row. */
  readonly keys?: { readonly listed: number; readonly matched: number };
}

/** How far a job is. `done` of `total` are bytes of the file (ingest; total 0: unknown) or parts (all others). */
export interface JobProgress {
  readonly stage: 'reading' | 'selecting' | 'encrypting' | 'storing';
  readonly done: number;
  readonly total: number;
  readonly rows: number;
}

export interface JobOptions {
  readonly onProgress?: (progress: JobProgress) => void;
  /** Hears the child's process id when it starts. */
  readonly onStart?: (pid: number) => void;
  /** Ends the job: its process is killed, and what it stored is removed. */
  readonly signal?: AbortSignal;
}
