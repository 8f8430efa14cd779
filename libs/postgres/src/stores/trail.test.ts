import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Inbox, TrailFilter, Transactions } from '#exchange';
import { migratedDatabase, type TestDatabase } from '#testing';
import { connect, type Database } from '../database.js';
import { withClient } from '../roles.js';
import { postgresTransactions } from '../transactions.js';

// Entries are put in with the columns that the sealer gives them; which columns it gives is tested with the sealer.
let place: TestDatabase;
let database: Database;
let api: Transactions;
const noInbox = (): Inbox => ({
  admit: () => Promise.reject(new Error('none')),
  states: async () => new Map(),
  proveSealed: () => Promise.reject(new Error('none')),
});
const minute = (n: number) => new Date(Date.UTC(2026, 2, 1) + n * 60_000).toISOString();

const entries = [
  { type: 'dataset.entered', subject: 'set', dataset: 'set', departments: ['A'] },
  { type: 'request.submitted', subject: 'request', dataset: 'set', departments: ['A', 'B'], persons: ['p1'] },
  { type: 'right.granted', subject: 'request', dataset: 'set', right: 'right', departments: ['A', 'B'], persons: ['p1', 'p2'] },
  { type: 'pull.signed', subject: 'delivery', dataset: 'set', right: 'right', departments: ['A', 'B'] },
  { type: 'delivery.decided', subject: 'delivery', dataset: 'set', right: 'right', departments: ['A', 'B'] },
  { type: 'dataset.entered', subject: 'other', dataset: 'other', departments: ['C'] },
  { type: 'pull.signed', subject: 'elsewhere', dataset: 'other', right: 'another', departments: ['B', 'C'] },
] as const;

before(async () => {
  place = await migratedDatabase('trail');
  database = await connect(place.apiUrl, { poolSize: 2 });
  api = postgresTransactions(database, noInbox);
  await withClient(place.workerUrl, async (client) => {
    for (const [index, entry] of entries.entries()) {
      const { type, subject, dataset, departments } = entry;
      await client.query(
        `INSERT INTO ledger.ledger_entry
           (index, statement_id, leaf_hash, sealed_at, type, issuer, subject, dataset, "right", departments, persons, bytes)
         VALUES ($1, $2, $3, $4, $5, 'A', $6, $7, $8, $9, $10, $11)`,
        [
          index,
          `statement ${index}`,
          Buffer.alloc(32, index),
          minute(index),
          type,
          subject,
          dataset,
          'right' in entry ? entry.right : null,
          departments,
          'persons' in entry ? entry.persons : null,
          Buffer.from(`entry ${index}`),
        ],
      );
    }
  });
});
after(() => database.close());

async function find(filter: TrailFilter, limit = 2): Promise<number[]> {
  const found: number[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await api.run(({ trail }) => trail.query(filter, { limit, ...(cursor === undefined ? {} : { cursor }) }));
    assert.ok(page.items.length <= limit);
    found.push(...page.items.map(({ index }) => index));
    if (page.next === undefined) return found;
    cursor = page.next;
  }
}

test('entries come with their exact bytes, the newest first, page by page', async () => {
  assert.deepEqual(await find({}), [6, 5, 4, 3, 2, 1, 0]);
  assert.deepEqual(await find({}, 100), [6, 5, 4, 3, 2, 1, 0]);
  const expected = {
    index: 3,
    sealedAt: minute(3),
    leafHash: '03'.repeat(32),
    bytes: Buffer.from('entry 3'),
    subject: 'delivery',
    dataset: 'set',
    departments: ['A', 'B'],
    persons: [],
  };
  assert.deepEqual(await api.run(({ trail }) => trail.entry(3, {})), expected);
  assert.equal(await api.run(({ trail }) => trail.entry(7, {})), undefined);
});

test('an entry is found by everything that it is about', async () => {
  assert.deepEqual(await find({ dataset: 'set' }), [4, 3, 2, 1, 0]);
  assert.deepEqual(await find({ right: 'right' }), [4, 3, 2]);
  assert.deepEqual(await find({ delivery: 'delivery' }), [4, 3]);
  assert.deepEqual(await find({ department: 'C' }), [6, 5]);
  assert.deepEqual(await find({ person: 'p1' }), [2, 1]);
  assert.deepEqual(await find({ types: ['pull.signed'] }), [6, 3]);
  assert.deepEqual(await find({ from: minute(2), until: minute(4) }), [3, 2]);
  assert.deepEqual(await find({ department: 'B', types: ['pull.signed'], right: 'right' }), [3]);
  assert.deepEqual(await find({ subject: 'request' }), [2, 1]);
  assert.deepEqual(await find({ subject: 'right' }), [4, 3, 2], 'what creates it and what names it');
  assert.deepEqual(await find({ subject: 'statement 5' }), [5]);
});

test('who may not see an entry does not learn that it exists', async () => {
  assert.deepEqual(await find({ visibleTo: ['A'] }), [4, 3, 2, 1, 0]);
  assert.deepEqual(await find({ visibleTo: ['A', 'C'], types: ['pull.signed'] }), [6, 3]);
  assert.deepEqual(await find({ visibleTo: [] }), []);
  assert.deepEqual(await find({ dataset: 'other', visibleTo: ['A'] }), []);
  assert.equal(await api.run(({ trail }) => trail.entry(5, { visibleTo: ['A', 'B'] })), undefined);
  assert.equal((await api.run(({ trail }) => trail.entry(6, { visibleTo: ['A', 'B'] })))?.index, 6);
});
