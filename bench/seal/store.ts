import { encodeEntry, leafHash } from '#ledger';
import { withClient } from '#postgres';
import type pg from 'pg';
import { pulled, pullsOf } from '../../tests/ledger/many-statements.js';
import { BATCH, openAppender, type Prepared } from '../../tests/ledger/quick-append.js';
import { granteeCode, providerCode, type SampleLedger } from '../../tests/ledger/sample-ledger.js';
import { compare, type Asked, type Compared } from '../shared/rounds.js';

/** The limit: one CTE that moves a head under a fence and adds rows with a unique id, cut out of one buffer. No chain, no tree, no search columns. */
const rawTables = `
CREATE TABLE raw_head (size bigint NOT NULL, epoch bigint NOT NULL);
INSERT INTO raw_head VALUES (0, 1);
CREATE TABLE raw_entry (index bigint PRIMARY KEY, statement_id text COLLATE "C" NOT NULL UNIQUE, leaf_hash bytea NOT NULL, bytes bytea STORAGE EXTERNAL NOT NULL);`;
const rawAppend = `
WITH head AS (UPDATE raw_head SET size = $2::bigint WHERE epoch = 1 AND size = $1::bigint RETURNING size)
INSERT INTO raw_entry (index, statement_id, leaf_hash, bytes)
SELECT $1::bigint + n - 1, id, substring($5::bytea FROM (n::int - 1) * 32 + 1 FOR 32), substring($4::bytea FROM entry.at FOR entry.size)
FROM head, unnest($3::text[], $6::int[], $7::int[]) WITH ORDINALITY AS entry (id, at, size, n)`;

/** What of a ledger is needed to append to it: nobody judges what is appended here. */
export type Appended = Pick<SampleLedger, 'city' | 'at' | 'worker'>;

/** The sealer's writes of a batch (chain, tree, entries with their search columns, head, tiles) without judging what is in it. */
export async function benchStore(ledger: Appended, asked: Asked): Promise<void> {
  await compareStore('store only, batches of 500', ledger, asked, { rate: 80_000, ratio: 0.6 });
}

/** The same, answered; the raw loop writes to empty tables, however long the ledger is. */
export async function compareStore(
  name: string,
  ledger: Appended,
  asked: Asked,
  goals: { rate?: number; ratio?: number } = {},
): Promise<Compared> {
  const count = countOf(asked);
  const appender = await openAppender(ledger);
  try {
    return await withClient(ledger.at.url, async (client) => {
      // Those of a run that was ended.
      await client.query(`DROP TABLE IF EXISTS raw_entry, raw_head; ${rawTables}`);
      let rawSize = 0;
      const rounds = Array.from({ length: asked.rounds }, () => prepare(ledger, count));
      const raws = rounds.map((prepared) => rawBatches(prepared));
      const compared = await compare(name, asked, {
        rawName: 'raw CTE loop',
        goals,
        raw: async () => {
          for (const batch of raws.pop() ?? []) rawSize = await appendRaw(client, rawSize, batch);
          return count;
        },
        work: () => appender.append(rounds.pop() ?? []),
      });
      await client.query('DROP TABLE raw_entry, raw_head');
      return compared;
    });
  } finally {
    await appender.close();
  }
}

const countOf = (asked: Asked): number => Math.ceil(asked.number('entries', 20_000) / BATCH) * BATCH;

function prepare({ city }: Appended, count: number): Prepared[] {
  const departments = [granteeCode, providerCode].sort();
  return [...pullsOf(city, granteeCode, count)].map((said) => ({
    ...said,
    mentions: { subject: said.statement.id, ...pulled, departments, persons: [] },
  }));
}

interface RawBatch {
  readonly ids: string[];
  readonly bytes: Buffer;
  readonly leaves: Buffer;
  readonly places: number[];
  readonly sizes: number[];
}

function rawBatches(prepared: readonly Prepared[]): RawBatch[] {
  const batches: RawBatch[] = [];
  for (let from = 0; from < prepared.length; from += BATCH) {
    const batch = prepared.slice(from, from + BATCH);
    // As long as entries are, so that both loops write as many bytes.
    const entries = batch.map(({ bytes, signatures }) =>
      encodeEntry({ index: 1_000_000, prev: '0'.repeat(64), sealedAt: '2026-01-05T08:00:00.000Z', signatures }, bytes),
    );
    let at = 1;
    const places = entries.map(({ length }) => {
      at += length;
      return at - length;
    });
    batches.push({
      ids: batch.map(({ statement }) => statement.id),
      bytes: Buffer.concat(entries),
      leaves: Buffer.concat(entries.map((bytes) => leafHash(bytes))),
      places,
      sizes: entries.map(({ length }) => length),
    });
  }
  return batches;
}

async function appendRaw(client: pg.ClientBase, size: number, { ids, bytes, leaves, places, sizes }: RawBatch): Promise<number> {
  const next = size + ids.length;
  const { rowCount } = await client.query({
    name: 'raw-append',
    text: rawAppend,
    values: [size, next, ids, bytes, leaves, places, sizes],
  });
  if (rowCount !== ids.length) throw new Error('The raw loop lost its head');
  return next;
}
