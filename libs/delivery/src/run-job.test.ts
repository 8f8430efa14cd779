import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'node:test';
import { decryptAge, generateAgeIdentity, randomId } from '#crypto';
import { Refusal } from '#contracts';
import type { JobOptions, PrepareJob, StoredVersion } from './job.js';
import { sweepMemoryFolders } from './memory-folder.js';
import { runCount, runIngest, runPrepare, runPreview } from './run-job.js';
import { chunks, everyKind, everyKindCsv, item, openGround, type Ground } from './version.fixture.js';

const numbers = [item('n', 'I'), item('text', 'C')];
const numbersCsv = (rows: number): Buffer<ArrayBuffer> =>
  Buffer.from(`n,text\n${Array.from({ length: rows }, (_, i) => `${i},text ${i}`).join('\n')}\n`);

async function ingestInChild(ground: Ground, items = everyKind, csv: Buffer = Buffer.from(everyKindCsv)): Promise<StoredVersion> {
  const { identity, recipient } = await generateAgeIdentity();
  const { store, memoryFolder } = ground;
  const limits = { partPlainBytes: 400_000 };
  const { parts } = await runIngest({ store, memoryFolder, items, recipient, partsPrefix: randomId(), limits }, chunks(csv));
  return { parts, identity, items };
}

async function jobOf(ground: Ground, version: StoredVersion): Promise<{ job: PrepareJob; identity: string }> {
  const { identity, recipient } = await generateAgeIdentity();
  return {
    identity,
    job: {
      store: ground.store,
      memoryFolder: ground.memoryFolder,
      version,
      selection: { items: version.items.map(({ name }) => name), rows: { op: 'all' }, transformations: [], format: 'csv' },
      recipients: [recipient],
      plaintextHmacKey: Buffer.alloc(32, 1),
      objectName: randomId(),
    },
  };
}

const stored = async (ground: Ground): Promise<Set<string>> => new Set(await readdir(ground.store.folder).catch(() => []));

/** Folders of jobs; the one of the test itself aside. */
const jobFolders = async (ground: Ground): Promise<string[]> =>
  (await readdir(ground.memoryFolder)).filter((name) => !ground.folder.endsWith(name));

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Refusal, String(error));
  return error.code;
}

test('a child takes in, counts, previews and prepares; its folder is gone after each', async (t) => {
  const ground = await openGround(t);
  const version = await ingestInChild(ground);
  const place = { store: ground.store, memoryFolder: ground.memoryFolder, version };
  assert.equal(await runCount({ ...place, rows: { op: '=', item: 'id', value: '002' } }), 1);
  const selection = { items: ['id'], rows: { op: 'all' }, transformations: [] } as const;
  const preview = await runPreview({ ...place, selection: { ...selection, transformations: [] }, limit: 2 });
  assert.deepEqual(preview, { rows: 4, items: ['id'], from: 0, sample: [['001'], ['002']] });

  const { job, identity } = await jobOf(ground, version);
  const stages: string[] = [];
  const prepared = await runPrepare(job, { onProgress: ({ stage }) => stages.push(stage) });
  assert.equal(prepared.rows, 4);
  assert.deepEqual(stages, ['selecting', 'storing']);
  let text = '';
  for await (const bytes of decryptAge([identity], [await readFile(join(ground.store.folder, job.objectName))]))
    text += bytes.toString();
  assert.match(text, /^id,姓名,.*\n001,张三,12.50,/);
  assert.deepEqual(await jobFolders(ground), []);
});

test('a fault in the file comes back as it was found, and nothing stays', async (t) => {
  const ground = await openGround(t);
  const { recipient } = await generateAgeIdentity();
  const csv = Buffer.concat([numbersCsv(50_000), Buffer.from('x,y\n'), numbersCsv(200_000).subarray(7)]);
  const job = { ...ground, items: numbers, recipient, partsPrefix: randomId(), limits: { partPlainBytes: 100_000 } };
  await assert.rejects(runIngest(job, chunks(csv)), (error: Refusal) => {
    assert.equal(error.code, 'value-misfit');
    assert.deepEqual(error.at, { line: 50_002, column: 1 });
    assert.deepEqual(error.details, { line: 50_002, item: 'n', type: 'I', shape: 'A' });
    assert.deepEqual(error.violations?.totals, [{ code: 'value-misfit', item: 'n', count: 1 }]);
    return true;
  });
  assert.equal((await stored(ground)).size, 0);
});

test('an upload that breaks off or is cancelled leaves nothing', async (t) => {
  const ground = await openGround(t);
  const { recipient } = await generateAgeIdentity();
  const job = (): Parameters<typeof runIngest>[0] => ({
    store: ground.store,
    memoryFolder: ground.memoryFolder,
    items: numbers,
    recipient,
    partsPrefix: randomId(),
    limits: { partPlainBytes: 100_000 },
  });
  async function* broken(): AsyncGenerator<Buffer> {
    yield* chunks(numbersCsv(100_000));
    throw new Error('ECONNRESET');
  }
  assert.equal(await codeOf(runIngest(job(), broken())), 'upload-cut');
  assert.equal((await stored(ground)).size, 0);

  const abort = new AbortController();
  async function* endless(): AsyncGenerator<Buffer> {
    yield numbersCsv(100_000);
    // Parts are stored by now; then the person changes their mind.
    while ((await stored(ground)).size < 2) await delay(5);
    abort.abort();
    await delay(60_000, undefined, { signal: abort.signal }).catch(() => undefined);
  }
  assert.equal(await codeOf(runIngest(job(), endless(), { signal: abort.signal })), 'upload-cut');
  assert.equal((await stored(ground)).size, 0);
  assert.deepEqual(await jobFolders(ground), []);
});

