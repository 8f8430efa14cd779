import { withClient } from '#postgres';
import type { SampleLedger } from '../../tests/ledger/sample-ledger.js';
import { growTo } from '../shared/big-log.js';
import { settle } from '../shared/durable-database.js';
import type { Asked } from '../shared/rounds.js';
import { appendRate } from './store.js';

/** The append rate of a log of many entries, against that of the same log when it was short. */
export async function benchGrowth(ledger: SampleLedger, asked: Asked): Promise<void> {
  const entries = asked.number('grown', 1_000_000);
  const before = await appendRate(ledger, asked);
  const since = performance.now();
  await growTo(ledger, entries);
  await withClient(ledger.at.url, (client) => client.query('VACUUM ANALYZE ledger.ledger_entry'));
  await settle(ledger.at);
  console.log(`grown to ${entries} entries by SQL, in ${((performance.now() - since) / 1000).toFixed(0)} s`);
  const after = await appendRate(ledger, asked);
  const ratio = after / before;
  const verdict = ratio >= 0.8 ? 'reached' : 'MISSED';
  console.log(
    `append at ${entries} entries: ${Math.round(after)} a second; at the start ${Math.round(before)}; ratio ${ratio.toFixed(2)}; goal ratio 0.8 at 10000000: ${verdict}${entries < 10_000_000 ? ` at this smaller size (--grown 10000000 for the whole)` : ''}`,
  );
}
