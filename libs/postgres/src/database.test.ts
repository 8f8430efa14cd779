import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migratedDatabase } from '#testing';
import { connect } from './database.js';
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
