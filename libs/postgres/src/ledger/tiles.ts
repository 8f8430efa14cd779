import {
  edgeWidths,
  encodeTilePath,
  HASH_BYTES,
  LogFault,
  rootOfFullTile,
  TILE_HEIGHT,
  TILE_WIDTH,
  TileHashes,
  TreeEdge,
  tileWidthAt,
  type FullTile,
  type HashReader,
  type HashTile,
  type TreeNode,
} from '#ledger';
import { RecentlyUsed } from '#crypto';
import type pg from 'pg';

type Client = pg.ClientBase | pg.Pool;

const insert = `
INSERT INTO ledger.ledger_tile (level, index, root, bytes)
SELECT level, index, substring($3::bytea FROM (n::int - 1) * 32 + 1 FOR 32), substring($4::bytea FROM (n::int - 1) * 8192 + 1 FOR 8192)
FROM unnest($1::smallint[], $2::bigint[]) WITH ORDINALITY AS tile (level, index, n)
ON CONFLICT (level, index) DO NOTHING`;

const differing = `
SELECT kept.level, kept.index FROM unnest($1::smallint[], $2::bigint[]) WITH ORDINALITY AS tile (level, index, n)
JOIN ledger.ledger_tile AS kept ON (kept.level, kept.index) = (tile.level, tile.index)
WHERE kept.root <> substring($3::bytea FROM (n::int - 1) * 32 + 1 FOR 32)
  OR kept.bytes <> substring($4::bytea FROM (n::int - 1) * 8192 + 1 FOR 8192)`;

/** Writes full tiles. One that is there already must be the same. Throws LogFault `tile-differs`. */
export async function insertTiles(client: Client, tiles: readonly FullTile[]): Promise<void> {
  if (tiles.length === 0) return;
  const values = [
    tiles.map(({ level }) => level),
    tiles.map(({ index }) => index),
    Buffer.concat(tiles.map(({ root }) => root)),
    Buffer.concat(tiles.map(({ bytes }) => bytes)),
  ];
  const { rowCount } = await client.query({ name: 'tiles-insert', text: insert, values });
  if (rowCount === tiles.length) return;
  const { rows } = await client.query<{ level: number; index: string }>(differing, values);
  const [other] = rows;
  if (other) throw new LogFault('tile-differs', pathOf(other.level, Number(other.index)));
}

/** Tiles made in one go when they are made from entries that were sealed before: half a megabyte of hashes. */
const tilesAtOnce = 64;

/**
 * Makes the full tiles of the tree of the first `size` entries that are missing: those of entries sealed by a version that had no tree. They
 * follow from the entries, so two who do it at once write the same, and after a crash the next goes on. Memory: some tiles.
 */
export async function catchUpTiles(client: Client, size: number): Promise<void> {
  for (let level = 0; TILE_WIDTH ** (level + 1) <= size; level++) {
    const wanted = Math.floor(size / TILE_WIDTH ** (level + 1));
    for (let next = await countTiles(client, level); next < wanted;) {
      const until = Math.min(wanted, next + tilesAtOnce);
      const hashes = await readHashRun(client, level, next * TILE_WIDTH, until * TILE_WIDTH);
      const tiles = Array.from({ length: until - next }, (_, i) => {
        const bytes = hashes.subarray(i * TILE_WIDTH * HASH_BYTES, (i + 1) * TILE_WIDTH * HASH_BYTES);
        return { level, index: next + i, width: TILE_WIDTH, bytes, root: rootOfFullTile(bytes) };
      });
      await insertTiles(client, tiles);
      next = until;
    }
  }
}

/** Tiles are written from the left, so the last one says how many there are; that none is missing in between is the audit's to see. */
async function countTiles(client: Client, level: number): Promise<number> {
  const { rows } = await client.query<{ count: string }>({
    name: 'tiles-count',
    text: 'SELECT coalesce(max(index) + 1, 0) AS count FROM ledger.ledger_tile WHERE level = $1',
    values: [level],
  });
  return Number(rows[0]?.count ?? 0);
}

/** The growing side of the tree of the first `size` entries. Throws LogFault `tile-missing`, `tile-differs`. */
export async function readTreeEdge(client: Client, size: number): Promise<TreeEdge> {
  const tiles: Buffer[] = [];
  for (const [level, width] of edgeWidths(size).entries()) {
    const hashes = Math.floor(size / TILE_WIDTH ** level);
    tiles.push(await readHashRun(client, level, hashes - width, hashes));
  }
  return new TreeEdge(size, tiles);
}

/**
 * The hashes that tiles of a level hold, from one to just before another: at level 0 the leaves, above it the roots of the full tiles
 * below. Throws LogFault `tile-missing` when one of them is not there.
 */
