import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { leafHash } from '../entry.js';
import { checkConsistency, checkInclusion } from './check.js';
import type { LogFaultCode } from './faults.js';
import { Frontier } from './frontier.js';
import { EMPTY_ROOT, nodeHash, type HashReader, type TreeNode } from './hashes.js';
import { HashesInMemory } from './hashes-in-memory.js';
import { proveConsistency, proveInclusion, readRoot } from './prove.js';
import { bitLength, coverOf, splitOf } from './subtrees.js';

// ── RFC 6962 §2.1 word for word: what the code must agree with ──────────────────────────────────────────────────

const digest = (...parts: Uint8Array[]) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
/** The largest power of two below n. */
function halfOf(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}
function rootOf(leaves: readonly Buffer[]): Buffer {
  const [first] = leaves;
  if (!first) return digest();
  if (leaves.length === 1) return first;
  const k = halfOf(leaves.length);
  return digest(Buffer.of(1), rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k)));
}
function pathOf(m: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length === 1) return [];
  const k = halfOf(leaves.length);
  return m < k
    ? [...pathOf(m, leaves.slice(0, k)), rootOf(leaves.slice(k))]
    : [...pathOf(m - k, leaves.slice(k)), rootOf(leaves.slice(0, k))];
}
function subproofOf(m: number, leaves: readonly Buffer[], isWhole: boolean): Buffer[] {
  if (m === leaves.length) return isWhole ? [] : [rootOf(leaves)];
  const k = halfOf(leaves.length);
  return m <= k
    ? [...subproofOf(m, leaves.slice(0, k), isWhole), rootOf(leaves.slice(k))]
    : [...subproofOf(m - k, leaves.slice(k), false), rootOf(leaves.slice(0, k))];
}

const plain = (hashes: readonly Uint8Array[]) => hashes.map((hash) => Buffer.from(hash));

// A hundred thousand refusals are caught here; nobody reads their stacks.
Error.stackTraceLimit = 0;
const SIZES = 70;
const leaves = Array.from({ length: SIZES }, (_, i) => leafHash(Buffer.from(`leaf ${i}`)));
const tree = new HashesInMemory();
tree.append(Buffer.concat(leaves));
const roots = Array.from({ length: SIZES + 1 }, (_, size) => rootOf(leaves.slice(0, size)));
const head = (size: number) => ({ size, root: roots[size] as Buffer });

const refuses = (run: () => unknown, ...codes: LogFaultCode[]) =>
  assert.throws(run, (error: { name: string; code: LogFaultCode }) => error.name === 'LogFault' && codes.includes(error.code));
const refusesLater = (run: () => Promise<unknown>, code: LogFaultCode) => assert.rejects(run, { name: 'LogFault', code });

/** What a proof becomes by one change: an element fewer, more, twice, moved, or with a turned bit. */
function* altered(proof: readonly Uint8Array[], bits: readonly number[]): Generator<Uint8Array[]> {
  for (let i = 0; i < proof.length; i++) {
    yield proof.toSpliced(i, 1);
    yield proof.toSpliced(i, 0, proof[i] as Uint8Array);
    if (i > 0) yield proof.toSpliced(i - 1, 2, proof[i] as Uint8Array, proof[i - 1] as Uint8Array);
    for (const bit of bits) {
      const turned = Buffer.from(proof[i] as Uint8Array);
      turned[bit >> 3] = (turned[bit >> 3] as number) ^ (1 << (bit & 7));
      yield proof.toSpliced(i, 1, turned);
    }
    yield proof.toSpliced(i, 1, (proof[i] as Uint8Array).subarray(1));
  }
  yield [...proof, roots[1] as Buffer];
  yield [Buffer.alloc(32), ...proof];
}
const everyBit = Array.from({ length: 256 }, (_, bit) => bit);

