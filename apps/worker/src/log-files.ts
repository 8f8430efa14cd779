import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { decodeCheckpoint, decodeNote, encodeTilePath, TILE_WIDTH, tilesBetween, type HashTile } from '#ledger';
import type { PublishedLog } from '#postgres';

/**
 * Writes the published log as files that any web server can serve as `/log/`. Each file appears whole, and the checkpoint last: whoever
 * reads it finds every tile that it needs. One process at a time may write a folder.
 */
export class LogFiles {
  constructor(
    private readonly log: PublishedLog,
    private readonly folder: string,
    /** Whether entries go there, too: only where they are everybody's. */
    private readonly withEntries: boolean,
  ) {}

  /** Brings the folder up to the last checkpoint; answers its size. Throws when the folder holds another log. */
  async write(): Promise<number | undefined> {
    const checkpoint = await this.log.checkpoint();
    if (!checkpoint) return undefined;
    const { origin } = decodeCheckpoint(decodeNote(Buffer.from(checkpoint.note)).text);
    const { size: held } = await this.held(origin);
    if (held > checkpoint.size) {
      throw new Error(`${this.folder} holds the log up to ${held}, and the database up to ${checkpoint.size}: an old backup?`);
    }
    const entries = join(this.folder, 'tile/entries');
    const entriesHeld = existsSync(entries) ? held : 0;
    // Written while they were everybody's, and they are not any more.
    if (!this.withEntries) await rm(entries, { recursive: true, force: true });
    for (const tile of tilesBetween(held, checkpoint.size)) {
      await this.writeTile(tile, await this.log.tile(tile));
    }
    if (this.withEntries) {
      for (const tile of tilesBetween(entriesHeld, checkpoint.size)) {
        if (tile.level === 0) await this.writeTile({ ...tile, level: 'entries' }, await this.log.entries(tile));
      }
    }
    await writeWhole(join(this.folder, 'keys'), await this.log.keys());
    // Looked at again, as late as can be: a writer that slept while another went on must not take the checkpoint back, nor a cosignature.
    const { size, note } = await this.held(origin);
    const isNewer = size < checkpoint.size || (size === checkpoint.size && note.length < checkpoint.note.length);
    if (isNewer) await writeWhole(join(this.folder, 'checkpoint'), checkpoint.note);
    return checkpoint.size;
  }

  private async writeTile(
    tile: Omit<HashTile, 'level'> & { level: number | 'entries' },
    bytes: Uint8Array | undefined,
  ): Promise<void> {
    const path = encodeTilePath(tile);
    if (!bytes) throw new Error(`${path} is not published`);
    await writeWhole(join(this.folder, path), bytes);
    // Readers of older checkpoints take the full tile from now on.
    if (tile.width === TILE_WIDTH) await rm(join(this.folder, `${path}.p`), { recursive: true, force: true });
  }

  /** Up to which size the folder is complete, and the note that says so. */
  private async held(origin: string): Promise<{ readonly size: number; readonly note: string }> {
    let note: Buffer;
    try {
      note = await readFile(join(this.folder, 'checkpoint'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { size: 0, note: '' };
      throw error;
    }
    const held = decodeCheckpoint(decodeNote(note).text);
    if (held.origin !== origin) throw new Error(`${this.folder} holds the log ${held.origin}, not ${origin}`);
    return { size: held.size, note: note.toString('utf8') };
  }
}

/** Durable before it can be seen under its name. */
async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const beside = `${path}.${process.pid}.part`;
  const file = await open(beside, 'w', 0o644);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}
