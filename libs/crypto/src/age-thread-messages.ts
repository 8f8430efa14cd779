/** Chunks of the payload that are sealed at once: a megabyte of plaintext. */
export const CHUNKS_AT_ONCE = 16;

/** What a sealing thread is asked. Blocks lie in memory that both sides see; who holds one is settled by who was asked last. */
export type ToSealer =
  | { readonly ask: 'begin'; readonly file: number; readonly key: Uint8Array; readonly hmacKey?: Uint8Array }
  /** Seal a block of plaintext, whose first chunk has this number, into `sealed`. */
  | {
      readonly ask: 'seal';
      readonly file: number;
      readonly task: number;
      readonly firstChunk: number;
      readonly isLast: boolean;
      readonly plain: Uint8Array;
      readonly sealed: Uint8Array;
    }
  /** Take bytes into the SHA-256 of the ciphertext or the HMAC of the plaintext: in the order of asking. */
  | { readonly ask: 'digest' | 'hmac'; readonly file: number; readonly task: number; readonly bytes: Uint8Array }
  /** Tell SHA-256 and HMAC, and forget the file. */
  | { readonly ask: 'finish'; readonly file: number; readonly task: number }
  | { readonly ask: 'forget'; readonly file: number };

/** What it answers: the task is done, with what `finish` asked for. */
export interface FromSealer {
  readonly task: number;
  readonly digests?: SealerDigests;
}

export interface SealerDigests {
  /** SHA-256 of what was digested, 64 hex digits. */
  readonly sha256: string;
  /** HMAC-SHA-256 of what was given for it, 64 hex digits; absent without a key. */
  readonly hmac?: string;
}
