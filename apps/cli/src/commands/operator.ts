import { dateSchema, routes, levelWords, word } from '#contracts';
import type { Command } from 'commander';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { act, examples, serverUrl, type Bench, type Desk } from '../desk.js';
import { exits, Stop, usage } from '../exits.js';

/** setup, backup, restore, replay, demo, calendar: the operator's work. */
export function operator(program: Command, bench: Bench): void {
  const group = bench.say({ zh: '运维', en: 'Operation' });
  setup(program, bench, group);
  localCommands(program, bench, group);
  calendar(program, bench, group);
}

function setup(program: Command, bench: Bench, group: string): void {
  const { say } = bench;
  const command = program
    .command('setup')
    .helpGroup(group)
    .summary(say({ zh: '一次性初始化', en: 'First set-up, or its one-time link' }))
    .description(
      say({
        zh: '一次性初始化；不带 --token 时（在平台所在机器上）打印一次性链接',
        en: 'First set-up; without --token, on the exchange’s own machine, it prints a one-time link',
      }),
    )
    .option('--token <token>', say({ zh: '一次性链接，或其中的令牌', en: 'the one-time link, or the token in it' }))
    .option(
      '--from <file>',
      say({
        zh: '由 JSON 文件给出全部内容（含密码），- 为标准输入',
        en: 'everything, passwords included, from a JSON file; - is stdin',
      }),
    );
  examples(
    command,
    bench,
    ['quanlian setup', { zh: '打印一次性链接', en: 'prints a one-time link' }],
    'quanlian setup --token http://127.0.0.1:8080/setup#…',
    'quanlian setup --token … --from setup.json',
  );
  act<{ token?: string; from?: string }>(command, bench, async (desk, _, options) => {
    if (options.token === undefined) return runLocal(desk, 'setup-link', []);
    const given = options.from === undefined ? await askSetup(desk) : readSetup(options.from);
    const { server, token } = linkOf(desk, options.token);
    const answer = await desk.publicClient(server).call(routes.setUp, { body: { token, ...given } });
    desk.out.result(answer, () => {
      desk.out.print(say({ zh: '初始化完成。', en: 'The exchange is set up.' }));
      desk.out.fields([
        [say({ zh: '主管部门', en: 'Competent department' }), `${given.department.name}  ${answer.department}`],
        [say({ zh: '机构负责人', en: 'Office head' }), `${given.officeHead.name}  (${given.officeHead.login})`],
        [say({ zh: '运维', en: 'Operator' }), `${given.operator.name}  (${given.operator.login})`],
      ]);
    });
  });
}

// The whole link is easier to copy than the token in it.
function linkOf(desk: Desk, text: string): { server: string; token: string } {
  const [, address, token] = /^(https?:\/\/.*?)#(.+)$/.exec(text) ?? [];
  return address === undefined || token === undefined
    ? { server: desk.server, token: text }
    : { server: serverUrl(address), token };
}

const setupSchema = z.object({ department: z.any(), officeHead: z.any(), operator: z.any() }) as unknown as z.ZodType<Setup>;
type Setup = Omit<z.input<NonNullable<typeof routes.setUp.body>>, 'token'>;

function readSetup(path: string): Setup {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path === '-' ? 0 : path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw usage(`${path} 不是有效的 JSON。`, `${path} is no valid JSON.`);
    throw error;
  }
  const read = setupSchema.safeParse(value);
  if (!read.success)
    throw usage(`${path} 须有 department、officeHead、operator。`, `${path} needs department, officeHead and operator.`);
  return read.data;
}

async function askSetup(desk: Desk): Promise<Setup> {
  const { ask } = desk;
  const levels = Object.keys(levelWords)
    .map((level) => `${level} ${desk.say(word(levelWords, level))}`)
    .join(', ');
  const department = {
    code: (
      await ask.line({ zh: '主管部门的统一社会信用代码', en: 'Credit code (USCC) of the competent department' })
    ).toUpperCase(),
    name: await ask.line({ zh: '名称', en: 'Its name' }),
    level: (await ask.line({ zh: `层级（${levels}）`, en: `Its level (${levels})` }, 'city')) as Setup['department']['level'],
    region: await ask.line({ zh: '区划代码', en: 'Its region code' }),
  };
  const person = async (who: { zh: string; en: string }) => ({
    login: await ask.line({ zh: `${who.zh}的用户名`, en: `User name of the ${who.en}` }),
    name: await ask.line({ zh: `${who.zh}的姓名`, en: `Name of the ${who.en}` }),
    password: await ask.password(
      { zh: `${who.zh}的密码（至少 12 位）`, en: `Password of the ${who.en} (12 characters or more)` },
      { variable: false },
    ),
  });
  return {
    department,
    officeHead: await person({ zh: '机构负责人', en: 'office head' }),
    operator: await person({ zh: '运维', en: 'operator' }),
  };
}

