import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { databaseRoles, withClient } from '#postgres';
import { freshDatabase, migratedDatabase, noRedis, testRedisUrl, type Template } from './cluster.js';

let fillings = 0;
const template: Template = {
  name: 'cluster_test',
  fill: async ({ migratorUrl }) => {
    fillings++;
    await withClient(migratorUrl, (client) => client.query('create table things (name text)'));
  },
};

async function countTables(url: string): Promise<number> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ tables: number }>(
      "select count(*)::int as tables from pg_tables where tablename = 'things'",
    );
    return rows[0]?.tables ?? -1;
  });
}

test('copies a template that is filled once, and the copies do not see each other', async () => {
  const [one, two] = await Promise.all([freshDatabase('one', template), freshDatabase('two', template)]);
  assert.equal(fillings, 1);
  await withClient(one.migratorUrl, (client) => client.query('drop table things'));
  assert.equal(await countTables(one.url), 0);
  assert.equal(await countTables(two.url), 1);
  await one.drop();
  await assert.rejects(countTables(one.url), /does not exist/);
});

test('a migrated database has the schema, which runtime roles do not own', async () => {
  const database = await migratedDatabase('migrated');
  await withClient(database.url, async (client) => {
    const { rows } = await client.query<{ owner: string; tables: number }>(
      "select tableowner as owner, count(*)::int as tables from pg_tables where schemaname not in ('pg_catalog', 'information_schema') group by 1",
    );
    assert.deepEqual(
      rows.map(({ owner }) => owner),
      [databaseRoles.owner],
    );
    assert.ok((rows[0]?.tables ?? 0) > 5);
  });
});

const first = await testRedisUrl();
test('hands out a Redis database of its own at each call', { skip: first ? false : noRedis }, async () => {
  const second = await testRedisUrl();
  assert.match(first ?? '', /^redis:\/\/127\.0\.0\.1:\d+\/\d+$/);
  assert.notEqual(first, second);
});

test('a file run by hand gets servers of its own, and they go with it', async () => {
  const program = `
    const { freshDatabase } = await import(${JSON.stringify(resolve(import.meta.dirname, 'index.js'))});
    const { withClient } = await import(${JSON.stringify(resolve(import.meta.dirname, '../../postgres/src/index.js'))});
    const { url } = await freshDatabase('alone');
    await withClient(url, async (client) => {
      const { rows } = await client.query('show data_directory');
      console.log(rows[0].data_directory);
    });`;
  const { QUANLIAN_TEST_PG: _pg, QUANLIAN_TEST_REDIS: _redis, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { env });
  const directory = stdout.trim();
  assert.match(directory, /quanlian-test-/);
  for (let waits = 0; existsSync(directory) && waits < 200; waits++) await sleep(50);
  assert.equal(existsSync(directory), false);
});
