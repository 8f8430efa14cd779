import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { leafHash } from '../entry.js';
import { checkEntries, decodeEntryBundle, encodeEntryBundle } from './entry-bundle.js';
import type { LogFaultCode } from './faults.js';
import { EMPTY_ROOT, type TreeHead, type TreeNode } from './hashes.js';
import { HashesInMemory } from './hashes-in-memory.js';
import { proveConsistency, proveInclusion, readRoot } from './prove.js';
import { rootOfFullTile, TileHashes } from './tile-hashes.js';
import { TileReader, type FetchTile } from './tile-reader.js';
import { decodeTilePath, encodeTilePath, hasTile, readTile, tilesBetween, tileWidthAt, type Tile } from './tile.js';

const refuses = (run: () => unknown, code: LogFaultCode, what?: string) =>
  assert.throws(run, (error: { name: string; code: string }) => error.name === 'LogFault' && error.code === code, what);

describe('paths of tiles', () => {
  const cases: [path: string, tile: Tile][] = [
    ['tile/0/000', { level: 0, index: 0, width: 256 }],
    ['tile/0/000.p/1', { level: 0, index: 0, width: 1 }],
    ['tile/0/x001/x234/067', { level: 0, index: 1_234_067, width: 256 }],
    ['tile/0/x001/x234/067.p/255', { level: 0, index: 1_234_067, width: 255 }],
    ['tile/5/x123/x456/078.p/2', { level: 5, index: 123_456_078, width: 2 }],
    ['tile/63/999', { level: 63, index: 999, width: 256 }],
    ['tile/1/x001/000', { level: 1, index: 1_000, width: 256 }],
    ['tile/entries/x003/x057/500', { level: 'entries', index: 3_057_500, width: 256 }],
    ['tile/entries/000.p/112', { level: 'entries', index: 0, width: 112 }],
    ['tile/0/x009/x007/x199/x254/x740/991', { level: 0, index: Number.MAX_SAFE_INTEGER, width: 256 }],
  ];

  it('are written and read as C2SP and Go give them', () => {
    for (const [path, tile] of cases) {
      assert.equal(encodeTilePath(tile), path);
      assert.deepEqual(decodeTilePath(path), tile);
    }
  });

  it('come back for every tile', () => {
    const tile = fc.record<Tile>(
      {
        level: fc.oneof(fc.constant('entries' as const), fc.nat(63)),
        index: fc.maxSafeNat(),
        width: fc.integer({ min: 1, max: 256 }),
      },
      { noNullPrototype: true },
    );
    fc.assert(fc.property(tile, (one) => assert.deepEqual(decodeTilePath(encodeTilePath(one)), one)));
  });

  it('in any other spelling are refused', () => {
    const bad = [
      '',
      'tile',
      'tile/',
      'tile/0',
      'tile/0/',
      '/tile/0/000',
      'tile/0/000/',
      'tile//0/000',
      'tile/64/000',
      'tile/00/000',
      'tile/01/000',
      'tile/-1/000',
      'tile/+1/000',
      'tile/8/0/000',
      'tile/data/000',
      'tile/Entries/000',
      'tile/0/0',
      'tile/0/00',
      'tile/0/0000',
      'tile/0/1234067',
      'tile/0/001/234/067',
      'tile/0/x001/234/067',
      'tile/0/x001/x234/x067',
      'tile/0/x1/x234/067',
      'tile/0/x000/000',
      'tile/0/x000/x234/067',
      'tile/0/X001/234',
      'tile/0/x001//067',
      'tile/0/x001/../067',
      'tile/0/../0/000',
      'tile/0/..%2f000',
      'tile/0/000.p',
      'tile/0/000.p/',
      'tile/0/000.p/0',
      'tile/0/000.p/01',
      'tile/0/000.p/256',
      'tile/0/000.p/300',
      'tile/0/000.p/1000',
      'tile/0/000.p/1/',
      'tile/0/000.p/-1',
      'tile/0/000.p/1.p/1',
      'tile/0/x001.p/1/067',
      'tile/0/000\n',
      'tile/0/000 ',
      'tile/0/٠٠٠',
      'tile/0/000?x=1',
      'tile/0/000%00',
      'tile/0/x009/x007/x199/x254/x740/992',
      'tile/0/x999/x999/x999/x999/x999/999',
      'tile/0/x001/x000/x000/x000/x000/x000/000',
      'tile/entries/0/000',
      'tile/entries',
      'TILE/0/000',
    ];
    for (const path of bad) refuses(() => decodeTilePath(path), 'tile-path-malformed', path);
    for (const tile of [
      { level: 64, index: 0, width: 1 },
      { level: -1, index: 0, width: 1 },
      { level: 0.5, index: 0, width: 1 },
      { level: 0, index: -1, width: 1 },
      { level: 0, index: 2 ** 53, width: 1 },
      { level: 0, index: 0, width: 0 },
      { level: 0, index: 0, width: 257 },
      { level: 0, index: 0, width: 1.5 },
      { level: 'leaves' as 'entries', index: 0, width: 1 },
    ]) {
      refuses(() => encodeTilePath(tile), 'tile-path-malformed', JSON.stringify(tile));
    }
  });
});

