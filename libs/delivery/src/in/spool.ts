import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { refuse } from '#contracts';

/**
 * Writes a source to a file of the job's own memory-backed folder, for forms whose end has to be read first (Parquet, workbooks): what
 * departments send never lies on a disk in the clear. Gives its path. Throws `file-too-large-for-form` beyond `limitBytes`.
 */
export async function spool(source: AsyncIterable<Uint8Array>, folder: string, limitBytes: number): Promise<string> {
  const path = join(folder, 'source');
  const file = await open(path, 'wx', 0o600);
  try {
    let sizeBytes = 0;
    for await (const piece of source) {
      sizeBytes += piece.length;
      if (sizeBytes > limitBytes) throw refuse('file-too-large-for-form', { limit: Math.floor(limitBytes / 1024 / 1024) });
      for (let done = 0; done < piece.length;) done += (await file.write(piece, done)).bytesWritten;
    }
  } finally {
    await file.close();
  }
  return path;
}
