// How fast statements get into the ledger, against the raw limits of the same run: `npm run bench -- seal [rounds] [--only PART,…]`.
// Parts: store, admission, callers, http, growth. PostgreSQL, its clients and the load generator share this machine's cores. Every figure
// is the median of the rounds (five unless told otherwise), and so is every ratio. What a part skips stands in its line.
import { sampleLedger } from '../tests/ledger/sample-ledger.js';
import { benchAdmission } from './seal/admission.js';
import { benchCallers } from './seal/callers.js';
import { benchGrowth } from './seal/growth.js';
import { benchHttp } from './seal/http.js';
import { benchStore } from './seal/store.js';
import { durableDatabase, settle } from './shared/durable-database.js';
import { describeMachine, readAsked } from './shared/rounds.js';

const asked = readAsked();
const wants = (part: string) => asked.only.length === 0 || asked.only.includes(part);
console.log(`${describeMachine()}; median of ${asked.rounds}; load generator, client and database share the cores`);

const onLedger = [
  ['store', benchStore, 'skipped: judging, projections, inbox, checkpoints'],
  ['admission', benchAdmission, 'skipped: sealing'],
  ['callers', benchCallers, 'skipped: HTTP, tasks and notices'],
  ['http', benchHttp, 'skipped: TLS, logging in, sealing'],
  ['growth', benchGrowth, 'skipped: judging, projections, inbox, checkpoints'],
] as const;
for (const [part, bench, skipped] of onLedger) {
  if (!wants(part)) continue;
  // A database of its own for each: none is charged for what another left.
  const place = await durableDatabase(`bench_seal_${part}`);
  const ledger = await sampleLedger(`bench_seal_${part}`, place);
  await settle(place);
  console.log(`— ${part} (${skipped})`);
  await bench(ledger, asked);
  await ledger.end();
}
process.exit(0);
