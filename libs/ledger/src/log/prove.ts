import { EMPTY_ROOT, type HashReader, type TreeNode } from './hashes.js';
import { checkWithin, coverOf, joinCover, splitOf } from './subtrees.js';

/** Root of the tree's first `size` leaves. Reads at most log₂ size hashes. */
export async function readRoot(reader: HashReader, size: number): Promise<Uint8Array> {
  checkWithin(size, Number.MAX_SAFE_INTEGER);
  if (size === 0) return EMPTY_ROOT;
  const nodes = coverOf(0, size);
  return joinCover(await reader.readHashes(nodes), 0, nodes.length);
}

/**
 * The inclusion proof of a leaf in the tree of the first `size` leaves, from the leaf's sibling up. RFC 6962 §2.1.1. Reads in one go
 * fewer than 2·log₂ size hashes. Throws LogFault `position-outside`.
 */
export async function proveInclusion(reader: HashReader, index: number, size: number): Promise<Uint8Array[]> {
  checkWithin(size, Number.MAX_SAFE_INTEGER);
  checkWithin(index, size - 1);
  const covers: TreeNode[][] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    if (index < middle) {
      covers.push(coverOf(middle, end));
      end = middle;
    } else {
      covers.push(coverOf(start, middle));
      start = middle;
    }
  }
  return readCovers(reader, covers.reverse());
}

/**
 * The proof that the tree of the first `oldSize` leaves is the beginning of that of the first `newSize`. RFC 6962 §2.1.2; of an empty
 * tree, and of two equal sizes, it is empty. Throws LogFault `position-outside`.
 */
export async function proveConsistency(reader: HashReader, oldSize: number, newSize: number): Promise<Uint8Array[]> {
  checkWithin(newSize, Number.MAX_SAFE_INTEGER);
  checkWithin(oldSize, newSize);
  if (oldSize === 0) return [];
  const covers: TreeNode[][] = [];
  let [start, end] = [0, newSize];
  while (oldSize !== end) {
    const middle = start + splitOf(end - start);
    if (oldSize <= middle) {
      covers.push(coverOf(middle, end));
      end = middle;
    } else {
      covers.push(coverOf(start, middle));
      start = middle;
    }
  }
  // The old tree itself is known to whoever checks; any other subtree that ends it is part of the proof.
  if (start > 0) covers.push(coverOf(start, end));
  return readCovers(reader, covers.reverse());
}

async function readCovers(reader: HashReader, covers: readonly TreeNode[][]): Promise<Uint8Array[]> {
  if (covers.length === 0) return [];
  const hashes = await reader.readHashes(covers.flat());
  let from = 0;
  return covers.map(({ length }) => {
    from += length;
    return joinCover(hashes, from - length, length);
  });
}
