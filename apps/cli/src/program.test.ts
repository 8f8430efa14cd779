import type { Command } from 'commander';
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, test } from 'node:test';
import { departmentCodeSchema } from '#contracts';
import { exits } from './exits.js';
import { sayIn } from './language.js';
import { buildProgram, runCommand } from './program.js';

const folder = mkdtempSync(join(tmpdir(), 'quanlian-cli-'));
after(() => rmSync(folder, { recursive: true }));

function surroundings(env: NodeJS.ProcessEnv = {}) {
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  streams.stdin.end();
  return { env: { QUANLIAN_CONFIG_DIR: folder, ...env }, streams, signal: new AbortController().signal };
}

async function run(line: string[], env: NodeJS.ProcessEnv = {}): Promise<{ code: number; out: string; err: string }> {
  const around = surroundings(env);
  const code = await runCommand(line, around);
  return { code, out: String(around.streams.stdout.read() ?? ''), err: String(around.streams.stderr.read() ?? '') };
}

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

test('every command has a description and examples in both languages, and no language shows in the other', async () => {
  for (const command of everyCommand(buildProgram({ say: sayIn('en'), around: surroundings() }))) {
    const path = pathOf(command).slice(1);
    const en = await run(['help', ...path], { QUANLIAN_LANG: 'en' });
    const zh = await run(['help', ...path], { QUANLIAN_LANG: 'zh' });
    assert.equal(en.code, 0, path.join(' '));
    const explained = (text: string) => text.split(/\n(?:Examples:|示例：)/)[0] ?? '';
    assert.doesNotMatch(explained(en.out), /\p{Script=Han}/u, `${path.join(' ')}: Chinese in the English help`);
    assert.match(explained(zh.out), /\p{Script=Han}/u, path.join(' '));
    const isGroup = command.commands.length > 0 && path.length > 0;
    if (path.length === 0 || (isGroup && !/Examples:/.test(en.out))) continue;
    assert.match(en.out, new RegExp(`\\$ (\\S+=\\S+ )*(quanlian|age) `), path.join(' '));
  }
});

function pathOf(command: Command): string[] {
  return command.parent ? [...pathOf(command.parent), command.name()] : [command.name()];
}

test('examples name options that exist, and credit codes whose check character is right', async () => {
  const all = everyCommand(buildProgram({ say: sayIn('en'), around: surroundings() }));
  let seen = 0;
  const codes: string[] = [];
  for (const command of all) {
    const { out } = await run(['help', ...pathOf(command).slice(1)]);
    const lines = [...out.matchAll(/^ {2}\$ (.*)$/gm)].flatMap(([, line = '']) => line.split(' | '));
    for (const text of lines) {
      const example = /quanlian .*/.exec(text)?.[0] ?? '';
      codes.push(...(example.match(/\b[0-9A-Z]{18}\b/g) ?? []));
      const line = example.replace(/^quanlian( --(?:as|department) \S+)+/, 'quanlian');
      const meant = all.reduce(
        (best, one) =>
          `${line} `.startsWith(`${pathOf(one).join(' ')} `) && pathOf(one).length > pathOf(best).length ? one : best,
        all[0] as Command,
      );
      for (const [option] of line.matchAll(/(?<= )--?[a-z][a-z-]*/g)) {
        const known = [...meant.options, ...(all[0]?.options ?? [])].flatMap((one) => [one.long, one.short]);
        assert.ok(known.includes(option), `${line}: ${option}`);
        seen++;
      }
    }
  }
  assert.ok(seen > 40, `only ${seen} options were seen in examples`);
  assert.ok(codes.length > 1, `${codes.length} codes were seen in examples`);
  for (const code of codes) assert.ok(departmentCodeSchema.safeParse(code).success, code);
});

test('a slip of the fingers is answered with the nearest word and exit code 2', async () => {
  const slips: [string[], RegExp][] = [
    [['datsets'], /did you mean datasets\?/],
    [['datasets', 'publsh', 'x'], /did you mean publish\?/],
    [['inbox', 'aprove', 'x'], /did you mean approve\?/],
    [['requests', 'list', '--sid', 'to'], /There is no option --sid; did you mean --side\?/],
    [['requests', 'list', '--side', 'too'], /did you mean to\?/],
    [['use'], /The argument <department> is missing/],
    [['deliveries'], /A command of this group is missing/],
    [['pull', 'abcdef'], /The option -o, --out <file> must be given/],
    [['whoami', 'x'], /too many arguments/],
    [['quite-another-thing'], /There is no command “quanlian quite-another-thing”\./],
  ];
  for (const [line, expected] of slips) {
    const { code, err, out } = await run(line);
    assert.equal(code, 2, line.join(' '));
    assert.match(err, expected);
    assert.match(err, /Help: quanlian.* --help/);
    assert.equal(out, '');
  }
  assert.match((await run(['datsets'], { LANG: 'zh_CN' })).err, /没有命令“quanlian datsets”，是否指 datasets？/);
});

