// How long from durable to witnessed: from the commit of an entry to the commit of the note that two of three witnesses cosigned.
// `npm run bench -- witnessed [seconds]`. The witnesses are real processes with stores of their own on this machine and share its cores
// with sealer, gatherer and database. Two loads: an entry now and then, and a steady stream of small batches. The raw limit is what a
// bare add-checkpoint of one witness takes (network, decision, its two syncs), measured in the same run.
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeVerifierKey, proveConsistency } from '#ledger';
import { listen, readHead, withClient, witnessedChannel } from '#postgres';
import { witnessPolicyOf } from '#witnesses';
import { readFileSync } from 'node:fs';
import { askWitnesses } from '../apps/worker/src/ask-witnesses.js';
import { providerCode, sampleLedger } from '../tests/ledger/sample-ledger.js';
import { History, post, SampleLog } from '../tests/witness/sample-log.js';
import { makeWitnesses } from '../tests/witness/witness-processes.js';

const seconds = Number(process.argv[2] ?? 15);
const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] as number;

const ledger = await sampleLedger('bench_witnessed');
const shown = await withClient(ledger.at.url, async (client) => {
  const { rows } = await client.query<{ name: string; setting: string }>(
    `SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes')`,
  );
  return rows.map(({ name, setting }) => `${name}=${setting}`);
});
console.log(`${cpus().length} cores, Node ${process.version}; PostgreSQL ${shown.join(' ')}`);
if (shown.some((setting) => setting.endsWith('=off')))
  throw new Error('Run it as `npm run bench -- witnessed`: figures without syncs say nothing');

const witnesses = await makeWitnesses(3, 2);
await witnesses.start(encodeVerifierKey(ledger.signer.key));
const stopping = new AbortController();
/** When each size was committed, and when it was witnessed. */
const committed = new Map<number, number>();
const latencies: number[] = [];
const asked = await askWitnesses({
  database: ledger.worker,
  policy: witnessPolicyOf(readFileSync(witnesses.policyFile)),
  origin: ledger.city.origin,
  logKeys: () => Promise.resolve([ledger.signer.key]),
  clockSkewMs: 300_000,
  clock: { now: () => new Date() },
  onDoubt: (reason) => console.error(reason),
  onTrouble: (error) => console.error(error),
});
const listening = await listen(ledger.worker, [witnessedChannel], (_channel, size) => {
  const now = performance.now();
  for (const [of, at] of committed) {
    if (of > Number(size)) continue;
    latencies.push(now - at);
    committed.delete(of);
  }
});
const sealer = ledger.sealer({
  mayBegin: asked.mayBegin,
  onHeld: asked.onHeld,
  onTrouble: (stage, error) => console.error(stage, error),
  onStep: async (step) => {
    if (step !== 'committed') return;
    const at = performance.now();
    committed.set((await readHead(ledger.worker.pool)).size, at);
  },
});
const running = sealer.run(stopping.signal);

const load = async (name: string, entries: number, everyMs: number): Promise<void> => {
  latencies.length = 0;
  const until = performance.now() + seconds * 1_000;
  while (performance.now() < until) {
    await ledger.tell(...Array.from({ length: entries }, () => ledger.city.membershipGranted(providerCode)));
    await sleep(everyMs * (0.5 + Math.random()));
  }
  for (const begun = performance.now(); committed.size > 0 && performance.now() - begun < 10_000;) await sleep(20);
  const [p50, p95, most] = [0.5, 0.95, 1].map((share) => quantile(latencies, share).toFixed(0));
  console.log(
    `${name}: ${latencies.length} commits; durable to witnessed p50 ${p50} ms, p95 ${p95} ms, most ${most} ms; lost ${committed.size}`,
  );
};
await load('an entry now and then', 1, 700);
await load('a steady stream', 5, 30);

// Of another log, so that it disturbs nothing that was measured.
const log = new SampleLog('quanlian.example/bench');
const history = new History('one', 2_000);
const alone = await makeWitnesses(1, 1);
await alone.start(log.vkey);
const bare: number[] = [];
for (let size = 1; size <= 200; size++) {
  const body = `old ${size - 1}\n${(await proveConsistency(history.tree, size - 1, size)).map((hash) => `${Buffer.from(hash).toString('base64')}\n`).join('')}\n${await log.checkpoint(history, size)}`;
  const since = performance.now();
  const { status } = await post(`http://${alone.addresses[0]}`, body);
  if (status !== 200) throw new Error(`A bare add-checkpoint was answered ${status}`);
  bare.push(performance.now() - since);
}
console.log(`a bare add-checkpoint: p50 ${quantile(bare, 0.5).toFixed(1)} ms, p95 ${quantile(bare, 0.95).toFixed(1)} ms`);

stopping.abort();
await running;
await asked.close();
await listening.close();
await witnesses.stop();
await alone.stop();
await ledger.end();
process.exit(0);