describe('all small trees', () => {
  it('the root of every size, from memory and as the frontier grows', async () => {
    const frontier = new Frontier();
    for (let size = 0; size <= SIZES; size++) {
      assert.deepEqual(Buffer.from(await readRoot(tree, size)), roots[size]);
      assert.deepEqual(Buffer.from(frontier.root()), roots[size]);
      assert.deepEqual(Frontier.decode(size, frontier.encode()).encode(), frontier.encode());
      assert.equal(frontier.size, size);
      if (size < SIZES) frontier.append(leaves[size] as Buffer);
    }
  });

  it('the frontier tells of every node as it becomes complete, and a copy grows by itself', () => {
    const frontier = new Frontier();
    const heard = new Map<string, Buffer>();
    for (const leaf of leaves) {
      const copy = frontier.copy();
      frontier.append(leaf, ({ level, index }, hash) => heard.set(`${level}/${index}`, Buffer.from(hash)));
      assert.equal(copy.size, frontier.size - 1);
      assert.deepEqual(Buffer.from(copy.root()), roots[copy.size]);
    }
    let count = 0;
    for (let level = 0; 2 ** level <= SIZES; level++) {
      for (let index = 0; (index + 1) * 2 ** level <= SIZES; index++) {
        const said = rootOf(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));
        assert.deepEqual(heard.get(`${level}/${index}`), said);
        assert.deepEqual(Buffer.from(tree.readHashes([{ level, index }])), said);
        count++;
      }
    }
    assert.equal(heard.size, count);
  });

  it('every inclusion proof is that of the RFC, holds, and holds for nothing else', async () => {
    for (let size = 1; size <= SIZES; size++) {
      for (let index = 0; index < size; index++) {
        const proof = await proveInclusion(tree, index, size);
        assert.deepEqual(plain(proof), pathOf(index, leaves.slice(0, size)));
        const leaf = leaves[index] as Buffer;
        checkInclusion(leaf, index, head(size), proof);
        const bits = size <= 12 ? everyBit : [(index * 37 + size) % 256];
        for (const other of altered(proof, bits))
          refuses(() => checkInclusion(leaf, index, head(size), other), 'inclusion-wrong');
        refuses(() => checkInclusion(roots[0] as Buffer, index, head(size), proof), 'inclusion-wrong');
        refuses(() => checkInclusion(leaf, index, { size, root: roots[size - 1] as Buffer }, proof), 'inclusion-wrong');
        for (let wrong = 0; wrong < size; wrong++) {
          if (wrong !== index) refuses(() => checkInclusion(leaf, wrong, head(size), proof), 'inclusion-wrong');
        }
      }
    }
  });

  it('an inclusion proof says nothing of another size with the same root, unless the way down is the same', async () => {
    let accepted = 0;
    for (let size = 1; size <= 20; size++) {
      for (let index = 0; index < size; index++) {
        const proof = await proveInclusion(tree, index, size);
        for (let other = index + 1; other <= 20; other++) {
          // A size is bound by the checkpoint, not by the hashes: what can be asked of the check is that the number of hashes fits.
          const fits = pathOf(index, leaves.slice(0, other)).length === proof.length;
          try {
            checkInclusion(leaves[index] as Buffer, index, { size: other, root: roots[size] as Buffer }, proof);
            assert.ok(fits);
            accepted++;
          } catch (error) {
            assert.equal((error as { code?: string }).code, 'inclusion-wrong');
          }
        }
      }
    }
    assert.ok(accepted >= 210);
  });

  it('every consistency proof is that of the RFC, holds, and holds for nothing else', async () => {
    for (let size = 1; size <= SIZES; size++) {
      for (let old = 0; old <= size; old++) {
        const proof = await proveConsistency(tree, old, size);
        assert.deepEqual(plain(proof), old === 0 ? [] : subproofOf(old, leaves.slice(0, size), true));
        checkConsistency(head(old), head(size), proof);
        const bits = size <= 12 ? everyBit : [(old * 37 + size) % 256];
        for (const other of altered(proof, bits))
          refuses(() => checkConsistency(head(old), head(size), other), 'consistency-wrong');
        const elsewhere = digest(roots[old] as Buffer);
        refuses(() => checkConsistency({ size: old, root: elsewhere }, head(size), proof), 'consistency-wrong');
        if (old > 0) refuses(() => checkConsistency(head(old), { size, root: elsewhere }, proof), 'consistency-wrong');
        if (old < size) refuses(() => checkConsistency(head(size), head(old), proof), 'position-outside');
      }
    }
  });

  it('the empty tree has its one root, and everything goes on from it without a proof', () => {
    assert.equal(Buffer.from(EMPTY_ROOT).toString('hex'), digest().toString('hex'));
    checkConsistency(head(0), head(0), []);
    checkConsistency(head(0), head(5), []);
    refuses(() => checkConsistency({ size: 0, root: roots[1] as Buffer }, head(5), []), 'consistency-wrong');
    refuses(
      () => checkConsistency({ size: 0, root: roots[1] as Buffer }, { size: 0, root: roots[1] as Buffer }, []),
      'consistency-wrong',
    );
    refuses(() => checkConsistency(head(0), head(5), [roots[1] as Buffer]), 'consistency-wrong');
  });
});

