import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pullsOf } from '../../tests/ledger/many-statements.js';
import { granteeCode, type SampleLedger } from '../../tests/ledger/sample-ledger.js';
import { loadWith, postOf } from '../shared/load.js';
import { median, quantile, type Asked } from '../shared/rounds.js';
import { path, type Given } from './http/admission.js';

/** One signed statement a request, over many connections that stay: through Nest as the API uses it, against node:http with the same admission. */
export async function benchHttp(ledger: SampleLedger, asked: Asked): Promise<void> {
  const connections = asked.number('connections', 1_000);
  const statements = asked.number('requests', 5_000);
  const { city, at } = ledger;
  const given: Given = {
    url: at.apiUrl,
    origin: city.origin,
    logKeyId: city.log.keyId,
    logSeed: city.log.privateSeed.toString('hex'),
  };
  const children: ChildProcess[] = [];
  const open = async (server: string): Promise<number> => {
    const program = join(import.meta.dirname, 'http', server);
    const child = spawn(process.execPath, [program, JSON.stringify(given)], { stdio: ['pipe', 'pipe', 'inherit'] });
    children.push(child);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return Number(line.toString());
  };
  const [bare, nest] = [await open('bare-server.js'), await open('nest-server.js')];
  const took = new Map<number, number[]>([
    [bare, []],
    [nest, []],
  ]);
  const rateOf = async (port: number, count: number): Promise<number> => {
    const requests = [...pullsOf(city, granteeCode, count)].map(({ bytes, signatures }) =>
      postOf(path, JSON.stringify({ statement: bytes.toString('utf8'), signatures })),
    );
    const since = performance.now();
    const durations = await loadWith(port, connections, 600_000, () => requests.pop());
    if (durations.length !== count) throw new Error(`${durations.length} of ${count} requests were answered`);
    took.get(port)?.push(...durations);
    return (count * 1000) / (performance.now() - since);
  };
  try {
    // What is compiled and planned once.
    for (const port of [bare, nest]) await rateOf(port, Math.ceil(statements / 4));
    for (const list of took.values()) list.length = 0;
    const bares: number[] = [];
    const nests: number[] = [];
    for (let round = 0; round < asked.rounds; round++) {
      for (const port of round % 2 === 0 ? [bare, nest] : [nest, bare])
        (port === bare ? bares : nests).push(await rateOf(port, statements));
    }
    const ratio = median(nests.map((rate, i) => rate / (bares[i] as number)));
    const times = took.get(nest) ?? [];
    console.log(
      `HTTP, ${connections} connections, one statement a request, through Nest: ${Math.round(median(nests))} a second, p50 ${median(times).toFixed(0)} ms, p99 ${quantile(times, 0.99).toFixed(0)} ms; bare node:http ${Math.round(median(bares))}; ratio ${ratio.toFixed(2)}; goal ratio 0.75: ${ratio >= 0.75 ? 'reached' : 'MISSED'}`,
    );
  } finally {
    for (const child of children) child.kill('SIGTERM');
  }
}
