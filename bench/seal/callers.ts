import { connect, inboxRinger, makeAdmission, PgLedgerStore, withClient } from '#postgres';
import { proveSealed, type DurableReceipt, type SealedStatement } from '#ledger';
import type { Said } from '../../libs/ledger/src/sample-city.js';
import { providerCode, type SampleLedger } from '../../tests/ledger/sample-ledger.js';
import { median, quantile, type Asked } from '../shared/rounds.js';
import { membershipsOf } from '../../tests/ledger/many-statements.js';

/** Callers inside the sealer's process: each admits a statement, waits for its durable receipt, and goes on with the next. */
export async function benchCallers(ledger: SampleLedger, asked: Asked): Promise<void> {
  await rawCommits(ledger, asked);
  await round(ledger, 1, asked.number('statements', 2_000), asked, { rate: 1_500, p50Ms: 0.7 });
  await round(ledger, 32, asked.number('statements', 2_000) * 4, asked, { rate: 8_000 });
}

/** What the disk and the server take for what every durable receipt needs: a row in the inbox, and then one in the ledger, each committed. */
async function rawCommits({ at }: SampleLedger, asked: Asked): Promise<void> {
  const durations: number[] = [];
  await withClient(at.url, async (client) => {
    await client.query('CREATE TABLE raw_commit (bytes bytea)');
    const values = [Buffer.alloc(600, 7)];
    for (let i = 0; i < 300 * asked.rounds; i++) {
      const since = performance.now();
      for (let row = 0; row < 2; row++)
        await client.query({ name: 'raw-commit', text: 'INSERT INTO raw_commit VALUES ($1)', values });
      durations.push(performance.now() - since);
    }
    await client.query('DROP TABLE raw_commit');
  });
  console.log(`raw: two commits of a row, one after the other: p50 ${median(durations).toFixed(2)} ms`);
}

async function round(
  ledger: SampleLedger,
  callers: number,
  statements: number,
  asked: Asked,
  goal: { rate: number; p50Ms?: number },
): Promise<void> {
  const { city, worker } = ledger;
  const logKey = { keyId: city.log.keyId, privateKey: city.log.privateKey };
  // As the API opens it, and as its use cases admit.
  const api = await connect(ledger.at.apiUrl, { poolSize: 20 });
  const ring = inboxRinger(api.pool);
  const admit = makeAdmission({ origin: city.origin, logKeyOf: () => Promise.resolve(logKey), ring: 'after-commit' });
  const waiting = new Map<string, (receipt: DurableReceipt) => void>();
  let batch: readonly SealedStatement[] = [];
  let batches = 0;
  const stopping = new AbortController();
  const store = new PgLedgerStore(worker);
  const sealer = ledger.sealer({
    store,
    hooks: [async (_, { sealed }) => void (batch = sealed)],
    onStep: (step) => {
      if (step !== 'committed') return;
      batches++;
      for (const { statement, index, leafHash, sealedAt } of batch) {
        const facts = { statement: statement.id, index, leafHash: leafHash.toString('hex'), sealedAt, epoch: 0 };
        const tell = waiting.get(statement.id);
        waiting.delete(statement.id);
        if (tell) tell(proveSealed(city.origin, facts, logKey));
      }
      batch = [];
    },
  });
  const sealing = sealer.run(stopping.signal);

  const durations: number[] = [];
  async function speak({ statement, bytes, signatures }: Said): Promise<void> {
    const since = performance.now();
    const sealed = new Promise<DurableReceipt>((done) => waiting.set(statement.id, done));
    // One statement is a transaction by itself.
    const client = await api.pool.connect();
    try {
      await admit(client, bytes, signatures);
    } finally {
      client.release();
    }
    // As the worker's own use cases do.
    store.ring();
    ring();
    await sealed;
    durations.push(performance.now() - since);
  }

  const rates: number[] = [];
  for (let turn = 0; turn < asked.rounds; turn++) {
    const said = [...membershipsOf(city, providerCode, statements)];
    const since = performance.now();
    await Promise.all(
      Array.from({ length: callers }, async () => {
        for (let one = said.pop(); one; one = said.pop()) await speak(one);
      }),
    );
    rates.push((statements * 1000) / (performance.now() - since));
  }
  stopping.abort();
  await sealing;
  await store.close();
  await api.close();
  await worker.pool.query('UPDATE ledger.ledger_head SET lease_holder = NULL, lease_until = NULL');
  const [rate, p50, p99] = [median(rates), median(durations), quantile(durations, 0.99)];
  const isReached = rate >= goal.rate && (goal.p50Ms === undefined || p50 <= goal.p50Ms);
  const wanted = `${goal.rate}/s${goal.p50Ms === undefined ? '' : `, p50 ${goal.p50Ms} ms`}`;
  console.log(
    `${callers} caller(s): ${Math.round(rate)} durable receipts a second, p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, ${((statements * asked.rounds) / batches).toFixed(1)} a batch; goal ${wanted}: ${isReached ? 'reached' : 'MISSED'}`,
  );
}
