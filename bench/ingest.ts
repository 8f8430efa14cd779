// How long a version takes to be taken in, against DuckDB reading the same CSV and writing it as Parquet, in the same run:
// `npm run bench -- ingest [rounds] [--rows N]`, a million rows and five rounds unless told. The product: a process of its own checks every
// value against its item, computes the content digest and the file's, writes Parquet parts in the file's order, encrypts, digests, stores
// and syncs them. The peer: one DuckDB with the same types stated, threads, memory, compression and order; it checks types and digests
// nothing. `--peer no` measures the product alone: with 30 million rows DuckDB does not end within this memory. `--only csv,xlsx,upload` chooses; xlsx: a sheet filled to its last row; upload: a file of 200 MB that arrives so that its line may break, against one in a single request, with the API's memory. A ratio is the product's time by the peer's. Memory is that of all processes (proportional shares) and of files in memory-backed
// folders, at one moment.
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { defaultLimits, openPayloadStore } from '#delivery';
import { benchUpload } from './ingest/upload.js';
import { benchWorkbook } from './ingest/workbook.js';
import { race } from './shared/against.js';
import { runCommand } from './shared/command.js';
import { makeGround, MiB } from './shared/ground.js';
import { ingestPeople, peopleTypes, writePeople } from './shared/people.js';
import { describeMachine, readAsked } from './shared/rounds.js';

const asked = readAsked();
const rows = asked.number('rows', 1_000_000);
const ground = makeGround();
const { folder, memoryFolder, store, alone } = ground;
const { duckdbThreads, duckdbMemoryBytes } = defaultLimits;

async function benchCsv(): Promise<void> {
  const csv = join(folder, 'people.csv');
  await writePeople(csv, rows);
  console.log(
    `${rows} rows × 10, ${Math.round(statSync(csv).size / MiB)} MiB of CSV; DuckDB on both sides: ${duckdbThreads} threads, ` +
      `memory_limit ${duckdbMemoryBytes / MiB} MiB, zstd, order preserved`,
  );
  const read = `SELECT * FROM read_csv('${csv}', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', columns = ${peopleTypes})`;
  const sql = `COPY (${read}) TO '${join(folder, 'alone.parquet')}' (FORMAT parquet, COMPRESSION zstd)`;
  await race({
    name: 'csv',
    peerName: 'DuckDB alone',
    rounds: asked.rounds,
    async product() {
      const { version } = await ingestPeople(csv, store, memoryFolder);
      for (const { name } of version.parts) await openPayloadStore(store).remove(name);
    },
    ...(asked.text('peer') === 'no'
      ? {}
      : { peer: () => runCommand(process.execPath, [alone, sql, String(duckdbThreads), `${duckdbMemoryBytes}B`]) }),
    memoryFolders: [memoryFolder],
    goals: { ratio: 1.5, mib: 1024 },
  });
}

async function benchVillages(): Promise<void> {
  const csv = join(folder, 'villages.csv');
  const made = `SELECT 990100000000 + i AS code, '第' || i || '村民委员会' AS name, 10 + i % 50 AS "provinceCode" FROM range(4800000) AS made(i)`;
  await runCommand(process.execPath, [alone, `COPY (${made}) TO '${csv}' (FORMAT csv, HEADER true)`, '2', '512MiB']);
  await benchUpload(csv, asked.rounds);
}

try {
  console.log(describeMachine());
  const isAsked = (part: string): boolean => asked.only.length === 0 || asked.only.includes(part);
  if (isAsked('csv')) await benchCsv();
  if (isAsked('xlsx')) await benchWorkbook(ground, asked.rounds);
  if (isAsked('upload')) await benchVillages();
} finally {
  rmSync(folder, { recursive: true, force: true });
  rmSync(memoryFolder, { recursive: true, force: true });
}
process.exit(0);
