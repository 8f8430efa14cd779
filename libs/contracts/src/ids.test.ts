import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withClient } from '#postgres';
import { freshDatabase } from '#testing';
import { newStatementId, shortId } from './ids.js';

test('a new id is a UUID of version 7 of its millisecond, as PostgreSQL reads it', async () => {
  const database = await freshDatabase('ids');
  await withClient(database.url, async (client) => {
    for (const nowMs of [0, 1_785_000_000_123, 2 ** 48 - 1]) {
      const id = newStatementId(nowMs);
      const { rows } = await client.query<{ version: number; ms: string; again: string }>(
        `SELECT uuid_extract_version($1::uuid) AS version, replace($1::uuid::text, '-', '') AS again,
           floor(extract(epoch FROM uuid_extract_timestamp($1::uuid)) * 1000) AS ms`,
        [id],
      );
      assert.deepEqual(rows, [{ version: 7, ms: String(nowMs), again: id }]);
    }
  });
  await database.drop();
});

test('ids of one millisecond differ, and end differently', () => {
  const ids = Array.from({ length: 500 }, () => newStatementId(1_785_000_000_123));
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(new Set(ids.map(shortId)).size, ids.length);
});

test('ids of later milliseconds sort behind', () => {
  const ids = [0, 1, 255, 256, 65_536, 1_785_000_000_123].map((ms) => newStatementId(ms));
  assert.deepEqual(ids, ids.toSorted());
});
