import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import yazl from 'yazl';
import { generateSigningKey, randomId, sha256Hex } from '#crypto';
import { signCheckpoint } from '../log/checkpoint.js';
import { proveConsistency, readRoot } from '../log/prove.js';
import { noteSignerOf } from '../log/sign-note.js';
import { codeOf } from '../sample-city.js';
import { encodeTrustRoot, trustRootOf, type TrustRoot } from '../trust-root.js';
import { checkEvidence } from './check.js';
import { crc32 } from './crc32.js';
import { EvidenceFault } from './faults.js';
import { believing, collect, grantee, provider, SampleEvidence } from './sample-evidence.js';
import { readZip, ZipWriter } from './zip.js';

const sample = new SampleEvidence();
const { trustRoot } = sample;
const whole = await sample.bundle();
const folder = mkdtempSync(join(tmpdir(), 'quanlian-evidence-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const faultOf = async (bundle: Uint8Array, root: TrustRoot = trustRoot): Promise<string> => {
  const error: unknown = await checkEvidence(bundle, root).then(
    () => 'holds',
    (found: unknown) => found,
  );
  if (!(error instanceof EvidenceFault)) throw error;
  for (const locale of ['zh', 'en'] as const) assert.notEqual(error.sentence(locale), '');
  return `${error.file} ${error.code}`.trim();
};
/** The bundle with files changed, in the same form and with right checksums and sums. */
function altered(change: (files: Map<string, Uint8Array>) => void, withSums = true, bundle = whole): Buffer {
  const files = new Map(readZip(bundle));
  change(files);
  if (withSums) {
    files.delete('SHA256SUMS');
    files.set('SHA256SUMS', Buffer.from([...files].map(([name, bytes]) => `${sha256Hex(bytes)}  ${name}\n`).join('')));
  }
  return zipOf(files);
}
function zipOf(files: Iterable<readonly [string, Uint8Array]>): Buffer {
  const zip = new ZipWriter();
  const pieces = [...files].map(([name, bytes]) => zip.add(name, bytes));
  return Buffer.concat([...pieces, zip.end()]);
}
const put = (name: string, content: string | Uint8Array) => (files: Map<string, Uint8Array>) =>
  void files.set(name, Buffer.from(content));
const textOf = (name: string): string => Buffer.from(readZip(whole).get(name) as Uint8Array).toString();

test('promise 11: a bundle holds by a trust root alone, says the same every time, and its bytes follow from its parts', async () => {
  const report = await checkEvidence(whole, trustRoot);
  assert.deepEqual(report, await checkEvidence(await sample.bundle(), trustRoot));
  assert.ok(whole.equals(await sample.bundle()));
  assert.deepEqual([report.size, report.entries, report.support], [11, 2, 6]);
  assert.deepEqual(report.byType, { 'request.submitted': 1, 'right.granted': 1 });
  assert.deepEqual(report.cosigned, [
    { witness: 'a', at: '2026-02-02T02:40:00.000Z' },
    { witness: 'b', at: '2026-02-02T02:40:01.000Z' },
  ]);
  assert.deepEqual(
    report.warnings.map(({ code }) => code),
    ['omission', 'rights-not-checked'],
  );
  // Names of departments cannot write into the page.
  assert.match(textOf('index.html'), /公安局 &#60;b&#62;&#38;/);
  assert.doesNotMatch(textOf('index.html'), /<script|src=|https?:/);
});

test('other people’s unzip opens a bundle, and its checksums are right', async () => {
  const path = join(folder, 'plain.zip');
  writeFileSync(path, whole);
  assert.equal(crc32(Buffer.from('123456789')), 0xcbf43926);
  const listed = spawnSync('python3', [
    '-c',
    `import zipfile,sys; z=zipfile.ZipFile(sys.argv[1]); print(z.testzip(), len(z.namelist()))`,
    path,
  ]);
  assert.equal(listed.stdout.toString().trim(), `None ${readZip(whole).size}`);
});

test('of hostile archives each gets its code, and none is opened', async () => {
  const files = [...readZip(whole)];
  const compressed = new yazl.ZipFile();
  compressed.addBuffer(Buffer.alloc(10_000_000), 'entries/0.json');
  compressed.end();
  const bomb = await collect(compressed.outputStream as AsyncIterable<Uint8Array>);
  const many = new ZipWriter();
  const first = many.add('a', Buffer.alloc(0));
  const countless = Buffer.concat([first, many.end()]);
  countless.writeUInt16LE(0xffff, countless.length - 12);
  const moved = Buffer.from(whole);
  // The first file's place in the directory, a byte further.
  const directory = moved.readUInt32LE(moved.length - 6);
  moved.writeUInt32LE(1, directory + 42);
  const flipped = Buffer.from(whole);
  flipped[40 + 5] = (flipped[40 + 5] ?? 0) ^ 1;
  const cases: [string, Uint8Array, string][] = [
    ['no zip', Buffer.from('{"index":0}'), 'zip-none'],
    ['nothing', Buffer.alloc(0), 'zip-none'],
    ['cut', whole.subarray(0, -1), 'zip-cut'],
    ['cut in the middle', whole.subarray(0, 5_000), 'zip-cut'],
    ['bytes behind', Buffer.concat([whole, Buffer.from('x')]), 'zip-trailing'],
    ['bytes before', Buffer.concat([Buffer.from('PK\x03\x04'), whole]), 'zip-unusual'],
    ['the same name twice', zipOf([...files, ['policy', Buffer.from('x')]]), 'policy zip-name-twice'],
    ['the same name but for a capital', zipOf([...files, ['Policy', Buffer.from('x')]]), 'Policy zip-name-twice'],
    ['a way out', zipOf([...files, ['../x', Buffer.from('x')]]), '../x zip-name'],
    ['a way out inside', zipOf([...files, ['a/../../x', Buffer.from('x')]]), 'a/../../x zip-name'],
    ['an absolute name', zipOf([...files, ['/etc/x', Buffer.from('x')]]), '/etc/x zip-name'],
    ['a backslash', zipOf([...files, ['a\\x', Buffer.from('x')]]), 'a\\x zip-name'],
    ['a file too many', zipOf([...files, ['extra', Buffer.from('x')]]), 'extra file-unknown'],
    ['a file too few', altered((all) => all.delete('policy')), 'policy file-missing'],
    ['a bomb', bomb, 'entries/0.json zip-compressed'],
    ['more files than there may be', countless, 'zip-too-large'],
    ['a place that is not the file’s', moved, 'checkpoint zip-unusual'],
    ['a byte of the first file', flipped, 'checkpoint zip-checksum'],
  ];
  for (const [what, bytes, code] of cases) assert.equal(await faultOf(bytes), code, what);
  const hundredThousand = new ZipWriter();
  assert.throws(
    () => {
      for (let i = 0; i < 100_000; i++) hundredThousand.add(`f${i}`, Buffer.alloc(0));
    },
    (error: unknown) => error instanceof EvidenceFault && error.code === 'zip-too-large',
  );
});

test('every file that was altered is named', async () => {
  const [entry8, entry9] = [textOf('entries/8.json'), textOf('entries/9.json')];
  const other = new SampleEvidence();
  const cases: [string, Uint8Array, string][] = [
    ['entry', altered(put('entries/9.json', entry9.replace('"2099-', '"2098-'))), 'entries/9.json bad-signature'],
    ['its form', altered(put('entries/9.json', `${entry9}\n`)), 'entries/9.json statement-not-canonical'],
    ['its time', altered(put('entries/9.json', entry9.replace('08:00:09', '08:00:10'))), 'proofs/9 inclusion-wrong'],
    ['its time, after the next', altered(put('entries/8.json', entry8.replace(':08.', ':58.'))), 'proofs/8 inclusion-wrong'],
    ['its index', altered(put('entries/9.json', entry9.replace('"index":9', '"index":8'))), 'entries/9.json index-gap'],
    ['proof', altered(put('proofs/9', textOf('proofs/8'))), 'proofs/9 inclusion-wrong'],
    ['proof’s form', altered(put('proofs/9', 'x')), 'proofs/9 proof-malformed'],
    [
      'checkpoint',
      altered(put('checkpoint', textOf('checkpoint').replace('\n11\n', '\n12\n'))),
      'checkpoint note-signature-wrong',
    ],
    ['checkpoint of another log', altered(put('checkpoint', await other.checkpoint())), 'checkpoint note-unsigned'],
    ['policy’s form', altered(put('policy', 'quorum nobody\n')), 'policy policy-malformed'],
    ['page', altered(put('index.html', textOf('index.html').replace('民政局', '公安局'))), 'index.html file-differs'],
    ['script', altered(put('check.sh', 'echo OK\n')), 'check.sh file-differs'],
    ['text', altered(put('README.txt', 'hello\n')), 'README.txt file-differs'],
    ['sums', altered(put('SHA256SUMS', 'hello\n'), false), 'SHA256SUMS file-differs'],
    ['manifest’s form', altered(put('manifest.json', '{}')), 'manifest.json manifest-malformed'],
    [
      'manifest',
      altered(put('manifest.json', textOf('manifest.json').replace('"object":[8,9]', '"object":[9,8]'))),
      'manifest.json manifest-malformed',
    ],
    [
      'another right',
      altered(put('manifest.json', textOf('manifest.json').replace(sample.right, randomId()))),
      'manifest.json object-missing',
    ],
  ];
  for (const [what, bytes, code] of cases) assert.equal(await faultOf(bytes), code, what);
  // Every byte of the archive counts.
  for (let at = 0; at < whole.length; at += 1_777) {
    const flipped = Buffer.from(whole);
    flipped[at] = (flipped[at] ?? 0) ^ 0x20;
    assert.notEqual(await faultOf(flipped), 'holds', `byte ${at}`);
  }
});

test('what stands in a bundle must be about its question, and be signed by keys whose admission it holds', async () => {
  assert.equal(await faultOf(await sample.bundle({ object: [7, 8, 9] })), 'entries/7.json object-other');
  assert.equal(await faultOf(await sample.bundle({ object: [8], support: [0, 1, 2, 3, 4] })), 'manifest.json object-missing');
  assert.equal(await faultOf(await sample.bundle({ support: [0, 1, 3, 4] })), 'entries/9.json key-entry-missing');
  assert.equal(await faultOf(await sample.bundle({ support: [1, 2, 3, 4] })), 'entries/1.json key-entry-missing');
  assert.equal(await faultOf(await sample.bundle({ question: { right: randomId() } })), 'manifest.json object-missing');
  const period = { from: '2026-01-05T08:00:07.000Z', until: '2026-01-05T08:00:10.000Z' };
  const support = [0, 1, 2, 3, 4, 6];
  const held = await checkEvidence(await sample.bundle({ question: period, object: [7, 8, 9], support }), trustRoot);
  assert.equal(held.entries, 3);
  assert.equal(
    await faultOf(await sample.bundle({ question: period, object: [7, 8, 9, 10], support })),
    'entries/10.json object-other',
  );
  const dataset = await sample.bundle({
    question: { dataset: sample.dataset },
    object: [6, 8, 9],
    support: [0, 1, 2, 3, 4],
    view: grantee,
  });
  assert.ok((await checkEvidence(dataset, trustRoot)).warnings.some(({ code }) => code === 'partial'));
});

test('keys are judged by index: one that had ended signs no more, and what it signed before stands', async () => {
  const own = new SampleEvidence();
  const old = own.city.keyOf(provider);
  const admitted = own.city.departmentAdmitted(codeOf(3));
  own.seal(admitted);
  const before = own.city.membershipGranted(provider);
  own.seal(before);
  own.seal(own.city.keyAdmitted(provider));
  const first = JSON.parse(String(own.entries[2])) as { statement: { id: string } };
  own.seal(
    own.city.say(
      'key.ended',
      { department: provider, keyId: old.keyId, reason: 'compromised' },
      { issuer: provider, after: first.statement.id },
    ),
  );
  const late = own.city.say(
    'membership.granted',
    { department: provider, person: randomId(), roles: ['steward'] },
    { issuer: provider, key: old },
  );
  own.seal(late);
  const question = { from: '2026-01-05T08:00:12.000Z', until: '2026-01-05T08:00:13.000Z' };
  assert.deepEqual(own.entries.length, 16);
  const good = await own.bundle({ question, object: [12], support: [0, 1, 2, 13, 14] });
  const told = await checkEvidence(good, own.trustRoot);
  assert.equal(told.entries, 1);
  const name = told.compromised[0]?.name;
  assert.deepEqual(told.compromised, [{ keyId: old.keyId, department: provider, name, declaredAt: 14, entries: 1, last: 12 }]);
  assert.ok(name);
  assert.equal((await checkEvidence(whole, trustRoot)).compromised.length, 0);
  const until = { ...question, until: '2026-01-05T08:01:00.000Z' };
  const bad = await own.bundle({ question: until, object: [12, 15], support: [0, 1, 2, 13, 14] });
  assert.equal(await faultOf(bad, own.trustRoot), 'entries/15.json key-not-in-force');
  // What a bundle cannot tell: the end was left out.
  const silent = await own.bundle({ question: until, object: [12, 15], support: [0, 1, 2, 13] });
  const report = await checkEvidence(silent, own.trustRoot);
  assert.ok(report.warnings.some(({ code }) => code === 'omission'));
});

test('whom to believe is the trust root’s to say, whatever the bundle states', async () => {
  const [a, b, c] = sample.witnesses.map(({ key }) => key);
  assert.ok(a && b && c);
  const bundle = await sample.bundle({ checkpoint: await sample.checkpoint(1) });
  assert.equal(await faultOf(bundle), 'checkpoint quorum-missing');
  // The bundle's own policy asks for nobody: nothing changes.
  assert.equal(
    await faultOf(await sample.bundle({ checkpoint: await sample.checkpoint(1), policy: 'quorum none\n' })),
    'checkpoint quorum-missing',
  );
  const none = trustRootOf(sample.entries[0] as Buffer);
  const report = await checkEvidence(bundle, none);
  assert.ok(report.warnings.some(({ code }) => code === 'no-witnesses'));
  assert.deepEqual(report.cosigned, []);
  const demo = noteSignerOf('demo-witness-1', 'cosignature', generateSigningKey());
  const { publicKey, keyHash, name } = demo.key;
  const line = `witness demo-1 ${name}+${keyHash}+${Buffer.concat([Buffer.of(4), Buffer.from(publicKey, 'base64')]).toString('base64')}\nquorum none\n`;
  const warned = await checkEvidence(bundle, believing(trustRoot, line));
  assert.ok(warned.warnings.some(({ code }) => code === 'demo-witnesses'));
  assert.equal(
    await faultOf(whole, { ...trustRoot, competent: { ...trustRoot.competent, keyId: 'f'.repeat(32) } }),
    'entries/0.json trust-root-differs',
  );
  assert.equal(await faultOf(whole, { ...trustRoot, origin: 'quanlian.test/other' }), 'manifest.json checkpoint-origin-other');
});

test('a log that signed another tree than the entries are in is found', async () => {
  const lying = new SampleEvidence();
  const head = { size: sample.size, root: await readRoot(lying.tree, lying.size) };
  const note = signCheckpoint(head, sample.log);
  const root = trustRootOf(sample.entries[0] as Buffer);
  assert.equal(await faultOf(await sample.bundle({ checkpoint: note }), root), 'proofs/0 inclusion-wrong');
});

test('a timestamp is one of the checkpoint beside it, which the bundle’s continues', { skip: !has('openssl') }, async () => {
  const stamped = await sample.checkpoint(2, 10);
  const answer = stampWithOpenssl(stamped.split('\n').slice(0, 3).join('\n') + '\n');
  const consistency = await proveConsistency(sample.tree, 10, sample.size);
  const timestamp = { checkpoint: stamped, answer, consistency };
  const bundle = await sample.bundle({ timestamp });
  const report = await checkEvidence(bundle, trustRoot);
  assert.equal(report.timestamp?.size, 10);
  assert.match(report.timestamp?.at ?? '', /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  const other = await sample.bundle({
    timestamp: {
      ...timestamp,
      checkpoint: await sample.checkpoint(2, 9),
      consistency: await proveConsistency(sample.tree, 9, sample.size),
    },
  });
  assert.equal(await faultOf(other), 'timestamp/answer.tsr timestamp-other');
  const apart = await sample.bundle({ timestamp: { ...timestamp, consistency: consistency.slice(1) } });
  assert.equal(await faultOf(apart), 'timestamp/consistency consistency-wrong');
});

test(
  'promise 11: the bundle’s own script finds the same with sh, openssl, jq and coreutils',
  { skip: !has('openssl') || !has('jq') },
  async () => {
    const run = (bundle: Uint8Array, root: TrustRoot = trustRoot) => {
      const at = mkdtempSync(join(folder, 'unpacked-'));
      for (const [name, bytes] of readZip(bundle)) {
        mkdirSync(dirname(join(at, name)), { recursive: true });
        writeFileSync(join(at, name), bytes);
      }
      writeFileSync(join(at, 'root'), encodeTrustRoot(root));
      const ran = spawnSync('sh', ['check.sh', 'root'], { cwd: at });
      return { code: ran.status, out: ran.stdout.toString(), err: ran.stderr.toString() };
    };
    const good = run(whole);
    assert.equal(good.code, 0, good.err);
    assert.match(good.out, /cosigned by a[\s\S]*cosigned by b[\s\S]*8 entries: all in the tree[\s\S]*OK/);
    const entry9 = textOf('entries/9.json');
    const cases: [string, Uint8Array, RegExp][] = [
      ['a file', altered(put('README.txt', 'x'), false), /README.txt: FAILED|SHA256SUMS/],
      ['a statement', altered(put('entries/9.json', entry9.replace('"2099-', '"2098-'))), /entries\/9.json: not in the tree/],
      ['a proof', altered(put('proofs/9', textOf('proofs/8'))), /entries\/9.json: not in the tree/],
      ['a checkpoint', altered(put('checkpoint', textOf('checkpoint').replace('\n11\n', '\n12\n'))), /signature of the log/],
      ['no quorum', await sample.bundle({ checkpoint: await sample.checkpoint(1) }), /quorum/],
      ['no admission', await sample.bundle({ support: [0, 1, 3, 4] }), /no admission of key/],
    ];
    for (const [what, bundle, sentence] of cases) {
      const ran = run(bundle);
      assert.notEqual(ran.code, 0, what);
      assert.match(ran.err, sentence, what);
    }
    // A log that seals what nobody signed is found by the signature.
    const forged = new SampleEvidence();
    const text = String(forged.entries[9]).replace('"index":9', '"index":11').replace('2099', '2098');
    forged.put(Buffer.from(text));
    const question = { from: '2026-01-05T08:00:09.000Z', until: '2026-01-05T08:00:10.000Z' };
    const sealed = await forged.bundle({ question, object: [9, 11], support: [0, 1, 2] });
    assert.match(run(sealed, forged.trustRoot).err, /entries\/11.json: signature of/);
    assert.equal(await faultOf(sealed, forged.trustRoot), 'entries/11.json bad-signature');
    const none = run(whole, { ...trustRoot, exchangeKey: trustRoot.logKey });
    assert.match(none.err, /not the trust root/);
  },
);

function has(program: string): boolean {
  return spawnSync(program, ['version']).error === undefined;
}

/** A timestamp by a real authority of one's own. */
function stampWithOpenssl(text: string): Buffer {
  const at = mkdtempSync(join(folder, 'tsa-'));
  const config = `[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n[dn]\nCN=Test TSA\n[ext]\nextendedKeyUsage=critical,timeStamping\n[tsa]\ndefault_tsa=t\n[t]\nserial=${at}/serial\ncrypto_device=builtin\nsigner_cert=${at}/cert.pem\nsigner_key=${at}/key.pem\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256\naccuracy=secs:1\n`;
  writeFileSync(join(at, 'tsa.cnf'), config);
  writeFileSync(join(at, 'serial'), '01\n');
  writeFileSync(join(at, 'text'), text);
  const openssl = (...line: string[]) => {
    const ran = spawnSync('openssl', line, { cwd: at });
    assert.equal(ran.status, 0, ran.stderr.toString());
  };
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'key.pem',
    '-out',
    'cert.pem',
    '-days',
    '2',
    '-config',
    'tsa.cnf',
  );
  openssl('ts', '-query', '-data', 'text', '-sha256', '-cert', '-out', 'query.tsq');
  openssl('ts', '-reply', '-queryfile', 'query.tsq', '-config', 'tsa.cnf', '-section', 't', '-out', 'answer.tsr');
  openssl('ts', '-verify', '-in', 'answer.tsr', '-data', 'text', '-CAfile', 'cert.pem');
  return readFileSync(join(at, 'answer.tsr'));
}
