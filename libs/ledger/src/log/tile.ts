import { LogFault } from './faults.js';
import type { HashReader, TreeNode } from './hashes.js';
import { checkWithin } from './subtrees.js';

/** Hashes in a full tile, entries in a full bundle. */
export const TILE_WIDTH = 256;
/** Levels of the tree that one tile spans. */
export const TILE_HEIGHT = 8;

/** A run of hashes, or at level `entries` of entries, that is one file of the log. docs/formats/tiles.md. */
export interface Tile {
  /** 0 to 63: the tile's hashes are nodes of the tree at level 8·`level`. At `entries` they are the entries themselves. */
  readonly level: number | 'entries';
  readonly index: number;
  /** 1 to 256. Below 256 the tile is partial. */
  readonly width: number;
}

/** A tile of hashes. */
export interface HashTile extends Tile {
  readonly level: number;
}

/** The tile's path under the log's prefix: `tile/0/x001/x234/067`, `tile/entries/000.p/3`. Throws LogFault `tile-path-malformed`. */
export function encodeTilePath({ level, index, width }: Tile): string {
  const isLevel = level === 'entries' || isWithin(level, 0, 63);
  if (!isLevel || !isWithin(index, 0, Number.MAX_SAFE_INTEGER) || !isWithin(width, 1, TILE_WIDTH)) {
    throw new LogFault('tile-path-malformed', `${level}/${index} of width ${width}`);
  }
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g) ?? [];
  const last = groups.pop() as string;
  const path = [...groups.map((group) => `x${group}`), last].join('/');
  return `tile/${level}/${path}${width < TILE_WIDTH ? `.p/${width}` : ''}`;
}

const PATH = /^tile\/(entries|[0-9]{1,2})\/((?:x[0-9]{3}\/){0,5})([0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

/** Reads a path that came from outside. A tile has one path: whatever is spelled otherwise is refused. Throws LogFault `tile-path-malformed`. */
export function decodeTilePath(path: string): Tile {
  const [, levelText, groups = '', last = '', widthText] = PATH.exec(path) ?? [];
  const index = Number(groups.replaceAll(/[x/]/g, '') + last);
  const tile: Tile = {
    level: levelText === 'entries' ? levelText : Number(levelText),
    index,
    width: widthText === undefined ? TILE_WIDTH : Number(widthText),
  };
  // Written again, so that no leading zero, no group too many and no width of a full tile slips through.
  if (levelText === undefined || encodeTilePath(tile) !== path) throw new LogFault('tile-path-malformed');
  return tile;
}

const isWithin = (n: number, min: number, max: number): boolean => Number.isSafeInteger(n) && n >= min && n <= max;

/** The width that a tile has in a tree of this size: 256 when it is full, 0 when it is empty and so does not exist. */
export function tileWidthAt(size: number, level: number | 'entries', index: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** (level === 'entries' ? 0 : level));
  return Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH));
}

/** Whether a tree of this size has the tile, at just this width; full tiles count from the moment they are full. */
export function hasTile(size: number, { level, index, width }: Tile): boolean {
  const now = tileWidthAt(size, level, index);
  return width === TILE_WIDTH ? now === TILE_WIDTH : now === width;
}

/**
 * The hash tiles to publish when a tree grows: those that a tree of `newSize` has and one of `oldSize` had not, or had narrower. From
 * size 0: all of them. Bundles of entries are those of level 0.
 */
export function* tilesBetween(oldSize: number, newSize: number): Generator<HashTile> {
  checkWithin(newSize, Number.MAX_SAFE_INTEGER);
  checkWithin(oldSize, newSize);
  for (let level = 0; TILE_WIDTH ** level <= newSize; level++) {
    const [before, after] = [oldSize, newSize].map((size) => Math.floor(size / TILE_WIDTH ** level)) as [number, number];
    for (let index = Math.floor(before / TILE_WIDTH); index * TILE_WIDTH < after; index++) {
      const width = tileWidthAt(newSize, level, index);
      if (tileWidthAt(oldSize, level, index) < width) yield { level, index, width };
    }
  }
}

/** The nodes of the tree that a hash tile holds, in order. */
export function nodesOfTile({ level, index, width }: HashTile): TreeNode[] {
  return Array.from({ length: width }, (_, i) => ({ level: level * TILE_HEIGHT, index: index * TILE_WIDTH + i }));
}

/** The bytes of a hash tile, read from where the tree's hashes are. */
export async function readTile(reader: HashReader, tile: HashTile): Promise<Uint8Array> {
  return await reader.readHashes(nodesOfTile(tile));
}
