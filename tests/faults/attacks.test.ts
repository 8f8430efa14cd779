import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, test } from 'node:test';
import { encodeEntry, leafHash, LedgerFault, openEntry } from '#ledger';
import { readEntry, type Finding } from '#postgres';
import type pg from 'pg';
import { providerCode, sampleLedger } from '../ledger/sample-ledger.js';
import { tamper } from '../ledger/tamper.js';
import { auditOf, checkWhole, verifyOf } from '../ledger/whole-ledger.js';

// Each thing that a superuser of the database can do to the ledger, and the sentence with which it is found. docs/THREATS.md lists them.

const threats = readFileSync(resolve(import.meta.dirname, '../../../docs/THREATS.md'), 'utf8');
const ledger = await sampleLedger('attacks');
const { city, worker } = ledger;
after(() => ledger.end());
const memberships = Array.from({ length: 260 }, () => city.membershipGranted(providerCode));
await ledger.tell(...memberships);
await ledger.sealAll();
const seen = await checkWhole(ledger, memberships);
const last = seen.size - 1;

async function bytesOf(index: number): Promise<Buffer> {
  const entry = await readEntry(worker.pool, index);
  assert.ok(entry);
  return entry.bytes;
}

/** Writes an entry's bytes with its leaf made anew, as who knows the format does. */
async function put(client: pg.Client, index: number, bytes: Uint8Array): Promise<void> {
  const { sealedAt } = openEntry(bytes).entry;
  await client.query('UPDATE ledger.ledger_entry SET bytes = $2, leaf_hash = $3, sealed_at = $4 WHERE index = $1', [
    index,
    bytes,
    leafHash(bytes),
    sealedAt,
  ]);
}

async function append(client: pg.Client, entry: Uint8Array, id: string): Promise<void> {
  const leaf = leafHash(entry);
  await client.query(
    `INSERT INTO ledger.ledger_entry (index, statement_id, leaf_hash, sealed_at, type, issuer, subject, dataset, "right", departments, persons, bytes)
     SELECT index + 1, $3, $1, sealed_at, type, issuer, subject, dataset, "right", departments, persons, $2 FROM ledger.ledger_entry WHERE index = $4`,
    [leaf, entry, id, last],
  );
  await client.query('UPDATE ledger.ledger_head SET size = size + 1, head_leaf_hash = $1', [leaf.toString('hex')]);
}

/** From this entry on, each goes on from the one before it again. */
async function chainAnew(client: pg.Client, from: number): Promise<void> {
  let prev = leafHash(await bytesOf(from - 1)).toString('hex');
  for (let index = from; index < seen.size; index++) {
    const { entry, statementBytes } = openEntry(await bytesOf(index));
    const bytes = encodeEntry({ ...entry, prev }, statementBytes);
    prev = leafHash(bytes).toString('hex');
    await put(client, index, bytes);
  }
  await client.query('UPDATE ledger.ledger_head SET head_leaf_hash = $1', [prev]);
}

const sql = (text: string) => (client: pg.Client) => client.query(text);

