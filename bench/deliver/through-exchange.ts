import { setTimeout as sleep } from 'node:timers/promises';
import { routes } from '#contracts';
import { deliveryIn, foundSmallCity, granted, published, startExchange, villageEntry, type SmallCity } from '#testing';
import { median } from '../shared/rounds.js';

// Longer than the process for the next delivery takes to load.
const PAUSE_MS = 2000;

/**
 * Milliseconds until the first byte of the rows of a small delivery: asked over HTTP, decided, sealed, prepared, sealed, downloaded. Once
 * with a pause before each, as people pull, when the process for the next delivery waits; and once one right after the other, when each
 * waits for that process to load.
 */
export async function benchFirstByte(rows: number, rounds: number): Promise<void> {
  const exchange = await startExchange({ label: 'bench-deliver' });
  try {
    const city = await foundSmallCity(exchange);
    const csv = `code,name,provinceCode\n${Array.from({ length: rows }, (_, i) => `${990100000000 + i},某某省某某市${i},42\n`).join('')}`;
    const dataset = await published(city, villageEntry(), Buffer.from(csv));
    const right = await granted(city, dataset);
    // The first starts processes that the others find.
    await firstByte(city, right);
    const warm: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await sleep(PAUSE_MS);
      warm.push(await firstByte(city, right));
    }
    const atOnce: number[] = [];
    for (let round = 0; round < rounds; round++) atOnce.push(await firstByte(city, right));
    const ms = median(warm);
    console.log(
      `first byte of a delivery of ${rows} rows, from the pull over HTTP: warm ${Math.round(ms)} ms, at most ${Math.round(Math.max(...warm))} (goal 1500: ${ms <= 1500 ? 'reached' : 'MISSED'}); one right after the other ${Math.round(median(atOnce))} ms, at most ${Math.round(Math.max(...atOnce))}`,
    );
  } finally {
    await exchange.stop();
  }
}

async function firstByte(city: SmallCity, right: string): Promise<number> {
  const { client } = city.requester;
  const since = performance.now();
  const { delivery } = await client.call(routes.pull, { params: { id: right }, body: {} });
  await deliveryIn(city.requester, delivery, 'prepared');
  const answer = await client.open(routes.payload, { params: { id: delivery } });
  await answer.body?.getReader().read();
  return performance.now() - since;
}
