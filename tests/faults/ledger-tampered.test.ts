import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { canonicalText } from '#crypto';
import { encodeEntry, leafHash, LedgerFault, openEntry } from '#ledger';
import { readEntry, withClient } from '#postgres';
import type pg from 'pg';
import { providerCode, sampleLedger } from '../ledger/sample-ledger.js';
import { tamper as tamperWith } from '../ledger/tamper.js';
import { auditOf, checkWhole, verifyOf } from '../ledger/whole-ledger.js';

const ledger = await sampleLedger('tampered');
const { city, at, worker } = ledger;
after(() => ledger.end());
// More than fill a tile.
const memberships = Array.from({ length: 260 }, () => city.membershipGranted(providerCode));
await ledger.tell(...memberships);
await ledger.sealAll();
const seen = await checkWhole(ledger, memberships);

const tamper = (...how: [(client: pg.Client) => Promise<unknown>, () => Promise<void>]) => tamperWith(at, ...how);

async function verified(withSeen = true): Promise<string> {
  try {
    await verifyOf(ledger, withSeen ? { size: seen.size, head: seen.head } : undefined);
    return 'whole';
  } catch (error) {
    assert.ok(error instanceof LedgerFault, String(error));
    return `${error.index} ${error.code}`;
  }
}
async function audited(): Promise<string[]> {
  return (await auditOf(ledger)).map((finding) =>
    finding.what === 'state'
      ? `${finding.kind} ${finding.id} ${finding.difference}`
      : `${finding.what === 'tree' ? finding.id : finding.index} ${finding.code}`,
  );
}
const target = 12;
/** What a changed leaf shows besides, for its tile and the last checkpoint stand on it. */
const treeDiffers = ['tile/0/000 tile-differs', `checkpoint/${seen.size} consistency-wrong`];
async function bytesOf(index: number): Promise<Buffer> {
  const entry = await readEntry(worker.pool, index);
  assert.ok(entry);
  return entry.bytes;
}
const memberOf = (bytes: Buffer) => {
  const { body } = openEntry(bytes).entry.statement;
  assert.ok('person' in body);
  return `${body.person}:${providerCode}`;
};

test('promise 3: one role changed in one entry by the superuser is named, by verify and by audit', async () => {
  const bytes = await bytesOf(target);
  const altered = Buffer.from(String(bytes).replace('steward', 'operator'));
  await tamper(
    (client) => client.query('UPDATE ledger.ledger_entry SET bytes = $1 WHERE index = $2', [altered, target]),
    async () => {
      assert.equal(await verified(), `${target} bad-signature`);
      // The entry twice over, and the state that would follow from it: nothing else.
      assert.deepEqual(await audited(), [
        `${target} leaf-differs`,
        `${target} bad-signature`,
        `membership ${memberOf(bytes)} different`,
      ]);
    },
  );
});

test('a changed time, with its leaf made anew, is named by the chain', async () => {
  const { entry, statementBytes } = openEntry(await bytesOf(target));
  const sealedAt = new Date(Date.parse(entry.sealedAt) + 1).toISOString();
  const altered = encodeEntry({ ...entry, sealedAt }, statementBytes);
  await tamper(
    (client) =>
      client.query('UPDATE ledger.ledger_entry SET bytes = $1, leaf_hash = $2, sealed_at = $3 WHERE index = $4', [
        altered,
        leafHash(altered),
        sealedAt,
        target,
      ]),
    async () => {
      assert.deepEqual(await audited(), [`${target} chain-broken`, ...treeDiffers]);
      assert.equal(await verified(), `${target} chain-broken`);
    },
  );
});

test('an entry taken out is missed, also when it was the last one', async () => {
  await tamper(
    (client) => client.query('DELETE FROM ledger.ledger_entry WHERE index = $1', [target]),
    async () => {
      assert.equal(await verified(), `${target} index-gap`);
      assert.ok((await audited()).includes(`${target} index-gap`));
    },
  );
  const last = seen.size - 1;
  const member = memberOf(await bytesOf(last));
  await tamper(
    async (client) => {
      await client.query('DELETE FROM ledger.ledger_entry WHERE index = $1', [last]);
      await client.query(
        `UPDATE ledger.ledger_head SET size = $1::bigint, head_leaf_hash =
         (SELECT encode(leaf_hash, 'hex') FROM ledger.ledger_entry WHERE index = $1::bigint - 1)`,
        [last],
      );
      await client.query('DELETE FROM projection.membership WHERE id = $1', [member]);
    },
    async () => {
      // Cleanly cut off: a checkpoint tells, and without it only who remembers how much there was; the report without that says so.
      assert.deepEqual(await audited(), [`checkpoint/${seen.size} history-shrank`]);
      await assert.rejects(ledger.sealer().takeLease(), /is not what was signed/);
      await withClient(at.url, (client) => client.query('DELETE FROM ledger.ledger_checkpoint WHERE size = $1', [seen.size]));
      assert.deepEqual(await audited(), []);
      assert.equal(await verified(false), 'whole');
      assert.equal(await verified(), `${last} history-shrank`);
    },
  );
});

