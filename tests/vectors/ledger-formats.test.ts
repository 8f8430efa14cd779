import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { encodeCanonical, keyIdOf } from '#crypto';
import {
  checkAdmission,
  checkEvidence,
  checkKeyPossession,
  checkReceipt,
  decodeReceipt,
  encodeReceipt,
  decodePolicy,
  encodeStatement,
  encodeTrustRoot,
  keyPossessionBytes,
  HashesInMemory,
  isSameLedger,
  leafHash,
  LogFault,
  makeEvidence,
  openStatement,
  openTrustRoot,
  openWitnessed,
  policyOf,
  proveInclusion,
  readZip,
  readExport,
  statementDigest,
  subjectOf,
  trustRootOf,
  verifyLedger,
  withWitnesses,
  type AdmissionReceipt,
} from '#ledger';
import { Refusal, statementBodies, type Statement, type StatementType } from '#contracts';

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

const folder = mkdtempSync(join(tmpdir(), 'quanlian-formats-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const exported = blockOf('export', 'export');
const trustRoot = openTrustRoot(Buffer.from(blockOf('trust-root', 'trust-root')));
const provider = '11990001MB00000014';

async function* chunks() {
  yield Buffer.from(exported);
}

test('the ledger of the page verifies against the trust root of its page', async () => {
  const report = await verifyLedger(readExport(chunks()), trustRoot);
  assert.equal(report.size, 3);
  assert.deepEqual(report.exchangeCustody, [{ department: provider, name: '市民政局', keyIds: [rowOf('keys', 'key id')] }]);
  const [entry0 = ''] = exported.split('\n');
  assert.deepEqual(trustRootOf(Buffer.from(entry0)), trustRoot);
  assert.equal(`${String(encodeTrustRoot(trustRoot))}\n`, blockOf('trust-root', 'trust-root'));
});

test('the trust root with witnesses names the ledger of the first, and believes a checkpoint that its quorum cosigned', async () => {
  const text = blockOf('trust-root', 'trust-root-2');
  const second = openTrustRoot(Buffer.from(text));
  assert.equal(`${String(encodeTrustRoot(second))}\n`, text);
  assert.deepEqual(second, withWitnesses(trustRoot, decodePolicy(Buffer.from(blockOf('witness-policy', 'policy')))));
  assert.ok(isSameLedger(trustRoot, second));
  assert.equal((await verifyLedger(readExport(chunks()), second)).size, 3);
  const note = Buffer.from(blockOf('checkpoint', 'checkpoint'));
  assert.equal(openWitnessed(note, policyOf(second)).cosignatures.length, 1);
  const logOnly = note.toString().split('\n').slice(0, -2).join('\n');
  assert.throws(
    () => openWitnessed(Buffer.from(`${logOnly}\n`), policyOf(second)),
    (error: unknown) => error instanceof LogFault && error.code === 'quorum-missing',
  );
  // No witness is believed that the file does not name, and no log line slips in.
  for (const wrong of [
    { ...second, v: 1 },
    { ...trustRoot, v: 2 },
    { ...second, witnesses: blockOf('witness-policy', 'policy') },
    { ...second, witnesses: 'quorum audit\n' },
    { ...second, witnesses: second.v === 2 ? second.witnesses.trimEnd() : '' },
  ])
    assert.throws(() => openTrustRoot(encodeCanonical(wrong)), Refusal);
});

test('the receipt of the page holds by the trust root of its page, with its witness and without', () => {
  const text = blockOf('receipt', 'receipt-file');
  assert.equal(`${String(encodeReceipt(decodeReceipt(Buffer.from(text))))}\n`, text);
  const report = checkReceipt(Buffer.from(text), openTrustRoot(Buffer.from(blockOf('trust-root', 'trust-root-2'))));
  assert.deepEqual(
    [report.stage, report.index, report.cosigned],
    ['witnessed', 1, [{ witness: 'audit', at: '2026-02-03T04:05:06.000Z' }]],
  );
  assert.equal(checkReceipt(Buffer.from(text), trustRoot).stage, 'published');
});

test('the bundle of the page has the files of the page, and its entry is found in the tree with openssl', async () => {
  const lines = exported.trimEnd().split('\n');
  const tree = new HashesInMemory();
  for (const line of lines) tree.append(leafHash(Buffer.from(line)));
  const parts = {
    question: { from: '2026-03-01T00:00:00.000Z', until: '2026-03-02T00:00:00.000Z' },
    view: 'all',
    checkpoint: blockOf('checkpoint', 'checkpoint'),
    policy: blockOf('witness-policy', 'policy'),
  };
  const entries = await Promise.all(
    lines.map(async (line, index) => ({
      index,
      bytes: Buffer.from(line),
      hashes: await proveInclusion(tree, index, 3),
      isObject: true,
    })),
  );
  const pieces: Uint8Array[] = [];
  for await (const piece of makeEvidence(parts, entries)) pieces.push(piece);
  const bundle = Buffer.concat(pieces);
  assert.equal((await checkEvidence(bundle, openTrustRoot(Buffer.from(blockOf('trust-root', 'trust-root-2'))))).entries, 3);
  const files = readZip(bundle);
  const fileIn = (name: string): string => Buffer.from(files.get(name) as Uint8Array).toString();
  assert.equal(`${fileIn('manifest.json')}\n`, blockOf('evidence-bundle', 'manifest'));
  assert.equal(fileIn('proofs/1'), blockOf('evidence-bundle', 'hashes'));
  for (const name of ['entries', 'proofs']) mkdirSync(join(folder, name), { recursive: true });
  for (const [name, bytes] of files) if (/^(entries|proofs|checkpoint)/.test(name)) writeFileSync(join(folder, name), bytes);
  const ran = spawnSync('sh', ['-c', blockOf('evidence-bundle', 'sh')], { cwd: folder, encoding: 'utf8' });
  assert.equal(ran.stdout, blockOf('evidence-bundle', 'text'), ran.stderr);
});

test('the statement, its digest and its receipt are those of the page', () => {
  const text = blockOf('statements', 'statement').trimEnd();
  const statement = openStatement(Buffer.from(text));
  assert.equal(String(encodeStatement(statement)), text);
  assert.equal(String(Buffer.byteLength(text)), rowOf('statements', 'bytes'));
  assert.equal(statementDigest(Buffer.from(text)), rowOf('statements', 'SHA-256'));
  const receipt = JSON.parse(blockOf('statements', 'receipt')) as AdmissionReceipt;
  assert.equal(receipt.digest, rowOf('statements', 'SHA-256'));
  checkAdmission(trustRoot.origin, receipt, trustRoot.logKey.publicKey);
  assert.ok(exported.includes(text) && exported.includes(rowOf('statements', 'signature')));
});

test('the possession text and its proof are those of the page', () => {
  const text = blockOf('keys', 'possession').trimEnd();
  const { publicKey } = JSON.parse(text) as { publicKey: string };
  assert.equal(String(keyPossessionBytes(trustRoot.origin, provider, publicKey)), text);
  assert.equal(keyIdOf(publicKey), rowOf('keys', 'key id'));
  checkKeyPossession(trustRoot.origin, provider, publicKey, rowOf('keys', 'proof'));
});

test('the table of entries has the sizes and leaf hashes of the export', () => {
  for (const [index, line] of exported.trimEnd().split('\n').entries()) {
    const row = `| ${index} | ${Buffer.byteLength(line)} | \`${leafHash(Buffer.from(line)).toString('hex')}\` |`;
    assert.ok(page('entries').includes(row), row);
  }
});

const hasTools = spawnSync('openssl', ['version']).status === 0 && spawnSync('sha256sum', ['--version']).status === 0;
test(
  'the page’s commands, run by a shell with nothing of ours, print what the page says',
  { skip: hasTools ? false : 'openssl or sha256sum is not installed' },
  () => {
    writeFileSync(join(folder, 'export'), exported);
    const commands = [...page('entries').matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block]) => block ?? '');
    const printed = [...page('entries').matchAll(/^```text\n([\s\S]*?)^```/gm)].map(([, block]) => block ?? '');
    assert.equal(commands.length, 2);
    for (const [i, command] of commands.entries()) {
      const ran = spawnSync('bash', ['-euc', command], { cwd: folder, encoding: 'utf8' });
      assert.equal(ran.stdout, printed[i], ran.stderr);
    }
  },
);

test('the page names every type of statement, once, with what it does to its object', () => {
  const rows = page('statements')
    .split('\n')
    .filter((line) => /^\| `[a-z]+\.[a-z-]+`/.test(line));
  const does = new Map<string, string>();
  for (const row of rows) {
    const [, types = '', , , verb = ''] = row.split('|').map((cell) => cell.trim());
    for (const [, type = ''] of types.matchAll(/`([a-z-]+\.[a-z-]+)`/g)) {
      assert.ok(!does.has(type), type);
      does.set(type, verb);
    }
  }
  assert.deepEqual([...does.keys()].sort(), Object.keys(statementBodies).sort());
  const body = { competent: { department: 'x' } };
  for (const [type, verb] of does) {
    const subject = subjectOf({ type: type as StatementType, id: 'x', body } as unknown as Statement);
    const said = { create: /^creates/, follow: /^follows?/, 'create-or-follow': /^creates, or follows/ };
    assert.match(verb, subject ? said[subject.does] : /^adds/, type);
  }
});
