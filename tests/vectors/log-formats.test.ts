import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  decideAddCheckpoint,
  decodeAddCheckpoint,
  decodePolicy,
  decodeVerifierKey,
  encodeEntryBundle,
  encodePolicy,
  HashesInMemory,
  leafHash,
  noteSignerOf,
  openCheckpoint,
  openLogProof,
  readRoot,
} from '#ledger';
import { signingKeyOf } from '#crypto';

// The pages are read, not copied: a value changed there or in the code fails here.
const page = (name: string): string => readFileSync(new URL(`../../../docs/formats/${name}.md`, import.meta.url), 'utf8');
function blockOf(name: string, kind: string): string {
  const block = new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(page(name))?.[1];
  assert.ok(block, `${name}.md has no block ${kind}`);
  return block;
}
function rowOf(name: string, row: string): string {
  const value = new RegExp(`^\\| ${row} \\| \`([^\`]*)\``, 'm').exec(page(name))?.[1];
  assert.ok(value, `${name}.md has no row ${row}`);
  return value;
}

const entries = blockOf('export', 'export')
  .trimEnd()
  .split('\n')
  .map((line) => Buffer.from(line));
const tree = new HashesInMemory();
tree.append(Buffer.concat(entries.map((entry) => leafHash(entry))));
const [logKey, witnessKey] = [rowOf('checkpoint', 'log'), rowOf('checkpoint', 'witness')].map(decodeVerifierKey);
assert.ok(logKey && witnessKey);
const checkpoint = blockOf('checkpoint', 'checkpoint');

test('the checkpoint of the page is of the ledger of its page, signed and cosigned', async () => {
  const opened = openCheckpoint(Buffer.from(checkpoint), 'quanlian.example/city', [logKey], [witnessKey]);
  assert.equal(opened.size, entries.length);
  assert.deepEqual(Buffer.from(opened.root), Buffer.from(await readRoot(tree, entries.length)));
  assert.deepEqual(
    opened.cosignatures.map(({ timeSeconds }) => timeSeconds),
    [1_770_091_506],
  );
});

test('the proof of the page opens with the policy of its page', () => {
  const policy = decodePolicy(Buffer.from(blockOf('witness-policy', 'policy')));
  assert.equal(encodePolicy(policy), blockOf('witness-policy', 'policy'));
  const opened = openLogProof(Buffer.from(blockOf('log-proof', 'proof')), leafHash(entries[1] ?? Buffer.of()), policy);
  assert.equal(opened.index, 1);
});

test('the witness of the page answers what the page says', async () => {
  const request = decodeAddCheckpoint(Buffer.from(blockOf('witness', 'add-checkpoint')));
  assert.ok(request);
  const seed = '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42';
  const witness = noteSignerOf('witness.example/audit', 'cosignature', signingKeyOf(Buffer.from(seed, 'hex')));
  const last = { origin: logKey.name, size: 2, root: await readRoot(tree, 2), note: '' };
  const { answer, next } = decideAddCheckpoint(request, [logKey], last, witness, 1_770_091_506);
  assert.deepEqual([answer.status, answer.body], [200, blockOf('witness', 'cosignature')]);
  assert.equal(next?.note, checkpoint);
});

test('the bundle of the page has the bytes of the page', () => {
  const bundle = encodeEntryBundle(entries);
  assert.equal(String(bundle.length), rowOf('tiles', 'bytes of the bundle'));
  assert.equal(createHash('sha256').update(bundle).digest('hex'), rowOf('tiles', 'SHA-256 of the bundle'));
});

const hasTools = spawnSync('openssl', ['version']).status === 0 && spawnSync('basenc', ['--version']).status === 0;
test(
  'the page’s commands, run by a shell with nothing of ours, print what the page says',
  { skip: hasTools ? false : 'openssl or basenc is not installed' },
  (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'quanlian-log-formats-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, 'checkpoint'), checkpoint);
    const blocks = (kind: string) =>
      [...page('checkpoint').matchAll(new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, block]) => block ?? '');
    const [commands, printed] = [blocks('sh'), blocks('text')];
    assert.equal(commands.length, 2);
    for (const [i, command] of commands.entries()) {
      const ran = spawnSync('bash', ['-euc', command], { cwd: folder, encoding: 'utf8' });
      assert.equal(ran.stdout, printed[i], ran.stderr);
    }
  },
);
