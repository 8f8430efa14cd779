import { open, type FileHandle } from 'node:fs/promises';
import { createSha256 } from '#crypto';

export interface Digested {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Writes a new file that only its owner may read; it is on the disk when this returns. */
export async function writeDigested(
  path: string,
  source: AsyncIterable<Uint8Array>,
  onBytes?: (count: number) => void,
): Promise<Digested> {
  const digest = createSha256();
  let sizeBytes = 0;
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const bytes of source) {
      digest.update(bytes);
      await writeAll(file, bytes);
      sizeBytes += bytes.length;
      onBytes?.(bytes.length);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { sizeBytes, sha256: digest.digest('hex') };
}

/** Reads all that the source gives and says what it was. */
export async function digestOf(source: AsyncIterable<Uint8Array>, onBytes?: (count: number) => void): Promise<Digested> {
  const digest = createSha256();
  let sizeBytes = 0;
  for await (const bytes of source) {
    digest.update(bytes);
    sizeBytes += bytes.length;
    onBytes?.(bytes.length);
  }
  return { sizeBytes, sha256: digest.digest('hex') };
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += (await file.write(bytes, done)).bytesWritten;
}
