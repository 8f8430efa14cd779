import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migratedDatabase } from '#testing';
import { connect, isOutage } from './database.js';
import { withClient } from './roles.js';

test('a connection that the server ends while somebody holds it fails the next query and ends no process', async () => {
  const place = await migratedDatabase('database');
  const database = await connect(place.apiUrl, { poolSize: 1 });
  const pooled = await database.pool.connect();
  const own = await database.openClient();
  const ended = [pooled, own].map((client) => new Promise<void>((done) => client.once('end', done)));
  await withClient(place.url, (client) =>
    client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'quanlian_api'"),
  );
  await Promise.all(ended);
  await assert.rejects(pooled.query('SELECT 1'));
  await assert.rejects(own.query('SELECT 1'));
  pooled.release();
  const { rows } = await database.pool.query<{ one: number }>('SELECT 1 AS one');
  assert.deepEqual(rows, [{ one: 1 }]);
  await database.close();
});

test('a server that takes no connection of ours is an outage, whatever it says; a wrong statement is not', async () => {
  const place = await migratedDatabase('database');
  const database = await connect(place.apiUrl, { poolSize: 1 });
  const asked = (work: Promise<unknown>) =>
    work.then(
      () => assert.fail('It was answered'),
      (error: unknown) => error,
    );
  assert.equal(isOutage(await asked(database.pool.query('SELECT nothing_like_it'))), false);
  const elsewhere = new URL(place.url);
  const name = elsewhere.pathname.slice(1);
  elsewhere.pathname = '/postgres';
  await withClient(elsewhere.href, async (client) => {
    await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    // Neither an error of the network nor one of a server that starts or stops: 55000, as 28P01 would be.
    assert.equal(isOutage(await asked(database.pool.query('SELECT 1'))), true);
    assert.equal(isOutage(await asked(database.pool.connect())), true);
    assert.equal(isOutage(await asked(database.dataSource.query('SELECT 1'))), true);
    await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
  });
  const { rows } = await database.pool.query<{ one: number }>('SELECT 1 AS one');
  assert.deepEqual(rows, [{ one: 1 }]);
  await database.close();
});
