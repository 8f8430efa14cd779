import { equalBytes, RecentlyUsed } from '#crypto';
import { LogFault } from './faults.js';
import { EMPTY_ROOT, HASH_BYTES, type HashReader, type TreeHead, type TreeNode } from './hashes.js';
import { checkWithin, coverOf, joinCover } from './subtrees.js';
import { TileHashes } from './tile-hashes.js';
import { encodeTilePath, TILE_HEIGHT, TILE_WIDTH, tileWidthAt, type HashTile } from './tile.js';

/** Fetches files of the log; undefined: there is no such file. What it answers is not believed before it was checked. */
export type FetchTile = (tile: HashTile) => Promise<Uint8Array | undefined>;

/** A place in the tree's tiles. */
interface Place {
  readonly level: number;
  readonly index: number;
}

/**
 * Reads the hashes of one tree from its tiles and believes none before it leads to the tree's root: the tiles at the right edge together
 * make the root, and every other tile is full and stands with its root in the tile above it. Where `head` comes from is the caller's
 * to judge: a checkpoint that was opened, never a number that the same server sent along.
 */
export class TileReader implements HashReader {
  /** Checked tiles, by `level · 2^46 + index`. Tiles at the edge are few and are kept apart. */
  private readonly checked: RecentlyUsed<number, TileHashes>;
  private readonly edge = new Map<number, TileHashes>();
  private edgeRead: Promise<void> | undefined;

  /** `tilesMax`: how many checked tiles stay in memory, 16 KiB each. Throws LogFault for a head that no tree has. */
  constructor(
    readonly head: TreeHead,
    private readonly fetchTile: FetchTile,
    tilesMax = 1_024,
  ) {
    checkWithin(head.size, Number.MAX_SAFE_INTEGER);
    if (head.size === 0 && !equalBytes(head.root, EMPTY_ROOT)) throw new LogFault('tile-differs', 'root of an empty tree');
    this.checked = new RecentlyUsed(tilesMax);
  }

  /** Throws LogFault `tile-missing`, `tile-differs`, or `position-outside` for a node that the tree does not have. */
  async readHashes(nodes: readonly TreeNode[]): Promise<Uint8Array> {
    for (const { level, index } of nodes) {
      checkWithin(level, 52);
      checkWithin(index, Math.floor(this.head.size / 2 ** level) - 1);
    }
    await this.readEdge();
    const tiles = await this.readTiles(nodes.map(placeOf));
    const hashes = new Uint8Array(nodes.length * HASH_BYTES);
    nodes.forEach((node, i) => hashes.set(hashIn(tiles, node), i * HASH_BYTES));
    return hashes;
  }

  /** The tiles at the right edge, once: what the root is made of. */
  private async readEdge(): Promise<void> {
    this.edgeRead ??= this.fetchEdge();
    try {
      await this.edgeRead;
    } catch (error) {
      // Asked again the next time: a file that was missing may be there then.
      this.edgeRead = undefined;
      throw error;
    }
  }

  private async fetchEdge(): Promise<void> {
    const cover = coverOf(0, this.head.size);
    const places = distinct(cover.map(placeOf));
    const fetched = await Promise.all(places.map(async (place) => [keyOf(place), await this.fetch(place)] as const));
    const tiles = new Map(fetched);
    const hashes = new Uint8Array(cover.length * HASH_BYTES);
    cover.forEach((node, i) => hashes.set(hashIn(tiles, node), i * HASH_BYTES));
    // Every hash of these tiles is under one of the nodes of the cover, so all of them are what the root says, or none is believed.
    if (cover.length > 0 && !equalBytes(joinCover(hashes, 0, cover.length), this.head.root)) {
      throw new LogFault('tile-differs', `the edge of size ${this.head.size}`);
    }
    for (const [key, tile] of tiles) this.edge.set(key, tile);
  }

  /** The tiles at these places, each checked against the one above it. */
  private async readTiles(places: readonly Place[]): Promise<Map<number, TileHashes>> {
    const known = new Map<number, TileHashes>();
    const missing: Place[][] = [];
    for (let level = places, height = 0; level.length > 0 && height < 8; height++) {
      const unknown = distinct(level).filter((place) => {
        const tile = this.edge.get(keyOf(place)) ?? this.checked.get(keyOf(place));
        if (tile) known.set(keyOf(place), tile);
        return tile === undefined;
      });
      missing.push(unknown);
      level = unknown.map(parentOf);
    }
    const fetched = new Map(
      await Promise.all(distinct(missing.flat()).map(async (place) => [keyOf(place), await this.fetch(place)] as const)),
    );
    // From above: a tile is checked only by what was checked before it.
    for (const place of missing.reverse().flat()) {
      const tile = fetched.get(keyOf(place)) as TileHashes;
      const root = tile.at(TILE_HEIGHT, 0);
      const said = known.get(keyOf(parentOf(place)))?.at(0, place.index % TILE_WIDTH);
      if (!root || !said || !equalBytes(root, said)) throw new LogFault('tile-differs', pathOf(place));
      known.set(keyOf(place), tile);
      this.checked.set(keyOf(place), tile);
    }
    return known;
  }

  /** Fetches a tile at the width that the tree gives it; the full one if the partial one is gone. Not checked yet. */
  private async fetch(place: Place): Promise<TileHashes> {
    const width = tileWidthAt(this.head.size, place.level, place.index);
    const bytes =
      (await this.fetchTile({ ...place, width })) ??
      (width < TILE_WIDTH ? await this.fetchTile({ ...place, width: TILE_WIDTH }) : undefined);
    if (bytes === undefined) throw new LogFault('tile-missing', pathOf(place, width));
    if (bytes.length !== width * HASH_BYTES && bytes.length !== TILE_WIDTH * HASH_BYTES) {
      throw new LogFault('tile-differs', `${pathOf(place, width)}: ${bytes.length} bytes`);
    }
    return new TileHashes(bytes.subarray(0, width * HASH_BYTES));
  }
}

const pathOf = (place: Place, width = TILE_WIDTH): string => encodeTilePath({ ...place, width });
const keyOf = ({ level, index }: Place): number => level * 2 ** 46 + index;
const parentOf = ({ level, index }: Place): Place => ({ level: level + 1, index: Math.floor(index / TILE_WIDTH) });

/** Where a node's hash is found: in the tile whose hashes are at its level or up to seven levels below it. */
function placeOf({ level, index }: TreeNode): Place {
  const rise = level % TILE_HEIGHT;
  return { level: (level - rise) / TILE_HEIGHT, index: Math.floor(index / 2 ** (TILE_HEIGHT - rise)) };
}

function hashIn(tiles: ReadonlyMap<number, TileHashes>, node: TreeNode): Uint8Array {
  const place = placeOf(node);
  const rise = node.level % TILE_HEIGHT;
  const hash = tiles.get(keyOf(place))?.at(rise, node.index - place.index * 2 ** (TILE_HEIGHT - rise));
  if (!hash) throw new LogFault('position-outside', `node ${node.level}/${node.index}`);
  return hash;
}

function distinct(places: readonly Place[]): Place[] {
  return [...new Map(places.map((place) => [keyOf(place), place])).values()];
}