async function readHashRun(client: Client, level: number, from: number, until: number): Promise<Buffer> {
  if (from === until) return Buffer.alloc(0);
  const { rows } = await client.query<{ hashes: Buffer | null }>(
    level === 0
      ? {
          name: 'tile-leaves',
          text: `SELECT string_agg(leaf_hash, '' ORDER BY index) AS hashes FROM ledger.ledger_entry WHERE index >= $1 AND index < $2`,
          values: [from, until],
        }
      : {
          name: 'tile-roots',
          text: `SELECT string_agg(root, '' ORDER BY index) AS hashes FROM ledger.ledger_tile
WHERE level = $1 AND index >= $2 AND index < $3`,
          values: [level - 1, from, until],
        },
  );
  const hashes = rows[0]?.hashes;
  if (hashes?.length !== (until - from) * HASH_BYTES) {
    throw new LogFault('tile-missing', `hashes ${from} to ${until} of level ${level}`);
  }
  return hashes;
}

/**
 * The bytes of a tile, whether it was published or not. A full one is what was written when it became full; a partial one is read from the
 * leaves. Throws LogFault `tile-missing`.
 */
export async function readTileBytes(client: Client, { level, index, width }: HashTile): Promise<Buffer> {
  if (width < TILE_WIDTH) return readHashRun(client, level, index * TILE_WIDTH, index * TILE_WIDTH + width);
  const { rows } = await client.query<{ bytes: Buffer }>({
    name: 'tile',
    text: 'SELECT bytes FROM ledger.ledger_tile WHERE level = $1 AND index = $2',
    values: [level, index],
  });
  const bytes = rows[0]?.bytes;
  if (!bytes) throw new LogFault('tile-missing', pathOf(level, index));
  return bytes;
}

/**
 * Tiles with all that follows from them, as they were read last: at most 16 KiB each. A full one never changes, nor does a partial one of
 * just this width, so one cache serves every size.
 */
export class TileCache {
  private readonly tiles: RecentlyUsed<string, TileHashes>;

  constructor(tilesMax = 1_024) {
    this.tiles = new RecentlyUsed(tilesMax);
  }

  /** What is kept of it. */
  known(tile: HashTile): TileHashes | undefined {
    return this.tiles.get(keyOf(tile));
  }

  async read(client: Client, tile: HashTile): Promise<TileHashes> {
    const read = new TileHashes(await readTileBytes(client, tile));
    this.tiles.set(keyOf(tile), read);
    return read;
  }
}

const keyOf = ({ level, index, width }: HashTile): string => `${level}/${index}/${width}`;

/** The hashes of the tree of the first `size` entries, read from its tiles. */
export class StoredHashes implements HashReader {
  constructor(
    private readonly client: Client,
    private readonly size: number,
    private readonly cache = new TileCache(64),
  ) {}

  /** Throws LogFault `position-outside` for a node that the tree does not have, `tile-missing`. */
  async readHashes(nodes: readonly TreeNode[]): Promise<Uint8Array> {
    // A handful, however many nodes there are: looked through faster than any map.
    const wanted: { readonly tile: HashTile; held: TileHashes | undefined }[] = [];
    const places = nodes.map((node) => {
      const rise = node.level % TILE_HEIGHT;
      const level = (node.level - rise) / TILE_HEIGHT;
      const index = Math.floor(node.index / 2 ** (TILE_HEIGHT - rise));
      let place = wanted.find(({ tile }) => tile.index === index && tile.level === level);
      if (!place) {
        const tile = { level, index, width: tileWidthAt(this.size, level, index) };
        if (tile.width === 0) throw new LogFault('position-outside', `node ${node.level}/${node.index}`);
        place = { tile, held: this.cache.known(tile) };
        wanted.push(place);
      }
      return { node, rise, place, inTile: node.index - index * 2 ** (TILE_HEIGHT - rise) };
    });
    const missing = wanted.filter(({ held }) => held === undefined);
    if (missing.length > 0)
      await Promise.all(missing.map(async (one) => (one.held = await this.cache.read(this.client, one.tile))));
    const hashes = new Uint8Array(nodes.length * HASH_BYTES);
    places.forEach(({ node, rise, place, inTile }, i) => {
      const hash = place.held?.at(rise, inTile);
      if (!hash) throw new LogFault('position-outside', `node ${node.level}/${node.index}`);
      hashes.set(hash, i * HASH_BYTES);
    });
    return hashes;
  }
}

const pathOf = (level: number, index: number): string => encodeTilePath({ level, index, width: TILE_WIDTH });
