import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ageDecryptor, createSha256, CryptoError } from '#crypto';
import { refuse } from '#contracts';
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
  const { parts, identity } = version;
  const open = (index: number): Promise<string> | undefined => {
    const part = parts[index];
    if (part === undefined) return undefined;
    const opening = openPart(part, identity, store, join(folder, `part-${index}.parquet`));
    // Awaited when its turn comes; a failure until then waits with it.
    opening.catch(() => undefined);
    return opening;
  };
  let next = open(0);
  try {
    for (const [index, part] of parts.entries()) {
      const path = await (next as Promise<string>);
      next = open(index + 1);
      yield { path, part };
      await rm(path, { force: true });
    }
  } finally {
    await next?.catch(() => undefined);
  }
}

async function openPart(part: VersionPart, identity: string, store: PayloadStore, path: string): Promise<string> {
  const digest = createSha256();
  let sizeBytes = 0;
  const measured = new Transform({
    transform(bytes: Buffer, _encoding, done) {
      digest.update(bytes);
      sizeBytes += bytes.length;
      done(null, bytes);
    },
  });
  try {
    const file = createWriteStream(path, { mode: 0o600, flags: 'wx' });
    await pipeline(store.read(part.name), measured, await ageDecryptor([identity]), file);
  } catch (error) {
    if (error instanceof CryptoError || error instanceof PayloadMissing) throw refuse('part-damaged', { part: part.name });
    throw error;
  }
  if (sizeBytes !== part.sizeBytes || digest.digest('hex') !== part.sha256) throw refuse('part-damaged', { part: part.name });
  return path;
}
