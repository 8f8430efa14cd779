import { LogFault } from './faults.js';
import { hashAt, nodeHash, type TreeNode } from './hashes.js';

// Where the subtrees of RFC 6962 lie. Sizes are safe integers up to 2^53 − 1, beyond what JavaScript's bit operators hold, so halves
// are found by division.

/** How many binary digits a whole number has. */
export function bitLength(n: number): number {
  const high = Math.floor(n / 2 ** 32);
  return high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(n);
}

/** The largest power of two below n, for n ≥ 2: how many leaves stand in the left subtree. RFC 6962 §2.1. */
export const splitOf = (n: number): number => 2 ** (bitLength(n - 1) - 1);

/** Throws LogFault unless 0 ≤ n ≤ max and n is a safe integer. */
export function checkWithin(n: number, max: number): void {
  if (!Number.isSafeInteger(n) || n < 0 || n > max) throw new LogFault('position-outside', `${n} of ${max}`);
}

/**
 * The complete subtrees that make up the subtree of the leaves from `start` up to but without `end`, largest first. `start` is a multiple
 * of the first one's size, as it is for every subtree of RFC 6962.
 */
export function coverOf(start: number, end: number): TreeNode[] {
  const nodes: TreeNode[] = [];
  for (let at = start; at < end;) {
    const level = bitLength(end - at) - 1;
    nodes.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return nodes;
}

/** The root of the subtree whose complete subtrees are the `count` hashes from the `from`-th on: joined from the right. */
export function joinCover(hashes: Uint8Array, from: number, count: number): Uint8Array {
  let root = hashAt(hashes, from + count - 1);
  for (let i = from + count - 2; i >= from; i--) root = nodeHash(hashAt(hashes, i), root);
  return root;
}
