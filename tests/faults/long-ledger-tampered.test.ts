import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openEntry } from '#ledger';
import { auditProjections, readEntry, withClient, type Finding } from '#postgres';
import { livesOf } from '../ledger/many-statements.js';
import { openAppender } from '../ledger/quick-append.js';
import { providerCode, sampleLedger } from '../ledger/sample-ledger.js';

// Long enough that the audit reads it on threads of its own (`THREADS_FROM`); what is altered lies in several of their pages.
const ENTRIES = 11_000;

const ledger = await sampleLedger('long_tampered');
after(() => ledger.end());
const appender = await openAppender(ledger);
const lives = livesOf(ledger.city, providerCode);
await appender.append(
  Array.from({ length: ENTRIES }, () => {
    const said = lives.next().value;
    const { person } = said.statement.body as { person: string };
    return { ...said, mentions: { subject: `${person}:${providerCode}`, departments: [providerCode], persons: [person] } };
  }),
);
await appender.close();

/** What an audit finds of entries and tree; nobody kept projections of these entries. */
async function audited(): Promise<string[]> {
  const found: string[] = [];
  await withClient(ledger.at.workerUrl, (client) =>
    auditProjections(client, ledger.law, (finding: Finding) => {
      if (finding.what !== 'state') found.push(`${finding.what === 'entry' ? finding.index : finding.id} ${finding.code}`);
    }),
  );
  return found;
}

async function bytesOf(index: number): Promise<Buffer> {
  const entry = await readEntry(ledger.worker.pool, index);
  assert.ok(entry);
  return entry.bytes;
}

test('promise 3: a long ledger, read on several threads, is found whole', async () => {
  assert.deepEqual(await audited(), []);
});

test('promise 3: each entry altered in a long ledger is named as in a short one, in order', async () => {
  const otherRole = Buffer.from(String(await bytesOf(1_500)).replace('steward', 'operator'));
  const noEntry = Buffer.from('{"no":"entry"}');
  const spaced = Buffer.concat([await bytesOf(5_003), Buffer.from(' ')]);
  // As a longer text is one that memory made for a page must grow for.
  const longest = Buffer.alloc(65_535, 0x20);
  const whole = await bytesOf(9_000);
  const [signature] = openEntry(whole).entry.signatures;
  assert.ok(signature);
  const unsigned = Buffer.from(String(whole).replace(signature.signature, `${'A'.repeat(86)}==`));
  await withClient(ledger.at.url, async (client) => {
    // What a superuser can do; nothing comes after it here.
    await client.query('ALTER TABLE ledger.ledger_entry DISABLE TRIGGER never_changed');
    for (const [index, bytes] of [
      [1_500, otherRole],
      [5_001, noEntry],
      [5_003, spaced],
      [7_000, longest],
      [7_001, longest],
      [9_000, unsigned],
    ] as const)
      await client.query('UPDATE ledger.ledger_entry SET bytes = $1 WHERE index = $2', [bytes, index]);
    await client.query(`UPDATE ledger.ledger_entry SET subject = 'else' WHERE index = 10001`);
    await client.query(`UPDATE ledger.ledger_entry SET sealed_at = sealed_at + interval '1 second' WHERE index = 10002`);
    await client.query(`UPDATE ledger.ledger_entry SET leaf_hash = sha256('') WHERE index = 10003`);
    await client.query('DELETE FROM ledger.ledger_entry WHERE index = 10500');
  });
  // What follows the one before, which is not there or cannot be read, is stale until its person is spoken of anew.
  assert.deepEqual(await audited(), [
    '1500 leaf-differs',
    '1500 bad-signature',
    '5001 leaf-differs',
    '5001 entry-malformed',
    '5002 stale-after',
    '5003 leaf-differs',
    '5003 entry-not-canonical',
    '5004 stale-after',
    '7000 leaf-differs',
    '7000 entry-malformed',
    '7001 leaf-differs',
    '7001 entry-malformed',
    '7002 stale-after',
    '7003 stale-after',
    '7004 stale-after',
    '9000 leaf-differs',
    '9000 bad-signature',
    '10001 mentions-differ',
    '10002 mentions-differ',
    '10003 leaf-differs',
    'tile/0/039 tile-differs',
    '10500 index-gap',
    '10501 stale-after',
    '10502 stale-after',
    '10503 stale-after',
    '10504 stale-after',
  ]);
});
