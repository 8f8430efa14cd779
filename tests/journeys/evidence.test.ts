import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { CallError, routes } from '#contracts';
import { encodeCanonical, randomId } from '#crypto';
import {
  checkEvidence,
  checkReceipt,
  encodeTrustRoot,
  openTrustRoot,
  readZip,
  type EvidenceReport,
  type TrustRoot,
} from '#ledger';
import {
  deliveryIn,
  departmentCode,
  foundSmallCity,
  granted,
  published,
  settled,
  startExchange,
  villageCsv,
  villageEntry,
  type RunningExchange,
  type SmallCity,
  type TestPerson,
} from '#testing';
import { CommandLine } from './command-line.js';

let exchange: RunningExchange;
let city: SmallCity;
let command: CommandLine;
let trustRoot: TrustRoot;
let dataset: string;
let right: string;
let delivery: string;

before(async () => {
  exchange = await startExchange({ label: 'evidence' });
  city = await foundSmallCity(exchange);
  command = new CommandLine(exchange.baseUrl);
  dataset = await published(city, villageEntry(), villageCsv(100));
  right = await granted(city, dataset);
  const { requester } = city;
  const pulled = await requester.client.call(routes.pull, { params: { id: right }, body: { format: 'csv' } });
  delivery = pulled.delivery;
  await settled(requester, pulled.proposal);
  await deliveryIn(requester, delivery, 'prepared');
  const stated = await exchange.client().call(routes.trustRoot, {});
  trustRoot = openTrustRoot(encodeCanonical(stated as Parameters<typeof encodeCanonical>[0]));
  writeFileSync(command.path('root.json'), encodeTrustRoot(trustRoot));
});
after(async () => {
  command?.remove();
  await exchange?.stop();
});

type Query = Record<string, string>;
const bundleFor = async (by: TestPerson, query: Query): Promise<Buffer> =>
  Buffer.from(await (await by.client.open(routes.evidence, { query })).arrayBuffer());
const codeFor = async (by: TestPerson, query: Query): Promise<string | undefined> =>
  bundleFor(by, query).then(
    () => undefined,
    (error: unknown) => (error instanceof CallError ? error.problem?.code : String(error)),
  );
/** Once everything that was sealed has its checkpoint. */
async function reportFor(by: TestPerson, query: Query, types: readonly string[]): Promise<EvidenceReport> {
  for (let tries = 0; ; tries++) {
    const report = await checkEvidence(await bundleFor(by, query), trustRoot);
    if (types.every((type) => type in report.byType) || tries > 50) return report;
    await new Promise((done) => setTimeout(done, 100));
  }
}

test('promise 11: evidence of a right, a delivery, a dataset and a period holds by the trust root alone', async () => {
  const { supervisor, requester, steward } = city;
  const ofRight = await reportFor(requester, { right }, ['delivery.prepared']);
  assert.deepEqual(ofRight.byType, {
    'request.submitted': 1,
    'right.granted': 1,
    'pull.signed': 1,
    'delivery.decided': 1,
    'delivery.prepared': 1,
  });
  assert.equal(ofRight.view, city.codes.requester);
  const ofDelivery = await reportFor(steward, { delivery }, ['delivery.prepared']);
  assert.deepEqual([ofDelivery.entries, ofDelivery.view], [3, city.codes.provider]);
  const ofDataset = await reportFor(supervisor, { dataset }, ['delivery.prepared']);
  assert.deepEqual([ofDataset.byType['dataset.entered'], ofDataset.byType['version.published'], ofDataset.view], [1, 1, 'all']);
  const all = { from: '2020-01-01T00:00:00.000Z', until: '2099-01-01T00:00:00.000Z' };
  const ofPeriod = await reportFor(supervisor, all, ['delivery.prepared']);
  assert.equal(ofPeriod.entries, ofPeriod.size);
  assert.equal(ofPeriod.byType['membership.granted'], 7);
  // A department sees its own part of it, and all of that holds as well.
  const ofOwn = await reportFor(requester, all, ['delivery.prepared']);
  assert.ok(ofOwn.entries < ofPeriod.entries);
  assert.ok((await reportFor(requester, { dataset }, ['dataset.entered'])).entries >= ofRight.entries + 2);
});

