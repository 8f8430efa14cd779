import { createWriteStream, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { ageDecryptor, randomId } from '#crypto';
import { defaultMemoryFolder, openPayloadStore, type PayloadPlace, type StoredVersion } from '#delivery';

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

/** Writes a version's parts into a folder in the clear, for a peer to read. Answers the pattern that names them. */
export async function decryptParts(version: StoredVersion, store: PayloadPlace, folder: string): Promise<string> {
  mkdirSync(folder);
  for (const { name } of version.parts)
    await pipeline(
      openPayloadStore(store).read(name),
      await ageDecryptor([version.identity]),
      createWriteStream(join(folder, `${name}.parquet`)),
    );
  return join(folder, '*.parquet');
}
