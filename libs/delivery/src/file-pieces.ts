import { open, type FileHandle } from 'node:fs/promises';
import type { ByteReader } from '#crypto';

const PIECE_BYTES = 2 * 1024 * 1024;

/**
 * Reads a file piece by piece, two megabytes each, into the same two pieces of memory: the next is read while one is worked on, and each is
 * overwritten after the next was asked for. A stream makes new memory for each, which costs as much again as reading. Throws what the
 * file system throws.
 */
export async function* filePieces(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await open(path);
  const memory = [Buffer.allocUnsafeSlow(PIECE_BYTES), Buffer.allocUnsafeSlow(PIECE_BYTES)] as const;
  const readInto = (piece: Buffer) => {
    const reading = file.read(piece, 0, PIECE_BYTES, null);
    // It is awaited below; until then a failure waits.
    reading.catch(() => undefined);
    return reading;
  };
  let reading = readInto(memory[0]);
  try {
    for (let i = 1; ; i += 1) {
      const { bytesRead, buffer } = await reading;
      if (bytesRead === 0) return;
      reading = readInto(memory[i % 2] as Buffer);
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await reading.catch(() => undefined);
    await file.close();
  }
}

/** A file that is read straight into the memory of whoever works on it. Throws what the file system throws. */
export async function openReader(path: string): Promise<ByteReader> {
  const file = await open(path);
  return {
    read: async (memory) => (await file.read(memory, 0, memory.length, null)).bytesRead,
    close: () => file.close(),
  };
}

/**
 * Writes a new file that only its owner may read, from pieces of any size, two megabytes at a time: one is written while the next fills.
 * Throws what the pieces or the file system throw, and leaves the file as far as it came.
 *
 * @param options `isDurable`: on the disk when this returns.
 */
export async function writeFilePieces(
  path: string,
  pieces: AsyncIterable<Uint8Array>,
  { isDurable = false }: { readonly isDurable?: boolean } = {},
): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  let [filling, other] = [Buffer.allocUnsafeSlow(PIECE_BYTES), Buffer.allocUnsafeSlow(PIECE_BYTES)];
  let used = 0;
  let writing: Promise<unknown> = Promise.resolve();
  const write = async (): Promise<void> => {
    await writing;
    writing = writeAll(file, filling.subarray(0, used));
    writing.catch(() => undefined);
    [filling, other] = [other, filling];
    used = 0;
  };
  try {
    for await (const piece of pieces) {
      for (let at = 0; at < piece.length;) {
        if (used === PIECE_BYTES) await write();
        const take = Math.min(piece.length - at, PIECE_BYTES - used);
        filling.set(piece.subarray(at, at + take), used);
        used += take;
        at += take;
      }
    }
    await write();
    await writing;
    if (isDurable) await file.sync();
  } finally {
    await writing.catch(() => undefined);
    await file.close();
  }
}

/** Writes all of it; answers how much that was, in bytes. */
export async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<number> {
  let done = 0;
  while (done < bytes.length) done += (await file.write(bytes, done)).bytesWritten;
  return done;
}