test('the same question under the same checkpoint gives the same bytes', async () => {
  const [one, other] = [await bundleFor(city.supervisor, { right }), await bundleFor(city.supervisor, { right })];
  assert.ok(one.equals(other));
});

test('what is not one’s own to see is unknown, as is what does not exist; what cannot be asked is refused', async () => {
  const { requester, operator } = city;
  assert.equal(await codeFor(requester, { right: randomId() }), 'unknown');
  assert.equal(await codeFor(operator, { right }), 'unknown');
  assert.equal(await codeFor(operator, { delivery }), 'unknown');
  assert.equal(await codeFor(requester, { dataset: randomId() }), 'unknown');
  assert.equal(await codeFor(requester, {}), 'bad-input');
  assert.equal(await codeFor(requester, { right, delivery }), 'bad-input');
  assert.equal(await codeFor(requester, { from: '2026-01-01T00:00:00.000Z' }), 'bad-input');
  const reverse = { from: '2026-01-02T00:00:00.000Z', until: '2026-01-01T00:00:00.000Z' };
  assert.equal(await codeFor(requester, reverse), 'bad-input');
  const early = { from: '2020-01-01T00:00:00.000Z', until: '2020-01-02T00:00:00.000Z' };
  assert.equal(await codeFor(requester, early), 'evidence-empty');
  await assert.rejects(
    exchange.client().open(routes.evidence, { query: { right } }),
    (error: unknown) => error instanceof CallError && error.problem?.code === 'not-logged-in',
  );
});

test('the command takes a bundle, checks it at once, and checks it again without the exchange', async () => {
  await command.logIn('supervisor', city.supervisor.password);
  await command.ok(['trust-root', '--pin', command.path('root.json')]);
  const out = command.path('right.zip');
  const taken = await command.ok<{ checked: boolean; report: EvidenceReport }>(['evidence', '--right', right, '-o', out]);
  assert.ok(taken.checked);
  const away = new CommandLine('http://127.0.0.1:9');
  try {
    const verify = ['verify', out, '--trust', command.path('root.json')];
    const [first, second] = [await away.run([...verify, '--json']), await away.run([...verify, '--json'])];
    assert.deepEqual([first.code, first.out], [0, second.out], first.err);
    assert.equal(first.json<EvidenceReport>().entries, taken.report.entries);
    assert.match((await away.run(verify)).out, /the evidence holds[\s\S]*What this check cannot tell[\s\S]*names no witnesses/);
    assert.match((await away.run([...verify, '--lang', 'zh'])).out, /证据包查验通过[\s\S]*信任根未指明见证节点/);
    const bytes = readFileSync(out);
    const at = bytes.indexOf('right.granted');
    bytes[at] = 0x52;
    writeFileSync(out, bytes);
    const bad = await away.run([...verify, '--json']);
    assert.equal(bad.code, 4);
    assert.match(bad.err, /zip-checksum/);
  } finally {
    away.remove();
  }
  for (const line of [[], ['--right', right, '--delivery', delivery], ['--from', '2026-01-01']])
    assert.equal((await command.run(['evidence', ...line, '-o', out])).code, 2);
});

test('a receipt is had by the statement’s own department, by those whom it concerns, and by who supervises; by nobody else', async () => {
  const { requester, steward, supervisor, operator } = city;
  const receiptFor = async (by: TestPerson, id: string) => {
    const { state, receipt } = await by.client.call(routes.receipt, { params: { id } });
    return { state, receipt, report: checkReceipt(encodeCanonical(receipt as Parameters<typeof encodeCanonical>[0]), trustRoot) };
  };
  const own = await receiptFor(steward, right);
  assert.deepEqual([own.state, own.report.stage, own.report.type], ['sealed', 'published', 'right.granted']);
  assert.ok(own.receipt['admission']);
  assert.deepEqual((await receiptFor(supervisor, right)).receipt, own.receipt);
  // The promise was given to its author.
  const concerned = await receiptFor(requester, right);
  assert.deepEqual([concerned.report.stage, concerned.receipt['admission']], ['published', undefined]);
  for (const [by, id] of [
    [operator, right],
    [operator, randomId()],
    [requester, randomId()],
  ] as const)
    await assert.rejects(
      receiptFor(by, id),
      (error: unknown) => error instanceof CallError && error.status === 404 && error.problem?.code === 'unknown',
    );
});

