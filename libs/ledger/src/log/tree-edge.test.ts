import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leafHash } from '../entry.js';
import { HASH_BYTES } from './hashes.js';
import { HashesInMemory } from './hashes-in-memory.js';
import { readRoot } from './prove.js';
import { nodesOfTile, readTile, tilesBetween, type HashTile } from './tile.js';
import { rootOfFullTile } from './tile-hashes.js';
import { edgeWidths, TreeEdge, type FullTile } from './tree-edge.js';

// One tile of level 1 becomes full, and a bit more.
const SIZE = 66_000;
const leaves = Buffer.concat(Array.from({ length: SIZE }, (_, i) => leafHash(Buffer.from(`leaf ${i}`))));
const tree = new HashesInMemory();
tree.append(leaves);
const leafAt = (index: number) => leaves.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
const nameOf = ({ level, index }: HashTile) => `${level}/${index}`;

/** The edge of a tree of this size, from the tiles as anybody can read them. */
async function edgeAt(size: number): Promise<TreeEdge> {
  const tiles = edgeWidths(size).map(async (width, level) => {
    const hashes = Math.floor(size / 256 ** level);
    return width === 0 ? new Uint8Array(0) : readTile(tree, { level, index: Math.floor(hashes / 256), width });
  });
  return new TreeEdge(size, await Promise.all(tiles));
}

test('a tree that grows leaf by leaf hands out each full tile once, with its root, and says the root', async () => {
  const edge = new TreeEdge(0, []);
  const full: FullTile[] = [];
  for (let i = 0; i < SIZE; i++) edge.append(leafAt(i), (tile) => full.push(tile));
  const expected = [...tilesBetween(0, SIZE)].filter(({ width }) => width === 256);
  assert.deepEqual(full.map(nameOf).sort(), expected.map(nameOf).sort());
  for (const tile of full) {
    assert.deepEqual(Buffer.from(tile.bytes), Buffer.from(tree.readHashes(nodesOfTile(tile))), nameOf(tile));
    assert.deepEqual(Buffer.from(tile.root), Buffer.from(rootOfFullTile(tile.bytes)), nameOf(tile));
  }
  assert.deepEqual([edge.size, Buffer.from(edge.root())], [SIZE, Buffer.from(await readRoot(tree, SIZE))]);
});

test('taken up again from its partial tiles at any size, it goes on as if it had never stopped', async () => {
  for (const size of [0, 1, 2, 255, 256, 257, 511, 512, 1000, 65_279, 65_280, 65_535, 65_536, 65_537, 65_792, 65_900]) {
    const edge = await edgeAt(size);
    assert.deepEqual(Buffer.from(edge.root()), Buffer.from(await readRoot(tree, size)), `root at ${size}`);
    const full: FullTile[] = [];
    const until = Math.min(SIZE, size + 300);
    for (let i = size; i < until; i++) edge.append(leafAt(i), (tile) => full.push(tile));
    assert.deepEqual(Buffer.from(edge.root()), Buffer.from(await readRoot(tree, until)), `root at ${until}`);
    const expected = [...tilesBetween(size, until)].filter(({ width }) => width === 256);
    assert.deepEqual(full.map(nameOf).sort(), expected.map(nameOf).sort(), `tiles from ${size}`);
    for (const tile of full) assert.deepEqual(Buffer.from(tile.bytes), Buffer.from(tree.readHashes(nodesOfTile(tile))));
  }
});

test('tiles that do not fit the size are refused', async () => {
  assert.throws(() => new TreeEdge(3, []), { code: 'tile-differs' });
  assert.throws(() => new TreeEdge(3, [leaves.subarray(0, 64)]), { code: 'tile-differs' });
  assert.throws(() => new TreeEdge(256, [new Uint8Array(0)]), { code: 'tile-differs' });
});
