import { copyBytes } from '#crypto';
import { LogFault } from './faults.js';
import { EMPTY_ROOT, HASH_BYTES, hashAt, nodeHash, type TreeNode } from './hashes.js';
import { checkWithin, joinCover } from './subtrees.js';

/** How many complete subtrees a tree of this size falls apart into: the ones in its binary digits. */
export function frontierLength(size: number): number {
  let ones = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2;
  return ones;
}

/**
 * A tree that grows: of all its hashes it keeps only the roots of its complete subtrees, at most 53, which is enough to append and to
 * say the root. What a sealer stores beside its head.
 */
export class Frontier {
  /** Left to right, so the largest subtree first. */
  private readonly hashes = new Uint8Array(53 * HASH_BYTES);
  private length = 0;
  private leaves = 0;

  /** Leaves in the tree. */
  get size(): number {
    return this.leaves;
  }

  /** The frontier of a tree of this size, from what `encode` gave. Throws LogFault `position-outside` when size and bytes do not fit. */
  static decode(size: number, hashes: Uint8Array): Frontier {
    checkWithin(size, Number.MAX_SAFE_INTEGER);
    const length = frontierLength(size);
    if (hashes.length !== length * HASH_BYTES) throw new LogFault('position-outside', `${hashes.length} bytes at size ${size}`);
    const frontier = new Frontier();
    frontier.hashes.set(hashes);
    frontier.length = length;
    frontier.leaves = size;
    return frontier;
  }

  /** The roots of the complete subtrees, largest first, 32 bytes each; a copy. */
  encode(): Uint8Array {
    return copyBytes(this.hashes.subarray(0, this.length * HASH_BYTES));
  }

  copy(): Frontier {
    return Frontier.decode(this.leaves, this.encode());
  }

  /**
   * Appends a leaf's hash. At most log₂ size hashes, one on average. `onNode` hears of every subtree that became complete by it, the leaf
   * first: what a table of hashes stores.
   */
  append(leafHash: Uint8Array, onNode?: (node: TreeNode, hash: Uint8Array) => void): void {
    if (leafHash.length !== HASH_BYTES) throw new LogFault('position-outside', 'a leaf hash is 32 bytes');
    checkWithin(this.leaves + 1, Number.MAX_SAFE_INTEGER);
    let hash = leafHash;
    let index = this.leaves;
    onNode?.({ level: 0, index }, hash);
    // As in adding one to a binary number: every one at its end is carried.
    for (let level = 1; index % 2 === 1; level++) {
      hash = nodeHash(hashAt(this.hashes, --this.length), hash);
      index = (index - 1) / 2;
      onNode?.({ level, index }, hash);
    }
    this.hashes.set(hash, this.length++ * HASH_BYTES);
    this.leaves++;
  }

  /** Root of the tree as it stands. At most log₂ size hashes. */
  root(): Uint8Array {
    return this.leaves === 0 ? EMPTY_ROOT : copyBytes(joinCover(this.hashes, 0, this.length));
  }
}
