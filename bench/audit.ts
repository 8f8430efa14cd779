// How fast a whole ledger is audited, and in how much memory: `npm run bench -- audit [rounds] [--entries N]`, 100,000 entries unless told
// otherwise (1000000 for the goal of memory). Every entry's bytes, leaf, chain, search columns, law and projection; with its signature, and
// without. The raw limits of the same run: SHA-256 and the tree over the same bytes, on one thread, for a tree is a chain; and with one Ed25519
// verification each, those on as many threads as there are processors. Neither reads what an entry says. The audit reads and judges on one
// thread, and lets the platform's threads check signatures. Each person is spoken of by five entries, as a delivery is. Skipped: HTTP.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { importPublicKey } from '#crypto';
import { Frontier, leafHash, openEntry } from '#ledger';
import { readEntries, withClient } from '#postgres';
import { livesOf } from '../tests/ledger/many-statements.js';
import { BATCH, openAppender } from '../tests/ledger/quick-append.js';
import { providerCode, sampleLedger } from '../tests/ledger/sample-ledger.js';
import type { Share } from './audit/verify-thread.js';
import { durableDatabase } from './shared/durable-database.js';
import { describeMachine, median, readAsked } from './shared/rounds.js';

const asked = readAsked();
const wanted = asked.number('entries', 100_000);
const SAMPLE = 20_000;
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

const sample: { bytes: Buffer; statement: Uint8Array; signature: Buffer }[] = [];
for await (const { bytes } of readEntries(ledger.worker.pool, 10, 10 + SAMPLE)) {
  const { entry, statementBytes } = openEntry(bytes);
  sample.push({ bytes, statement: statementBytes, signature: Buffer.from(entry.signatures[0]?.signature ?? '', 'base64') });
}
const threads = availableParallelism();
const publicKey = importPublicKey(ledger.city.keyOf(providerCode).publicKey);
const workers = Array.from({ length: threads }, (_, which) => {
  const signed = sample.filter((__, i) => i % threads === which);
  const share: Share = { publicKey: publicKey.export({ format: 'der', type: 'spki' }), signed };
  return new Worker(join(import.meta.dirname, 'audit/verify-thread.js'), { workerData: share });
});

function verifyShare(worker: Worker): Promise<unknown> {
  const done = once(worker, 'message');
  // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  worker.postMessage('go');
  return done;
}

async function raw(isVerified: boolean): Promise<number> {
  const frontier = new Frontier();
  const since = performance.now();
  const verified = isVerified ? workers.map(verifyShare) : [];
  for (const { bytes } of sample) frontier.append(leafHash(bytes));
  await Promise.all(verified);
  return (sample.length * 1000) / (performance.now() - since);
}
// Threads that are just born compile first.
await raw(true);

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
  const rates: number[] = [];
  const raws: number[] = [];
  const peaks: number[] = [];
  let size = 0;
  for (let round = 0; round < asked.rounds; round++) {
    raws.push(await raw(signatures === 'signatures'));
    const audited = audit(signatures);
    size = audited.size;
    rates.push(audited.size / audited.seconds);
    peaks.push(audited.peakMiB);
  }
  const ratio = median(rates.map((rate, i) => rate / (raws[i] as number)));
  const peak = Math.max(...peaks);
  console.log(
    `audit of ${size} entries ${signatures === 'signatures' ? 'with' : 'without'} signatures: ${Math.round(median(rates))} a second, at most ${Math.round(peak)} MiB; raw ${signatures === 'signatures' ? `on ${threads} threads` : 'tree on one thread'} ${Math.round(median(raws))}; ratio ${ratio.toFixed(2)}; goals ratio 0.7: ${ratio >= 0.7 ? 'reached' : 'MISSED'}, 500 MB at 1000000: ${size < 1_000_000 ? 'not measured at that size' : peak * 1.048576 <= 500 ? 'reached' : 'MISSED'}`,
  );
}
await ledger.end();
process.exit(0);
