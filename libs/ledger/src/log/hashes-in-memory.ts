import { LogFault } from './faults.js';
import { HASH_BYTES, hashAt, hashPairs, type HashReader, type TreeNode } from './hashes.js';

/** A whole tree in memory, 64 bytes a leaf: for a mirror, an audit, a server that proves much. */
export class HashesInMemory implements HashReader {
  /** A run of hashes a level. */
  private readonly levels: Uint8Array[] = [];
  private leaves = 0;

  get size(): number {
    return this.leaves;
  }

  /** Appends leaf hashes, 32 bytes each, one after the other. One hash a leaf on average. */
  append(leafHashes: Uint8Array): void {
    if (leafHashes.length % HASH_BYTES !== 0) throw new LogFault('position-outside', 'leaf hashes are 32 bytes each');
    const before = this.leaves;
    const after = before + leafHashes.length / HASH_BYTES;
    this.grow(0, after).set(leafHashes, before * HASH_BYTES);
    for (let level = 1, [from, to] = [before, after]; to > 1; level++) {
      [from, to] = [Math.floor(from / 2), Math.floor(to / 2)];
      const [below, here] = [this.levels[level - 1] as Uint8Array, this.grow(level, to)];
      hashPairs(below, from * 2 * HASH_BYTES, to - from, here, from * HASH_BYTES);
    }
    this.leaves = after;
  }

  /** Throws LogFault `position-outside` for a subtree that is not complete yet. */
  readHashes(nodes: readonly TreeNode[]): Uint8Array {
    const hashes = new Uint8Array(nodes.length * HASH_BYTES);
    nodes.forEach(({ level, index }, i) => {
      if (index < 0 || (index + 1) * 2 ** level > this.leaves) throw new LogFault('position-outside', `node ${level}/${index}`);
      hashes.set(hashAt(this.levels[level] as Uint8Array, index), i * HASH_BYTES);
    });
    return hashes;
  }

  /** The level's bytes, with room for `count` hashes. */
  private grow(level: number, count: number): Uint8Array {
    const old = this.levels[level] ?? new Uint8Array(0);
    if (old.length >= count * HASH_BYTES) return old;
    const grown = new Uint8Array(Math.max(count * HASH_BYTES, old.length * 2));
    grown.set(old);
    this.levels[level] = grown;
    return grown;
  }
}
