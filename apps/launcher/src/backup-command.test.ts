import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';

test('the operator’s programs go on when nobody reads what they say', async () => {
  for (const name of ['backup', 'restore', 'replay', 'rebuild', 'demo', 'setup-link']) {
    const child = spawn(process.execPath, [join(import.meta.dirname, `${name}.js`), '--help'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    const [[code], said] = await Promise.all([once(child, 'exit'), text(child.stderr)]);
    assert.deepEqual({ name, code, said }, { name, code: 0, said: '' });
  }
});