describe('which tiles there are', () => {
  /** As the specification counts them: full tiles and the width of the partial one, level by level. */
  const counted = (size: number) => {
    const levels: [full: number, partial: number][] = [];
    for (let hashes = size; hashes > 0; hashes = Math.floor(hashes / 256)) levels.push([Math.floor(hashes / 256), hashes % 256]);
    return levels;
  };
  const countedIn = (tiles: Iterable<{ level: number; width: number }>) => {
    const levels: [full: number, partial: number][] = [];
    for (const { level, width } of tiles) {
      const at = (levels[level] ??= [0, 0]);
      if (width === 256) at[0]++;
      else at[1] = width;
    }
    return levels;
  };

  it('at the sizes that C2SP works out', () => {
    assert.deepEqual(countedIn(tilesBetween(0, 70_000)), [
      [273, 112],
      [1, 17],
      [0, 1],
    ]);
    assert.deepEqual(
      [...tilesBetween(0, 256)],
      [
        { level: 0, index: 0, width: 256 },
        { level: 1, index: 0, width: 1 },
      ],
    );
    assert.deepEqual([...tilesBetween(0, 0)], []);
    assert.equal(tileWidthAt(70_000, 'entries', 273), 112);
    assert.equal(tileWidthAt(70_000, 1, 1), 17);
    assert.equal(tileWidthAt(70_000, 3, 0), 0);
  });

  it('at any size, and between any two exactly what is new or wider', () => {
    const size = fc.oneof(fc.nat(3_000), fc.integer({ min: 65_000, max: 66_500 }), fc.nat(200_000));
    fc.assert(
      fc.property(size, size, (a, b) => {
        const [old, now] = [Math.min(a, b), Math.max(a, b)];
        assert.deepEqual(countedIn(tilesBetween(0, now)), counted(now));
        const before = new Set([...tilesBetween(0, old)].map(encodeTilePath));
        const wanted = [...tilesBetween(0, now)].map(encodeTilePath).filter((path) => !before.has(path));
        assert.deepEqual([...tilesBetween(old, now)].map(encodeTilePath), wanted);
        for (const tile of tilesBetween(old, now)) assert.ok(hasTile(now, tile));
      }),
      { numRuns: 60 },
    );
    assert.ok(!hasTile(300, { level: 0, index: 1, width: 43 }) && hasTile(300, { level: 0, index: 1, width: 44 }));
    assert.ok(!hasTile(300, { level: 0, index: 1, width: 256 }) && hasTile(300, { level: 0, index: 0, width: 256 }));
    assert.ok(!hasTile(256, { level: 0, index: 1, width: 1 }) && !hasTile(255, { level: 1, index: 0, width: 1 }));
    assert.ok(hasTile(300, { level: 'entries', index: 1, width: 44 }) && !hasTile(300, { level: 2, index: 0, width: 1 }));
    refuses(() => [...tilesBetween(2, 1)], 'position-outside');
    refuses(() => [...tilesBetween(0, 2 ** 53)], 'position-outside');
  });
});

describe('entry bundles', () => {
  const entries = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 });

  it('come back, and no byte may be missing or too many', () => {
    fc.assert(
      fc.property(entries, fc.nat(), (list, n) => {
        const bundle = encodeEntryBundle(list);
        assert.deepEqual(
          decodeEntryBundle(bundle, list.length).map((entry) => Buffer.from(entry)),
          list.map((entry) => Buffer.from(entry)),
        );
        refuses(() => decodeEntryBundle(bundle, list.length + 1), 'entries-malformed');
        if (list.length > 0) {
          refuses(() => decodeEntryBundle(bundle, list.length - 1), 'entries-malformed');
          refuses(() => decodeEntryBundle(bundle.subarray(0, n % bundle.length), list.length), 'entries-malformed');
        }
        refuses(() => decodeEntryBundle(Buffer.concat([bundle, Buffer.of(0)]), list.length), 'entries-malformed');
      }),
    );
  });

  it('hold entries of at most 65,535 bytes, lengths big-endian', () => {
    assert.deepEqual(Buffer.from(encodeEntryBundle([Buffer.alloc(258, 9)]).subarray(0, 3)), Buffer.of(1, 2, 9));
    assert.equal(decodeEntryBundle(encodeEntryBundle([Buffer.alloc(65_535)]), 1)[0]?.length, 65_535);
    refuses(() => encodeEntryBundle([Buffer.alloc(65_536)]), 'entries-malformed');
  });
});

