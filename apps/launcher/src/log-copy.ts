import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeEntryBundle, encodeTilePath, TILE_WIDTH } from '#ledger';
import { Stop } from './backup-command.js';

const bundleMaxBytes = TILE_WIDTH * 65_537;

/** A copy of the log as docs/formats/log-http.md has it: a folder, or an address under which one is served. */
export class LogCopy {
  constructor(
    private readonly from: string,
    /** A reader's token, where entries are not public. */
    private readonly token: string | undefined,
  ) {}

  /** A file of it. Throws Stop `copy-unreadable`. */
  async read(path: string): Promise<Uint8Array> {
    try {
      if (!/^https?:\/\//.test(this.from)) return await readFile(join(this.from, path));
      const base = this.from.endsWith('/') ? this.from : `${this.from}/`;
      const headers: Record<string, string> = this.token === undefined ? {} : { authorization: `Bearer ${this.token}` };
      const response = await fetch(new URL(path, base), { headers, redirect: 'error', signal: AbortSignal.timeout(30_000) });
      if (response.status !== 200) throw new Error(`HTTP ${response.status}`);
      const bytes = new Uint8Array(await response.arrayBuffer());
      if (bytes.length > bundleMaxBytes) throw new Error(`${bytes.length} bytes`);
      return bytes;
    } catch (error) {
      const { message } = error as Error;
      throw new Stop('refused', 'copy-unreadable', {
        zh: `无法读取副本中的 ${path}（${message}）。`,
        en: `${path} of the copy cannot be read (${message}).`,
      });
    }
  }

  /** The entries from an index on to just before another, in order, a bundle in memory at a time. Nothing of them is checked. */
  async *entries(from: number, before: number): AsyncGenerator<Uint8Array> {
    for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < before; index++) {
      const width = Math.min(TILE_WIDTH, before - index * TILE_WIDTH);
      const bundle = await this.bundle(index, width);
      for (const [i, entry] of bundle.entries()) if (index * TILE_WIDTH + i >= from) yield entry;
    }
  }

  /** A partial bundle goes when the full one is there. */
  private async bundle(index: number, width: number): Promise<Uint8Array[]> {
    try {
      return decodeEntryBundle(await this.read(encodeTilePath({ level: 'entries', index, width })), width);
    } catch (error) {
      if (width === TILE_WIDTH || !(error instanceof Stop)) throw error;
      const full = await this.read(encodeTilePath({ level: 'entries', index, width: TILE_WIDTH })).catch(() => undefined);
      if (!full) throw error;
      return decodeEntryBundle(full, TILE_WIDTH).slice(0, width);
    }
  }
}
