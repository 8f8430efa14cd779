import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

// Packed more, a CSV would be a tenth smaller and take twice as long.
const LEVEL = 3;

/** The bytes as a gzip file (RFC 1952). Deflating has a thread of its own. Pieces may be overwritten after the next was asked for. */
export async function* gzipped(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const gzip = createGzip({ level: LEVEL, chunkSize: 256 * 1024 });
  const feeding = pipeline(copied(bytes), gzip);
  feeding.catch(() => undefined);
  try {
    for await (const packed of gzip) yield packed as Uint8Array;
  } finally {
    gzip.destroy();
    // Whoever makes the bytes has to have ended before the next thing is done.
    await feeding.catch(() => undefined);
  }
  await feeding;
}

/** A small piece waits in the stream while the next is read. */
async function* copied(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const piece of pieces) yield Uint8Array.from(piece);
}