// ── reading a tree from tiles that somebody else serves ─────────────────────────────────────────────────────────

const SIZE = 70_000;
const entry = (i: number) => Buffer.from(`entry ${i}`);
const tree = new HashesInMemory();
tree.append(Buffer.concat(Array.from({ length: SIZE }, (_, i) => leafHash(entry(i)))));
const headOf = async (size: number): Promise<TreeHead> => ({ size, root: await readRoot(tree, size) });

/** Files as they are published at a size, partial ones only when asked for at just their width. */
async function published(size: number): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const tile of tilesBetween(0, size)) files.set(encodeTilePath(tile), await readTile(tree, tile));
  return files;
}
const from = (files: ReadonlyMap<string, Uint8Array>, asked: string[] = []): FetchTile => {
  return (tile) => {
    const path = encodeTilePath(tile);
    asked.push(path);
    return Promise.resolve(files.get(path));
  };
};
const faultOf = async (run: () => Promise<unknown>): Promise<string> => {
  try {
    await run();
    return 'believed';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('a tile', () => {
  it('gives every complete subtree of its hashes, and its root when full', async () => {
    for (const width of [1, 2, 3, 7, 112, 255, 256]) {
      const tile = new TileHashes(await readTile(tree, { level: 0, index: 0, width }));
      for (let level = 0; level <= 9; level++) {
        for (let index = 0; index * 2 ** level <= width; index++) {
          const wanted = level <= 8 && (index + 1) * 2 ** level <= width ? tree.readHashes([{ level, index }]) : undefined;
          const found = tile.at(level, index);
          assert.deepEqual(found && Buffer.from(found), wanted && Buffer.from(wanted), `${width} ${level}/${index}`);
        }
      }
    }
    const full = await readTile(tree, { level: 0, index: 5, width: 256 });
    assert.deepEqual(Buffer.from(rootOfFullTile(full)), Buffer.from(tree.readHashes([{ level: 8, index: 5 }])));
    refuses(() => rootOfFullTile(full.subarray(32)), 'tile-differs');
    for (const sizeBytes of [0, 31, 33, 257 * 32]) refuses(() => new TileHashes(new Uint8Array(sizeBytes)), 'tile-differs');
  });
});

describe('a tree read from tiles', () => {
  it('gives the same hashes, roots and proofs as the tree itself, at any size', async () => {
    for (const size of [1, 2, 255, 256, 257, 511, 512, 513, 1_000, 65_535, 65_536, 65_537, SIZE]) {
      const reader = new TileReader(await headOf(size), from(await published(size)));
      for (const other of new Set([1, 2, size >> 1, size - 1, size])) {
        if (other < 1 || other > size) continue;
        assert.deepEqual(
          Buffer.from(await readRoot(reader, other)),
          Buffer.from(await readRoot(tree, other)),
          `${other} of ${size}`,
        );
        assert.deepEqual(await proveConsistency(reader, other, size), await proveConsistency(tree, other, size));
        assert.deepEqual(await proveInclusion(reader, other - 1, size), await proveInclusion(tree, other - 1, size));
      }
    }
  });

  it('asks once for what it checked, and only for what it needs', async () => {
    const asked: string[] = [];
    const reader = new TileReader(await headOf(SIZE), from(await published(SIZE), asked));
    await proveInclusion(reader, 1_234, SIZE);
    assert.deepEqual(asked.toSorted(), ['tile/0/004', 'tile/0/273.p/112', 'tile/1/000', 'tile/1/001.p/17', 'tile/2/000.p/1']);
    await proveInclusion(reader, 1_235, SIZE);
    assert.equal(asked.length, 5);
  });

  it('refuses a node that the tree does not have', async () => {
    const reader = new TileReader(await headOf(300), from(await published(300)));
    for (const node of [
      { level: 0, index: 300 },
      { level: 0, index: -1 },
      { level: 8, index: 1 },
      { level: 9, index: 0 },
      { level: 53, index: 0 },
      { level: 0.5, index: 0 },
    ]) {
      assert.equal(await faultOf(() => reader.readHashes([node])), 'position-outside', JSON.stringify(node));
    }
    const empty = new TileReader({ size: 0, root: EMPTY_ROOT }, from(new Map()));
    assert.equal(await faultOf(() => empty.readHashes([{ level: 0, index: 0 }])), 'position-outside');
    assert.deepEqual(await empty.readHashes([]), new Uint8Array(0));
    refuses(() => new TileReader({ size: 0, root: new Uint8Array(32) }, from(new Map())), 'tile-differs');
  });

  it('takes the full tile where the partial one is gone, and nothing else', async () => {
    const size = 65_900;
    const head = await headOf(size);
    const edge = { level: 1, index: 1, width: 1 };
    const files = (await published(SIZE)).set(encodeTilePath(edge), await readTile(tree, edge));
    const reader = new TileReader(head, from(files));
    assert.deepEqual(Buffer.from(await readRoot(reader, size)), Buffer.from(head.root));
    assert.equal(await faultOf(() => new TileReader(head, from(new Map())).readHashes([{ level: 0, index: 0 }])), 'tile-missing');
    const wrong = new Map(files).set('tile/0/257.p/108', (files.get('tile/0/257') as Uint8Array).subarray(0, 107 * 32));
    assert.equal(await faultOf(() => new TileReader(head, from(wrong)).readHashes([{ level: 0, index: 0 }])), 'tile-differs');
  });

  it('asks again for what was missing', async () => {
    const files = await published(300);
    const path = 'tile/0/001.p/44';
    const late = new Map(files);
    late.delete(path);
    const reader = new TileReader(await headOf(300), from(late));
    assert.equal(await faultOf(() => reader.readHashes([{ level: 0, index: 0 }])), 'tile-missing');
    late.set(path, files.get(path) as Uint8Array);
    assert.deepEqual(Buffer.from(await reader.readHashes([{ level: 0, index: 0 }])), leafHash(entry(0)));
  });

  it('believes no altered byte of any tile on the way, whichever leaf is read', async () => {
    const files = await published(SIZE);
    const head = await headOf(SIZE);
    const leaf = 1_234;
    const needed = ['tile/0/004', 'tile/0/273.p/112', 'tile/1/000', 'tile/1/001.p/17', 'tile/2/000.p/1'];
    for (const path of needed) {
      const good = files.get(path) as Uint8Array;
      for (let at = 0; at < good.length; at += path === 'tile/0/004' ? 13 : 97) {
        const bad = Buffer.from(good);
        bad[at] = (bad[at] as number) ^ 1;
        const reader = new TileReader(head, from(new Map(files).set(path, bad)));
        assert.equal(await faultOf(() => reader.readHashes([{ level: 0, index: leaf }])), 'tile-differs', `${path} ${at}`);
      }
    }
    // A tile that another one's place was given to, and a whole other tree under the same root.
    const swapped = new Map(files).set('tile/0/004', files.get('tile/0/005') as Uint8Array);
    assert.equal(
      await faultOf(() => new TileReader(head, from(swapped)).readHashes([{ level: 0, index: leaf }])),
      'tile-differs',
    );
    const other = { size: SIZE, root: Buffer.alloc(32, 1) };
    assert.equal(await faultOf(() => new TileReader(other, from(files)).readHashes([{ level: 0, index: leaf }])), 'tile-differs');
    const shorter = { size: SIZE - 1, root: head.root };
    assert.notEqual(
      await faultOf(() => new TileReader(shorter, from(files)).readHashes([{ level: 0, index: leaf }])),
      'believed',
    );
  });

  it('keeps no more tiles than it may, and is right all the same', async () => {
    const reader = new TileReader(await headOf(SIZE), from(await published(SIZE)), 2);
    const nodes: TreeNode[] = Array.from({ length: 500 }, (_, i) => ({ level: 0, index: (i * 7_919) % SIZE }));
    assert.deepEqual(Buffer.from(await reader.readHashes(nodes)), Buffer.from(tree.readHashes(nodes)));
    for (const node of nodes.slice(0, 20))
      assert.deepEqual(Buffer.from(await reader.readHashes([node])), Buffer.from(tree.readHashes([node])));
  });

  it('says whether entries are those of the tree', async () => {
    const reader = new TileReader(await headOf(SIZE), from(await published(SIZE)));
    const list = Array.from({ length: 112 }, (_, i) => entry(273 * 256 + i));
    await checkEntries(reader, 273 * 256, list);
    assert.equal(await faultOf(() => checkEntries(reader, 273 * 256, list.with(7, Buffer.from('another')))), 'entries-differ');
    assert.equal(await faultOf(() => checkEntries(reader, 273 * 256 - 1, list)), 'entries-differ');
    assert.equal(await faultOf(() => checkEntries(reader, 273 * 256 + 1, list)), 'position-outside');
  });
});
