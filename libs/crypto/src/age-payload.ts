import { allocBytes, hkdfSha256, openChaCha, sealChaCha, type Bytes } from '#platform';
import { AgeError } from './age-error.js';

/** Plaintext in each chunk but the last. https://c2sp.org/age, "Payload". */
export const AGE_CHUNK_BYTES = 64 * 1024;
export const AGE_TAG_BYTES = 16;
export const AGE_SEALED_CHUNK_BYTES = AGE_CHUNK_BYTES + AGE_TAG_BYTES;
export const AGE_PAYLOAD_NONCE_BYTES = 16;

/** The key of a payload: HKDF-SHA-256 of the file key, salted with the payload's nonce. */
export function payloadKey(fileKey: Uint8Array, nonce: Uint8Array): Bytes {
  return hkdfSha256(fileKey, nonce, 'payload', 32);
}

/** How many chunks a payload of so many bytes has, and the plaintext in it; throws `AgeError` if no payload has that size. */
export function payloadSize(sealedBytes: number): { chunks: number; plaintextBytes: number } {
  const chunks = Math.max(1, Math.ceil(sealedBytes / AGE_SEALED_CHUNK_BYTES));
  const plaintextBytes = sealedBytes - chunks * AGE_TAG_BYTES;
  const lastBytes = plaintextBytes - (chunks - 1) * AGE_CHUNK_BYTES;
  if (lastBytes < 0 || (lastBytes === 0 && chunks > 1)) throw new AgeError('age-truncated', 'The file ends inside a chunk');
  return { chunks, plaintextBytes };
}

// Eleven bytes of counter, one that marks the last chunk. Six bytes of counter reach 2^48 chunks.
export function chunkNonce(index: number, last: boolean): Bytes {
  const nonce = allocBytes(12);
  for (let at = 10, rest = index; rest > 0; rest = Math.floor(rest / 256), at--) nonce[at] = rest % 256;
  if (last) nonce[11] = 1;
  return nonce;
}

export function sealChunk(key: Uint8Array, index: number, last: boolean, plaintext: Uint8Array): Bytes {
  return sealChaCha(key, chunkNonce(index, last), plaintext);
}

/** The chunk's plaintext, or undefined if it is not authentic at this place. */
export function openChunk(key: Uint8Array, index: number, last: boolean, sealed: Uint8Array): Bytes | undefined {
  // Only an empty file ends in an empty chunk; otherwise one file would have two forms.
  if (last && index > 0 && sealed.length === AGE_TAG_BYTES) return undefined;
  return openChaCha(key, chunkNonce(index, last), sealed);
}

/**
 * Cuts bytes of any lengths into blocks of one size. A full block is handed out only when another byte follows it, because the
 * last one is treated differently and only the end tells which that is. Blocks lie in the input where they can; one that was put
 * together is overwritten by the next, so a block is used before the next is asked for.
 */
export class BlockCutter {
  readonly #carry: Bytes;
  #used = 0;

  constructor(blockBytes: number) {
    this.#carry = allocBytes(blockBytes);
  }

  *push(bytes: Uint8Array): Generator<Uint8Array> {
    const block = this.#carry.length;
    let at = 0;
    while (at < bytes.length) {
      if (this.#used === block) {
        this.#used = 0;
        yield this.#carry;
      }
      while (this.#used === 0 && bytes.length - at > block) {
        yield bytes.subarray(at, at + block);
        at += block;
      }
      const take = Math.min(block - this.#used, bytes.length - at);
      this.#carry.set(bytes.subarray(at, at + take), this.#used);
      this.#used += take;
      at += take;
    }
  }

  /** What is left: the last block. */
  rest(): Bytes {
    return this.#carry.subarray(0, this.#used);
  }
}

/** Encrypts a payload: `push` as often as needed, then `finish` once. */
export class PayloadSealer {
  readonly #cutter = new BlockCutter(AGE_CHUNK_BYTES);
  readonly #key: Bytes;
  #index = 0;

  constructor(key: Bytes) {
    this.#key = key;
  }

  *push(plaintext: Uint8Array): Generator<Bytes> {
    for (const block of this.#cutter.push(plaintext)) yield sealChunk(this.#key, this.#index++, false, block);
  }

  finish(): Bytes {
    return sealChunk(this.#key, this.#index, true, this.#cutter.rest());
  }
}

/** Decrypts a payload: what it yields is authentic, and the file is whole only when `finish` has answered. Throws `AgeError`. */
export class PayloadOpener {
  readonly #cutter = new BlockCutter(AGE_SEALED_CHUNK_BYTES);
  readonly #key: Bytes;
  #index = 0;

  constructor(key: Bytes) {
    this.#key = key;
  }

  *push(sealed: Uint8Array): Generator<Bytes> {
    for (const block of this.#cutter.push(sealed)) {
      const plaintext = openChunk(this.#key, this.#index, false, block);
      if (plaintext === undefined) throw faultOfChunk(this.#key, this.#index, false, block);
      this.#index++;
      yield plaintext;
    }
  }

  finish(): Bytes {
    const rest = this.#cutter.rest();
    const plaintext = openChunk(this.#key, this.#index, true, rest);
    if (plaintext === undefined) throw faultOfChunk(this.#key, this.#index, true, rest);
    return plaintext;
  }
}

/** Why a chunk that does not open does not: the file was cut short before it, or something was done to it. */
export function faultOfChunk(key: Uint8Array, index: number, last: boolean, sealed: Uint8Array): AgeError {
  // Cut between two chunks, the last one present is authentic as an inner one; cut inside a chunk, nothing can be said, but
  // fewer bytes than a tag are never a chunk.
  if (last && (sealed.length < AGE_TAG_BYTES || openChunk(key, index, false, sealed) !== undefined))
    return new AgeError('age-truncated', `The file ends after chunk ${index}, before its last chunk`);
  return new AgeError('age-payload-altered', `Chunk ${index} was altered, moved or cut short`);
}
