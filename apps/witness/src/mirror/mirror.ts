import { utf8Bytes } from '#crypto';
import {
  checkEntries,
  decodeCheckpoint,
  decodeEntryBundle,
  decodeNote,
  encodeLogProof,
  encodeNote,
  encodeTilePath,
  exportLine,
  LedgerFault,
  LOG,
  LogFault,
  proveInclusion,
  readTile,
  TILE_WIDTH,
  TileReader,
  tilesBetween,
  withSignaturesOf,
  type TreeHead,
  type TrustRoot,
  type WalkedEntry,
} from '#ledger';
import type { LogFiles } from '../fetch-log.js';
import type { MirrorCopy } from './copy.js';
import { walkCopy, type EntryCheck } from './walk-copy.js';

const TILE_BYTES = 8_192;
/** 256 entries of the greatest length. */
const BUNDLE_BYTES = TILE_WIDTH * (2 + 65_535);

/** What a mirror cannot take in. `entry`: it is in the tree that the log signed, and no rule allows it. `entries`: they are not shown. */
export class MirrorAlarm extends Error {
  override readonly name = 'MirrorAlarm';

  constructor(
    readonly kind: 'entry' | 'entries',
    /** What was fetched or made, by the path under which evidence keeps it. */
    readonly files: ReadonlyMap<string, Uint8Array>,
    readonly fault: LedgerFault | LogFault,
  ) {
    super(fault.message, { cause: fault });
  }
}

/** A checkpoint that the copy is to be that of. */
export interface MirroredHead extends TreeHead {
  /** The signed note, with every cosignature known. */
  readonly note: string;
}

/**
 * Keeps a whole copy of a log, entries included, and judges every entry before it is kept. Memory: the states that the entries lead to.
 * They are not kept on the disk: a start reads the copy from its beginning.
 */
export class Mirror {
  private constructor(
    readonly copy: MirrorCopy,
    private readonly check: EntryCheck,
    private readonly keyLines: Uint8Array[],
  ) {}

  /** Reads what is there. Throws Stop `file` when the copy is damaged. */
  static async open(copy: MirrorCopy, root: TrustRoot): Promise<Mirror> {
    const keyLines: Uint8Array[] = [];
    const check = await walkCopy(copy, root, (walked, bytes) => {
      if (isAboutKeys(walked, root)) keyLines.push(exportLine(bytes));
    });
    return new Mirror(copy, check, keyLines);
  }

  /** The entries that show the log's keys: all of them, for no entry was left out here. */
  get keyEntries(): Buffer {
    return Buffer.concat(this.keyLines);
  }

  /** Entries judged; the copy may be a bundle or so behind them while it is brought up. */
  get size(): number {
    return this.check.walk.size;
  }

  /**
   * Brings the copy up to a checkpoint of the history that this witness cosigned. Of the one that it has already it takes what
   * cosignatures came since. Throws MirrorAlarm; Stop `unreachable` when the log cannot be read: what was taken in stays, and the next
   * call goes on from there.
   */
  async bringUp(last: MirroredHead, files: LogFiles): Promise<void> {
    const note = this.copy.checkpoint();
    const held = note ? decodeCheckpoint(decodeNote(note).text).size : 0;
    if (note && last.size === held) {
      const whole = encodeNote(withSignaturesOf(decodeNote(note), decodeNote(utf8Bytes(last.note))));
      if (whole !== note.toString('utf8')) this.copy.finish(whole, this.keyEntries);
    }
    if (last.size <= held) return;
    const fetched = new Map<string, Uint8Array>();
    const tree = new TileReader(last, async (tile) => {
      const bytes = await files.fetch(encodeTilePath(tile), TILE_BYTES);
      if (bytes) fetched.set(encodeTilePath(tile), bytes);
      // Evidence of one bundle needs the tiles above it and no more.
      if (fetched.size > 64) fetched.delete(fetched.keys().next().value as string);
      return bytes;
    });
    // From the bundle of the last entry judged on: it may have been wider since, or not kept.
    for (let index = Math.floor(Math.max(0, this.size - 1) / TILE_WIDTH); index * TILE_WIDTH < last.size; index++) {
      const width = Math.min(TILE_WIDTH, last.size - index * TILE_WIDTH);
      const bundle = await this.takeIn(index, width, tree, files, fetched, last);
      this.copy.keepTile({ level: 'entries', index, width }, bundle);
    }
    try {
      for (const tile of tilesBetween(held, last.size)) this.copy.keepTile(tile, await readTile(tree, tile));
    } catch (error) {
      if (error instanceof LogFault) throw new MirrorAlarm('entries', fetched, error);
      throw error;
    }
    this.copy.finish(last.note, this.keyEntries);
  }

  /** Fetches a bundle, finds it in the tree, judges what is new in it; answers its bytes. */
  private async takeIn(
    index: number,
    width: number,
    tree: TileReader,
    files: LogFiles,
    fetched: Map<string, Uint8Array>,
    last: MirroredHead,
  ): Promise<Uint8Array> {
    const first = index * TILE_WIDTH;
    const path = encodeTilePath({ level: 'entries', index, width });
    let entries: Uint8Array[];
    let bundle: Uint8Array | undefined;
    try {
      bundle = await files.fetch(path, BUNDLE_BYTES);
      if (!bundle && width < TILE_WIDTH) {
        const full = await files.fetch(encodeTilePath({ level: 'entries', index, width: TILE_WIDTH }), BUNDLE_BYTES);
        bundle = full && beginningOf(full, width);
      }
      if (!bundle) throw new LogFault('tile-missing', path);
      entries = decodeEntryBundle(bundle, width);
      await checkEntries(tree, first, entries);
    } catch (error) {
      if (!(error instanceof LogFault)) throw error;
      throw new MirrorAlarm('entries', bundle ? new Map([...fetched, [path, bundle]]) : fetched, error);
    }
    for (const bytes of entries.slice(this.size - first)) {
      try {
        const walked = this.check.step(bytes);
        if (isAboutKeys(walked, this.check.root)) this.keyLines.push(exportLine(bytes));
      } catch (error) {
        if (!(error instanceof LedgerFault)) throw error;
        // The walk counts an entry before it judges it.
        const at = this.size - 1;
        const hashes = await proveInclusion(tree, at, last.size);
        const proof = utf8Bytes(encodeLogProof({ index: at, hashes, checkpoint: last.note }));
        const evidence: [string, Uint8Array][] = [
          ['entry.json', bytes],
          ['entry.tlog-proof', proof],
          [path, bundle],
        ];
        throw new MirrorAlarm('entry', new Map([...fetched, ...evidence]), error);
      }
    }
    return bundle;
  }
}

/** Whether an entry is one of those that `keys` of the log holds (docs/formats/log-http.md). */
function isAboutKeys({ entry: { index, statement } }: WalkedEntry, { competent }: TrustRoot): boolean {
  if (statement.type !== 'key.admitted' && statement.type !== 'key.ended') return index === 0;
  return [LOG, competent.department].includes(statement.body.department);
}

/** The first entries of a full bundle, as a bundle. */
function beginningOf(bundle: Uint8Array, width: number): Uint8Array {
  const entries = decodeEntryBundle(bundle, TILE_WIDTH).slice(0, width);
  return bundle.subarray(
    0,
    entries.reduce((sum, { length }) => sum + 2 + length, 0),
  );
}