function localCommands(program: Command, bench: Bench, group: string): void {
  const { say } = bench;
  const passThrough = (name: string, description: string, ...lines: string[]) => {
    const command = program
      .command(name)
      .helpGroup(group)
      .description(description)
      .argument('[arguments...]', say({ zh: '原样交给该程序', en: 'handed on as they are' }))
      .allowUnknownOption()
      // The program behind it explains its own options.
      .helpOption(false);
    examples(command, bench, ...lines);
    act(command, bench, (desk, args) =>
      runLocal(desk, name, [...((args[0] ?? []) as string[]), ...(desk.out.json ? ['--json'] : [])]),
    );
  };
  passThrough(
    'backup',
    say({
      zh: '备份数据库、密文，以及另存的保管库密钥（在平台所在机器上）',
      en: 'Back up database, payloads and, apart, the vault key (on the exchange’s machine)',
    }),
    'quanlian backup /srv/backup/2026-03-04',
  );
  passThrough(
    'restore',
    say({
      zh: '由备份恢复，最后查验账本（在平台所在机器上）',
      en: 'Restore a backup; ends by verifying the ledger (on the exchange’s machine)',
    }),
    'quanlian restore /srv/backup/2026-03-04',
  );
  passThrough(
    'replay',
    say({
      zh: '由账本副本补回旧备份所缺的存证记录（在平台所在机器上）',
      en: 'Put entries back that an older backup lacks, from a copy of the log (on the exchange’s machine)',
    }),
    'quanlian replay https://witness.example/log/',
  );
  passThrough(
    'rebuild',
    say({
      zh: '由账本重写与其不符的状态（在平台所在机器上）',
      en: 'Write the states that differ from the ledger anew (on the exchange’s machine)',
    }),
    'quanlian rebuild',
  );
  passThrough(
    'demo',
    say({ zh: '装入演示城市（在平台所在机器上）', en: 'Load the demo city (on the exchange’s machine)' }),
    'quanlian demo',
  );
}

// These touch the exchange's own folders and database, so they are the launcher's work; this command only finds them.
async function runLocal(desk: Desk, name: string, args: readonly string[]): Promise<void> {
  const script = fileURLToPath(new URL(`../../../launcher/src/${name}.js`, import.meta.url));
  if (!existsSync(script))
    throw new Stop('file', 'not-here', {
      zh: `此处没有平台程序（${name}）；请在平台所在机器的克隆目录中运行。`,
      en: `The exchange itself is not here (${name}); run this in the clone on its machine.`,
    });
  const child = spawn(process.execPath, [script, ...args], {
    stdio: 'inherit',
    env: { ...desk.env, QUANLIAN_LANG: desk.language },
  });
  // Ctrl-C reaches the child by itself, being in our process group; we only wait for it to end in order.
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => resolve(status ?? exits.interrupted));
  });
  if (code !== 0) throw new LocalEnd(code);
}

/** The launcher's program said itself what was wrong; its exit code is ours. */
export class LocalEnd extends Error {
  override readonly name = 'LocalEnd';
  constructor(readonly status: number) {
    super(`ended with ${status}`);
  }
}

function calendar(program: Command, bench: Bench, group: string): void {
  const { say } = bench;
  const parent = program
    .command('calendar')
    .helpGroup(group)
    .description(say({ zh: '工作日历：答复期限据此计算', en: 'The calendar of working days that deadlines are counted by' }));
  const show = parent
    .command('show')
    .description(say({ zh: '显示一年的工作日历', en: 'Show the calendar of a year' }))
    .argument('<year>', say({ zh: '年份', en: 'the year' }));
  examples(show, bench, 'quanlian calendar show 2026');
  act(show, bench, async (desk, [year]) => {
    const found = await desk.client.call(routes.calendar, { params: { year: yearOf(year) } });
    desk.out.result(found, () =>
      desk.out.fields([
        [say({ zh: '年份', en: 'Year' }), found.year],
        [say({ zh: '依据', en: 'Notice' }), found.notice],
        [say({ zh: '放假', en: 'Days off' }), found.daysOff.join('\n')],
        [say({ zh: '调休上班', en: 'Worked' }), found.workingDays.join('\n')],
      ]),
    );
  });

  const load = parent
    .command('load')
    .description(say({ zh: '载入一年的工作日历（运维）', en: 'Load the calendar of a year (operator)' }))
    .argument('<year>', say({ zh: '年份', en: 'the year' }))
    .argument(
      '<file>',
      say({ zh: 'JSON 文件：{notice, daysOff, workingDays}', en: 'JSON file: {notice, daysOff, workingDays}' }),
    );
  examples(load, bench, 'quanlian calendar load 2027 calendar-2027.json');
  act(load, bench, async (desk, [year, path]) => {
    const body = readCalendar(path ?? '');
    await desk.client.call(routes.loadCalendar, { params: { year: yearOf(year) }, body });
    desk.out.result({ year: yearOf(year), ...body }, () =>
      desk.out.print(
        say({
          zh: `已载入 ${year} 年：放假 ${body.daysOff.length} 天，调休上班 ${body.workingDays.length} 天。`,
          en: `The calendar of ${year} is loaded: ${body.daysOff.length} days off, ${body.workingDays.length} worked instead.`,
        }),
      ),
    );
  });
}

function yearOf(text: string | undefined): number {
  const year = Number(text);
  if (!Number.isInteger(year) || year < 2000 || year > 2100) throw usage(`年份不正确：${text}`, `This is no year: ${text}`);
  return year;
}

const calendarSchema = z.object({ notice: z.string().min(1), daysOff: z.array(dateSchema), workingDays: z.array(dateSchema) });

function readCalendar(path: string): z.infer<typeof calendarSchema> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw usage(`${path} 不是有效的 JSON。`, `${path} is no valid JSON.`);
    throw error;
  }
  const read = calendarSchema.safeParse(value);
  if (read.success) return read.data;
  const where = read.error.issues[0]?.path.join('.') ?? '';
  throw usage(
    `${path} 不符合 {notice, daysOff, workingDays}：${where}`,
    `${path} does not fit {notice, daysOff, workingDays}: ${where}`,
  );
}
