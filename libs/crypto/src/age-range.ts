import { asBytes, type Bytes } from '#platform';
import { AgeError } from './age-error.js';
import { AGE_HEADER_MAX_BYTES, ageHeaderEnd, decrypterOf, openAgeHeader } from './age-header.js';
import {
  AGE_CHUNK_BYTES,
  AGE_PAYLOAD_NONCE_BYTES,
  AGE_SEALED_CHUNK_BYTES,
  faultOfChunk,
  openChunk,
  payloadKey,
  payloadSize,
} from './age-payload.js';
import type { AgeSecret } from './age-recipient.js';

/** An encrypted file that is read in places: a file, an object in a store, a download with Range. */
export interface AgeSource {
  readonly sizeBytes: number;
  /** The bytes from `start` up to but without `end`. */
  read(start: number, end: number): Promise<Uint8Array>;
}

export interface AgeFile {
  readonly plaintextBytes: number;
  /** The plaintext from `from` up to but without `to`, authenticated, in pieces of at most 64 KiB. Throws `AgeError`. */
  read(from: number, to: number): AsyncGenerator<Bytes, void, undefined>;
}

// Chunks asked for in one read: about a megabyte.
const READ_CHUNKS = 16;

/**
 * Opens an age file to be read in places. Before it answers, the last chunk is found at the place that the file's size gives and
 * authenticated as the last: a file cut short or extended is refused at once, not when its end is reached. Throws `AgeError`.
 */
export async function openAgeFile(identities: readonly AgeSecret[], source: AgeSource): Promise<AgeFile> {
  const read = async (start: number, end: number): Promise<Bytes> => {
    const bytes = await source.read(start, end);
    if (bytes.length !== end - start) throw new AgeError('age-truncated', 'The source answered fewer bytes than its size says');
    return asBytes(bytes);
  };

  const first = await read(0, Math.min(source.sizeBytes, AGE_HEADER_MAX_BYTES));
  const headerEnd = ageHeaderEnd(first);
  if (headerEnd === undefined) throw new AgeError('age-truncated', 'The file ends inside its header');
  const fileKey = await openAgeHeader(decrypterOf(identities), first.subarray(0, headerEnd));
  const start = headerEnd + AGE_PAYLOAD_NONCE_BYTES;
  if (source.sizeBytes < start) throw new AgeError('age-truncated', 'The file ends inside its header');
  const key = payloadKey(fileKey, await read(headerEnd, start));
  fileKey.fill(0);

  const { chunks, plaintextBytes } = payloadSize(source.sizeBytes - start);
  const chunkStart = (index: number) => start + index * AGE_SEALED_CHUNK_BYTES;
  const chunkEnd = (index: number) => Math.min(chunkStart(index + 1), source.sizeBytes);
  const last = chunks - 1;
  const sealedLast = await read(chunkStart(last), chunkEnd(last));
  if (openChunk(key, last, true, sealedLast) === undefined) throw faultOfChunk(key, last, true, sealedLast);

  return {
    plaintextBytes,
    async *read(from, to) {
      if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || to < from || to > plaintextBytes) {
        throw new AgeError('age-range-outside', `The plaintext has ${plaintextBytes} bytes`);
      }
      if (from === to) return;
      const end = Math.floor((to - 1) / AGE_CHUNK_BYTES) + 1;
      for (let index = Math.floor(from / AGE_CHUNK_BYTES); index < end;) {
        const upTo = Math.min(index + READ_CHUNKS, end);
        const batchStart = chunkStart(index);
        const batch = await read(batchStart, chunkEnd(upTo - 1));
        for (; index < upTo; index++) {
          const sealed = batch.subarray(chunkStart(index) - batchStart, chunkEnd(index) - batchStart);
          const plaintext = openChunk(key, index, index === last, sealed);
          if (plaintext === undefined) throw faultOfChunk(key, index, index === last, sealed);
          const offset = index * AGE_CHUNK_BYTES;
          yield plaintext.subarray(Math.max(from - offset, 0), Math.min(to - offset, plaintext.length));
        }
      }
    },
  };
}

/** Decrypts one range of an age file: `openAgeFile` and one `read`. */
export async function* decryptAgeRange(
  identities: readonly AgeSecret[],
  source: AgeSource,
  from: number,
  to: number,
): AsyncGenerator<Bytes, void, undefined> {
  const file = await openAgeFile(identities, source);
  yield* file.read(from, to);
}
