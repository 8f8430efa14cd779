import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import {
  checkConsistency,
  checkInclusion,
  HashesInMemory,
  proveConsistency,
  proveInclusion,
  readRoot,
  readTile,
  signCheckpoint,
  tilesBetween,
  type FullTile,
} from '#ledger';
import { migratedDatabase } from '#testing';
import { providerCode, sampleLedger } from '../../../../tests/ledger/sample-ledger.js';
import { checkWhole } from '../../../../tests/ledger/whole-ledger.js';
import { connect } from '../database.js';
import { withClient } from '../roles.js';
import { putCheckpoint, readCheckpoints, readLastCheckpoint } from './checkpoints.js';
import { readHead } from './read.js';
import { catchUpTiles, insertTiles, readTileBytes, readTreeEdge, StoredHashes } from './tiles.js';

// Before the first test: what is made while tests run belongs to one of them.
const ledger = await sampleLedger('log');
const { city, worker, at, signer } = ledger;
after(() => ledger.end());

// ── A ledger that was sealed by a version without a tree ─────────────────────────────────────────────────────────

const SIZE = 70_000;
const old = await migratedDatabase('log_old');
const oldPool = await connect(old.workerUrl, { poolSize: 4 });
after(async () => {
  await oldPool.close();
  await old.drop();
});
await withClient(old.url, (client) =>
  client.query(
    `INSERT INTO ledger.ledger_entry (index, statement_id, leaf_hash, sealed_at, type, issuer, subject, departments, bytes)
     SELECT n, n::text, sha256(n::text::bytea), now(), 'x', 'x', 'x', '{}', '' FROM generate_series(0, $1::bigint - 1) AS n`,
    [SIZE],
  ),
);
const tree = new HashesInMemory();
tree.append(Buffer.concat(Array.from({ length: SIZE }, (_, i) => createHash('sha256').update(String(i)).digest())));

test('tiles of entries sealed before there was a tree are made from their leaves, by two who start at once', async () => {
  // Half of it, as after a crash; then two at once.
  await catchUpTiles(oldPool.pool, 30_000);
  await Promise.all([catchUpTiles(oldPool.pool, SIZE), catchUpTiles(oldPool.pool, SIZE)]);
  let compared = 0;
  for (const tile of tilesBetween(0, SIZE)) {
    assert.deepEqual(await readTileBytes(oldPool.pool, tile), Buffer.from(await readTile(tree, tile)), JSON.stringify(tile));
    compared++;
  }
  // 273 full and one of 112 at level 0, one full and one of 17 at level 1, one of 1 at level 2.
  assert.equal(compared, 277);
  const edge = await readTreeEdge(oldPool.pool, SIZE);
  assert.deepEqual(Buffer.from(edge.root()), Buffer.from(await readRoot(tree, SIZE)));
});

test('proofs made from the kept tiles hold, also between old sizes', async () => {
  for (const [index, size] of [
    [0, 1],
    [255, 257],
    [4711, 65_536],
    [69_999, SIZE],
  ] as const) {
    const hashes = new StoredHashes(oldPool.pool, size);
    const head = { size, root: await readRoot(tree, size) };
    const leaf = createHash('sha256').update(String(index)).digest();
    checkInclusion(leaf, index, head, await proveInclusion(hashes, index, size));
    const newer = { size: SIZE, root: await readRoot(tree, SIZE) };
    checkConsistency(head, newer, await proveConsistency(new StoredHashes(oldPool.pool, SIZE), size, SIZE));
  }
  await assert.rejects(proveInclusion(new StoredHashes(oldPool.pool, 300), 300, 300), { code: 'position-outside' });
});

test('a full tile is written once: the same again is nothing, other bytes are refused', async () => {
  const edge = await readTreeEdge(oldPool.pool, 65_280);
  const full: FullTile[] = [];
  for (let i = 65_280; i < 65_536; i++) edge.append(createHash('sha256').update(String(i)).digest(), (tile) => full.push(tile));
  assert.deepEqual(
    full.map(({ level, index }) => [level, index]),
    [
      [0, 255],
      [1, 0],
    ],
  );
  await insertTiles(oldPool.pool, full);
  const altered = full.map((tile) => ({
    ...tile,
    bytes: Uint8Array.from(tile.bytes, (byte, i) => (i === 77 ? byte ^ 1 : byte)),
  }));
  await assert.rejects(insertTiles(oldPool.pool, altered), { name: 'LogFault', code: 'tile-differs' });
});

// ── Checkpoints ─────────────────────────────────────────────────────────────────────────────────────────────────

