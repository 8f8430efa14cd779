// How fast the log's tree grows and proves: against SHA-256 of 65 bytes, which is what every node of it costs, in the same run.
// `npm run bench -- prove [leaves] [rounds of the part over HTTP]`, 1,000,000 leaves and five unless told otherwise. First everything in this
// process and in memory: skipped are storage, HTTP and signatures. Then over HTTP from the API with its database, where load generator, API
// and database share the cores; skipped: TLS, the network, and entries that could be verified (leaves are made by SQL). Each figure is the median of five rounds, and of five ratios. Tiles are read and checked once before they are measured.
import { cpus } from 'node:os';
import { sha256 } from '#crypto';
import {
  checkConsistency,
  checkInclusion,
  encodeTilePath,
  Frontier,
  HashesInMemory,
  proveConsistency,
  proveInclusion,
  readRoot,
  readTile,
  tilesBetween,
  TileReader,
} from '#ledger';

import { benchOverHttp } from './prove/over-http.js';

const size = Number(process.argv[2] ?? 1_000_000);
const ROUNDS = 5;
const ROUND_MS = 300;

/** Operations a second in one round; `i` counts on from round to round. */
async function rateOf(work: (i: number) => unknown, from: number): Promise<{ rate: number; next: number }> {
  const since = performance.now();
  let i = from;
  do {
    for (let n = 0; n < 20; n++) {
      const done = work(i++);
      if (done instanceof Promise) await done;
    }
  } while (performance.now() - since < ROUND_MS);
  return { rate: ((i - from) * 1000) / (performance.now() - since), next: i };
}
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] as number;

const leaves = Buffer.alloc(size * 32);
for (let i = 0; i < size; i++) leaves.set(sha256(String(i)), i * 32);
const leafAt = (i: number) => leaves.subarray((i % size) * 32, (i % size) * 32 + 32);
const somewhere = (i: number) => (i * 7_919 + 13) % size;

const tree = new HashesInMemory();
tree.append(leaves);
const head = { size, root: await readRoot(tree, size) };
const files = new Map<string, Uint8Array>();
for (const tile of tilesBetween(0, size)) files.set(encodeTilePath(tile), await readTile(tree, tile));
const tiles = new TileReader(head, (tile) => Promise.resolve(files.get(encodeTilePath(tile))), files.size);
for (let index = 0; index < size; index += 256) await tiles.readHashes([{ level: 0, index }]);

const node = new Uint8Array(65);
const frontier = new Frontier();
let grown = new HashesInMemory();
const proofs = await Promise.all(Array.from({ length: 1_000 }, (_, i) => proveInclusion(tree, somewhere(i), size)));
const olds = await Promise.all(
  Array.from({ length: 1_000 }, async (_, i) => ({ size: somewhere(i) + 1, root: await readRoot(tree, somewhere(i) + 1) })),
);
const ways = await Promise.all(olds.map((old) => proveConsistency(tree, old.size, size)));

console.log(`${cpus().length} cores, Node ${process.version}; ${size} leaves in memory, one thread`);

/** `hashes`: how many nodes the operation has to compute, 0 for one that mostly reads. Beside each round goes one of the raw limit, so that neighbours disturb both. */
async function measure(name: string, hashes: number, work: (i: number) => unknown): Promise<void> {
  const rates: number[] = [];
  const raws: number[] = [];
  for (let round = 0, from = 0; round < ROUNDS; round++) {
    raws.push((await rateOf(() => sha256(node), 0)).rate);
    const { rate, next } = await rateOf(work, from);
    rates.push(rate);
    from = next;
  }
  const ratio = median(rates.map((rate, i) => (rate * Math.max(1, hashes)) / (raws[i] as number)));
  const limit = `raw ${Math.round(median(raws))} hashes a second`;
  const share =
    hashes > 0
      ? `${hashes.toFixed(1)} hashes each, ratio ${ratio.toFixed(2)}`
      : `each as dear as ${(1 / ratio).toFixed(1)} hashes`;
  console.log(`${name}: ${Math.round(median(rates))} a second; ${limit}; ${share}`);
}
const average = (list: readonly unknown[][]) => list.reduce((sum, { length }) => sum + length, 0) / list.length;

await measure('append to a frontier', 1, (i) => frontier.append(leafAt(i)));
await measure('append 500 to a tree in memory', 500, (i) => {
  if (grown.size > size) grown = new HashesInMemory();
  const at = (i * 16_000) % (leaves.length - 16_000);
  grown.append(leaves.subarray(at, at + 16_000));
});
const ones = head.size.toString(2).replaceAll('0', '').length;
await measure('root from memory', ones - 1, () => readRoot(tree, size));
await measure('inclusion proof from memory', 0, (i) => proveInclusion(tree, somewhere(i), size));
await measure('inclusion proof from checked tiles', 0, (i) => proveInclusion(tiles, somewhere(i), size));
await measure('consistency proof from memory', 0, (i) => proveConsistency(tree, somewhere(i) + 1, size));
await measure('check of an inclusion proof', average(proofs), (i) => {
  const at = i % proofs.length;
  checkInclusion(leafAt(somewhere(at)), somewhere(at), head, proofs[at] ?? []);
});
await measure('check of a consistency proof', average(ways), (i) => {
  const at = i % ways.length;
  checkConsistency(olds[at] as (typeof olds)[0], head, ways[at] ?? []);
});
await benchOverHttp(size, Number(process.argv[3] ?? ROUNDS));
process.exit(0);
