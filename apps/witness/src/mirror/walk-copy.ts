import {
  checkEntries,
  decodeCheckpoint,
  decodeEntryBundle,
  decodeNote,
  isSameLedger,
  LedgerFault,
  LedgerWalk,
  LogFault,
  openCheckpoint,
  TILE_WIDTH,
  TileReader,
  trustRootOf,
  type TrustRoot,
  verifierKeysOfLog,
  type WalkedEntry,
} from '#ledger';
import { foldRights } from '#rights';
import { Stop } from '../stop.js';
import type { MirrorCopy } from './copy.js';

/** Judges entries as the sealer and every verifier do, from entry 0 on. */
export class EntryCheck {
  readonly walk: LedgerWalk;

  constructor(readonly root: TrustRoot) {
    this.walk = new LedgerWalk({ origin: root.origin, folds: [foldRights], signatures: 'signatures' });
  }

  /** Takes in the next entry. Throws LedgerFault; nothing more can be taken in then. */
  step(bytes: Uint8Array): WalkedEntry {
    if (this.walk.size === 0 && !statesRoot(bytes, this.root)) throw new LedgerFault('trust-root-differs', 0);
    return this.walk.step(bytes);
  }
}

function statesRoot(entry0: Uint8Array, root: TrustRoot): boolean {
  try {
    return isSameLedger(trustRootOf(entry0), root);
  } catch {
    return false;
  }
}

/**
 * Reads a copy from its beginning, each entry found in the tree of its checkpoint and judged anew: what is kept on one's own disk is
 * believed as little as what comes over the line. Answers what the entries lead to; empty where there is no copy yet. Throws Stop `file`.
 */
export async function walkCopy(
  copy: MirrorCopy,
  root: TrustRoot,
  onEntry?: (walked: WalkedEntry, bytes: Uint8Array, walk: LedgerWalk) => void,
): Promise<EntryCheck> {
  const check = new EntryCheck(root);
  const note = copy.checkpoint();
  if (!note) return check;
  try {
    const head = decodeCheckpoint(decodeNote(note).text);
    const tree = new TileReader(head, async (tile) => copy.tile(tile));
    for (let index = 0; index * TILE_WIDTH < head.size; index++) {
      const width = Math.min(TILE_WIDTH, head.size - index * TILE_WIDTH);
      const bundle = copy.tile({ level: 'entries', index, width });
      if (!bundle) throw new LogFault('tile-missing', `entries ${index}`);
      const entries = decodeEntryBundle(bundle, width);
      await checkEntries(tree, index * TILE_WIDTH, entries);
      for (const bytes of entries) {
        const walked = check.step(bytes);
        onEntry?.(walked, bytes, check.walk);
      }
    }
    // Last, for the entries tell whose signature it takes.
    openCheckpoint(note, root.origin, verifierKeysOfLog(root.origin, check.walk.states));
    return check;
  } catch (error) {
    if (!(error instanceof LogFault) && !(error instanceof LedgerFault)) throw error;
    throw new Stop(
      'file',
      {
        zh: `${copy.folder} 中的镜像已损坏：${error.sentence('zh')}删去该目录即可重新取得。`,
        en: `The mirror in ${copy.folder} is damaged: ${error.sentence('en')} Remove the folder to fetch it anew.`,
      },
      { cause: error },
    );
  }
}