test('a size has one checkpoint: the same again is nothing, another root is refused, and the old epoch keeps none', async () => {
  await ledger.tell(city.membershipGranted(providerCode));
  const sealer = ledger.sealer();
  assert.ok(await sealer.takeLease());
  assert.equal((await sealer.sealBatch()).state, 'sealed');
  assert.equal(await sealer.signCheckpoint(), 'signed');
  assert.equal(await sealer.signCheckpoint(), 'none');
  const last = await readLastCheckpoint(worker.pool);
  const { size, epoch } = await readHead(worker.pool);
  assert.ok(last && last.size === size);
  assert.equal(await putCheckpoint(worker.pool, epoch, last), true);
  const other = { ...last, root: Buffer.alloc(32, 7) };
  const forged = { ...other, note: signCheckpoint(other, signer) };
  await assert.rejects(putCheckpoint(worker.pool, epoch, forged), { name: 'LogFault', code: 'consistency-wrong' });
  assert.deepEqual(await readLastCheckpoint(worker.pool), last);

  await ledger.tell(city.membershipGranted(providerCode));
  assert.equal((await sealer.sealBatch()).state, 'sealed');
  // The lease moves between its commit and its checkpoint.
  await worker.pool.query('UPDATE ledger.ledger_head SET lease_holder = NULL');
  const next = ledger.sealer();
  assert.ok(await next.takeLease());
  assert.equal(await sealer.signCheckpoint(), 'fenced');
  assert.equal(await next.signCheckpoint(), 'signed');
  assert.equal((await readLastCheckpoint(worker.pool))?.size, size + 1);
  await worker.pool.query('UPDATE ledger.ledger_head SET lease_holder = NULL');
});

test('nothing is signed for a size that is not committed', async () => {
  const { size, epoch } = await readHead(worker.pool);
  const ahead = { size: size + 1, root: Buffer.alloc(32, 7), note: 'x', signedAt: new Date().toISOString() };
  assert.equal(await putCheckpoint(worker.pool, epoch, ahead), false);
});

async function countCheckpoints(): Promise<number> {
  let count = 0;
  for await (const _checkpoint of readCheckpoints(worker.pool)) count++;
  return count;
}

test('a running sealer signs what it sealed, few times however many batches there are, and leaves nothing unsigned when it stops', async () => {
  const before = await countCheckpoints();
  const troubles: unknown[] = [];
  const stop = new AbortController();
  const running = ledger
    .sealer({ batchMax: 1, checkpointEveryMs: 60_000, onTrouble: (_stage, error) => troubles.push(error) })
    .run(stop.signal);
  const said = Array.from({ length: 40 }, () => city.membershipGranted(providerCode));
  const { size } = await readHead(worker.pool);
  await ledger.tell(...said);
  for (const begun = Date.now(); (await readHead(worker.pool)).size < size + 40;) {
    assert.ok(Date.now() - begun < 60_000);
    await new Promise((done) => setTimeout(done, 20));
  }
  stop.abort();
  await running;
  assert.deepEqual(troubles, []);
  assert.equal((await readLastCheckpoint(worker.pool))?.size, (await readHead(worker.pool)).size);
  const made = (await countCheckpoints()) - before;
  assert.ok(made >= 1 && made <= 2, `${made} checkpoints`);
  await checkWhole(ledger, said);
});

test('the API only reads the log, the worker only adds to it, and nobody changes it', async () => {
  const denied = async (url: string, sql: string, how: RegExp) =>
    withClient(url, (client) => assert.rejects(client.query(sql), how, sql));
  const tile =
    "INSERT INTO ledger.ledger_tile VALUES (0, 999, decode(repeat('00', 32), 'hex'), decode(repeat('00', 8192), 'hex'))";
  const checkpoint = "INSERT INTO ledger.ledger_checkpoint VALUES (999, decode(repeat('00', 32), 'hex'), 'x', now())";
  for (const sql of [tile, checkpoint]) await denied(at.apiUrl, sql, /permission denied/);
  for (const [table, column] of [
    ['ledger.ledger_tile', 'root'],
    ['ledger.ledger_checkpoint', 'root'],
    ['ledger.ledger_cosignature', 'size'],
    ['ledger.ledger_witnessed', 'size'],
    ['ledger.ledger_timestamp', 'size'],
  ] as const) {
    const [update, remove] = [`UPDATE ${table} SET ${column} = ${column}`, `DELETE FROM ${table}`];
    for (const sql of [update, remove, `TRUNCATE ${table} CASCADE`]) {
      await denied(at.workerUrl, sql, /permission denied/);
      await denied(at.url, sql, /never changed/);
    }
  }
});
