import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshDatabase, type TestDatabase } from '#testing';
import { migrate } from './migrate.js';
import { withClient } from './roles.js';

function ownersIn(database: TestDatabase): Promise<string[]> {
  return withClient(database.url, async (client) => {
    const { rows } = await client.query<{ owner: string }>(
      "SELECT DISTINCT tableowner AS owner FROM pg_tables WHERE schemaname IN ('office', 'ledger', 'projection', 'public')",
    );
    return rows.map(({ owner }) => owner);
  });
}

test('two starts at once migrate once; what is made belongs to the owner', async () => {
  const database = await freshDatabase('migrate');
  const [one, two] = await Promise.all([migrate(database.migratorUrl), migrate(database.migratorUrl)]);
  assert.deepEqual(
    [...one.applied, ...two.applied],
    [
      'Ledger1795000000001',
      'Office1795000000002',
      'Proposals1795000000003',
      'Catalogue1795000000004',
      'KeyLists1795000000005',
      'Log1795000000006',
      'Witnesses1795000000007',
      'LogKeys1795000000008',
      'UploadsTold1795000000009',
      'Arrivals1795000000011',
      'VersionReports1795000000012',
    ],
  );
  assert.ok(one.applied.length === 0 || two.applied.length === 0, 'one of them did all, the other nothing');
  assert.deepEqual(await ownersIn(database), ['quanlian_owner']);
});

test('an administrator who migrates does not become the owner', async () => {
  const database = await freshDatabase('migrate_admin');
  await migrate(database.url);
  assert.deepEqual(await ownersIn(database), ['quanlian_owner']);
});

test('the runtime roles may neither make nor remove anything in our schemas', async () => {
  const database = await freshDatabase('migrate_roles');
  await migrate(database.migratorUrl);
  for (const url of [database.apiUrl, database.workerUrl])
    for (const sql of [
      'CREATE TABLE office.mine ()',
      'DROP TABLE office.task',
      'TRUNCATE office.person',
      'ALTER TABLE office.secret ADD x int',
      'CREATE SCHEMA mine',
      'DELETE FROM app_migration',
    ])
      await assert.rejects(
        withClient(url, (client) => client.query(sql)),
        /permission denied|must be owner/,
      );
});
