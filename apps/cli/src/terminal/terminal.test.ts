import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { sayIn } from '../language.js';
import { Asker } from './ask.js';
import { countText, Progress, sizeText } from './progress.js';
import { fieldLines, tableLines } from './table.js';
import { cutTo, harmless, padTo, widthOf } from './width.js';

test('Chinese takes two columns, colours and combining marks none', () => {
  assert.equal(widthOf('民政局'), 6);
  assert.equal(widthOf('（１）'), 6);
  assert.equal(widthOf('a\u0301'), 1);
  assert.equal(widthOf('\u001b[1mab\u001b[22m'), 2);
  assert.equal(widthOf('𠮷'), 2);
  assert.equal(padTo('民', 4) + '|', '民  |');
  assert.equal(cutTo('民政局', 5), '民政…');
  assert.equal(cutTo('民政局', 6), '民政局');
});

test('columns of a table stand under each other, and only flexible ones are cut', () => {
  const rows = [
    { id: '1', name: '公安局', count: 5 },
    { id: '22', name: 'Civil affairs bureau of the city', count: 12345 },
  ];
  const columns = [
    { title: 'Id', of: (row: (typeof rows)[0]) => row.id },
    { title: '名称', of: (row: (typeof rows)[0]) => row.name, flexible: true },
    { title: 'n', of: (row: (typeof rows)[0]) => row.count, align: 'right' as const },
  ];
  assert.deepEqual(tableLines(columns, rows), [
    'Id  名称                                  n',
    '1   公安局                                5',
    '22  Civil affairs bureau of the city  12345',
  ]);
  const narrow = tableLines(columns, rows, 30);
  assert.ok(narrow.every((line) => widthOf(line) <= 30));
  assert.ok(narrow[2]?.startsWith('22  Civil affairs') && narrow[2].endsWith('…  12345'));
});

test('what comes from elsewhere cannot drive the terminal', () => {
  assert.equal(harmless('a\u001b[2Jb'), 'a\ufffd[2Jb');
  assert.equal(harmless('x\u202ecod.exe'), 'x\ufffdcod.exe');
  const [, line] = tableLines([{ title: 't', of: (text: string) => text }], ['one\n  two\u0007']);
  assert.equal(line, 'one two\ufffd');
  assert.deepEqual(
    fieldLines([
      ['名', 'a\nb'],
      ['empty', undefined],
    ]),
    ['名  a', '    b'],
  );
});

test('sizes and counts read easily', () => {
  assert.deepEqual([0, 1023, 1024, 37_748_736, 5_368_709_120].map(sizeText), ['0 B', '1023 B', '1.0 KiB', '36.0 MiB', '5.0 GiB']);
  assert.deepEqual([0, 999, 1000, 620573].map(countText), ['0', '999', '1,000', '620,573']);
});

const never = new AbortController().signal;

function captured(): { streams: { stdin: PassThrough; stdout: PassThrough; stderr: PassThrough }; text: () => string } {
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  return { streams, text: () => String(streams.stderr.read() ?? '') };
}

test('without a terminal, progress is plain lines: each stage, each tenth, never one twice', () => {
  const { streams, text } = captured();
  let now = 0;
  const progress = new Progress(streams, sayIn('en'), () => now);
  progress.begin({ zh: '下载', en: 'Downloading' });
  progress.at(50, 1000);
  now = 1_000;
  for (let done = 60; done <= 1000; done += 10) progress.at(done, 1000);
  progress.at(1000, 1000);
  progress.begin({ zh: '下载', en: 'Downloading' });
  progress.begin({ zh: '解密', en: 'Decrypting' });
  now = 2_500;
  progress.at(1, undefined);
  now = 6_500;
  progress.at(2, undefined);
  progress.finish();
  const lines = text().trimEnd().split('\n');
  assert.equal(lines[0], 'Downloading…');
  assert.deepEqual(
    lines.slice(1, 11).map((line) => line.trim()),
    [100, 200, 300, 400, 500, 600, 700, 800, 900, 1000].map((n) => `${n} / 1000 (${n / 10} %)`),
  );
  assert.deepEqual(lines.slice(11), ['Decrypting…', '  2']);
});

test('a terminal gets one line that redraws itself and fits its width', () => {
  const { streams, text } = captured();
  const progress = new Progress(
    { ...streams, stderr: Object.assign(streams.stderr, { isTTY: true, columns: 40 }) as never },
    sayIn('zh'),
    () => 0,
  );
  progress.begin({ zh: '下载', en: 'Downloading' });
  progress.at(1000, 1000);
  progress.finish();
  const drawn = text();
  assert.ok(drawn.endsWith('\n') && drawn.split('\n').length === 2);
  for (const line of drawn.split('\r')) assert.ok(widthOf(line.replace('\u001b[2K', '').trimEnd()) <= 39);
});

test('answers come from the lines of stdin when there is no terminal, in order', async () => {
  const { streams } = captured();
  const ask = new Asker(streams, sayIn('en'), {}, never);
  streams.stdin.write('li\nse');
  const first = await ask.line({ zh: '用户名', en: 'User' });
  streams.stdin.end('cret one\r\n\nlast');
  const second = await ask.password({ zh: '密码', en: 'Password' });
  assert.equal(first, 'li');
  assert.equal(second, 'secret one');
  assert.equal(await ask.line({ zh: '层级', en: 'Level' }, 'city'), 'city');
  assert.equal(await ask.line({ zh: '名', en: 'Name' }), 'last');
  await assert.rejects(ask.line({ zh: '名', en: 'Name' }), { code: 'no-answer' });
});

test('a password is not echoed, and Backspace and Ctrl-C work while it is typed', async () => {
  const { streams, text } = captured();
  const raw: boolean[] = [];
  const stdin = Object.assign(streams.stdin, { isTTY: true, setRawMode: (on: boolean) => raw.push(on) });
  const ask = new Asker({ ...streams, stdin: stdin as never }, sayIn('en'), {}, never);
  const typed = ask.password({ zh: '密码', en: 'Password' });
  stdin.write('abX\u007fc\r');
  assert.equal(await typed, 'abc');
  assert.equal(text(), 'Password: \n');
  const broken = ask.password({ zh: '密码', en: 'Password' });
  stdin.write('ab\u0003');
  await assert.rejects(broken, { name: 'AbortError' });
  assert.deepEqual(raw, [true, false, true, false]);
});

test('a password in the environment is taken before asking, but not when a file is named', async () => {
  const { streams } = captured();
  const ask = new Asker(streams, sayIn('en'), { QUANLIAN_PASSWORD: 'from the environment' }, never);
  assert.equal(await ask.password({ zh: '密码', en: 'Password' }), 'from the environment');
  streams.stdin.end('from stdin\n');
  assert.equal(await ask.password({ zh: '密码', en: 'Password' }, { file: '-' }), 'from stdin');
});

test('Ctrl-C ends a question that nobody answers', async () => {
  const { streams } = captured();
  const interruption = new AbortController();
  const ask = new Asker(streams, sayIn('en'), {}, interruption.signal);
  const asked = ask.line({ zh: '用户名', en: 'User' });
  interruption.abort();
  await assert.rejects(asked, { name: 'AbortError' });
});
