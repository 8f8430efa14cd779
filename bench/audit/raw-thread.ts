// One thread of the raw limits: hashes its share of the entries into a tree, verifies their signatures if it is told to, and reads nothing of
// what they say. The share lies in memory, or is read from the database as the audit reads it.
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { Frontier, leafHash } from '#ledger';
import { withClient } from '#postgres';
import { copyRows } from '../../libs/postgres/src/copy-rows.js';

export interface Share {
  readonly url: string;
  /** DER. */
  readonly publicKey: Uint8Array;
  /** Entries from this index up to but without that one; each signed once, by the key. */
  readonly from: number;
  readonly until: number;
}
export interface Told {
  readonly from: 'memory' | 'database';
  readonly isVerified: boolean;
}

const ROWS_AT_ONCE = 512;
const { url, publicKey, from, until } = workerData as Share;
const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
const kept: Buffer[] = [];
await read((bytes) => kept.push(Buffer.from(bytes)));

async function read(onEntry: (bytes: Buffer) => void): Promise<void> {
  await withClient(url, async (client) => {
    for (let at = from; at < until; at += ROWS_AT_ONCE) {
      const before = Math.min(until, at + ROWS_AT_ONCE);
      const select = `SELECT bytes FROM ledger.ledger_entry WHERE index >= ${at} AND index < ${before} ORDER BY index`;
      await copyRows(client, select, (fields) => onEntry(fields.subarray(4)));
    }
  });
}

const [SIGNATURE, STATEMENT, END] = ['"signature":"', ',"statement":', ',"v":1}'];

function verifyOne(bytes: Buffer, by: KeyObject): void {
  const at = bytes.indexOf(SIGNATURE, 0, 'latin1') + SIGNATURE.length;
  const signature = Buffer.from(bytes.toString('latin1', at, at + 88), 'base64');
  const statement = bytes.subarray(bytes.indexOf(STATEMENT, 0, 'latin1') + STATEMENT.length, bytes.length - END.length);
  if (!verify(null, statement, by, signature)) throw new Error('A signature does not hold');
}

parentPort?.on('message', (told: Told) => {
  const tree = new Frontier();
  const take = (bytes: Buffer) => {
    tree.append(leafHash(bytes));
    if (told.isVerified) verifyOne(bytes, key);
  };
  const taken = told.from === 'memory' ? Promise.resolve(kept.forEach(take)) : read(take);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  void taken.then(() => parentPort?.postMessage('done'));
});
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage('ready');
