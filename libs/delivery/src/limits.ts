import { cpus } from 'node:os';
import { csvLimits, type CsvLimits } from './csv-limits.js';

const KiB = 1024;
const MiB = 1024 * KiB;

/** Every limit and setting of this library. `docs/OPERATE.md` lists them; a job may carry others. */
export interface DeliveryLimits extends CsvLimits {
  /** The largest file that is taken in, in bytes. */
  readonly fileBytes: number;
  /** The largest stored part, in bytes of its Parquet file (ARCHITECTURE §7). */
  readonly partBytes: number;
  /** A part is closed once its values, uncompressed, would take this many bytes. Bounds what every reader of the part needs. */
  readonly partPlainBytes: number;
  /** DuckDB's own memory, in bytes. Its process passes this by up to 250 MiB. */
  readonly duckdbMemoryBytes: number;
  /** Threads of one DuckDB. */
  readonly duckdbThreads: number;
  /** The most that one job keeps in its memory-backed folder, DuckDB's spill included, in bytes. */
  readonly memoryFolderBytes: number;
  /** The most that V8 may hold in a child, in MiB; buffers lie outside of it. */
  readonly childHeapMiB: number;
  /** The largest Parquet file or workbook, in bytes: it has to lie in the memory-backed folder. A workbook's shared texts may take as much again. */
  readonly spoolBytes: number;
  /** The most bytes that may come out of one packed byte, once 16 MiB came out. Deflate can do a thousand. */
  readonly unpackRatio: number;
  /** The most rows among which keys are compared; some 17 bytes each. */
  readonly keyRows: number;
  /** What the keys that are compared at once may take, in bytes; versions of more are read again for the others. */
  readonly compareBytes: number;
  /** The deepest nesting of a row scope. */
  readonly scopeDepth: number;
  /** The most values that a row scope states in all. */
  readonly scopeValues: number;
}

export const defaultLimits: DeliveryLimits = {
  fileBytes: 64 * 1024 * MiB,
  ...csvLimits,
  partBytes: 64 * MiB,
  partPlainBytes: 48 * MiB,
  duckdbMemoryBytes: 256 * MiB,
  duckdbThreads: Math.min(2, cpus().length),
  memoryFolderBytes: 512 * MiB,
  childHeapMiB: 256,
  spoolBytes: 192 * MiB,
  unpackRatio: 250,
  keyRows: 32_000_000,
  compareBytes: 128 * MiB,
  scopeDepth: 32,
  scopeValues: 4000,
};

/**
 * How many child processes work at once in this process; the others wait in order of arrival. Together with `memoryFolderBytes` and
 * `duckdbMemoryBytes` this is what bounds the memory of a worker. Deliveries of small versions have places of their own,
 * so that none waits for a large one, and so have counts and previews, and the report of a version, for which nobody waits.
 */
export const childrenAtOnce = { large: 2, quick: 2, small: 2, report: 1 };

/** The limits of one job: the defaults, overruled where the caller says so. */
export function limitsWith(overrides: Partial<DeliveryLimits> = {}): DeliveryLimits {
  return { ...defaultLimits, ...overrides };
}
