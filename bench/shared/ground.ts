import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomId } from '#crypto';
import { defaultMemoryFolder } from '#delivery';

export const MiB = 1024 * 1024;

/** Where a benchmark of data works: a folder on disk with a store in it, a memory-backed one, and the peer that is DuckDB alone. */
export function makeGround() {
  const folder = mkdtempSync(join(tmpdir(), 'quanlian-bench-'));
  return {
    folder,
    memoryFolder: join(defaultMemoryFolder(), `bench-${randomId()}`),
    store: { kind: 'folder', folder: join(folder, 'payloads') } as const,
    alone: fileURLToPath(new URL('./duckdb-alone.js', import.meta.url)),
  };
}
