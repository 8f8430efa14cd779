import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { refuse, type Item } from '#contracts';
import { createHmacSha256, CryptoError, decryptAge, equalConstantTime } from '#crypto';
import { writeFilePieces } from './file-pieces.js';
import { columnName, duckdbType } from './item-value.js';
import type { StoredKeyList } from './job.js';
import { PayloadMissing, type PayloadStore } from './payload-store.js';
import type { Sandbox } from './sandbox.js';
import { quoteLiteral } from './sql.js';

/** The tables that a job's key lists will have, by the lists' ids. */
export function keyTablesOf(lists: readonly StoredKeyList[] = []): Map<string, string> {
  return new Map(lists.map(({ list }, i) => [list, `key_list_${i}`]));
}

/**
 * Opens key lists into tables of the sandbox: `k`, a key as its item's type compares it, and `hit`, false. In the clear they lie in
 * `folder`, which is in memory, and there only until they are loaded. Throws Refusal `key-list-gone`, and `part-damaged` when the keys
 * are not those that were committed to.
 */
export async function loadKeyTables(
  lists: readonly StoredKeyList[] = [],
  items: readonly Item[],
  store: PayloadStore,
  folder: string,
  sandbox: Sandbox,
): Promise<void> {
  for (const [i, list] of lists.entries()) {
    const item = items.find(({ name }) => name === list.item);
    if (item === undefined) throw refuse('item-unknown', { items: [list.item] }, { field: 'rows' });
    const path = join(folder, `keys-${i}`);
    await openKeys(list, store, path);
    // One key a line; no key holds a control character, so nothing is quoted and nothing is cut.
    const read = `read_csv(${quoteLiteral(path)}, auto_detect = false, header = false, delim = '\x1f', quote = '', escape = '',
      comment = '', new_line = '\\n', columns = {'k': 'VARCHAR'})`;
    await sandbox.run(`CREATE TABLE key_list_${i} AS SELECT CAST(k AS ${duckdbType(item)}) AS k, false AS hit FROM ${read}`);
    await rm(path);
    const loaded = Number((await sandbox.run(`SELECT count(*) FROM key_list_${i}`))[0]?.[0]);
    if (loaded !== list.count) throw new Error('DuckDB read another number of keys than the list has');
  }
}

async function openKeys(list: StoredKeyList, store: PayloadStore, path: string): Promise<void> {
  const hmac = createHmacSha256(list.commitmentKey);
  async function* measured(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const bytes of decryptAge([list.identity], store.read(list.objectName))) {
      hmac.update(bytes);
      yield bytes;
    }
  }
  try {
    await writeFilePieces(path, measured());
  } catch (error) {
    if (error instanceof PayloadMissing) throw refuse('key-list-gone');
    if (error instanceof CryptoError) throw refuse('part-damaged', { part: list.objectName });
    throw error;
  }
  if (!equalConstantTime(hmac.digest().toString('hex'), list.commitment)) throw refuse('part-damaged', { part: list.objectName });
}

/** Marks the keys for which a part has a row, whatever else the scope asks. */
export async function markKeys(
  lists: readonly StoredKeyList[] = [],
  items: readonly Item[],
  partPath: string,
  sandbox: Sandbox,
): Promise<void> {
  for (const [i, { item }] of lists.entries()) {
    const column = columnName(items.findIndex(({ name }) => name === item));
    const found = `SELECT ${column} FROM read_parquet(${quoteLiteral(partPath)})`;
    await sandbox.run(`UPDATE key_list_${i} SET hit = true WHERE NOT hit AND k IN (${found})`);
  }
}

/** How many keys there are on all lists, and how many were marked. */
export async function countKeys(lists: readonly StoredKeyList[], sandbox: Sandbox): Promise<{ listed: number; matched: number }> {
  let matched = 0;
  for (const i of lists.keys()) {
    matched += Number((await sandbox.run(`SELECT count(*) FROM key_list_${i} WHERE hit`))[0]?.[0]);
  }
  return { listed: lists.reduce((sum, { count }) => sum + count, 0), matched };
}
