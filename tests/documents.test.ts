import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { statementBodies } from '#contracts';
import { describeSettings } from '#nest';
import type { Surroundings } from '../apps/cli/src/desk.js';
import { sayIn } from '../apps/cli/src/language.js';
import { buildProgram } from '../apps/cli/src/program.js';

/** The clone: this file runs as dist/tests/documents.test.js. */
const root = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const folders = ['docs', 'apps', 'libs', 'migrations', 'tests', 'deploy', 'scripts'];

function* filesUnder(folder: string, ending: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesUnder(path, ending);
    else if (entry.name.endsWith(ending)) yield path;
  }
}

const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...folders.filter((folder) => existsSync(join(root, folder))).flatMap((folder) => [...filesUnder(folder, '.md')]),
];

/** Text without code, in which a bracket is a link. */
const prose = (text: string) => text.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '');
/** How a heading is linked to: GitHub's rule, for the headings that stand here. */
const anchorOf = (heading: string) =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
const headings = (text: string) =>
  [...text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^(#{1,6}) (.+)$/gm)].map(([, marks = '', title = '']) => ({
    level: marks.length,
    anchor: anchorOf(title),
  }));

test('every link between documents leads to a file and to a heading in it', () => {
  assert.ok(pages.length > 30);
  const broken: string[] = [];
  for (const page of pages) {
    for (const [, target = ''] of prose(read(page)).matchAll(/\]\(([^()\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? join(root, page) : resolve(root, dirname(page), path);
      const found = existsSync(file);
      const isThere =
        found && (anchor === undefined || headings(readFileSync(file, 'utf8')).some((one) => one.anchor === anchor));
      if (!isThere) broken.push(`${page}: ${target}`);
    }
  }
  assert.deepEqual(broken, []);
});

test('every promise is listed with tests that exist and name it', () => {
  const rows = [...read('docs/INVARIANTS.md').matchAll(/^\| (\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)];
  assert.deepEqual(
    rows.map(([, number]) => Number(number)),
    Array.from({ length: 11 }, (_, i) => i + 1),
  );
  const promised = [...read('docs/ARCHITECTURE.md').matchAll(/^(\d+)\. \*\*(.+?)\.?\*\*/gm)].map(([, , words]) => words);
  assert.deepEqual(
    rows.map(([, , words]) => words),
    promised,
  );
  const testsIn = (cell = '') => [...cell.matchAll(/`([^`]+\.test\.ts)`/g)].map(([, path = '']) => path);
  for (const [, number = '', , naming, others] of rows) {
    assert.ok(testsIn(naming).length > 0, `promise ${number} has no test`);
    for (const path of testsIn(naming)) {
      const names = new RegExp(`(test|describe|it)\\(\\s*['"\`][^\\n]*promise ${number}\\b`);
      assert.match(read(path), names, `${path} does not name promise ${number}`);
    }
    for (const path of testsIn(others)) assert.ok(existsSync(join(root, path)), `${path} does not exist`);
  }
});

test('every promise that a test names is listed with that test', () => {
  const listed = new Set(
    [...read('docs/INVARIANTS.md').matchAll(/^\| (\d+) \|.+$/gm)].flatMap(([row, number]) =>
      [...row.matchAll(/`([^`]+\.test\.ts)`/g)].map(([, path]) => `${number} ${path}`),
    ),
  );
  const missing = new Set<string>();
  for (const folder of ['apps', 'libs', 'tests']) {
    for (const path of filesUnder(folder, '.test.ts')) {
      for (const [, number] of read(path).matchAll(/(?:test|describe|it)\(\s*['"`][^\n]*?promise (\d+)\b/g))
        if (!listed.has(`${number} ${path}`)) missing.add(`promise ${number}: ${path}`);
    }
  }
  assert.deepEqual([...missing], []);
});

test('every test that THREATS names exists', () => {
  const named = [...read('docs/THREATS.md').matchAll(/`([^`]+\.test\.ts)`/g)].map(([, path = '']) => path);
  assert.ok(named.length > 10);
  for (const path of named) assert.ok(existsSync(join(root, path)), `${path} does not exist`);
});

describe('what stands in two languages says the same', () => {
  const blocks = (text: string) =>
    [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].map(([, language, code = '']) => ({ language, code }));
  for (const [english, chinese] of [
    ['README.md', 'README.zh-CN.md'],
    ['docs/OPERATE.md', 'docs/OPERATE.zh-CN.md'],
    ['docs/WITNESS.md', 'docs/WITNESS.zh-CN.md'],
  ] as const) {
    test(`${english}: headings, code, tables`, () => {
      const [one, other] = [read(english), read(chinese)];
      const levels = (text: string) => headings(text).map(({ level }) => level);
      assert.deepEqual(levels(other), levels(one));
      const runnable = (text: string) => blocks(text).filter(({ language }) => language === 'sh');
      assert.deepEqual(runnable(other), runnable(one));
      assert.equal(blocks(other).length, blocks(one).length);
      const rows = (text: string) => [...text.matchAll(/^\|.*\|$/gm)].length;
      assert.equal(rows(other), rows(one));
      const figures = (text: string) =>
        prose(text)
          .match(/\d[\d,]+\d/g)
          ?.toSorted();
      if (english === 'README.md') assert.deepEqual(figures(other), figures(one));
    });
  }
});

test('every command in README, OPERATE and DEMO exists, with its options', () => {
  const around = { env: {}, signal: new AbortController().signal } as unknown as Surroundings;
  const program = buildProgram({ say: sayIn('en'), around });
  let checked = 0;
  for (const page of ['README.md', 'docs/OPERATE.md', 'docs/DEMO.md']) {
    const code = [...read(page).matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = '']) => block.replaceAll('\\\n', ' '));
    for (const [, line = ''] of code.join('\n').matchAll(/npx quanlian ([^\n|&)]+)/g)) {
      const words = line.replace(/^(--\w+ \S+ )+/, '').split(' ');
      let command = program;
      for (let next = command; next;) {
        command = next;
        next = command.commands.find((one) => one.name() === words[0]) as typeof program;
        if (next) words.shift();
      }
      assert.notEqual(command, program, `${page}: quanlian ${line}`);
      checked++;
      // What the operator's programs take they check themselves.
      if (['backup', 'restore', 'replay'].includes(command.name())) continue;
      const known = [...program.options, ...command.options].flatMap(({ long, short }) => [long, short]);
      for (const option of words.filter((word) => /^--?[a-z]/.test(word)))
        assert.ok(known.includes(option), `${page}: quanlian ${line}: ${option}`);
    }
  }
  assert.ok(checked > 20, `only ${checked} commands`);
});

test('OPERATE has every setting, as the code describes it', () => {
  for (const [page, language] of [
    ['docs/OPERATE.md', 'en'],
    ['docs/OPERATE.zh-CN.md', 'zh'],
  ] as const) {
    const [, table] = /<!-- settings:begin -->\n([\s\S]*?)\n<!-- settings:end -->/.exec(read(page)) ?? [];
    assert.equal(table, describeSettings(language), `${page}: run node scripts/settings.mjs ${language}`);
  }
});

test('every type of statement stands in its format', () => {
  const page = read('docs/formats/statements.md');
  for (const type of Object.keys(statementBodies)) assert.ok(page.includes(`\`${type}\``), `${type} is missing`);
});

test('every format has its place in the index', () => {
  const index = read('docs/formats/README.md');
  for (const page of filesUnder('docs/formats', '.md')) {
    const name = relative('docs/formats', page);
    if (name !== 'README.md') assert.ok(index.includes(`](${name})`), `${name} is missing`);
  }
});

test('every decision has its place in the index', () => {
  const index = read('docs/decisions/README.md');
  for (const page of filesUnder('docs/decisions', '.md')) {
    const name = relative('docs/decisions', page);
    if (name !== 'README.md') assert.ok(index.includes(`](${name})`), `${name} is missing`);
  }
});

test('REFUSALS has every code, as the code words it', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/refusals.mjs'), '--check'], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});

test('the decision on dependencies knows each of them, at its version', () => {
  const manifest = JSON.parse(read('package.json')) as Record<'dependencies' | 'devDependencies', Record<string, string>>;
  const page = read('docs/decisions/0012-dependencies.md');
  for (const [name, version] of Object.entries(manifest.dependencies)) {
    const last = name.split('/').at(-1) ?? name;
    const row = page.split('\n').find((line) => line.startsWith('| ') && line.includes(last) && line.includes(`| ${version} |`));
    assert.ok(row, `${name} ${version} is missing`);
  }
});
