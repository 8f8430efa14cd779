import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshDatabase } from '#testing';
import { migrate } from './migrate.js';
import { withClient } from './roles.js';

test('two starts at once migrate once; what is made belongs to the owner', async () => {
  const database = await freshDatabase('migrate');
  const [one, two] = await Promise.all([migrate(database.migratorUrl), migrate(database.migratorUrl)]);
  assert.deepEqual([...one.applied, ...two.applied], ['Ledger1795000000001', 'Office1795000000002']);
  assert.ok(one.applied.length === 0 || two.applied.length === 0, 'one of them did all, the other nothing');
  await withClient(database.url, async (client) => {
    const { rows } = await client.query<{ owner: string }>(
      "SELECT DISTINCT tableowner AS owner FROM pg_tables WHERE schemaname IN ('office', 'ledger', 'projection')",
    );
    assert.deepEqual(
      rows.map(({ owner }) => owner),
      ['quanlian_owner'],
    );
  });
});