test('promise 9: kill -9 of the child, at any moment, is one refused job: nothing looks whole and nothing is left in the clear', async (t) => {
  const ground = await openGround(t);
  const version = await ingestInChild(ground, numbers, numbersCsv(200_000));
  assert.ok(version.parts.length > 5);
  const before = await stored(ground);
  const moments: ((kill: () => void) => JobOptions)[] = [
    (kill) => ({ onStart: kill }),
    (kill) => ({ onProgress: kill }),
    ...[50, 150, 250].map((afterMs) => (kill: () => void) => ({ onStart: () => void setTimeout(kill, afterMs) })),
  ];
  for (const [i, moment] of moments.entries()) {
    const { job } = await jobOf(ground, version);
    let pid = 0;
    const at = moment(() => killed(pid));
    const outcome = await runPrepare(job, {
      ...at,
      onStart: (started) => {
        pid = started;
        at.onStart?.(started);
      },
    }).catch((error: unknown) => error as Refusal);
    // A machine may be done before the later moments; then the delivery is whole.
    if (i < 2 || outcome instanceof Error) {
      assert.equal((outcome as Refusal).code, 'preparer-failed');
      assert.deepEqual(await stored(ground), before);
    } else {
      assert.equal(outcome.rows, 200_000);
      before.add(job.objectName);
    }
    assert.deepEqual(await jobFolders(ground), []);
  }
  const { job } = await jobOf(ground, version);
  assert.equal((await runPrepare(job)).rows, 200_000);
});

function killed(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ESRCH');
  }
}

test('a cancelled preparation stops at once and leaves nothing', async (t) => {
  const ground = await openGround(t);
  const version = await ingestInChild(ground, numbers, numbersCsv(200_000));
  const before = await stored(ground);
  const abort = new AbortController();
  const { job } = await jobOf(ground, version);
  const work = runPrepare(job, { signal: abort.signal, onProgress: () => abort.abort() });
  assert.equal(await codeOf(work), 'delivery-cancelled');
  assert.equal(await codeOf(runPrepare({ ...job, objectName: randomId() }, { signal: abort.signal })), 'delivery-cancelled');
  assert.deepEqual(await stored(ground), before);
});

test('secrets are in no argument and no environment of the child', async (t) => {
  const ground = await openGround(t);
  const version = await ingestInChild(ground, numbers, numbersCsv(1000));
  const { job } = await jobOf(ground, version);
  process.env['QUANLIAN_TEST_SECRET'] = 'do not pass on';
  let seen: Promise<string[]> | undefined;
  await runPrepare(job, {
    onStart: (pid) => {
      seen = Promise.all(['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'latin1')));
    },
  });
  delete process.env['QUANLIAN_TEST_SECRET'];
  const text = (await (seen as Promise<string[]>)).join('\0');
  assert.match(text, /preparer\.js/);
  assert.doesNotMatch(text, /AGE-SECRET-KEY|do not pass on/);
});

test('when the worker itself dies the child goes too, and the next start sweeps what was in the clear', async (t) => {
  const ground = await openGround(t);
  const version = await ingestInChild(ground, numbers, numbersCsv(200_000));
  const before = await stored(ground);
  const { job } = await jobOf(ground, version);
  const script = `
    import { runPrepare } from ${JSON.stringify(new URL('./run-job.js', import.meta.url).href)};
    process.once('message', (job) => runPrepare(job, { onStart: (pid) => process.send(pid) }).catch(() => undefined));
    process.channel.ref();`;
  const worker = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const childPid = await new Promise<number>((resolve) => {
    worker.once('message', (pid) => resolve(Number(pid)));
    worker.send(job);
  });
  worker.kill('SIGKILL');
  await new Promise((resolve) => worker.once('close', resolve));
  while (await isRunning(childPid)) await delay(5);

  assert.equal((await jobFolders(ground)).length, 1);
  assert.equal(await sweepMemoryFolders(ground.memoryFolder), 1);
  assert.deepEqual(await jobFolders(ground), []);
  const left = [...(await stored(ground))].filter((name) => !before.has(name));
  assert.ok(
    left.every((name) => name.startsWith('.put-')),
    'nothing that looks whole',
  );
});

async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  return stat !== '' && !/\) [ZX] /.test(stat);
}

test('a fault at the beginning of a long file is named, and the source is not destroyed for it', async (t) => {
  const ground = await openGround(t);
  const { recipient } = await generateAgeIdentity();
  const { store, memoryFolder } = ground;
  const lines = numbersCsv(1_000_000).toString().split('\n');
  const csv = Buffer.from([...lines.slice(0, 2), 'a"b,1', ...lines.slice(2)].join('\n'));
  // What a server does: a request that is destroyed counts as cut off by its sender.
  const source = Readable.from(chunks(csv), { objectMode: false });
  const cut = new AbortController();
  source.once('close', () => cut.abort());
  const job = { store, memoryFolder, items: numbers, recipient, partsPrefix: randomId() };
  assert.equal(await codeOf(runIngest(job, source, { signal: cut.signal })), 'csv-quote');
  assert.equal(source.destroyed, false);
  assert.deepEqual([...(await stored(ground))], []);
});
