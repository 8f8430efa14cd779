import { LogFault } from './faults.js';
import { HASH_BYTES, hashAt, hashPairs } from './hashes.js';
import { TILE_HEIGHT, TILE_WIDTH } from './tile.js';

/** A hash tile with all that follows from it: the complete subtrees of its hashes, up to the tile's root when it is full. */
export class TileHashes {
  /** Level 0 of the tile, then the level above it, and so on. */
  private readonly hashes: Uint8Array;
  /** Where each level begins, in hashes. */
  private readonly starts: number[] = [];
  readonly width: number;

  /** `bytes`: the tile as it is served. Computes one hash less than it holds. Throws LogFault `tile-differs` for a length that no tile has. */
  constructor(bytes: Uint8Array) {
    this.width = bytes.length / HASH_BYTES;
    if (!Number.isInteger(this.width) || this.width < 1 || this.width > TILE_WIDTH) {
      throw new LogFault('tile-differs', `${bytes.length} bytes`);
    }
    this.hashes = new Uint8Array(2 * bytes.length);
    this.hashes.set(bytes);
    for (let [start, count] = [0, this.width]; count >= 1; count >>= 1) {
      this.starts.push(start);
      hashPairs(this.hashes, start * HASH_BYTES, count >> 1, this.hashes, (start + count) * HASH_BYTES);
      start += count;
    }
  }

  /** The hash of the `index`-th complete subtree of 2^level hashes in this tile, level 0 to 8; undefined when it is not complete. */
  at(level: number, index: number): Uint8Array | undefined {
    if (level > TILE_HEIGHT || (index + 1) * 2 ** level > this.width) return undefined;
    return hashAt(this.hashes, (this.starts[level] as number) + index);
  }
}

/** The hash of a full tile, as it stands in the tile above. Throws LogFault `tile-differs` when the tile is not full. */
export function rootOfFullTile(bytes: Uint8Array): Uint8Array {
  const root = new TileHashes(bytes).at(TILE_HEIGHT, 0);
  if (!root) throw new LogFault('tile-differs', 'not a full tile');
  return root;
}
