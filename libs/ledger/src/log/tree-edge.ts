import { LogFault } from './faults.js';
import { Frontier } from './frontier.js';
import { HASH_BYTES } from './hashes.js';
import { coverOf } from './subtrees.js';
import { TileHashes } from './tile-hashes.js';
import { TILE_HEIGHT, TILE_WIDTH, type HashTile } from './tile.js';

/** A tile that became full: it is stored once and never changes. */
export interface FullTile extends HashTile {
  readonly bytes: Uint8Array;
  /** The hash that stands for it in the tile above. */
  readonly root: Uint8Array;
}

/** The widths, by level, of the tiles at the right edge of a tree of this size, each below 256; where they lie: `floor(size / 256^(level + 1))`. */
export function edgeWidths(size: number): number[] {
  const widths: number[] = [];
  for (let count = size; count > 0; count = Math.floor(count / TILE_WIDTH)) widths.push(count % TILE_WIDTH);
  return widths;
}

/** The growing side of a tree: what a sealer needs to append, to say the root, and to hand out each tile once, when it is full. */
export class TreeEdge {
  private readonly frontier: Frontier;
  /** By level: the hashes of the tile that is not full yet, and how many they are. */
  private readonly open: { bytes: Uint8Array; width: number }[];

  /**
   * `tiles`: the partial tiles of a tree of this size, by level, as `edgeWidths` gives their widths. Throws LogFault `tile-differs` when
   * one is not as wide.
   */
  constructor(size: number, tiles: readonly Uint8Array[]) {
    const widths = edgeWidths(size);
    if (tiles.length !== widths.length) throw new LogFault('tile-differs', `${tiles.length} levels at size ${size}`);
    this.open = widths.map((width, level) => {
      const bytes = new Uint8Array(TILE_WIDTH * HASH_BYTES);
      const given = tiles[level] as Uint8Array;
      if (given.length !== width * HASH_BYTES) throw new LogFault('tile-differs', `${given.length} bytes, not ${width} hashes`);
      bytes.set(given);
      return { bytes, width };
    });
    this.frontier = Frontier.decode(size, frontierOf(size, tiles));
  }

  get size(): number {
    return this.frontier.size;
  }

  root(): Uint8Array {
    return this.frontier.root();
  }

  /** Appends a leaf's hash; one more hash on average. `onFull` hears of every tile that it filled, from below upwards. */
  append(leafHash: Uint8Array, onFull: (tile: FullTile) => void): void {
    let full: Omit<FullTile, 'root'> | undefined;
    this.frontier.append(leafHash, ({ level, index }, hash) => {
      if (level % TILE_HEIGHT > 0) return;
      // A node at a multiple of eight levels is a hash of a tile, and the root of the full tile below it.
      if (full) onFull({ ...full, root: hash });
      full = this.put(level / TILE_HEIGHT, index, hash);
    });
  }

  /** Puts the `index`-th hash of a level into its tile; the tile, if that was its last. */
  private put(level: number, index: number, hash: Uint8Array): Omit<FullTile, 'root'> | undefined {
    const tile = (this.open[level] ??= { bytes: new Uint8Array(TILE_WIDTH * HASH_BYTES), width: 0 });
    tile.bytes.set(hash, tile.width * HASH_BYTES);
    if (++tile.width < TILE_WIDTH) return undefined;
    this.open[level] = { bytes: new Uint8Array(TILE_WIDTH * HASH_BYTES), width: 0 };
    return { level, index: Math.floor(index / TILE_WIDTH), width: TILE_WIDTH, bytes: tile.bytes };
  }
}

function frontierOf(size: number, tiles: readonly Uint8Array[]): Uint8Array {
  const cover = coverOf(0, size);
  const hashes = new Uint8Array(cover.length * HASH_BYTES);
  const read = new Map<number, TileHashes>();
  cover.forEach(({ level, index }, i) => {
    const rise = level % TILE_HEIGHT;
    const tileLevel = (level - rise) / TILE_HEIGHT;
    const bytes = tiles[tileLevel] as Uint8Array;
    const tile = read.get(tileLevel) ?? new TileHashes(bytes);
    read.set(tileLevel, tile);
    const inTile = index % 2 ** (TILE_HEIGHT - rise);
    hashes.set(tile.at(rise, inTile) as Uint8Array, i * HASH_BYTES);
  });
  return hashes;
}
