import { refuse } from '#contracts';
import {
  encodeEntryBundle,
  encodeLogProof,
  proveInclusion,
  TILE_WIDTH,
  type HashTile,
  type SignedCheckpoint,
  type Tile,
} from '#ledger';
import type pg from 'pg';
import { hasCheckpointWithin, readLastCheckpoint } from './checkpoints.js';
import { hasWitnessedWithin, readCosignatures, readLastWitnessed } from '../witnesses/witnessed.js';
import { readKeyEntries } from './log-keys.js';
import { readEntries } from './read.js';
import { readTileBytes, StoredHashes, TileCache } from './tiles.js';

/** A note as the world may see it, and the size that it states. */
export type PublishedCheckpoint = Pick<SignedCheckpoint, 'size' | 'note'>;

/** 64 MiB at most: the tiles of a million entries. To read and hash one again costs more than all else of a proof. */
const TILES_KEPT = 4_096;
/** `/log/checkpoint` may be a second old at a reader, too. */
const RECENT_MS = 250;

/**
 * The log as the world may see it: what the checkpoints published, and nothing beyond the last one. A partial tile exists for the sizes
 * that have a checkpoint; it stays, also when the full one is there.
 */
export class PublishedLog {
  private readonly cache = new TileCache(TILES_KEPT);
  private recent: { readonly checkpoint: PublishedCheckpoint; readonly untilMs: number } | undefined;

  /** `witnessed`: nothing is published before witnesses cosigned it, as the policy asks. */
  constructor(
    private readonly pool: pg.Pool,
    private readonly published: 'signed' | 'witnessed' = 'signed',
  ) {}

  /** The last one that is published, with all cosignatures that came by now; undefined before the first. */
  async checkpoint(): Promise<PublishedCheckpoint | undefined> {
    const read = this.published === 'witnessed' ? readLastWitnessed : readLastCheckpoint;
    const last = await read(this.pool);
    if (!last) return undefined;
    const lines = (await readCosignatures(this.pool, last.size)).values();
    const late = [...lines].map((line) => `${line}\n`).filter((line) => !last.note.includes(`\n${line}`));
    return { size: last.size, note: last.note + late.join('') };
  }

  /** The bytes of a tile of hashes; undefined when no checkpoint published it. */
  async tile(tile: HashTile): Promise<Buffer | undefined> {
    return (await this.isPublished(tile)) ? readTileBytes(this.pool, tile) : undefined;
  }

  /** The bundle of the entries of a tile of level 0; undefined when no checkpoint published them. Throws Refusal `ledger-damaged`. */
  async entries({ index, width }: Pick<Tile, 'index' | 'width'>): Promise<Uint8Array | undefined> {
    if (!(await this.isPublished({ level: 0, index, width }))) return undefined;
    const entries: Buffer[] = [];
    const from = index * TILE_WIDTH;
    for await (const { bytes } of readEntries(this.pool, from, from + width)) entries.push(bytes);
    if (entries.length !== width) throw refuse('ledger-damaged', { reason: `${from}–${from + width - 1}` });
    return encodeEntryBundle(entries);
  }

  /** The proof, with the last checkpoint or one that was it a moment ago, that an entry is in the log (docs/formats/log-proof.md); undefined when it is not published yet. */
  async proof(index: number): Promise<string | undefined> {
    const checkpoint = await this.checkpointWith(index);
    if (!checkpoint) return undefined;
    const reader = new StoredHashes(this.pool, checkpoint.size, this.cache);
    const hashes = await proveInclusion(reader, index, checkpoint.size);
    return encodeLogProof({ index, hashes, checkpoint: checkpoint.note });
  }

  /** A checkpoint that was the last one a moment ago, unless only a newer one covers the entry. */
  private async checkpointWith(index: number): Promise<PublishedCheckpoint | undefined> {
    const { recent } = this;
    if (recent && index < recent.checkpoint.size && performance.now() < recent.untilMs) return recent.checkpoint;
    const checkpoint = await this.checkpoint();
    this.recent = checkpoint && { checkpoint, untilMs: performance.now() + RECENT_MS };
    return checkpoint && index < checkpoint.size ? checkpoint : undefined;
  }

  /** The entries that show the log's keys (docs/formats/log-http.md); empty before set-up. */
  keys(): Promise<Buffer> {
    return readKeyEntries(this.pool);
  }

  /** Whether a tile has just this width in the tree of a checkpoint; a full one: in any tree from the size on at which it is full. */
  private async isPublished({ level, index, width }: HashTile): Promise<boolean> {
    const leavesOfHash = TILE_WIDTH ** level;
    const from = (index * TILE_WIDTH + width) * leavesOfHash;
    // Also what is beyond any number that a tree can have.
    if (from > Number.MAX_SAFE_INTEGER) return false;
    const before = width === TILE_WIDTH ? undefined : from + leavesOfHash;
    return this.published === 'witnessed'
      ? hasWitnessedWithin(this.pool, from, before)
      : hasCheckpointWithin(this.pool, from, before);
  }
}