describe('numbers that are no place in a tree', () => {
  const outside = [
    -1,
    0.5,
    Number.NaN,
    Infinity,
    2 ** 53,
    -0.1,
    undefined as unknown as number,
    '3' as unknown as number,
    3n as never,
  ];
  it('are refused by proving, checking, reading and growing', async () => {
    for (const bad of outside) {
      await refusesLater(() => proveInclusion(tree, bad, 10), 'position-outside');
      await refusesLater(() => proveInclusion(tree, 0, bad), 'position-outside');
      await refusesLater(() => proveConsistency(tree, bad, 10), 'position-outside');
      await refusesLater(() => proveConsistency(tree, 1, bad), 'position-outside');
      await refusesLater(() => readRoot(tree, bad), 'position-outside');
      refuses(() => checkInclusion(leaves[0] as Buffer, bad, head(1), []), 'position-outside');
      refuses(() => checkInclusion(leaves[0] as Buffer, 0, { size: bad, root: roots[1] as Buffer }, []), 'position-outside');
      refuses(() => checkConsistency({ size: bad, root: roots[1] as Buffer }, head(3), []), 'position-outside');
      refuses(() => checkConsistency(head(1), { size: bad, root: roots[1] as Buffer }, []), 'position-outside');
      refuses(() => Frontier.decode(bad, new Uint8Array(0)), 'position-outside');
    }
    await refusesLater(() => proveInclusion(tree, 10, 10), 'position-outside');
    await refusesLater(() => proveInclusion(tree, 0, 0), 'position-outside');
    await refusesLater(() => proveConsistency(tree, 11, 10), 'position-outside');
    await refusesLater(() => proveInclusion(tree, 0, SIZES + 1), 'position-outside');
    refuses(() => checkInclusion(leaves[0] as Buffer, 0, head(0), []), 'position-outside');
    refuses(() => Frontier.decode(3, new Uint8Array(32)), 'position-outside');
    refuses(() => new Frontier().append(new Uint8Array(31)), 'position-outside');
    refuses(() => new HashesInMemory().append(new Uint8Array(33)), 'position-outside');
  });
});

