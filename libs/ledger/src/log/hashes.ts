import { fromHex, sha256, type Bytes } from '#crypto';

export const HASH_BYTES = 32;
/** Root of a tree without leaves: SHA-256 of nothing. RFC 6962 §2.1. */
export const EMPTY_ROOT: Uint8Array = fromHex('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');

/** The root of a subtree that is complete: it covers the leaves from index·2^level up to but without (index + 1)·2^level. */
export interface TreeNode {
  readonly level: number;
  readonly index: number;
}

/** A tree as a checkpoint states it. */
export interface TreeHead {
  /** Leaves in it; a safe integer, as every size and index here. */
  readonly size: number;
  readonly root: Uint8Array;
}

/** Where hashes of complete subtrees are read: a table, tiles, memory. */
export interface HashReader {
  /** The hashes of these nodes, 32 bytes each, in the order asked for, in one run of bytes. Asked once for all that a proof needs. */
  readHashes(nodes: readonly TreeNode[]): Promise<Uint8Array> | Uint8Array;
}

// One buffer for all: hashing is synchronous, and nothing is kept in it between two calls.
const pair = new Uint8Array(1 + 2 * HASH_BYTES);
pair[0] = 1;

/** SHA-256(0x01 ‖ left ‖ right). RFC 6962 §2.1. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Bytes {
  pair.set(left, 1);
  pair.set(right, 1 + HASH_BYTES);
  return sha256(pair);
}

/** Hashes `pairs` pairs of neighbours that stand in `below` from `at` bytes on; writes their parents into `above` from `to` bytes on. */
export function hashPairs(below: Uint8Array, at: number, pairs: number, above: Uint8Array, to: number): void {
  for (let i = 0; i < pairs; i++) {
    const from = at + i * 2 * HASH_BYTES;
    pair.set(below.subarray(from, from + 2 * HASH_BYTES), 1);
    above.set(sha256(pair), to + i * HASH_BYTES);
  }
}

/** The `i`-th hash of a run of them; not a copy. */
export const hashAt = (hashes: Uint8Array, i: number): Uint8Array => hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES);
