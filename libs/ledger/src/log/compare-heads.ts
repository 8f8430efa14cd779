import { equalBytes } from '#crypto';
import { checkConsistency } from './check.js';
import { LogFault } from './faults.js';
import type { HashReader, TreeHead } from './hashes.js';
import { proveConsistency } from './prove.js';

/** Where a head of a log stands to one that was seen before: the same, its continuation, an older one of the same history, or another history. */
export type HeadStanding = 'same' | 'continues' | 'behind' | 'forked';

export interface ComparedHeads {
  readonly standing: HeadStanding;
  /** From the smaller tree to the larger, as the larger one's hashes give it; of two trees of one size it is empty. */
  readonly proof: readonly Uint8Array[];
}

/**
 * Says where `shown` stands to `last`. `readerOf` gives the hashes of the larger tree and must believe none that does not lead to its root,
 * as `TileReader` does: then a proof that fails is a fork, and no fault of what was read. Both heads were opened by the caller. Throws
 * LogFault `tile-missing` or `tile-differs` when the larger tree cannot be read, which decides nothing.
 */
export async function compareHeads(
  last: TreeHead,
  shown: TreeHead,
  readerOf: (larger: TreeHead) => HashReader,
): Promise<ComparedHeads> {
  if (last.size === shown.size) return { standing: equalBytes(last.root, shown.root) ? 'same' : 'forked', proof: [] };
  const [older, newer] = last.size < shown.size ? [last, shown] : [shown, last];
  const reader = readerOf(newer);
  // The tiles at the edge too when no hash of them is asked for: a root without tiles is nobody's tree.
  await reader.readHashes([]);
  const proof = await proveConsistency(reader, older.size, newer.size);
  if (!isConsistent(older, newer, proof)) return { standing: 'forked', proof };
  return { standing: newer === shown ? 'continues' : 'behind', proof };
}

function isConsistent(older: TreeHead, newer: TreeHead, proof: readonly Uint8Array[]): boolean {
  try {
    checkConsistency(older, newer, proof);
    return true;
  } catch (error) {
    if (error instanceof LogFault) return false;
    throw error;
  }
}
