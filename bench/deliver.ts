// How long a delivery takes to be made, against DuckDB and `age` doing the same without the product, in the same run:
// `npm run bench -- deliver [rounds] [--rows N]`, a million rows and five rounds unless told. The product: a process of its own opens the
// encrypted parts, narrows and masks, encrypts, computes both digests, stores and syncs. The peer: DuckDB reads the same parts, decrypted
// before, with the same statement, threads and order, and writes through a pipe into `age`. A ratio is the product's time by the peer's.
// Memory is that of all processes (proportional shares) and of files in memory-backed folders, at one moment.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { generateAgeIdentity, randomId, randomKey } from '#crypto';
import type { Format } from '#contracts';
import { defaultLimits, openPayloadStore, runPrepare, type PrepareJob } from '#delivery';
import { copyOptions } from '../libs/delivery/src/copy-options.js';
import { compileSelection, selectFrom } from '../libs/delivery/src/leaving-sql.js';
import { benchChanges } from './deliver/changes.js';
import { benchFairness } from './deliver/fairness.js';
import { benchFirstByte } from './deliver/through-exchange.js';
import { race } from './shared/against.js';
import { runCommand } from './shared/command.js';
import { decryptParts, makeGround, MiB } from './shared/ground.js';
import { ingestPeople, narrowed, peopleItems, writePeople } from './shared/people.js';
import { watchMemory } from './shared/process-tree.js';
import { describeMachine, readAsked } from './shared/rounds.js';

// `--only csv,parquet,xlsx,fair,first,changes` chooses. xlsx: a sheet filled to its last row with all ten columns. fair: eight deliveries at once.
// first: through API, queue, worker and ledger, on a PostgreSQL that keeps what it says. changes: what changed between two versions.

const asked = readAsked();
const rows = asked.number('rows', 1_000_000);
const ground = makeGround();
const { folder, memoryFolder, store, alone } = ground;
const pseudonymKey = randomKey();
const { recipient } = await generateAgeIdentity();

try {
  console.log(`${describeMachine()}; age ${execFileSync('age', ['--version']).toString().trim()}`);
  const csv = join(folder, 'people.csv');
  await writePeople(csv, rows);
  const { version } = await ingestPeople(csv, store, memoryFolder);
  rmSync(csv);
  const parts = await decryptParts(version, store, join(folder, 'parts'));
  const { duckdbThreads, duckdbMemoryBytes } = defaultLimits;
  console.log(
    `${rows} rows × 10 in ${version.parts.length} parts, ${Math.round(version.parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / MiB)} MiB; out: 8 columns, four rows in ten, three masked, one pseudonym; ` +
      `DuckDB on both sides: ${duckdbThreads} threads, memory_limit ${duckdbMemoryBytes / MiB} MiB, order preserved`,
  );

  const selected = compileSelection(peopleItems, narrowed, pseudonymKey, defaultLimits);
  const parameters = Object.entries(selected.parameters).map(([name, value]) => `${name}=${Buffer.from(value).toString('hex')}`);

  const peer = async (format: Format): Promise<void> => {
    const pipe = join(folder, 'pipe');
    rmSync(pipe, { force: true });
    execFileSync('mkfifo', [pipe]);
    const sql = `COPY (${selectFrom(parts, selected, format)}) TO '${pipe}' (${copyOptions(format)})`;
    await Promise.all([
      runCommand('age', ['-r', recipient, '-o', join(folder, 'by-age'), pipe]),
      runCommand(process.execPath, [alone, sql, String(duckdbThreads), `${duckdbMemoryBytes}B`, ...parameters]),
    ]);
  };
  async function benchWorkbook(): Promise<void> {
    const full = join(folder, 'full.csv');
    await writePeople(full, 1_048_575);
    const { version: sheet } = await ingestPeople(full, store, memoryFolder);
    rmSync(full);
    const job = {
      store,
      memoryFolder,
      version: sheet,
      recipients: [recipient],
      plaintextHmacKey: randomKey(),
      objectName: randomId(),
    };
    const selection: PrepareJob['selection'] = {
      items: peopleItems.map(({ name }) => name),
      rows: { op: 'all' },
      transformations: [],
      format: 'xlsx',
    };
    const stop = watchMemory(process.pid, [memoryFolder]);
    const since = performance.now();
    const { plaintextBytes } = await runPrepare({ ...job, selection });
    const [seconds, mib] = [(performance.now() - since) / 1000, Math.round(stop().allBytes / MiB)];
    console.log(
      `xlsx of 1,048,575 rows × 10: ${seconds.toFixed(1)} s (goal 60: ${seconds <= 60 ? 'reached' : 'MISSED'}), ${Math.round(plaintextBytes / MiB)} MiB; ` +
        `memory ${mib} MiB (goal 500: ${mib <= 500 ? 'reached' : 'MISSED'})`,
    );
  }
  const product = async (format: Format): Promise<void> => {
    const job: PrepareJob = {
      store,
      memoryFolder,
      version,
      recipients: [recipient],
      selection: { ...narrowed, format },
      pseudonymKey,
      plaintextHmacKey: randomKey(),
      objectName: randomId(),
    };
    await runPrepare(job);
    await openPayloadStore(store).remove(job.objectName);
  };

  const isAsked = (part: string): boolean => asked.only.length === 0 || asked.only.includes(part);
  for (const format of ['csv', 'parquet'] as const) {
    if (!isAsked(format)) continue;
    await race({
      name: format,
      peerName: 'DuckDB into age',
      rounds: asked.rounds,
      product: () => product(format),
      peer: () => peer(format),
      memoryFolders: [memoryFolder],
      goals: { ratio: 1.5, mib: 1024 },
    });
  }
  if (isAsked('xlsx')) await benchWorkbook();
  if (isAsked('fair')) {
    const few = join(folder, 'few.csv');
    await writePeople(few, 10_000);
    const { version: small } = await ingestPeople(few, store, memoryFolder);
    await benchFairness({ store, memoryFolder, large: version, small });
  }
  if (isAsked('changes')) await benchChanges({ rows, rounds: asked.rounds, ground });
  if (isAsked('first')) await benchFirstByte(10_000, asked.rounds);
} finally {
  rmSync(folder, { recursive: true, force: true });
  rmSync(memoryFolder, { recursive: true, force: true });
}
process.exit(0);
