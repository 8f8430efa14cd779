import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { generateAgeIdentity, randomBytes, randomId } from '#crypto';
import type { PrepareJob, StoredVersion } from './job.js';
import { childrenAtOnce, limitsWith } from './limits.js';
import { isQuick, quickLimits } from './quick.js';
import { runIngest, runPrepare } from './run-job.js';
import { chunks, item, openGround, type Ground } from './version.fixture.js';

const MiB = 1024 * 1024;
const items = [item('n', 'I'), item('text', 'C')];
/** What a child has beside its DuckDB and its folder: Node, its modules, threads, and by what DuckDB passes its limit. */
const childBytes = 320 * MiB;

async function versionOf(ground: Ground, rows: number, textBytes: number): Promise<StoredVersion> {
  const { identity, recipient } = await generateAgeIdentity();
  const text = (): string => Buffer.from(randomBytes(textBytes)).toString('base64');
  const csv = Buffer.from(`n,text\n${Array.from({ length: rows }, (_, i) => `${i},${text()}\n`).join('')}`);
  const { store, memoryFolder } = ground;
  const { parts } = await runIngest({ store, memoryFolder, items, recipient, partsPrefix: randomId() }, chunks(csv, 256 * 1024));
  return { parts, identity, items };
}

async function jobOf(ground: Ground, version: StoredVersion): Promise<PrepareJob> {
  return {
    store: ground.store,
    memoryFolder: ground.memoryFolder,
    version,
    selection: { items: ['n', 'text'], rows: { op: 'all' }, transformations: [], format: 'csv' },
    recipients: [(await generateAgeIdentity()).recipient],
    plaintextHmacKey: Buffer.alloc(32, 1),
    objectName: randomId(),
  };
}

test(
  'eight deliveries at once: no small one waits for a large one, and no more memory is taken than was admitted',
  {
    timeout: 120_000,
  },
  async (t) => {
    const ground = await openGround(t);
    // What does not compress is large with few rows.
    const large = await versionOf(ground, 9000, 1024);
    const small = await versionOf(ground, 2000, 100);

    const at = new Map<number, PrepareJob>();
    const events: string[] = [];
    const stopped: number[] = [];
    const most = { large: 0, small: 0, admitted: 0, used: 0 };
    const isLarge = (job: PrepareJob): boolean => job.version === large;
    const admittedBytes = (job: PrepareJob): number => {
      const { duckdbMemoryBytes, memoryFolderBytes } = limitsWith(isLarge(job) ? job.limits : quickLimits(job));
      return duckdbMemoryBytes + memoryFolderBytes + childBytes;
    };
    const count = (): void => {
      const jobs = [...at.values()];
      most.large = Math.max(most.large, jobs.filter(isLarge).length);
      most.small = Math.max(most.small, jobs.filter((job) => !isLarge(job)).length);
      most.admitted = Math.max(
        most.admitted,
        jobs.map(admittedBytes).reduce((a, b) => a + b, 0),
      );
    };
    const deliver = async (version: StoredVersion, name: string): Promise<void> => {
      const job = await jobOf(ground, version);
      assert.equal(isQuick(job), !isLarge(job));
      let pid = 0;
      const { rows } = await runPrepare(job, {
        onStart(started) {
          pid = started;
          at.set(pid, job);
          count();
          events.push(`${name} begins`);
          // The large ones stand still until every small one has ended: whoever waited for one would wait for ever.
          if (!isLarge(job) || events.includes('go on')) return;
          process.kill(pid, 'SIGSTOP');
          stopped.push(pid);
        },
      });
      at.delete(pid);
      events.push(`${name} ends`);
      assert.equal(rows, isLarge(job) ? 9000 : 2000);
    };

    const watch = { isOver: false };
    const watching = (async () => {
      for (; !watch.isOver; await sleep(25)) most.used = Math.max(most.used, await usedBytes(ground, [...at.keys()]));
    })();
    const ofLarge = [1, 2, 3].map((i) => deliver(large, `large ${i}`));
    for (const one of ofLarge) one.catch(() => undefined);
    await Promise.all([1, 2, 3, 4, 5].map((i) => deliver(small, `small ${i}`)));
    assert.equal(events.filter((event) => /^small \d ends$/.test(event)).length, 5);
    // Two of the three, whichever came first.
    const ofLargeSoFar = events.filter((event) => event.startsWith('large'));
    assert.deepEqual([ofLargeSoFar.length, ofLargeSoFar.every((event) => event.endsWith('begins'))], [2, true], events.join());
    events.push('go on');
    for (const pid of stopped) process.kill(pid, 'SIGCONT');
    await Promise.all(ofLarge);
    watch.isOver = true;
    await watching;

    assert.equal(events.filter((event) => /^large \d ends$/.test(event)).length, 3);
    assert.deepEqual([most.large, most.small], [childrenAtOnce.large, childrenAtOnce.quick]);
    assert.ok(most.used > 0 && most.used <= most.admitted, `${most.used / MiB} MiB used, ${most.admitted / MiB} admitted`);
  },
);

/** Of the children (proportional shares) and of the files in their folders. */
async function usedBytes({ memoryFolder }: Ground, children: readonly number[]): Promise<number> {
  let bytes = 0;
  for (const pid of children) bytes += Number(/^Pss:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) * 1024;
  for (const name of await readdir(memoryFolder, { recursive: true }).catch(() => [])) {
    const found = await stat(join(memoryFolder, name)).catch(() => undefined);
    if (found?.isFile()) bytes += found.blocks * 512;
  }
  return bytes;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
