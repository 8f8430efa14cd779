import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { AgeError } from './age-error.js';

/** Plaintext in each chunk but the last. https://c2sp.org/age, "Payload". */
export const AGE_CHUNK_BYTES = 64 * 1024;
export const AGE_TAG_BYTES = 16;
export const AGE_SEALED_CHUNK_BYTES = AGE_CHUNK_BYTES + AGE_TAG_BYTES;
export const AGE_PAYLOAD_NONCE_BYTES = 16;

const CIPHER = 'chacha20-poly1305';
const OPTIONS = { authTagLength: AGE_TAG_BYTES } as const;

/** The key of a payload: HKDF-SHA-256 of the file key, salted with the payload's nonce. */
export function payloadKey(fileKey: Buffer, nonce: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', fileKey, nonce, 'payload', 32));
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
function chunkNonce(index: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(index, 5, 6);
  if (last) nonce[11] = 1;
  return nonce;
}

export function sealChunk(key: Buffer, index: number, last: boolean, plaintext: Uint8Array): Buffer {
  const cipher = createCipheriv(CIPHER, key, chunkNonce(index, last), OPTIONS);
  const sealed = Buffer.allocUnsafe(plaintext.length + AGE_TAG_BYTES);
  cipher.update(plaintext).copy(sealed);
  cipher.final();
  cipher.getAuthTag().copy(sealed, plaintext.length);
  return sealed;
}

/** The chunk's plaintext, or undefined if it is not authentic at this place. */
export function openChunk(key: Buffer, index: number, last: boolean, sealed: Uint8Array): Buffer | undefined {
  const sizeBytes = sealed.length - AGE_TAG_BYTES;
  if (sizeBytes < 0) return undefined;
  const decipher = createDecipheriv(CIPHER, key, chunkNonce(index, last), OPTIONS);
  decipher.setAuthTag(sealed.subarray(sizeBytes));
  const plaintext = decipher.update(sealed.subarray(0, sizeBytes));
  try {
    decipher.final();
  } catch {
    plaintext.fill(0);
    return undefined;
  }
  return plaintext;
}

/**
 * Cuts bytes of any lengths into blocks of one size. A full block is handed out only when another byte follows it, because the
 * last one is treated differently and only the end tells which that is. Blocks lie in the input where they can; one that was put
 * together is overwritten by the next, so a block is used before the next is asked for.
 */
export class BlockCutter {
  readonly #carry: Buffer;
  #used = 0;

  constructor(blockBytes: number) {
    this.#carry = Buffer.allocUnsafe(blockBytes);
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
  rest(): Buffer {
    return this.#carry.subarray(0, this.#used);
  }
}

/** Encrypts a payload: `push` as often as needed, then `finish` once. */
export class PayloadSealer {
  readonly #cutter = new BlockCutter(AGE_CHUNK_BYTES);
  readonly #key: Buffer;
  #index = 0;

  constructor(key: Buffer) {
    this.#key = key;
  }

  *push(plaintext: Uint8Array): Generator<Buffer> {
    for (const block of this.#cutter.push(plaintext)) yield sealChunk(this.#key, this.#index++, false, block);
  }

  finish(): Buffer {
    return sealChunk(this.#key, this.#index, true, this.#cutter.rest());
  }
}

/** Decrypts a payload: what it yields is authentic, and the file is whole only when `finish` has answered. Throws `AgeError`. */
export class PayloadOpener {
  readonly #cutter = new BlockCutter(AGE_SEALED_CHUNK_BYTES);
  readonly #key: Buffer;
  #index = 0;

  constructor(key: Buffer) {
    this.#key = key;
  }

  *push(sealed: Uint8Array): Generator<Buffer> {
    for (const block of this.#cutter.push(sealed)) {
      const plaintext = openChunk(this.#key, this.#index, false, block);
      if (plaintext === undefined) throw altered(this.#index);
      this.#index++;
      yield plaintext;
    }
  }

  finish(): Buffer {
    const rest = this.#cutter.rest();
    const plaintext = openChunk(this.#key, this.#index, true, rest);
    if (plaintext === undefined) {
      // Cut between two chunks, the last one present is authentic as an inner one; cut inside a chunk, nothing can be said, but
      // fewer bytes than a tag are never a chunk.
      if (rest.length < AGE_TAG_BYTES || openChunk(this.#key, this.#index, false, rest) !== undefined) {
        throw new AgeError('age-truncated', `The file ends after chunk ${this.#index}, before its last chunk`);
      }
      throw altered(this.#index);
    }
    // Only an empty file ends in an empty chunk; otherwise one file would have two forms.
    if (plaintext.length === 0 && this.#index > 0) throw altered(this.#index);
    return plaintext;
  }
}

export function altered(chunkIndex: number): AgeError {
  return new AgeError('age-payload-altered', `Chunk ${chunkIndex} was altered, moved or cut short`);
}
