import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fillUp, mountSmall, unmount } from './small-disk.js';

const folder = mkdtempSync(join(tmpdir(), 'quanlian-full-log-'));
const disk = join(folder, 'disk');
const filler = join(disk, 'filler');
const logFile = join(disk, 'log');
mkdirSync(disk);
const skip = mountSmall(disk, 4, '0700') ?? false;

let child: ChildProcess | undefined;
after(async () => {
  if (child?.exitCode === null) {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  if (!skip) unmount(disk);
  rmSync(folder, { recursive: true, force: true });
});

/** What its whole lines say; the last may be cut where the disk ended. */
const logged = (): string[] =>
  readFileSync(logFile, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as { msg: string }).msg);

test(
  'a full disk under its log ends no process: it serves on, and writes what it said when there is room',
  { skip },
  async () => {
    const file = openSync(logFile, 'a');
    const process_ = fork(join(import.meta.dirname, 'log-child.js'), {
      stdio: ['ignore', file, 'inherit', 'ipc'],
      execArgv: [],
    });
    closeSync(file);
    child = process_;
    await once(process_, 'message');
    const say = async (what: string): Promise<void> => {
      const answered = once(process_, 'message', { signal: AbortSignal.timeout(10_000) });
      process_.send(what);
      assert.deepEqual(await answered, [what, undefined]);
    };
    await say('before');
    fillUp(filler);
    // More than the page that the file has already.
    const during = Array.from({ length: 100 }, (_, n) => `${n} ${'x'.repeat(100)}`);
    for (const what of during) await say(what);
    await sleep(100);
    assert.ok(logged().length < during.length, 'the disk was not full');
    rmSync(filler);
    await say('after');
    for (let waitedMs = 0; logged().at(-1) !== 'after' && waitedMs < 5_000; waitedMs += 20) await sleep(20);
    assert.deepEqual(logged(), ['before', ...during, 'after']);
    assert.equal(process_.exitCode, null);
  },
);
