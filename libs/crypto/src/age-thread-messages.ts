/** Chunks of the payload that are sealed or opened at once: two megabytes of plaintext. A message costs as much as sealing 32 KiB, at each end. */
export const CHUNKS_AT_ONCE = 32;

/**
 * What a thread is asked, all of it in the order of asking. A block is memory for plaintext and for what is sealed of it that all sides see;
 * who holds it is settled by who was asked last.
 */
export type ToAgeThread =
  | {
      readonly ask: 'begin';
      readonly file: number;
      readonly key: Uint8Array;
      readonly hmacKey?: Uint8Array;
      /** What stands before the first chunk, where this thread computes the SHA-256 of the file. */
      readonly head?: Uint8Array;
    }
  /** Know a block by its number from now on, whichever file it serves; or no more. */
  | { readonly ask: 'know'; readonly block: number; readonly plain: Uint8Array; readonly sealed: Uint8Array }
  | { readonly ask: 'drop'; readonly block: number }
  /** Seal so many bytes of plaintext, whose first chunk has this number; and take them into the HMAC, where this thread has its key. */
  | {
      readonly ask: 'seal';
      readonly file: number;
      readonly task: number;
      readonly block: number;
      readonly plainBytes: number;
      readonly firstChunk: number;
      readonly isLast: boolean;
    }
  /** Open so many sealed bytes, whose first chunk has this number; answers how many chunks were opened before one that is not authentic. */
  | {
      readonly ask: 'open';
      readonly file: number;
      readonly task: number;
      readonly block: number;
      readonly sealedBytes: number;
      readonly firstChunk: number;
      readonly isLast: boolean;
    }
  /** Take so many bytes of plaintext into the HMAC, or so many sealed ones into the SHA-256. */
  | {
      readonly ask: 'hmac' | 'digest';
      readonly file: number;
      readonly task: number;
      readonly block: number;
      readonly sizeBytes: number;
    }
  /** Tell SHA-256 and HMAC, and forget the file. */
  | { readonly ask: 'finish'; readonly file: number; readonly task: number }
  | { readonly ask: 'forget'; readonly file: number };

/** What it answers: the task is done, with what `open` or `finish` asked for. */
export interface FromAgeThread extends ThreadAnswer {
  readonly task: number;
}

export interface ThreadAnswer {
  readonly openedChunks?: number;
  readonly digests?: ThreadDigests;
}

export interface ThreadDigests {
  /** SHA-256 of head and of what was digested, 64 hex digits; absent without a head. */
  readonly sha256?: string;
  /** HMAC-SHA-256 of what was given for it, 64 hex digits; absent without a key. */
  readonly hmac?: string;
}
