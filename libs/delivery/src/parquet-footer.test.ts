import assert from 'node:assert/strict';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { readParquetFooter } from './parquet-file.js';
import { ParquetError } from './parquet-footer.js';
import { rowCounter } from './row-counter.js';
import { decodeThrift, encodeThrift } from './thrift-compact.js';

/** Rows of a Parquet file whose bytes pass in pieces of this size, each in the memory of the one before. */
function countIn(bytes: Uint8Array, pieceBytes: number): number {
  const counter = rowCounter('parquet');
  const memory = new Uint8Array(pieceBytes);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const piece = bytes.subarray(at, at + pieceBytes);
    memory.set(piece);
    counter.push(memory.subarray(0, piece.length));
  }
  return counter.rows();
}

test('the footer of a file that DuckDB wrote is read, and written again byte for byte', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'quanlian-parquet-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'a.parquet');
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run(
    `COPY (SELECT i AS n, 'text ' || i AS s, CAST(i AS DECIMAL(26,2)) AS d, i % 2 = 0 AS b FROM range(10000) t(i))
     TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 2048, KV_METADATA {k: 'v'})`,
  );
  connection.closeSync();
  instance.closeSync();

  const file = await open(path);
  const { dataEnd, metadata } = await readParquetFooter(file);
  await file.close();
  const bytes = await readFile(path);
  for (const piece of [1, 7, 65_536, bytes.length]) assert.equal(countIn(bytes, piece), 10_000);
  assert.deepEqual(encodeThrift(metadata), bytes.subarray(dataEnd, -8));

  for (const broken of [
    bytes.subarray(0, -1),
    bytes.subarray(0, 11),
    Buffer.alloc(100),
    Buffer.concat([bytes.subarray(0, -8), Buffer.from([255, 255, 255, 255]), bytes.subarray(-4)]),
  ]) {
    await writeFile(path, broken);
    const file = await open(path);
    await assert.rejects(readParquetFooter(file), ParquetError);
    await file.close();
    assert.throws(() => countIn(broken, 1000), ParquetError);
  }
});

test('bytes that are not Thrift are refused, whatever they ask for', () => {
  for (const hex of ['', '15', '19fcffffffff0f', '18ffffffff0f', `${'1c'.repeat(100)}00`, '1d00']) {
    assert.throws(() => decodeThrift(Buffer.from(hex, 'hex')), hex);
  }
});
