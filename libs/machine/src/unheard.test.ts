import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';

const folder = mkdtempSync(join(tmpdir(), 'quanlian-unheard-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Says ten things, one after the other, and then makes a file. */
async function sayTen(beginning: string, file: string): Promise<{ code: number | null; said: string; isDone: boolean }> {
  const program = `${beginning}
for (let i = 0; i < 10; i++) {
  process.stdout.write('said\\n');
  await new Promise((done) => setTimeout(done, 20));
}
(await import('node:fs')).writeFileSync(${JSON.stringify(file)}, '');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  const [[code], said] = await Promise.all([once(child, 'exit') as Promise<[number | null]>, text(child.stderr)]);
  return { code, said, isDone: existsSync(file) };
}

test('a process whose words nobody reads does what it has to do', async () => {
  const door = new URL('./unheard.js', import.meta.url).href;
  const heedless = await sayTen(`(await import(${JSON.stringify(door)})).goOnUnheard();`, join(folder, 'a'));
  assert.deepEqual(heedless, { code: 0, said: '', isDone: true });
  // What Node does by itself, or the test would prove nothing.
  const startled = await sayTen('', join(folder, 'b'));
  assert.deepEqual([startled.code, startled.isDone], [1, false]);
});
