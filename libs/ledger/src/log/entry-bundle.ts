import { equalBytes } from '#crypto';
import { ENTRY_MAX_BYTES, leafHash } from '../entry.js';
import { LogFault } from './faults.js';
import { hashAt, type HashReader } from './hashes.js';

const LENGTH_BYTES = 2;

/** The bytes of a bundle: of each entry its length in 16 bits, big-endian, and then itself. Throws LogFault `entries-malformed`. */
export function encodeEntryBundle(entries: readonly Uint8Array[]): Uint8Array {
  const bundle = new Uint8Array(entries.reduce((sum, { length }) => sum + LENGTH_BYTES + length, 0));
  let at = 0;
  for (const entry of entries) {
    if (entry.length > ENTRY_MAX_BYTES) throw new LogFault('entries-malformed', `an entry of ${entry.length} bytes`);
    bundle[at] = entry.length >> 8;
    bundle[at + 1] = entry.length & 0xff;
    bundle.set(entry, at + LENGTH_BYTES);
    at += LENGTH_BYTES + entry.length;
  }
  return bundle;
}

/** The entries of a bundle of this width, not copied. Nothing may be missing and nothing left over. Throws LogFault `entries-malformed`. */
export function decodeEntryBundle(bundle: Uint8Array, width: number): Uint8Array[] {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (entries.length < width) {
    const [high, low] = bundle.subarray(at, at + LENGTH_BYTES);
    if (high === undefined || low === undefined) throw new LogFault('entries-malformed', `entry ${entries.length} is missing`);
    const end = at + LENGTH_BYTES + high * 256 + low;
    if (end > bundle.length) throw new LogFault('entries-malformed', `entry ${entries.length} is cut off`);
    entries.push(bundle.subarray(at + LENGTH_BYTES, end));
    at = end;
  }
  if (at !== bundle.length) throw new LogFault('entries-malformed', `${bundle.length - at} bytes too many`);
  return entries;
}

/** Checks that entries are those of the tree from `firstIndex` on; `tree` is a reader that is believed (`TileReader`). Throws LogFault. */
export async function checkEntries(tree: HashReader, firstIndex: number, entries: readonly Uint8Array[]): Promise<void> {
  const leaves = await tree.readHashes(entries.map((_, i) => ({ level: 0, index: firstIndex + i })));
  entries.forEach((entry, i) => {
    if (!equalBytes(leafHash(entry), hashAt(leaves, i))) throw new LogFault('entries-differ', `entry ${firstIndex + i}`);
  });
}
