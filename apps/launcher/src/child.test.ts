import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { processBegan } from '#machine';
import { Child } from './child.js';

const folder = mkdtempSync(join(tmpdir(), 'quanlian-child-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function makeChild(
  name: string,
  program: string,
): { child: Child; log: () => string; crashes: [reason: string, waitMs: number][] } {
  const script = join(folder, `${name}.mjs`);
  const logFile = join(folder, `${name}.log`);
  writeFileSync(script, program);
  writeFileSync(logFile, '');
  const crashes: [string, number][] = [];
  const child = new Child({
    name,
    script,
    cwd: folder,
    logFile,
    env: process.env,
    preload: [],
    settings: () => ({ GIVEN: name }),
    onCrash: (reason, waitMs) => crashes.push([reason, waitMs]),
  });
  return { child, log: () => readFileSync(logFile, 'utf8'), crashes };
}

async function until(what: string, isTrue: () => boolean): Promise<void> {
  for (let waits = 0; waits < 1000; waits++) {
    if (isTrue()) return;
    await sleep(10);
  }
  assert.fail(`never happened: ${what}`);
}

test('loads at once, runs only when released, and gets its secrets as a message', async () => {
  const { child, log } = makeChild('waits', 'console.log(process.env.GIVEN); setInterval(() => {}, 1000);');
  child.start();
  const { pid } = child;
  await sleep(300);
  assert.equal(log(), '');
  child.release();
  await until('its own code runs', () => log() === 'waits\n');
  assert.equal(child.pid, pid);
  if (process.platform === 'linux') assert.doesNotMatch(readFileSync(`/proc/${pid}/environ`, 'utf8'), /GIVEN/);
  await child.stop(1000);
});

test('starts again after every crash, each time later', async () => {
  const { child, crashes } = makeChild('crash', 'process.exit(3);');
  child.start();
  child.release();
  await until('three crashes', () => crashes.length >= 3);
  await child.stop(1000);
  assert.deepEqual(crashes.slice(0, 3), [
    ['exit code 3', 200],
    ['exit code 3', 400],
    ['exit code 3', 800],
  ]);
  assert.equal(child.crashes, crashes.length);
});

test('starts again after a kill -9, and stops when told to', async () => {
  const { child, log, crashes } = makeChild('steady', "console.log('up'); setInterval(() => {}, 1000);");
  child.start();
  child.release();
  await until('first start', () => log().includes('up'));
  const { pid } = child;
  assert.ok(pid);
  process.kill(pid, 'SIGKILL');
  await until('second start', () => log() === 'up\nup\n');
  assert.deepEqual(crashes, [['SIGKILL', 200]]);
  const second = child.pid;
  assert.ok(second);
  await child.stop(1000);
  assert.equal(processBegan(second), undefined);
  assert.equal(crashes.length, 1);
});

test('a stop that is not obeyed ends in a kill', async () => {
  const { child, log } = makeChild('deaf', "process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000);");
  child.start();
  child.release();
  await until('start', () => log().includes('up'));
  const since = Date.now();
  await child.stop(300);
  assert.ok(Date.now() - since >= 290);
  assert.equal(child.pid, undefined);
});

test('a cycle is no crash', async () => {
  const { child, log, crashes } = makeChild('cycle', "console.log('up'); setInterval(() => {}, 1000);");
  child.start();
  child.release();
  await until('start', () => log().includes('up'));
  child.cycle();
  await until('second start', () => log() === 'up\nup\n');
  await child.stop(1000);
  assert.deepEqual(crashes, []);
});

test('when the launcher is killed its children go too', async () => {
  const script = join(folder, 'orphan.mjs');
  const logFile = join(folder, 'orphan.log');
  writeFileSync(script, 'console.log(process.pid); setInterval(() => {}, 1000);');
  writeFileSync(logFile, '');
  const program = `
    const { Child } = await import(${JSON.stringify(resolve(import.meta.dirname, 'child.js'))});
    const [script, logFile] = ${JSON.stringify([script, logFile])};
    const child = new Child({ name: 'orphan', script, cwd: '/', logFile, env: process.env, preload: [], settings: () => ({}), onCrash() {} });
    child.start();
    child.release();`;
  const launcher = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' });
  await until('start', () => readFileSync(logFile, 'utf8').includes('\n'));
  const pid = Number(readFileSync(logFile, 'utf8').trim());
  assert.ok(processBegan(pid));
  launcher.kill('SIGKILL');
  await once(launcher, 'exit');
  await until('the end of the orphan', () => processBegan(pid) === undefined);
});
