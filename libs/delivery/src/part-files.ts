import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createSha256, CryptoError, decryptAge } from '#crypto';
import { refuse } from '#contracts';
import { writeFilePieces } from './file-pieces.js';
import type { StoredVersion, VersionPart } from './job.js';
import { PayloadMissing, type PayloadStore } from './payload-store.js';

/** One part in the clear, in memory. */
export interface OpenPart {
  readonly path: string;
  readonly part: VersionPart;
}

/**
 * Opens a version's parts one after another into a memory-backed folder. While one is used the next is decrypted, so two are there at
 * most; each goes when the next is asked for. A part that is missing, or not the bytes that were published, is a Refusal
 * `part-damaged` before anything of it was used.
 */
export async function* openParts(
  version: Pick<StoredVersion, 'parts' | 'identity'>,
  store: PayloadStore,
  folder: string,
): AsyncGenerator<OpenPart, void, undefined> {
  for await (const [open] of openPartGroups(version, store, folder, 0)) yield open as OpenPart;
}

/**
 * As `openParts`, but several neighbours at once: as many as have so many bytes together, and one at least. A reader of many small parts
 * is not held up at the end of each. What is in memory is twice that. The first group is one part and each next one at most as large as all
 * before it, so that the reader begins after one part and waits for none.
 */
export async function* openPartGroups(
  version: Pick<StoredVersion, 'parts' | 'identity'>,
  store: PayloadStore,
  folder: string,
  groupBytes: number,
): AsyncGenerator<readonly OpenPart[], void, undefined> {
  const groups = groupsOf(version.parts, groupBytes);
  const open = (group: readonly VersionPart[] | undefined): Promise<readonly OpenPart[]> => {
    const opening = openAll(group ?? [], version.identity, store, folder);
    // Awaited when its turn comes; a failure until then waits with it.
    opening.catch(() => undefined);
    return opening;
  };
  let next = open(groups[0]);
  try {
    for (const i of groups.keys()) {
      const opened = await next;
      next = open(groups[i + 1]);
      yield opened;
      for (const { path } of opened) await rm(path, { force: true });
    }
  } finally {
    await next.catch(() => undefined);
  }
}

function groupsOf(parts: readonly VersionPart[], groupBytes: number): VersionPart[][] {
  const groups: VersionPart[][] = [];
  let [bytes, bytesBefore] = [0, 0];
  for (const part of parts) {
    if (groups.length === 0 || bytes + part.sizeBytes > Math.min(groupBytes, bytesBefore)) {
      groups.push([]);
      bytesBefore += bytes;
      bytes = 0;
    }
    bytes += part.sizeBytes;
    groups.at(-1)?.push(part);
  }
  return groups;
}

async function openAll(
  group: readonly VersionPart[],
  identity: string,
  store: PayloadStore,
  folder: string,
): Promise<readonly OpenPart[]> {
  const opened: OpenPart[] = [];
  for (const part of group) {
    const path = join(folder, `${part.name}.parquet`);
    await openPart(part, identity, store, path);
    opened.push({ path, part });
  }
  return opened;
}

async function openPart(part: VersionPart, identity: string, store: PayloadStore, path: string): Promise<void> {
  const digest = createSha256();
  let sizeBytes = 0;
  async function* measured(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const bytes of store.read(part.name) as AsyncIterable<Buffer>) {
      digest.update(bytes);
      sizeBytes += bytes.length;
      yield bytes;
    }
  }
  try {
    await writeFilePieces(path, decryptAge([identity], measured()));
  } catch (error) {
    if (error instanceof CryptoError || error instanceof PayloadMissing) throw refuse('part-damaged', { part: part.name });
    throw error;
  }
  if (sizeBytes !== part.sizeBytes || digest.digest('hex') !== part.sha256) throw refuse('part-damaged', { part: part.name });
}
