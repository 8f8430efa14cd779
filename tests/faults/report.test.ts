import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { routes } from '#contracts';
import { foundSmallCity, published, startExchange, villageCsv, villageEntry } from '#testing';
import type { RunningExchange, SmallCity } from '#testing';

const rows = 150_000;

describe('the quality report when its process dies', () => {
  let exchange: RunningExchange;
  let city: SmallCity;

  before(async () => {
    exchange = await startExchange({ label: 'report-killed' });
    city = await foundSmallCity(exchange);
  });
  after(async () => {
    await exchange.stop();
  });

  test('kill -9 in mid-work: another try makes it, and what is stored stays as it was', { timeout: 120_000 }, async () => {
    const worker = exchange.pidOf('worker') as number;
    const watch = { isOver: false };
    const killed = killReporter(worker, watch);
    const dataset = await published(city, villageEntry(), villageCsv(rows));
    const stored = async () => (await readdir(join(exchange.dataDir, 'payloads'))).toSorted();
    const before = await stored();
    const version = String((await city.steward.client.call(routes.versions, { params: { id: dataset } })).items[0]?.id);
    try {
      assert.ok((await killed) > 0);
      const read = () => city.steward.client.call(routes.versionReport, { params: { id: dataset, version } });
      let view = await read();
      for (; view.state !== 'made'; view = await read()) await sleep(100);
      assert.equal(view.report?.rows, rows);
      assert.deepEqual(await stored(), before);
      assert.equal(exchange.pidOf('worker'), worker, 'the worker lives on');
    } finally {
      watch.isOver = true;
    }
  });
});

/** Ends the first process below the worker that lets others go first: of all jobs here only the report does. Answers its id. */
async function killReporter(worker: number, watch: { readonly isOver: boolean }): Promise<number> {
  for (; !watch.isOver; await sleep(2)) {
    for (const child of childrenOf(worker)) {
      if (niceOf(child) <= 0) continue;
      process.kill(child, 'SIGKILL');
      return child;
    }
  }
  return 0;
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    textOf(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean).map(Number),
  );
}

/** proc(5), field 19. */
function niceOf(pid: number): number {
  const stat = textOf(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16] ?? 0);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