/** In the words of docs/THREATS.md. */
const attacks: readonly [string, (client: pg.Client) => Promise<unknown>][] = [
  [
    'edits a word in an entry',
    async (client) =>
      client.query('UPDATE ledger.ledger_entry SET bytes = $1 WHERE index = 12', [
        Buffer.from(String(await bytesOf(12)).replace('steward', 'operator')),
      ]),
  ],
  [
    'edits a word in an entry, and makes its leaf and the whole chain anew',
    async (client) => {
      await put(client, 12, Buffer.from(String(await bytesOf(12)).replace('steward', 'operator')));
      await chainAnew(client, 13);
    },
  ],
  [
    'edits the time of an entry, and makes its leaf anew',
    async (client) => {
      const { entry, statementBytes } = openEntry(await bytesOf(12));
      const sealedAt = new Date(Date.parse(entry.sealedAt) + 1).toISOString();
      await put(client, 12, encodeEntry({ ...entry, sealedAt }, statementBytes));
    },
  ],
  ['deletes an entry', sql('DELETE FROM ledger.ledger_entry WHERE index = 12')],
  [
    'deletes the last entry, and sets head and projection back',
    async (client) => {
      const { statement } = openEntry(await bytesOf(last)).entry;
      const { person } = statement.body as { person: string };
      await client.query('DELETE FROM ledger.ledger_entry WHERE index = $1', [last]);
      await client.query('DELETE FROM projection.membership WHERE id = $1', [`${person}:${providerCode}`]);
      await client.query(
        `UPDATE ledger.ledger_head SET size = $1::bigint, head_leaf_hash =
         (SELECT encode(leaf_hash, 'hex') FROM ledger.ledger_entry WHERE index = $1::bigint - 1)`,
        [last],
      );
    },
  ],
  [
    'swaps two entries',
    async (client) => {
      const [a, b] = [await bytesOf(12), await bytesOf(13)];
      await put(client, 12, b);
      await put(client, 13, a);
    },
  ],
  [
    'swaps two entries, and makes indexes, leaves and the whole chain anew',
    async (client) => {
      const [a, b] = [openEntry(await bytesOf(12)), openEntry(await bytesOf(13))];
      await put(client, 12, encodeEntry({ ...b.entry, index: 12 }, b.statementBytes));
      await put(client, 13, encodeEntry({ ...a.entry, index: 13 }, a.statementBytes));
      await chainAnew(client, 12);
    },
  ],
  [
    'appends an entry that nobody signed',
    async (client) => {
      const { entry, statementBytes } = openEntry(await bytesOf(last));
      const id = 'f'.repeat(32);
      const forged = Buffer.from(String(statementBytes).replace(entry.statement.id, id));
      const prev = leafHash(await bytesOf(last)).toString('hex');
      await append(client, encodeEntry({ ...entry, index: seen.size, prev }, forged), id);
    },
  ],
  [
    'appends a signed statement a second time',
    async (client) => {
      const { entry, statementBytes } = openEntry(await bytesOf(last));
      const prev = leafHash(await bytesOf(last)).toString('hex');
      await append(client, encodeEntry({ ...entry, index: seen.size, prev }, statementBytes), 'e'.repeat(32));
    },
  ],
  ['sets the head to another entry', sql("UPDATE ledger.ledger_head SET head_leaf_hash = repeat('a', 64)")],
  [
    'edits a byte of a tile',
    sql('UPDATE ledger.ledger_tile SET bytes = set_byte(bytes, 8191, get_byte(bytes, 8191) # 1) WHERE (level, index) = (0, 0)'),
  ],
  ['deletes a tile', sql('DELETE FROM ledger.ledger_tile')],
  [
    'edits the root of a checkpoint',
    sql(`UPDATE ledger.ledger_checkpoint SET root = set_byte(root, 0, get_byte(root, 0) # 1) WHERE size = ${seen.size}`),
  ],
  [
    'edits the text of a checkpoint',
    sql(
      `UPDATE ledger.ledger_checkpoint SET note = replace(note, E'\\n${seen.size}\\n', E'\\n${seen.size + 1}\\n') WHERE size = ${seen.size}`,
    ),
  ],
  [
    'edits a projection',
    sql(`UPDATE projection.membership SET state = jsonb_set(state, '{roles}', '["operator"]') WHERE changed_at = 12`),
  ],
  ['deletes a projection', sql('DELETE FROM projection.membership WHERE changed_at = 12')],
  [
    'adds a projection',
    sql("INSERT INTO projection.membership (id, state, changed_at) SELECT 'x', state, 1 FROM projection.membership LIMIT 1"),
  ],
  [
    'edits the columns by which the trail finds an entry',
    sql("UPDATE ledger.ledger_entry SET departments = '{}' WHERE index = 12"),
  ],
];

const sentenceOf = (finding: Finding): string =>
  finding.what === 'state'
    ? `${finding.kind} … ${finding.difference}`
    : finding.what === 'tree'
      ? `${finding.id}: ${finding.sentence.en}`
      : finding.sentence.en;

const kindOf = (finding: Finding): string => (finding.what === 'state' ? `${finding.kind} ${finding.difference}` : finding.code);

async function verified(): Promise<string> {
  try {
    await verifyOf(ledger, { size: seen.size, head: seen.head });
    return '';
  } catch (error) {
    assert.ok(error instanceof LedgerFault, String(error));
    return error.sentence('en');
  }
}

for (const [attack, change] of attacks) {
  test(`promise 3: a superuser who ${attack} is found, with the sentences that THREATS gives`, async () => {
    await tamper(ledger.at, change, async () => {
      const findings = await auditOf(ledger);
      assert.ok(findings.length > 0, 'the audit finds nothing');
      // Of each kind the first: what follows from it is the same sentence again.
      const kinds = new Map(findings.toReversed().map((finding) => [kindOf(finding), sentenceOf(finding)]));
      const row = `| ${attack} | ${[...kinds.values()].toReversed().join(' ')} | ${(await verified()) || '–'} |`;
      assert.ok(threats.includes(row), `docs/THREATS.md lacks:\n${row}`);
    });
  });
}
