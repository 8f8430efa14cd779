import { equalBytes } from '#crypto';
import { LogFault, type LogFaultCode } from './faults.js';
import { EMPTY_ROOT, HASH_BYTES, nodeHash, type TreeHead } from './hashes.js';
import { checkWithin, splitOf } from './subtrees.js';

/** Checks that the leaf is in the tree, at this index. Exactly one proof fits: no hash fewer, no hash more. RFC 6962 §2.1.1. Throws LogFault. */
export function checkInclusion(leafHash: Uint8Array, index: number, tree: TreeHead, proof: readonly Uint8Array[]): void {
  checkWithin(tree.size, Number.MAX_SAFE_INTEGER);
  checkWithin(index, tree.size - 1);
  checkHashes('inclusion-wrong', [leafHash, tree.root, ...proof]);
  const turns = turnsTo(tree.size, (start, middle, end) => (end - start === 1 ? undefined : index >= middle));
  if (proof.length !== turns.length) throw new LogFault('inclusion-wrong', `${proof.length} hashes, not ${turns.length}`);
  let hash = leafHash;
  for (const sibling of proof) hash = turns.pop() ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
  if (!equalBytes(hash, tree.root)) throw new LogFault('inclusion-wrong');
}

/**
 * Checks that the newer tree begins with the older one. Exactly one proof fits; that of an empty tree, and of two trees of one size, is
 * empty. RFC 6962 §2.1.2. Throws LogFault: `position-outside` when the newer tree is the smaller one.
 */
export function checkConsistency(older: TreeHead, newer: TreeHead, proof: readonly Uint8Array[]): void {
  checkWithin(newer.size, Number.MAX_SAFE_INTEGER);
  checkWithin(older.size, newer.size);
  checkHashes('consistency-wrong', [older.root, newer.root, ...proof]);
  for (const { size, root } of [older, newer]) {
    if (size === 0 && !equalBytes(root, EMPTY_ROOT)) throw new LogFault('consistency-wrong', 'root of an empty tree');
  }
  if (older.size === 0) {
    if (proof.length > 0) throw new LogFault('consistency-wrong', 'a proof from nothing is empty');
    return;
  }
  const turns = turnsTo(newer.size, (_, middle, end) => (older.size === end ? undefined : older.size > middle));
  // Never a turn to the right: the subtree at the bottom is the old tree itself, whose root is known.
  const isWhole = !turns.includes(true);
  if (proof.length !== turns.length + (isWhole ? 0 : 1)) {
    throw new LogFault('consistency-wrong', `${proof.length} hashes, not ${turns.length + (isWhole ? 0 : 1)}`);
  }
  const rest = [...proof];
  const bottom = isWhole ? older.root : (rest.shift() as Uint8Array);
  let [oldRoot, newRoot] = [bottom, bottom];
  for (const sibling of rest) {
    if (turns.pop()) {
      oldRoot = nodeHash(sibling, oldRoot);
      newRoot = nodeHash(sibling, newRoot);
    } else {
      newRoot = nodeHash(newRoot, sibling);
    }
  }
  if (!equalBytes(oldRoot, older.root) || !equalBytes(newRoot, newer.root)) throw new LogFault('consistency-wrong');
}

/** The way down from the root of a tree, until `turn` answers undefined: whether each step goes to the right. */
function turnsTo(size: number, turn: (start: number, middle: number, end: number) => boolean | undefined): boolean[] {
  const turns: boolean[] = [];
  for (let [start, end] = [0, size]; ;) {
    const middle = end - start > 1 ? start + splitOf(end - start) : end;
    const toRight = turn(start, middle, end);
    if (toRight === undefined) return turns;
    turns.push(toRight);
    if (toRight) start = middle;
    else end = middle;
  }
}

function checkHashes(code: LogFaultCode, hashes: readonly Uint8Array[]): void {
  if (hashes.some(({ length }) => length !== HASH_BYTES)) throw new LogFault(code, 'a hash is 32 bytes');
}
