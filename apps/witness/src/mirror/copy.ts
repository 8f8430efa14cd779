import { encodeTilePath, TILE_WIDTH, type Tile } from '#ledger';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { replaceFile, syncFolder } from '../durable.js';
import { fileStop } from '../stop.js';

/**
 * A whole copy of a log on the disk, as the files of C2SP tlog-tiles, entries included: any web server could hand them out. Each file
 * appears whole, and the checkpoint last, when all that it promises is on the disk; a crash leaves files that no checkpoint names yet, and
 * they are written again.
 */
export class MirrorCopy {
  private readonly touched = new Set<string>();
  /** Full tiles kept since the last checkpoint: their partial ones are not needed after the next. */
  private readonly full = new Set<string>();

  constructor(readonly folder: string) {}

  /** The checkpoint up to which the copy is whole; undefined before the first. Throws Stop. */
  checkpoint(): Buffer | undefined {
    return this.readFile('checkpoint');
  }

  /** The entries that show the log's keys, as far as that checkpoint; undefined before the first. Throws Stop. */
  keys(): Buffer | undefined {
    return this.readFile('keys');
  }

  /** A tile or a bundle; undefined when the copy has none of just this width. Throws Stop. */
  tile(tile: Tile): Buffer | undefined {
    return this.readFile(encodeTilePath(tile));
  }

  /** Keeps a tile or a bundle, in place of one that a crash left. Throws Stop. */
  keepTile(tile: Tile, bytes: Uint8Array): void {
    this.writeFile(encodeTilePath(tile), bytes);
    if (tile.width === TILE_WIDTH) this.full.add(encodeTilePath(tile));
  }

  /** From here on the copy is that of this checkpoint, and `keys` show who signed it. Throws Stop: it is that of the one before. */
  finish(note: string, keys: Uint8Array): void {
    try {
      this.writeFile('keys', keys);
      for (const folder of this.touched) syncFolder(folder);
      this.touched.clear();
      this.writeFile('checkpoint', note);
      syncFolder(this.folder);
      // Readers of older checkpoints take the full tile from now on.
      for (const path of this.full) rmSync(join(this.folder, `${path}.p`), { recursive: true, force: true });
      this.full.clear();
    } catch (error) {
      throw fileStop(error, this.folder);
    }
  }

  private readFile(path: string): Buffer | undefined {
    try {
      return readFileSync(join(this.folder, path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw fileStop(error, join(this.folder, path));
    }
  }

  private writeFile(path: string, content: string | Uint8Array): void {
    const target = join(this.folder, path);
    try {
      this.makeFolder(dirname(target));
    } catch (error) {
      throw fileStop(error, target);
    }
    replaceFile(target, content);
  }

  /** Makes a folder; its name and those above it must be on the disk before the checkpoint is. */
  private makeFolder(path: string): void {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const above = dirname(dirname(this.folder));
    for (let at = path; at.length >= above.length && !this.touched.has(at); at = dirname(at)) this.touched.add(at);
  }
}
