import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leafHash } from '../entry.js';
import { checkConsistency } from './check.js';
import { compareHeads, type HeadStanding } from './compare-heads.js';
import { LogFault } from './faults.js';
import { HashesInMemory } from './hashes-in-memory.js';
import type { TreeHead } from './hashes.js';
import { readRoot } from './prove.js';
import { readTile, type HashTile } from './tile.js';
import { TileReader } from './tile-reader.js';

/** A log whose entry `other` is not the one of the honest log. */
async function logOf(size: number, other = -1) {
  const tree = new HashesInMemory();
  for (let i = 0; i < size; i++) tree.append(leafHash(Buffer.from(i === other ? 'another' : `entry ${i}`)));
  const headAt = async (at: number): Promise<TreeHead> => ({ size: at, root: await readRoot(tree, at) });
  return { headAt, readerOf: (head: TreeHead) => new TileReader(head, (tile: HashTile) => readTile(tree, tile)) };
}

test('a head is the same, goes on, is behind or belongs to another history, whatever the sizes', async () => {
  const honest = await logOf(600);
  for (const [from, to] of [
    [0, 5],
    [1, 600],
    [255, 256],
    [256, 257],
    [300, 600],
  ] as const) {
    const [older, newer] = [await honest.headAt(from), await honest.headAt(to)];
    const ahead = await compareHeads(older, newer, honest.readerOf);
    assert.equal(ahead.standing, 'continues');
    checkConsistency(older, newer, ahead.proof);
    assert.equal((await compareHeads(newer, older, honest.readerOf)).standing, 'behind');
    assert.equal((await compareHeads(newer, newer, honest.readerOf)).standing, 'same');
    if (from === 0) continue;
    const lying = await logOf(600, from - 1);
    const forks: [TreeHead, TreeHead, HeadStanding][] = [
      [older, await lying.headAt(to), 'forked'],
      [older, await lying.headAt(from), 'forked'],
      [await lying.headAt(to), older, 'forked'],
    ];
    for (const [last, shown, standing] of forks)
      assert.equal((await compareHeads(last, shown, lying.readerOf)).standing, standing, `${from} ${to}`);
  }
});

test('tiles that do not lead to the larger root decide nothing: they are thrown', async () => {
  const [honest, lying] = [await logOf(600), await logOf(600, 3)];
  const [older, newer] = [await honest.headAt(300), await honest.headAt(600)];
  await assert.rejects(
    compareHeads(older, newer, lying.readerOf),
    (error: unknown) => error instanceof LogFault && error.code === 'tile-differs',
  );
  const none = (head: TreeHead) => new TileReader(head, () => Promise.resolve(undefined));
  await assert.rejects(
    compareHeads(older, newer, none),
    (error: unknown) => error instanceof LogFault && error.code === 'tile-missing',
  );
});