test('what needs a log-in says so with exit code 5, and in JSON on stdout with --json', async () => {
  const plain = await run(['whoami']);
  assert.equal(plain.code, 5);
  assert.equal(plain.out, '');
  assert.match(plain.err, /quanlian login --as USER/);
  const json = await run(['whoami', '--json']);
  assert.equal(json.code, 5);
  const { problem } = JSON.parse(json.out) as { problem: { code: string; title: { zh: string; en: string } } };
  assert.equal(problem.code, 'not-logged-in');
  assert.ok(problem.title.zh && problem.title.en);
});

test('an exchange that cannot be reached is exit code 3, a missing file 7', async () => {
  const nobody = { QUANLIAN_TOKEN: 'x', QUANLIAN_SERVER: 'http://127.0.0.1:1' };
  const { code, err } = await run(['whoami'], nobody);
  assert.equal(code, 3);
  assert.match(err, /cannot be reached/);
  const missing = await run(['verify', join(folder, 'none.ndjson'), '--trust', join(folder, 'none.json')]);
  assert.equal(missing.code, 7);
  assert.match(missing.err, /none\.json: no such file/);
});

test('quanlian alone shows who does what', async () => {
  const { code, out } = await run([], { LANG: 'zh_CN.UTF-8' });
  assert.equal(code, 0);
  for (const role of ['数据专员', '机构负责人', '使用人员', '监管人员', '运维']) assert.ok(out.includes(role), role);
  const program = buildProgram({ say: sayIn('en'), around: surroundings() });
  const paths = everyCommand(program).map((command) => pathOf(command).join(' '));
  for (const [, line = ''] of out.matchAll(/^ {2}(quanlian [a-z -]+)/gm)) {
    const words = line.trim().split(' ');
    assert.ok(
      paths.some((path) => path !== 'quanlian' && words.join(' ').startsWith(path)),
      line,
    );
  }
});

test('both documents name every command, no other, and only options that exist', () => {
  const all = everyCommand(buildProgram({ say: sayIn('en'), around: surroundings() }));
  const paths = new Map(all.map((command) => [pathOf(command).join(' '), command]));
  for (const name of ['COMMAND.md', 'COMMAND.zh-CN.md']) {
    const text = readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8');
    for (const [path, command] of paths)
      if (command.commands.length === 0 && command.parent)
        assert.ok(text.includes(`${path} `) || text.includes(`${path}\``), `${name}: ${path}`);
    let seen = 0;
    for (const [, line = ''] of text.matchAll(/(?:`|^)(quanlian [^`\n]*)/gm)) {
      const words = line.replace(/^quanlian --as \S+ /, 'quanlian ').split(' ');
      const depth = [3, 2, 1].find((count) => paths.has(words.slice(0, count).join(' '))) ?? 0;
      const command = paths.get(words.slice(0, depth).join(' '));
      if (/^quanlian (COMMAND|命令|…)/.test(line)) continue;
      assert.ok(command && (depth > 1 || words.length === 1), `${name}: ${line}`);
      const known = ['--help', ...[...command.options, ...(all[0]?.options ?? [])].flatMap((one) => [one.long, one.short])];
      for (const [option] of line.matchAll(/(?<=[ [|])--?[a-z][a-z-]*/g)) {
        assert.ok(known.includes(option), `${name}: ${line}: ${option}`);
        seen++;
      }
    }
    assert.ok(seen > 60, `${name}: only ${seen} options were seen`);
  }
});

test('both documents list every exit code', () => {
  for (const name of ['COMMAND.md', 'COMMAND.zh-CN.md']) {
    const text = readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8');
    for (const [exit, code] of Object.entries(exits))
      assert.match(text, new RegExp(`^\\| ${code} \\| \\S`, 'm'), `${name}: ${exit}`);
  }
});
