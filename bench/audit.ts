// How fast a whole ledger is audited, and in how much memory: `npm run bench -- audit [rounds] [--entries N]`, 100,000 entries unless told
// otherwise (1000000 for the goal of memory). Every entry's bytes, leaf, chain, search columns, law and projection; with its signature, and
// without. The raw limits of the same run, on as many threads as there are processors, are SHA-256 and the tree over a part of the same bytes,
// with one Ed25519 verification each or without: once of bytes that are in memory (`memory`; LEDGER's figure of 260,000 a second is of that,
// on one thread), and once of bytes read from the database as the audit reads them (`read`). Neither parses what an entry says, knows what came
// before it or looks at its other columns. Each person is spoken of by five entries, as a delivery is. Skipped: HTTP.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { importPublicKey } from '#crypto';
import { withClient } from '#postgres';
import { livesOf } from '../tests/ledger/many-statements.js';
import { BATCH, openAppender } from '../tests/ledger/quick-append.js';
import { providerCode, sampleLedger } from '../tests/ledger/sample-ledger.js';
import type { Share, Told } from './audit/raw-thread.js';
import { durableDatabase } from './shared/durable-database.js';
import { describeMachine, median, readAsked } from './shared/rounds.js';

const asked = readAsked();
const wanted = asked.number('entries', 100_000);
const SAMPLE = Math.min(wanted, 60_000);
console.log(`${describeMachine()}; median of ${asked.rounds}; audit and database share the cores`);
const place = await durableDatabase('bench_audit');
const ledger = await sampleLedger('bench_audit', place);
const appender = await openAppender(ledger);
const lives = livesOf(ledger.city, providerCode);
for (let at = 0; at < wanted; at += BATCH) {
  const said = Array.from({ length: BATCH }, () => lives.next().value).filter((one) => one !== undefined);
  await appender.append(
    said.map((one) => {
      const { person } = one.statement.body as { person: string };
      return { ...one, mentions: { subject: `${person}:${providerCode}`, departments: [providerCode], persons: [person] } };
    }),
  );
}
await appender.close();
const sealer = ledger.sealer();
if (!(await sealer.takeLease()) || (await sealer.signCheckpoint()) !== 'signed') throw new Error('No checkpoint');
await withClient(place.url, async (client) => {
  // What the sealer would have written.
  await client.query(
    `INSERT INTO projection.membership (id, state, changed_at)
     SELECT DISTINCT ON (subject) subject,
       jsonb_build_object('person', persons[1], 'department', departments[1], 'roles', jsonb_build_array('steward'), 'last', statement_id), index
     FROM ledger.ledger_entry WHERE type = 'membership.granted' ORDER BY subject, index DESC
     ON CONFLICT (id) DO NOTHING`,
  );
  await client.query('VACUUM ANALYZE');
  await client.query('CHECKPOINT');
});

const threads = availableParallelism();
const publicKey = importPublicKey(ledger.city.keyOf(providerCode).publicKey).export({ format: 'der', type: 'spki' });
const share = Math.floor(SAMPLE / threads);
const workers = await Promise.all(
  Array.from({ length: threads }, async (_, which) => {
    const from = 10 + which * share;
    const data: Share = { url: place.workerUrl, publicKey, from, until: from + share };
    const worker = new Worker(join(import.meta.dirname, 'audit/raw-thread.js'), { workerData: data });
    await once(worker, 'message');
    return worker;
  }),
);

async function raw(told: Told, on: readonly Worker[] = workers): Promise<number> {
  const since = performance.now();
  const done = on.map((worker) => once(worker, 'message'));
  // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  for (const worker of on) worker.postMessage(told);
  await Promise.all(done);
  return (share * on.length * 1000) / (performance.now() - since);
}
// Threads that are just born compile first.
for (const from of ['memory', 'database'] as const) await raw({ from, isVerified: true });

interface Audited {
  readonly size: number;
  readonly seconds: number;
  readonly findings: number;
  readonly peakMiB: number;
}

function audit(signatures: 'signatures' | 'keys-only'): Audited {
  const given = JSON.stringify({ url: place.workerUrl, origin: ledger.city.origin, signatures });
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(import.meta.dirname, 'audit/child.js'), given], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  const audited = JSON.parse(stdout) as Audited;
  if (audited.findings > 0) throw new Error(`The audit finds ${audited.findings} differences in a whole ledger`);
  return audited;
}

for (const signatures of ['signatures', 'keys-only'] as const) {
  const isVerified = signatures === 'signatures';
  // Without signatures the figure of LEDGER is one thread's, for a tree is a chain.
  const inMemory = isVerified ? workers : workers.slice(0, 1);
  const rates: number[] = [];
  const memory: number[] = [];
  const read: number[] = [];
  const peaks: number[] = [];
  let size = 0;
  for (let round = 0; round < asked.rounds; round++) {
    memory.push(await raw({ from: 'memory', isVerified }, inMemory));
    read.push(await raw({ from: 'database', isVerified }));
    const audited = audit(signatures);
    size = audited.size;
    rates.push(audited.size / audited.seconds);
    peaks.push(audited.peakMiB);
  }
  const against = (name: string, raws: readonly number[]) => {
    const ratio = median(rates.map((rate, i) => rate / (raws[i] as number)));
    return `raw ${name} ${Math.round(median(raws))}, ratio ${ratio.toFixed(2)} (goal 0.7 ${ratio >= 0.7 ? 'reached' : 'MISSED'})`;
  };
  const peak = Math.max(...peaks);
  console.log(
    [
      `audit of ${size} entries ${isVerified ? 'with' : 'without'} signatures: ${Math.round(median(rates))} a second`,
      against(`read on ${threads} threads`, read),
      against(`memory on ${inMemory.length}`, memory),
      `at most ${Math.round(peak)} MiB (goal 500 MB at 1000000: ${size < 1_000_000 ? 'not measured at that size' : peak * 1.048576 <= 500 ? 'reached' : 'MISSED'})`,
    ].join('; '),
  );
}
await ledger.end();
process.exit(0);
