import { refuse } from '#contracts';
import { utf8Bytes } from '#crypto';
import type { ProvenEntry, ProvenLog } from '#exchange';
import {
  decodeCheckpoint,
  decodeNote,
  LogFault,
  proveConsistency,
  proveInclusion,
  TileReader,
  type EvidenceTimestamp,
  type HashReader,
  type TreeHead,
} from '#ledger';
import type pg from 'pg';
import type { PublishedLog } from './published-log.js';
import { readTileBytes } from './tiles.js';

/** What evidence is made of, out of the published log. A proof that does not lead to the signed root is never handed out. */
export class EvidenceLog implements ProvenLog {
  constructor(
    private readonly pool: pg.Pool,
    private readonly log: PublishedLog,
    readonly policy: () => Promise<string>,
  ) {}

  checkpoint(): Promise<{ readonly size: number; readonly note: string } | undefined> {
    return this.log.checkpoint();
  }

  async timestamp(size: number): Promise<EvidenceTimestamp | undefined> {
    const { rows } = await this.pool.query<{ size: string; token: Buffer; note: string }>(
      `SELECT stamped.size, stamped.token, checkpoint.note FROM ledger.ledger_timestamp AS stamped
JOIN ledger.ledger_checkpoint AS checkpoint USING (size) WHERE stamped.size <= $1 ORDER BY stamped.size DESC LIMIT 1`,
      [size],
    );
    const [row] = rows;
    if (!row) return undefined;
    const consistency = await this.consistency(Number(row.size), size);
    return { checkpoint: row.note, answer: row.token, consistency };
  }

  async *prove(note: string, indexes: readonly number[]): AsyncGenerator<ProvenEntry> {
    const head = decodeCheckpoint(decodeNote(utf8Bytes(note)).text);
    const tree = this.readerOf(head);
    const pageSize = 256;
    for (let from = 0; from < indexes.length; from += pageSize) {
      const page = indexes.slice(from, from + pageSize);
      const { rows } = await this.pool.query<{ index: string; bytes: Buffer }>({
        name: 'evidence-entries',
        text: 'SELECT index, bytes FROM ledger.ledger_entry WHERE index = ANY($1::bigint[]) ORDER BY index',
        values: [page],
      });
      if (rows.length !== page.length) throw refuse('ledger-damaged', { reason: `${page.length - rows.length} entries missing` });
      for (const row of rows) {
        const index = Number(row.index);
        yield { index, bytes: row.bytes, hashes: await proveInclusion(tree, index, head.size) };
      }
    }
  }

  private async consistency(older: number, newer: number): Promise<Uint8Array[]> {
    const { rows } = await this.pool.query<{ root: Buffer }>('SELECT root FROM ledger.ledger_checkpoint WHERE size = $1', [
      newer,
    ]);
    const [row] = rows;
    if (!row) throw new Error(`There is no checkpoint of ${newer} entries`);
    return proveConsistency(this.readerOf({ size: newer, root: row.root }), older, newer);
  }

  /** Reads tiles as a stranger would: each must lead to the root, and those of one tree are read once. Throws Refusal `ledger-damaged`. */
  private readerOf(head: TreeHead): HashReader {
    const tiles = new TileReader(head, (tile) => readTileBytes(this.pool, tile));
    return { readHashes: (nodes) => tiles.readHashes(nodes).catch(tellDamage) };
  }
}

/** The tiles are the exchange's own: where one does not lead to the root, nobody who asked did anything wrong. */
function tellDamage(error: unknown): never {
  if (!(error instanceof LogFault)) throw error;
  throw Object.assign(refuse('ledger-damaged', { reason: error.detail }), { cause: error });
}
