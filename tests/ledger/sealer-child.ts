// A sealer in a process of its own, for tests that kill it: `node sealer-child.js {"workerUrl","origin","step","signal","leaseMs"}`.
// It prints “reached” and sends itself the signal when a batch reaches the step, and prints the outcome if it survives that.
import { writeSync } from 'node:fs';
import { lawOf, rightsLawTouches } from '#exchange';
import { noteSignerOf, Sealer, signersAmong } from '#ledger';
import { signingKeyOf } from '#crypto';
import { connect, PgLedgerStore } from '#postgres';

export interface SealerChild {
  readonly workerUrl: string;
  readonly origin: string;
  /** The log's key: its seed in hex. */
  readonly logSeed: string;
  readonly step: string;
  readonly signal: 'SIGKILL' | 'SIGSTOP';
  readonly leaseMs: number;
}

const { workerUrl, origin, logSeed, step, signal, leaseMs } = JSON.parse(process.argv[2] ?? '') as SealerChild;
const sealer = new Sealer({
  store: new PgLedgerStore(await connect(workerUrl)),
  law: lawOf(origin),
  signersOf: signersAmong(noteSignerOf(origin, 'ed25519', signingKeyOf(Buffer.from(logSeed, 'hex')))),
  touches: [rightsLawTouches],
  leaseMs,
  onStep: (reached) => {
    if (reached !== step) return;
    // At once: nothing that is only on its way would be written.
    writeSync(1, 'reached\n');
    process.kill(process.pid, signal);
  },
});
while (!(await sealer.takeLease())) await new Promise((done) => setTimeout(done, 20));
try {
  const outcome = await sealer.sealBatch();
  await sealer.signCheckpoint();
  console.log(JSON.stringify(outcome));
} catch (error) {
  console.log(JSON.stringify({ state: 'failed', message: String(error) }));
}
process.exit(0);