test('promise 4, as far as one reader can tell: a history sealed anew from some entry on is not the one that was seen', async () => {
  const entries = await Promise.all(Array.from({ length: seen.size }, async (_, index) => openEntry(await bytesOf(index))));
  await tamper(
    async (client) => {
      let prev = leafHash(await bytesOf(target - 1)).toString('hex');
      for (const { entry, statementBytes } of entries.slice(target)) {
        const sealedAt = new Date(Date.parse(entry.sealedAt) + 1000).toISOString();
        const bytes = encodeEntry({ ...entry, prev, sealedAt }, statementBytes);
        const leaf = leafHash(bytes);
        prev = leaf.toString('hex');
        await client.query('UPDATE ledger.ledger_entry SET bytes = $1, leaf_hash = $2, sealed_at = $3 WHERE index = $4', [
          bytes,
          leaf,
          sealedAt,
          entry.index,
        ]);
      }
      await client.query('UPDATE ledger.ledger_head SET head_leaf_hash = $1', [prev]);
    },
    async () => {
      assert.deepEqual(await audited(), treeDiffers);
      await assert.rejects(ledger.sealer().takeLease(), /is not what was signed/);
      // Who holds the database and the log's key makes tiles and checkpoints anew as well.
      await withClient(at.url, (client) => client.query('DELETE FROM ledger.ledger_tile; DELETE FROM ledger.ledger_checkpoint'));
      await worker.pool.query('UPDATE ledger.ledger_head SET lease_holder = NULL');
      await ledger.sealAll();
      assert.deepEqual(await audited(), []);
      assert.equal(await verified(false), 'whole');
      assert.equal(await verified(), `${seen.size - 1} history-changed`);
    },
  );
});

test('a projection row changed, added or removed is named with what it should say', async () => {
  const id = memberOf(await bytesOf(target));
  await tamper(
    (client) =>
      client.query(`UPDATE projection.membership SET state = jsonb_set(state, '{roles}', '["operator"]') WHERE id = $1`, [id]),
    async () => {
      const [finding, ...others] = await auditOf(ledger);
      assert.deepEqual(others, []);
      assert.ok(finding?.what === 'state' && finding.difference === 'different');
      const { expected = '', actual = '' } = finding;
      assert.equal(actual.replace('operator', 'steward'), expected);
      assert.equal(canonicalText(JSON.parse(expected) as never), expected);
      assert.equal(await verified(), 'whole');
    },
  );
  await tamper(
    (client) => client.query('UPDATE projection.membership SET changed_at = 0 WHERE id = $1', [id]),
    async () => assert.deepEqual(await audited(), [`membership ${id} different`]),
  );
  await tamper(
    (client) => client.query('DELETE FROM projection.membership WHERE id = $1', [id]),
    async () => assert.deepEqual(await audited(), [`membership ${id} missing`]),
  );
  await tamper(
    (client) =>
      client.query(
        `INSERT INTO projection.membership (id, state, changed_at) SELECT 'x', state, 1 FROM projection.membership LIMIT 1`,
      ),
    async () => assert.deepEqual(await audited(), ['membership x extra']),
  );
});

test('a column that the trail is searched by, changed so that nobody finds the entry, is named', async () => {
  await tamper(
    (client) => client.query("UPDATE ledger.ledger_entry SET departments = '{}' WHERE index = $1", [target]),
    async () => {
      assert.deepEqual(await audited(), [`${target} mentions-differ`]);
      assert.equal(await verified(), 'whole');
    },
  );
});

const changes: [string, string, string[]][] = [
  [
    'a byte of a tile',
    'UPDATE ledger.ledger_tile SET bytes = set_byte(bytes, 8191, get_byte(bytes, 8191) # 1) WHERE (level, index) = (0, 0)',
    ['tile/0/000 tile-differs'],
  ],
  [
    'the root of a tile',
    'UPDATE ledger.ledger_tile SET root = set_byte(root, 0, get_byte(root, 0) # 1) WHERE (level, index) = (0, 0)',
    ['tile/0/000 tile-differs'],
  ],
  ['a tile taken out', 'DELETE FROM ledger.ledger_tile', ['tile/0/000 tile-missing']],
  [
    'a tile too many',
    'INSERT INTO ledger.ledger_tile SELECT 1, 7, root, bytes FROM ledger.ledger_tile',
    ['tile/1/007 tile-differs'],
  ],
  [
    'the root of a checkpoint',
    `UPDATE ledger.ledger_checkpoint SET root = set_byte(root, 0, get_byte(root, 0) # 1) WHERE size = ${seen.size}`,
    [`checkpoint/${seen.size} consistency-wrong`],
  ],
  [
    'the text of a checkpoint',
    `UPDATE ledger.ledger_checkpoint SET note = replace(note, E'\\n${seen.size}\\n', E'\\n${seen.size + 1}\\n') WHERE size = ${seen.size}`,
    [`checkpoint/${seen.size} note-signature-wrong`],
  ],
  [
    'another checkpoint’s note',
    `UPDATE ledger.ledger_checkpoint SET note = (SELECT note FROM ledger.ledger_checkpoint WHERE size = 1) WHERE size = ${seen.size}`,
    [`checkpoint/${seen.size} consistency-wrong`],
  ],
];
for (const [what, sql, found] of changes) {
  test(`promise 3: a superuser who edits the log is named by the audit: ${what}`, async () => {
    await tamper(
      (client) => client.query(sql),
      async () => assert.deepEqual(await audited(), found),
    );
  });
}

test('a sealer does not sign on top of a root that is not its tree’s', async () => {
  await tamper(
    (client) => client.query(changes[4]?.[1] ?? ''),
    () => assert.rejects(ledger.sealer().takeLease(), /is not what was signed/),
  );
});

test('a sealer does not go on from a head that is not the last entry', async () => {
  await tamper(
    (client) => client.query("UPDATE ledger.ledger_head SET head_leaf_hash = repeat('a', 64)"),
    async () => {
      await assert.rejects(ledger.sealer().takeLease(), /is not what was signed/);
      assert.deepEqual(await audited(), [`${seen.size} head-differs`]);
    },
  );
});

test('put back as it was, the ledger is whole again', async () => {
  assert.equal((await checkWhole(ledger, memberships, seen)).head, seen.head);
});
