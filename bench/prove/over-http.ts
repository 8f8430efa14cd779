import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { proveConsistency, TILE_WIDTH } from '#ledger';
import { withClient } from '#postgres';
import { StoredHashes } from '../../libs/postgres/src/ledger/tiles.js';
import { freePort } from '../../libs/testing/src/running-exchange.js';
import { sampleLedger, type SampleLedger } from '../../tests/ledger/sample-ledger.js';
import { growTo } from '../shared/big-log.js';
import { durableDatabase, settle } from '../shared/durable-database.js';
import { getOf, load, loadWith } from '../shared/load.js';
import { median, quantile } from '../shared/rounds.js';

const CONNECTIONS = 32;
const ROUND_MS = 2_000;

/** Proofs of a long log from the API's own process, against node:http that answers the same text without doing anything for it. */
export async function benchOverHttp(entries: number, rounds: number): Promise<void> {
  const place = await durableDatabase('bench_prove');
  const ledger = await sampleLedger('bench_prove', place);
  await growTo(ledger, entries);
  const sealer = ledger.sealer();
  if (!(await sealer.takeLease()) || (await sealer.signCheckpoint()) !== 'signed') throw new Error('No checkpoint');
  await withClient(place.url, (client) => client.query('VACUUM ANALYZE'));
  await settle(place);

  const folder = mkdtempSync(join(tmpdir(), 'quanlian-bench-'));
  const children: ChildProcess[] = [];
  try {
    const port = await startApi(ledger, folder, children);
    const proof = Buffer.from(await (await fetch(`http://127.0.0.1:${port}/log/proof/${entries >> 1}`)).arrayBuffer());
    const barePort = await startBare(proof, children);
    const somewhere = () => `/log/proof/${Math.floor(Math.random() * entries)}`;
    // Every tile in the API's cache, plans in the server's: what is measured is a log that is asked often.
    const oneOfEachTile = Array.from({ length: Math.ceil(entries / TILE_WIDTH) }, (_, tile) =>
      getOf(`/log/proof/${tile * TILE_WIDTH}`),
    );
    const cold = await loadWith(port, CONNECTIONS, 600_000, () => oneOfEachTile.pop());
    console.log(`a proof by tiles that are not kept yet, ${CONNECTIONS} connections: p50 ${median(cold).toFixed(1)} ms`);
    await load(port, CONNECTIONS, ROUND_MS, somewhere);
    const rates: number[] = [];
    const raws: number[] = [];
    const took: number[] = [];
    for (let round = 0; round < rounds; round++) {
      raws.push(((await load(barePort, CONNECTIONS, ROUND_MS, somewhere)).length * 1000) / ROUND_MS);
      const durations = await load(port, CONNECTIONS, ROUND_MS, somewhere);
      rates.push((durations.length * 1000) / ROUND_MS);
      took.push(...durations);
    }
    const ratio = median(rates.map((rate, i) => rate / (raws[i] as number)));
    console.log(
      `inclusion proofs over HTTP, ${entries} entries, ${CONNECTIONS} connections: ${Math.round(median(rates))} a second, p50 ${median(took).toFixed(1)} ms, p99 ${quantile(took, 0.99).toFixed(1)} ms; bare handler ${Math.round(median(raws))}; ratio ${ratio.toFixed(2)}; goal 3000/s at 1000000: ${entries < 1_000_000 ? 'not measured at that size' : median(rates) >= 3000 ? 'reached' : 'MISSED'}`,
    );
  } finally {
    for (const child of children) child.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  }
  await consistency(ledger, entries);
  await ledger.end();
}

/** Each from the database, with nothing kept from the one before. */
async function consistency({ api }: SampleLedger, entries: number): Promise<void> {
  const took: number[] = [];
  for (let i = 0; i < 500; i++) {
    const old = 1 + Math.floor(Math.random() * entries);
    const since = performance.now();
    await proveConsistency(new StoredHashes(api.pool, entries), old, entries);
    took.push(performance.now() - since);
  }
  const p50 = median(took);
  console.log(
    `consistency proof from the database, nothing cached: p50 ${p50.toFixed(2)} ms, p99 ${quantile(took, 0.99).toFixed(2)} ms; goal 5 ms: ${p50 <= 5 ? 'reached' : 'MISSED'}`,
  );
}

async function startApi({ at }: SampleLedger, folder: string, children: ChildProcess[]): Promise<number> {
  const port = await freePort();
  const program = join(import.meta.dirname, '../../apps/api/src/main.js');
  const env = {
    PATH: process.env['PATH'],
    QUANLIAN_PORT: String(port),
    QUANLIAN_DATA_DIR: folder,
    QUANLIAN_API_DATABASE_URL: at.apiUrl,
    QUANLIAN_LOG_LEVEL: 'warn',
  };
  const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'inherit', 'inherit'] });
  children.push(child);
  for (
    const begun = Date.now();
    !(await fetch(`http://127.0.0.1:${port}/log/checkpoint`).catch(() => undefined))?.ok;
    await sleep(100)
  ) {
    if (Date.now() - begun > 60_000 || child.exitCode !== null) throw new Error('The API does not answer');
  }
  return port;
}

async function startBare(proof: Buffer, children: ChildProcess[]): Promise<number> {
  const program = join(import.meta.dirname, 'bare-server.js');
  const child = spawn(process.execPath, [program, proof.toString('base64')], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return Number(line.toString());
}