describe('large trees', () => {
  /** A tree of which every complete subtree of one level is the same: its hashes are known at any size. */
  const levels = [leaves[0] as Uint8Array];
  for (let level = 1; level < 53; level++)
    levels.push(nodeHash(levels[level - 1] as Uint8Array, levels[level - 1] as Uint8Array));
  const uniform: HashReader = {
    readHashes: (nodes: readonly TreeNode[]) => Buffer.concat(nodes.map(({ level }) => levels[level] as Uint8Array)),
  };
  const size = fc.oneof(
    fc.maxSafeNat().filter((n) => n > 0),
    fc.integer({ min: 0, max: 52 }).map((power) => 2 ** power),
    fc.integer({ min: 1, max: 52 }).map((power) => 2 ** power - 1),
    fc.integer({ min: 1, max: 52 }).map((power) => 2 ** power + 1),
    fc.constant(Number.MAX_SAFE_INTEGER),
  );

  it('are proved and checked up to 2^53 − 1', async () => {
    await fc.assert(
      fc.asyncProperty(size, fc.maxSafeNat(), fc.maxSafeNat(), async (n, a, b) => {
        const root = await readRoot(uniform, n);
        const index = a % n;
        const proof = await proveInclusion(uniform, index, n);
        checkInclusion(leaves[0] as Buffer, index, { size: n, root }, proof);
        const old = (b % n) + 1;
        const older = { size: old, root: await readRoot(uniform, old) };
        const way = await proveConsistency(uniform, old, n);
        checkConsistency(older, { size: n, root }, way);
        assert.ok(proof.length <= 53 && way.length <= 54);
        for (const other of altered(way, [n % 256])) {
          // Equal subtrees make moving equal neighbours no change.
          if (other.length === way.length && other.every((hash, i) => Buffer.compare(hash, way[i] as Uint8Array) === 0)) continue;
          refuses(() => checkConsistency(older, { size: n, root }, other), 'consistency-wrong');
        }
      }),
      { numRuns: 300 },
    );
  });

  it('halve exactly where the RFC says', () => {
    fc.assert(
      fc.property(size, (n) => {
        const length = bitLength(n);
        assert.equal(length, n.toString(2).length);
        if (n > 1) {
          const k = splitOf(n);
          assert.ok(k < n && n <= 2 * k && k.toString(2).lastIndexOf('1') === 0);
        }
        const cover = coverOf(0, n);
        assert.equal(
          cover.reduce((sum, { level }) => sum + 2 ** level, 0),
          n,
        );
        assert.ok(cover.every(({ index }) => Number.isSafeInteger(index)));
      }),
    );
  });
});

// The tree of Google's Certificate Transparency reference implementation (transparency-dev/merkle, testonly/constants.go): its eight
// leaves, the roots of all sizes, and proofs that its tests state.
describe('published vectors of Certificate Transparency', () => {
  const hex = (text: string) => Buffer.from(text, 'hex');
  const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(hex);
  const published = [
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ].map(hex);
  const ct = new HashesInMemory();
  ct.append(Buffer.concat(inputs.map((input) => leafHash(input))));
  const inclusion: [index: number, size: number, proof: string[]][] = [
    [0, 1, []],
    [
      0,
      8,
      [
        '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
      ],
    ],
    [
      5,
      8,
      [
        'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
        'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
        'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      ],
    ],
  ];
  const consistency: [old: number, size: number, proof: string[]][] = [
    [1, 1, []],
    [
      1,
      8,
      [
        '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
      ],
    ],
    [
      6,
      8,
      [
        '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
        'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
        'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      ],
    ],
    [
      2,
      5,
      [
        '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
        'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      ],
    ],
  ];

  it('roots', async () => {
    for (const [size, root] of published.entries()) assert.deepEqual(Buffer.from(await readRoot(ct, size)), root);
  });
  it('inclusion proofs', async () => {
    for (const [index, size, proof] of inclusion) {
      assert.deepEqual(plain(await proveInclusion(ct, index, size)), proof.map(hex));
      checkInclusion(leafHash(inputs[index] as Buffer), index, { size, root: published[size] as Buffer }, proof.map(hex));
    }
  });
  it('consistency proofs', async () => {
    for (const [old, size, proof] of consistency) {
      assert.deepEqual(plain(await proveConsistency(ct, old, size)), proof.map(hex));
      const [older, newer] = [old, size].map((n) => ({ size: n, root: published[n] as Buffer }));
      assert.ok(older && newer);
      checkConsistency(older, newer, proof.map(hex));
    }
  });
});
