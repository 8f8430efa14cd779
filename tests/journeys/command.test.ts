import { routes, shortId } from '#contracts';
import {
  deliveryIn,
  foundSmallCity,
  type RunningExchange,
  type SmallCity,
  startExchange,
  type TestPerson,
  villageCsv,
  villageEntry,
} from '#testing';
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CommandLine } from './command-line.js';

const quanlian = resolve(import.meta.dirname, '../../../scripts/quanlian.mjs');

describe('the whole job with the command `quanlian`', async () => {
  let exchange: RunningExchange;
  let city: SmallCity;
  let command: CommandLine;
  let right = '';
  const csv = villageCsv(5000);
  const expected = [
    'code,name',
    ...csv
      .toString()
      .split('\n')
      .filter((line) => line.endsWith(',42'))
      .map((line) => line.split(',').slice(0, 2).join(',')),
    '',
  ].join('\n');

  const approve = (head: TestPerson, id: string) =>
    command.ok(['--as', head.login, 'inbox', 'approve', shortId(id), '--yes'], { env: { QUANLIAN_PASSWORD: head.password } });

  before(async () => {
    exchange = await startExchange({ label: 'command' });
    city = await foundSmallCity(exchange);
    command = new CommandLine(exchange.baseUrl);
    for (const person of [
      city.steward,
      city.providerHead,
      city.requester,
      city.requesterHead,
      city.supervisor,
      city.competentHead,
    ])
      await command.logIn(person.login, person.password);
    writeFileSync(command.path('villages.csv'), csv);
    writeFileSync(command.path('identity.txt'), `${city.identities[0]}\n`, { mode: 0o600 });
  });
  after(async () => {
    command?.remove();
    await exchange?.stop();
  });

  test('log-ins lie in a file that only its owner reads; the token works until it is revoked', async () => {
    assert.equal(statSync(command.path('config/sessions.json')).mode & 0o777, 0o600);
    const me = await command.ok<{ person: { login: string } }>(['--as', 'steward', 'whoami']);
    assert.equal(me.person.login, 'steward');
    await command.logIn('operator', city.operator.password);
    const { items } = await command.ok<{ items: { id: string; current: boolean }[] }>(['--as', 'operator', 'sessions']);
    const current = items.find((one) => one.current);
    assert.ok(current);
    await command.ok(['--as', 'operator', 'sessions', 'end', shortId(current.id)]);
    assert.equal((await command.run(['--as', 'operator', 'whoami'])).code, 5);
    const wrong = await command.run(['login', '--as', 'operator'], { env: { QUANLIAN_PASSWORD: 'not the password' } });
    assert.equal(wrong.code, 1);
    assert.match(wrong.err, /\[bad-login\]/);
  });

  test('one of the competent department’s people is given a role in another department, acts for it, and is relieved of it', async () => {
    const { competentHead, supervisor, codes } = city;
    const set = (roles: string) =>
      command.ok(['--as', competentHead.login, 'people', 'roles', supervisor.login, roles, '--in', codes.requester]);
    const asked = ['--as', supervisor.login, '--department', codes.requester, 'whoami'];
    await set('requester');
    const me = await command.ok<{ department: string; roles: string[] }>(asked);
    assert.deepEqual([me.department, me.roles], [codes.requester, ['requester']]);
    // Who serves in both departments is one person.
    await set('none');
    const { code, err } = await command.run(asked);
    assert.equal(code, 1);
    assert.match(err, /\[unknown\]/);
  });

  test('a steward makes a form from the file, enters it and publishes the file', async () => {
    const form = await command.run(['datasets', 'new', '--from', command.path('villages.csv')]);
    assert.equal(form.code, 0, form.err);
    const inferred = form.json<{ items: { name: string; type: string }[] }>();
    assert.deepEqual(
      inferred.items.map((item) => [item.name, item.type]),
      [
        ['code', 'C'],
        ['name', 'C'],
        ['provinceCode', 'C'],
      ],
    );
    const entry = villageEntry();
    writeFileSync(command.path('form.json'), JSON.stringify({ ...inferred, ...entry, items: inferred.items }));

    assert.equal((await command.run(['--as', 'steward', 'datasets', 'enter', command.path('form.json')])).code, 2);
    const entered = await command.ok<{ state: string; id: string }>([
      '--as',
      'steward',
      'datasets',
      'enter',
      command.path('form.json'),
      '--no-secrets',
    ]);
    assert.equal(entered.state, 'sealed');
    const published = await command.ok<{ rows: number; proposal: { state: string } }>([
      '--as',
      'steward',
      'datasets',
      'publish',
      entry.title,
      command.path('villages.csv'),
      '--no-secrets',
      '--announce-digest',
    ]);
    assert.deepEqual([published.rows, published.proposal.state], [5000, 'sealed']);
    const list = await command.run(['--as', 'requester', 'datasets', 'list', '--lang', 'zh']);
    assert.match(list.out, /行政村名录 .*示例市公安局 .*有条件共享 .*5,000/);
  });

  test('a file with a fault is refused with its line, and nothing is published', async () => {
    const lines = csv.toString().split('\n');
    writeFileSync(command.path('ragged.csv'), [...lines.slice(0, 100), 'one,two', ...lines.slice(100)].join('\n'));
    const ragged = await command.run([
      '--as',
      'steward',
      'datasets',
      'publish',
      '3/1/1/1/000001',
      command.path('ragged.csv'),
      '--no-secrets',
      '--json',
    ]);
    assert.equal(ragged.code, 1);
    const { problem } = ragged.json<{ problem: { code: string; at: { line: number } } }>();
    assert.deepEqual([problem.code, problem.at.line], ['csv-ragged', 101]);
    // The exchange refuses long before the file is sent: its reason must not be lost with the connection.
    const long = villageCsv(400_000).toString().split('\n');
    writeFileSync(command.path('long.csv'), [...long.slice(0, 3), 'one,two', ...long.slice(3)].join('\n'));
    const early = await command.run([
      '--as',
      'steward',
      'datasets',
      'publish',
      '3/1/1/1/000001',
      command.path('long.csv'),
      '--no-secrets',
    ]);
    assert.equal(early.code, 1);
    assert.match(early.err, /Line 4 has 2 fields where 3 are expected\. +\[csv-ragged\]/);
    const announced = [
      '--as',
      'steward',
      'datasets',
      'publish',
      '3/1/1/1/000001',
      command.path('villages.csv'),
      '--no-secrets',
      '--announce-digest',
      '0'.repeat(64),
    ];
    assert.match((await command.run(announced)).err, /\[file-digest-differs\]/);
    const { items } = await command.ok<{ items: unknown[] }>(['--as', 'steward', 'datasets', 'versions', '3/1/1/1/000001']);
    assert.equal(items.length, 1);
  });

  test('a requester asks in the small language of row scopes; both heads approve; the right is in force', async () => {
    const ask = [
      '--as',
      'requester',
      'requests',
      'new',
      '--dataset',
      '行政村名录',
      '--basis',
      '社会救助暂行办法第十七条',
      '--scenario',
      '低保核对',
      '--items',
      'code,name',
      '--until',
      '2099-12-31',
      '--pulls',
      '100',
      '--per-day',
      '100',
    ];
    const wrong = await command.run([...ask, '--rows', 'provinceCode = 42 nor x = 1']);
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /at character 19/);
    const request = await command.ok<{ id: string; state: string }>([...ask, '--rows', 'provinceCode = 42']);
    assert.equal(request.state, 'awaiting-approval');
    const own = await command.run(['--as', 'requester', 'inbox', 'approve', request.id, '--yes'], {
      env: { QUANLIAN_PASSWORD: city.requester.password },
    });
    assert.equal(own.code, 1);
    await approve(city.requesterHead, request.id);

    const shown = await command.run(['--as', 'steward', 'requests', 'show', request.id.slice(0, 6), '--preview']);
    assert.match(shown.out, /Rows +provinceCode = 42/);
    assert.match(shown.out, /Preview: 500 rows/);
    assert.match(shown.out, /Working days left +10/);
    const paged = await command.run([
      '--as',
      'steward',
      'requests',
      'show',
      request.id,
      '--preview',
      '--items',
      'name',
      '--first',
      '1',
    ]);
    assert.match(paged.out, /第0村民委员会/);

    // Rows by a list: two of its keys have a row, one has none, and a line is none.
    const file = command.path('keys.csv');
    writeFileSync(file, `code,备注\n990100000000,a\n990100000001,b\n1,c\n1\n`);
    const listed = await command.run([...ask, '--list', `code=${file}`, '--json']);
    assert.equal(listed.code, 0, listed.err);
    assert.match(listed.err, /3 keys/);
    assert.match(listed.err, /Line 5: has another number of fields/);
    const byList = (JSON.parse(listed.out) as { id: string }).id;
    await approve(city.requesterHead, byList);
    const matched = await command.run(['--as', 'steward', 'requests', 'show', byList, '--preview']);
    assert.match(matched.out, /Of 3 listed keys 2 have rows, 1 have none/);
    assert.match(matched.out, /code in-list [0-9a-f]{32}:3:/);
    const decided = await command.ok<{ id: string }>([
      '--as',
      'steward',
      'requests',
      'decide',
      request.id,
      'agree',
      '--account-for-use',
    ]);
    await approve(city.providerHead, decided.id);
    right = decided.id;
    const found = await command.ok<{ state: string }>(['--as', 'requester', 'rights', 'show', shortId(right)]);
    assert.equal(found.state, 'in-force');
  });

  test('pull brings exactly the granted rows, checked and receipted; the age command opens the same file', async () => {
    const out = command.path('out.csv');
    const line = [
      '--as',
      'requester',
      'pull',
      shortId(right),
      '-o',
      out,
      '--identity',
      command.path('identity.txt'),
      '--keep-age',
    ];
    const pulled = await command.ok<{ rows: number; receiptAt: number }>(line);
    assert.equal(pulled.rows, 500);
    assert.ok(pulled.receiptAt > 0);
    assert.equal(readFileSync(out, 'utf8'), expected);
    assert.equal(statSync(out).mode & 0o077, 0);
    execFileSync('age', ['-d', '-i', command.path('identity.txt'), '-o', command.path('by-age.csv'), `${out}.age`]);
    assert.deepEqual(readFileSync(command.path('by-age.csv')), readFileSync(out));
    const again = await command.run(line);
    assert.equal(again.code, 7);
    assert.match(again.err, /exists; --force overwrites it/);
  });

  test('every format is pulled by the name of the file', async () => {
    for (const [name, begin] of [
      ['out.parquet', 'PAR1'],
      ['out.jsonl', '{"code":"990100000000"'],
    ] as const) {
      await command.ok([
        '--as',
        'requester',
        'pull',
        right,
        '-o',
        command.path(name),
        '--identity',
        command.path('identity.txt'),
      ]);
      assert.ok(readFileSync(command.path(name)).toString('latin1').startsWith(begin), name);
      assert.ok(!existsSync(command.path(`${name}.age`)));
    }
    await command.ok([
      '--as',
      'requester',
      'pull',
      right,
      '-o',
      command.path('excel.csv'),
      '--excel',
      '--identity',
      command.path('identity.txt'),
    ]);
    assert.equal(readFileSync(command.path('excel.csv')).toString('hex', 0, 3), 'efbbbf');
  });

  test('what was pulled in the console is fetched, taking nothing of the quota; its manifest lets it be checked by hand', async () => {
    const { delivery } = await city.requester.client.call(routes.pull, { params: { id: right }, body: {} });
    // Its page names the command once it is in the ledger.
    await deliveryIn(city.requester, delivery, 'prepared');
    const pulledTimes = async () => (await city.requester.client.call(routes.right, { params: { id: right } })).used.pulls;
    const out = command.path('fetched.csv');
    const line = ['--as', 'requester', 'fetch', shortId(delivery), '-o', out, '--identity', command.path('identity.txt')];
    const kept = await command.ok<{ delivery: string; receiptAt?: number; manifestFile: string }>([
      ...line,
      '--keep-age',
      '--manifest',
      '--no-receipt',
    ]);
    assert.equal(kept.delivery, delivery);
    assert.equal(kept.receiptAt, undefined);
    const used = await pulledTimes();
    assert.equal(readFileSync(out, 'utf8'), expected);
    assert.equal(statSync(kept.manifestFile).mode & 0o077, 0);

    // The page's own commands, as somebody would paste them.
    const page = readFileSync(resolve(import.meta.dirname, '../../../docs/formats/delivery-manifest.md'), 'utf8');
    const script = /^```sh\n([\s\S]*?)^```/m.exec(page)?.[1];
    assert.ok(script);
    renameSync(kept.manifestFile, command.path('manifest.json'));
    copyFileSync(`${out}.age`, command.path('data.age'));
    await command.ok(['trust-root', '-o', command.path('trust-root.json')]);
    const said = execFileSync('bash', ['-c', script], { cwd: command.folder, encoding: 'utf8' }).trimEnd().split('\n');
    const sealed = await city.requester.client.call(routes.delivery, { params: { id: delivery } });
    assert.deepEqual(said, [
      ...Array.from({ length: 3 }, () => sealed.ciphertextSha256),
      'Signature Verified Successfully',
      ...Array.from({ length: 3 }, () => sealed.plaintextHmac),
    ]);
    assert.equal(readFileSync(command.path('data'), 'utf8'), expected);

    const signed = await command.ok<{ receiptAt: number }>(line);
    assert.ok(signed.receiptAt > 0);
    assert.equal((await command.run(line)).code, 7);
    assert.equal(await pulledTimes(), used);
    const foreign = await command.run(['--as', 'supervisor', ...line.slice(2, -3), command.path('not.csv')]);
    assert.equal(foreign.code, 2, foreign.err);
  });

  test('an age file that lies beside the rows is somebody’s: it is read if it is the one, and never touched', async () => {
    const { delivery } = await city.requester.client.call(routes.pull, { params: { id: right }, body: {} });
    await deliveryIn(city.requester, delivery, 'prepared');
    const out = command.path('beside.csv');
    const line = ['--as', 'requester', 'fetch', delivery, '-o', out, '--identity', command.path('identity.txt')];
    writeFileSync(`${out}.age`, 'somebody’s own');
    const refused = await command.run([...line, '--keep-age']);
    assert.equal(refused.code, 7);
    assert.match(refused.err, /beside\.csv\.age exists; --force overwrites it/);
    await command.ok([...line, '--no-receipt']);
    assert.equal(readFileSync(out, 'utf8'), expected);
    assert.equal(readFileSync(`${out}.age`, 'utf8'), 'somebody’s own');
    // The rows are this command's own by now. What lies beside them is not.
    const kept = [...line, '--keep-age', '--no-receipt'];
    const again = await command.run(kept);
    assert.equal(again.code, 7, again.err);
    assert.match(again.err, /beside\.csv\.age exists; --force overwrites it/);
    assert.equal(readFileSync(`${out}.age`, 'utf8'), 'somebody’s own');
    renameSync(`${out}.age`, command.path('own.age'));
    await command.ok(kept);
    execFileSync('age', ['-d', '-i', command.path('identity.txt'), '-o', command.path('beside-by-age.csv'), `${out}.age`]);
    assert.equal(readFileSync(command.path('beside-by-age.csv'), 'utf8'), expected);
    writeFileSync(`${out}.age`, 'somebody’s own');
    await command.ok([...kept, '--force']);
    assert.notEqual(readFileSync(`${out}.age`, 'utf8'), 'somebody’s own');
    writeFileSync(`${out}.age`, 'somebody’s own');

    const payload = await city.requester.client.open(routes.payload, { params: { id: delivery } });
    const other = command.path('downloaded.csv');
    const bytes = Buffer.from(await payload.arrayBuffer());
    writeFileSync(`${other}.age`, bytes);
    await command.ok(line.with(5, other));
    assert.equal(readFileSync(other, 'utf8'), expected);
    assert.ok(readFileSync(`${other}.age`).equals(bytes));
    assert.ok(!existsSync(`${out}.age.part`) && !existsSync(`${other}.age.part`));
  });

  test('only the rows on a key list are pulled; cut short, the list is not sent again', async () => {
    writeFileSync(command.path('codes.txt'), '990100000010\n990100000020\n990100000011\n');
    const line = [
      '--as',
      'requester',
      'pull',
      right,
      '-o',
      command.path('listed.csv'),
      '--list',
      `code=${command.path('codes.txt')}`,
    ];
    const settings = ['--identity', command.path('identity.txt')];
    const first = await command.run([...line, ...settings, '--no-receipt', '--json']);
    assert.equal(first.code, 0, first.err);
    assert.match(first.err, /List [0-9a-f]{8}: 3 keys/);
    assert.equal(
      readFileSync(command.path('listed.csv'), 'utf8'),
      'code,name\n990100000010,第10村民委员会\n990100000020,第20村民委员会\n',
    );
    const again = await command.run([...line, ...settings, '--json']);
    assert.equal(again.code, 0, again.err);
    assert.doesNotMatch(again.err, /List /);
    assert.equal(again.json<{ delivery: string }>().delivery, first.json<{ delivery: string }>().delivery);
  });

  test('what the right does not cover is refused with its reason', async () => {
    const wide = await command.run([
      '--as',
      'requester',
      'pull',
      right,
      '-o',
      command.path('wide.csv'),
      '--items',
      'code,provinceCode',
      '--identity',
      command.path('identity.txt'),
    ]);
    assert.equal(wide.code, 1);
    assert.match(wide.err, /\[item-not-granted\]/);
    assert.ok(!existsSync(command.path('wide.csv')));
    const foreign = await command.run([
      '--as',
      'steward',
      'pull',
      right,
      '-o',
      command.path('foreign.csv'),
      '--identity',
      command.path('identity.txt'),
    ]);
    assert.equal(foreign.code, 2);
    const other = await command.run(['--as', 'requester', 'rights', 'show', '0'.repeat(32)]);
    assert.match(other.err, /\[unknown\]/);
  });

  test('a supervisor exports, verifies without the exchange, and sees when history shrank', async () => {
    const ledger = command.path('ledger.ndjson');
    const root = command.path('root.json');
    await command.ok(['--as', 'supervisor', 'trust-root', '-o', root]);
    const exported = await command.ok<{ entries: number }>(['--as', 'supervisor', 'export', '-o', ledger]);
    // Nobody listens at this address: what is checked is checked here.
    const alone = { env: { QUANLIAN_SERVER: 'http://127.0.0.1:1' } };
    const verified = await command.ok<{
      size: number;
      warnings: { code: string }[];
      promises: { kept: string[]; broken: unknown[] };
    }>(['verify', ledger, '--trust', root], alone);
    assert.equal(verified.size, exported.entries);
    assert.ok(verified.warnings.some((one) => one.code === 'fork'));
    assert.ok(verified.promises.kept.includes(right) && verified.promises.broken.length === 0);
    assert.ok(!verified.warnings.some((one) => one.code === 'rights-not-checked'));

    const lines = readFileSync(ledger, 'utf8').trimEnd().split('\n');
    writeFileSync(command.path('shorter.ndjson'), `${lines.slice(0, -2).join('\n')}\n`);
    const shrank = await command.run(['verify', command.path('shorter.ndjson'), '--trust', root, '--json'], alone);
    assert.equal(shrank.code, 4);
    assert.equal(shrank.json<{ problem: { code: string } }>().problem.code, 'history-shrank');
    assert.equal((await command.run(['verify', command.path('shorter.ndjson'), '--trust', root, '--no-memory'], alone)).code, 0);

    const at = lines.findIndex((line) => line.includes('"type":"right.granted"'));
    writeFileSync(command.path('altered.ndjson'), `${lines.with(at, (lines[at] ?? '').replace('"42"', '"11"')).join('\n')}\n`);
    const altered = await command.run(['verify', command.path('altered.ndjson'), '--trust', root, '--no-memory'], alone);
    assert.equal(altered.code, 4);
    assert.match(altered.err, new RegExp(`Entry ${at}:`));

    await command.ok(['--as', 'requester', 'uses', 'record', right, 'use', '--text', '用于低保核对。']);
    const appended = await command.ok<{ entries: number; added: number }>([
      '--as',
      'supervisor',
      'export',
      '-o',
      ledger,
      '--append',
    ]);
    assert.ok(appended.added > 0 && appended.entries > exported.entries);
    const longer = await command.ok<{ seenBefore: { size: number } }>(['verify', ledger, '--trust', root], alone);
    assert.equal(longer.seenBefore.size, exported.entries);
  });

  test('the trail reads as a table, as JSON and as a page to file', async () => {
    const table = await command.run(['--as', 'supervisor', 'trail', '--right', shortId(right), '--lang', 'zh']);
    for (const words of ['授予使用权', '提取数据', '数据备妥', '签署回执', '示例市民政局', '交换平台'])
      assert.ok(table.out.includes(words), words);
    const { items } = await command.ok<{ items: { type: string }[] }>([
      '--as',
      'supervisor',
      'trail',
      '--type',
      'receipt.signed',
    ]);
    assert.ok(items.length >= 4 && items.every((one) => one.type === 'receipt.signed'));
    await command.ok(['--as', 'supervisor', 'trail', '--right', right, '--html', command.path('trail.html')]);
    assert.match(readFileSync(command.path('trail.html'), 'utf8'), /<html lang="zh/);
    assert.deepEqual((await command.ok<{ differences: unknown[] }>(['--as', 'supervisor', 'audit'])).differences, []);
  });

  test('the built command itself: exit codes, pipes, and a reader that goes away', async () => {
    const env = {
      ...process.env,
      QUANLIAN_CONFIG_DIR: command.path('config'),
      QUANLIAN_SERVER: exchange.baseUrl,
      LC_ALL: 'zh_CN.UTF-8',
      QUANLIAN_LANG: '',
    };
    const shell = (script: string) =>
      new Promise<{ code: number | null; out: string; err: string }>((done) => {
        const child = spawn('bash', ['-o', 'pipefail', '-c', script], { env: { ...env, Q: `${process.execPath} ${quanlian}` } });
        let out = '';
        let err = '';
        child.stdout.on('data', (text) => (out += String(text)));
        child.stderr.on('data', (text) => (err += String(text)));
        child.on('close', (code) => done({ code, out, err }));
      });
    const piped = await shell(`$Q --as supervisor export -o - | $Q verify - --trust '${command.path('root.json')}'`);
    assert.equal(piped.code, 0, piped.err);
    assert.match(piped.out, /查验通过/);
    const gone = await shell('$Q --as supervisor trail --limit 1000 | head -1');
    assert.equal(gone.code, 0, gone.err);
    assert.equal((await shell('$Q no-such-thing')).code, 2);
    assert.equal((await shell('QUANLIAN_SERVER=http://127.0.0.1:1 QUANLIAN_TOKEN=x $Q whoami')).code, 3);
  });

  test('suspended, the right gives nothing; resumed, it gives again', async () => {
    const end = ['--code', 'misuse', '--reason', '超范围使用，责令整改'];
    await command.ok(['--as', 'provider-head', 'rights', 'suspend', right, ...end]);
    const refused = await command.run([
      '--as',
      'requester',
      'pull',
      right,
      '-o',
      command.path('after.csv'),
      '--identity',
      command.path('identity.txt'),
    ]);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /\[right-suspended\]/);
    await command.ok(['--as', 'provider-head', 'rights', 'resume', right, '--reason', '整改完成']);
    await command.ok([
      '--as',
      'requester',
      'pull',
      right,
      '-o',
      command.path('after.csv'),
      '--identity',
      command.path('identity.txt'),
    ]);
    assert.equal(readFileSync(command.path('after.csv'), 'utf8'), expected);
    const state = await city.requester.client.call(routes.right, { params: { id: right } });
    assert.equal(state.state, 'in-force');
  });

  test('and terminated for good only with the password again', async () => {
    const end = ['--as', 'provider-head', 'rights', 'terminate', right, '--code', 'purpose-reached', '--reason', '核对工作结束'];
    // A script that gives none, and one that gives a wrong one: nothing has happened.
    const none = await command.run(end);
    assert.equal(none.code, 1, none.err);
    assert.match(none.err, /\[password-needed\]/);
    const wrong = await command.run(end, { env: { QUANLIAN_PASSWORD: '不是这个' } });
    assert.match(wrong.err, /\[bad-login\]/);
    assert.equal((await city.requester.client.call(routes.right, { params: { id: right } })).state, 'in-force');
    await command.ok([...end, '--password-file', '-'], { stdin: `${city.providerHead.password}\n` });
    assert.equal((await city.requester.client.call(routes.right, { params: { id: right } })).state, 'terminated');
  });
});