test('the command keeps a receipt as a file, and checks it without the exchange', async () => {
  const file = command.path('grant.receipt.json');
  const taken = await command.ok<{ report: { stage: string } }>(['receipt', right, '-o', file]);
  assert.equal(taken.report.stage, 'published');
  const away = new CommandLine('http://127.0.0.1:9');
  try {
    const verify = ['verify', file, '--trust', command.path('root.json')];
    const ran = await away.run([...verify, '--json']);
    assert.deepEqual([ran.code, ran.json<{ stage: string }>().stage], [0, 'published'], ran.err);
    assert.match((await away.run(verify)).out, /the receipt holds[\s\S]*in the tree that the log signed/);
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"epoch":\d+/, '"epoch":77'));
    const bad = await away.run([...verify, '--json']);
    assert.deepEqual([bad.code, bad.json<{ problem: { code: string } }>().problem.code], [4, 'bad-signature']);
  } finally {
    away.remove();
  }
});

test('the command interrupted while it waits for the seal has kept the promise to seal', async () => {
  const { providerHead } = city;
  await command.logIn(providerHead.login, providerHead.password);
  const interrupt = new AbortController();
  let statement = '';
  const end = ['--as', providerHead.login, 'rights', 'suspend', right, '--code', 'security', '--reason', '核查'];
  const ran = await command.run(end, {
    signal: interrupt.signal,
    fetch: (input, init) => {
      const { pathname } = new URL(input instanceof Request ? input.url : input);
      const asked = /^\/api\/proposals\/([0-9a-f]{32})$/.exec(pathname)?.[1];
      if (asked) {
        statement = asked;
        interrupt.abort();
      }
      return fetch(input, init);
    },
  });
  assert.match(ran.err, /\[interrupted\]/);
  const kept = JSON.parse(readFileSync(command.path('config/receipts.json'), 'utf8')) as Record<string, Record<string, object>>;
  assert.ok(statement in (kept[trustRoot.origin] ?? {}), JSON.stringify(kept));
  await settled(providerHead, await providerHead.client.call(routes.proposal, { params: { id: statement } }));
});

test('a trust root is printed for comparison on paper, and takes witnesses from a policy', async () => {
  const root = command.path('root.json');
  const plain = await command.run(['trust-root', '--show', root, '--paper']);
  assert.match(plain.out, /SHA-256[\s\S]*未指明 none are named/);
  const policy = command.path('policy');
  const key = 'witness.example/audit+737efe88+BOwXK5OtXlY79JMscOEkUDTDVGfvLv1NZOv4GWg0Z+K/';
  writeFileSync(policy, `witness demo-audit ${key} http://127.0.0.1:9/\nquorum demo-audit\n`);
  const second = command.path('root2.json');
  const made = await command.ok<{ root: TrustRoot }>(['trust-root', '--show', root, '--witnesses', policy, '-o', second]);
  assert.equal(made.root.v, 2);
  const paper = await command.run(['trust-root', '--show', second, '--paper']);
  assert.match(paper.out, /demo-audit[\s\S]*737efe88[\s\S]*Demo witnesses under one roof prove nothing/);
  // The same ledger with witnesses may be pinned; another ledger never.
  assert.equal((await command.run(['trust-root', '--pin', second])).code, 0);
  assert.equal((await command.run(['trust-root'])).code, 0);
  const out = command.path('q.zip');
  const unwitnessed = await command.run(['evidence', '--right', right, '-o', out, '--json']);
  assert.deepEqual([unwitnessed.code, unwitnessed.json<{ problem: { code: string } }>().problem.code], [4, 'quorum-missing']);
  writeFileSync(second, encodeTrustRoot({ ...trustRoot, logKey: trustRoot.exchangeKey }));
  assert.equal((await command.run(['trust-root', '--pin', second])).code, 4);
});

