import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { sha256Hex, toHex } from '#crypto';
import { decodeVerifierKey, openCheckpoint } from '#ledger';
import type { KeepStep } from '../../apps/witness/src/store.js';
import { History, post, runToEnd, SampleLog } from '../witness/sample-log.js';
import type { WitnessChild } from '../witness/witness-child.js';

// kill -9 of the process, at each step of keeping a checkpoint. It does not test the disk: what a sync promises is the disk's word.

const isLong = process.env['QUANLIAN_FAULTS'] === 'long';
const store = mkdtempSync(join(tmpdir(), 'quanlian-witness-kill-'));
after(() => rmSync(store, { recursive: true, force: true }));

const log = new SampleLog('quanlian.example/city');
const history = new History('one', 1_000);
const made = await runToEnd('keys', 'new', '--store', store, '--name', 'witness.example/audit');
const key = decodeVerifierKey(made.said.split('\n')[0] as string);

const children = new Set<ChildProcess>();
after(() => {
  // Those of a test that failed; a process that is gone already takes no signal.
  for (const child of children) child.kill('SIGKILL');
});

interface Child {
  readonly process: ChildProcess;
  readonly address: string;
  readonly gone: Promise<unknown[]>;
}

async function start(step?: KeepStep): Promise<Child> {
  const words = ['run', '--store', store, '--log', log.vkey, '--listen', '127.0.0.1:0'];
  const options: WitnessChild = { words, ...(step && { step }) };
  const script = resolve(import.meta.dirname, '../witness/witness-child.js');
  const child = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  const gone = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    const [address] = /http:\S+$/.exec(line) ?? [];
    if (address) return { process: child, address, gone };
  }
  throw new Error('It did not start');
}

async function end({ process: child, gone }: Child): Promise<void> {
  child.kill('SIGTERM');
  assert.deepEqual(await gone, [0, null]);
}

/** The size that a running witness serves, its note checked whole; 0 before the first. */
async function sizeServed(address: string): Promise<number> {
  const response = await fetch(`${address}/${sha256Hex(log.origin)}/checkpoint`);
  if (response.status === 404) return 0;
  const opened = openCheckpoint(Buffer.from(await response.text()), log.origin, [log.signer.key], [key]);
  assert.equal(opened.cosignatures.length, 1);
  assert.equal(toHex(opened.root), toHex((await history.head(opened.size)).root));
  return opened.size;
}

const steps: [step: KeepStep, isKept: boolean][] = [
  ['read', false],
  ['decided', false],
  ['written', false],
  ['flushed', false],
  ['moved', true],
  ['kept', true],
];

for (const [step, isKept] of steps) {
  test(`promise 4: kill -9 of a witness at “${step}” leaves the ${isKept ? 'new' : 'old'} checkpoint, whole, and nothing was answered`, async () => {
    for (let cycle = 0; cycle < (isLong ? 34 : 1); cycle++) {
      const victim = await start(step);
      const before = await sizeServed(victim.address);
      const next = before + 3;
      await assert.rejects(post(victim.address, await log.body(history, before, next)));
      assert.deepEqual(await victim.gone, [null, 'SIGKILL']);

      const again = await start();
      assert.equal(await sizeServed(again.address), isKept ? next : before);
      assert.deepEqual(readdirSync(join(store, 'logs', sha256Hex(log.origin))), isKept || before > 0 ? ['checkpoint'] : []);
      // The log asks again, and goes on from what it is told.
      const { status, text } = await post(again.address, await log.body(history, before, next));
      assert.deepEqual(isKept ? [status, text] : [status], isKept ? [409, `${next}\n`] : [200]);
      assert.equal((await post(again.address, await log.body(history, next, next + 1))).status, 200);
      await end(again);
    }
  });
}
