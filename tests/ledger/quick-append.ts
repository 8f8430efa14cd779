import { encodeEntry, leafHash, type FullTile, type LedgerHead, type SealedStatement } from '#ledger';
import { PgLedgerStore } from '#postgres';
import type { Said } from '../../libs/ledger/src/sample-city.js';
import type { SampleLedger } from './sample-ledger.js';

// For tests and benchmarks only: entries by the store alone, chained and in the tree, which nobody judged and no projection knows.

/** As many as a sealer puts into one batch. */
export const BATCH = 500;

/** A statement with what the trail finds it by. */
export interface Prepared extends Said {
  readonly mentions: SealedStatement['mentions'];
}

/** Takes the lease; who is done closes it. Throws when another holds it. */
export async function openAppender({ worker }: Pick<SampleLedger, 'worker'>) {
  const store = new PgLedgerStore(worker);
  const held = await store.takeLease('bench', 600_000);
  if (!held) throw new Error('Another holds the lease');
  let head: LedgerHead = held;
  const tree = await store.treeEdge(head.size);

  async function appendBatch(batch: readonly Prepared[]): Promise<void> {
    const nowAt = new Date().toISOString();
    const sealedAt = nowAt > head.sealedAt ? nowAt : head.sealedAt;
    const tiles: FullTile[] = [];
    let prev = head.head;
    const sealed = batch.map(({ statement, bytes: statementBytes, signatures, mentions }, i): SealedStatement => {
      const index = head.size + i;
      const bytes = encodeEntry({ index, prev, sealedAt, signatures }, statementBytes);
      const leaf = leafHash(bytes);
      tree.append(leaf, (tile) => tiles.push(tile));
      prev = leaf.toString('hex');
      return { seq: '0', index, bytes, leafHash: leaf, sealedAt, statement, signatures, mentions };
    });
    const next: LedgerHead = { size: head.size + sealed.length, head: prev, sealedAt, epoch: head.epoch };
    const isKept = await store.transaction(async (tx) => {
      if (!(await tx.append(head, next, sealed))) return false;
      await tx.putTiles(tiles);
      return true;
    });
    if (!isKept) throw new Error('Fenced');
    head = next;
  }

  return {
    async append(prepared: readonly Prepared[]): Promise<number> {
      for (let from = 0; from < prepared.length; from += BATCH) await appendBatch(prepared.slice(from, from + BATCH));
      return prepared.length;
    },
    async close(): Promise<void> {
      await store.releaseLease(head.epoch);
      await store.close();
    },
  };
}