test('once the log’s first key is ended, everything still holds from the first trust root on', async () => {
  const head = city.competentHead;
  const fresh = new CommandLine(exchange.baseUrl);
  try {
    const root = ['--trust', command.path('root.json')];
    const early = fresh.path('early.checkpoint');
    writeFileSync(early, await (await fetch(`${exchange.baseUrl}/log/checkpoint`)).text());
    await fresh.logIn('supervisor', city.supervisor.password);
    await fresh.ok(['trust-root', '--pin', command.path('root.json')]);
    assert.equal((await fresh.run(['verify', '--log', exchange.baseUrl, ...root])).code, 0);
    const old = fresh.path('old.zip');
    await fresh.ok(['evidence', '--right', right, '-o', old]);

    await settled(head, await head.client.call(routes.nominateLogKey, {}));
    const body = { reason: 'rotated', password: head.password } as const;
    const ended = await settled(
      head,
      await head.client.call(routes.endLogKey, { params: { keyId: trustRoot.logKey.keyId }, body }),
    );
    // The checkpoint that no first key signs any more.
    for (let size = 0; size <= (ended.index ?? 0);) {
      const note = await (await fetch(`${exchange.baseUrl}/log/checkpoint`)).text();
      size = Number(note.split('\n')[1]);
    }
    const followed = await fresh.run(['verify', '--log', exchange.baseUrl, ...root, '--json']);
    assert.equal(followed.code, 0, followed.err);
    assert.equal((await fresh.run(['verify', '--log', exchange.baseUrl, '--entries', ...root])).code, 0);
    assert.equal((await fresh.run(['verify', '--compare', early, exchange.baseUrl, ...root])).code, 0);
    const late = fresh.path('late.zip');
    const taken = await fresh.ok<{ report: EvidenceReport }>(['evidence', '--right', right, '-o', late]);
    assert.ok(taken.report.size > (ended.index ?? 0));
    // What was taken before holds as it did.
    assert.equal((await fresh.run(['verify', old, ...root])).code, 0);
    const receipt = fresh.path('late.receipt.json');
    await fresh.ok(['receipt', right, '-o', receipt]);
    const checked = await fresh.run(['verify', receipt, ...root, '--json']);
    const { stage, warnings } = checked.json<{ stage: string; warnings: { code: string }[] }>();
    assert.equal(stage, 'published');
    assert.ok(warnings.some(({ code }) => code === 'log-key-end'));
    // A promise that the new key signed is checked, kept, and found to be kept.
    await fresh.logIn('head', head.password);
    const code = departmentCode(8);
    await fresh.ok(['departments', 'admit', code, '--name', '示例市水务局', '--level', 'city', '--region', '990100']);
    const promised = fresh.path('promised.receipt.json');
    const admitted = await fresh.ok<{ items: { statement: { id: string } }[] }>(['trail', '--of', code]);
    await fresh.ok(['receipt', admitted.items[0]?.statement.id ?? '', '-o', promised]);
    await fresh.logIn('supervisor', city.supervisor.password);
    const ledger = fresh.path('ledger.ndjson');
    await fresh.ok(['export', '-o', ledger]);
    const whole = await fresh.ok<{ promises: { kept: string[] } }>([
      'verify',
      ledger,
      ...root,
      '--receipts',
      promised,
      '--no-memory',
    ]);
    assert.equal(whole.promises.kept.length, 1);
    // The bundle's own script knows the new key, too.
    const at = fresh.path('unpacked');
    for (const [name, bytes] of readZip(readFileSync(late))) {
      mkdirSync(dirname(join(at, name)), { recursive: true });
      writeFileSync(join(at, name), bytes);
    }
    const ran = spawnSync('sh', ['check.sh', command.path('root.json')], { cwd: at, encoding: 'utf8' });
    assert.equal(ran.status, 0, ran.stderr);
  } finally {
    fresh.remove();
  }
});
