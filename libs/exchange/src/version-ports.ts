import type { DatasetEntry, Problem } from '#contracts';

export interface VersionFile {
  readonly version: string;
  readonly recipient: string;
  readonly contentDigest: string;
  readonly fileSha256: string;
  readonly fileName: string;
  readonly entry: DatasetEntry;
  readonly parts: readonly { name: string; rows: number; sizeBytes: number; sha256: string }[];
}
/** Where a version's encrypted parts lie. Immutable once added. */
export interface VersionFiles {
  add(file: VersionFile): Promise<void>;
  get(version: string): Promise<VersionFile | undefined>;
  /** Names of all parts in use, for the sweep of orphans. */
  partNames(): Promise<Set<string>>;
}

/** How far the quality report of a version is. */
export interface VersionReport {
  readonly version: string;
  readonly state: 'making' | 'made' | 'failed';
  readonly at: string;
  /** The report, sealed under the vault key: it holds values of the data. */
  readonly sealed?: Buffer;
  readonly problem?: Problem;
}
export interface VersionReports {
  get(version: string): Promise<VersionReport | undefined>;
  /** One that was made is not changed any more. */
  put(report: VersionReport): Promise<void>;
}
