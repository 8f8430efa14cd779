import { Command, CommanderError, Help } from 'commander';
import { readFileSync } from 'node:fs';
import { accounts } from './commands/accounts.js';
import { datasets } from './commands/datasets.js';
import { deliveries } from './commands/deliveries.js';
import { departments } from './commands/departments.js';
import { fetchCommand } from './commands/fetch.js';
import { inbox } from './commands/inbox.js';
import { keys } from './commands/keys.js';
import { logKeys } from './commands/log-keys.js';
import { ledger } from './commands/ledger.js';
import { LocalEnd, operator } from './commands/operator.js';
import { status } from './commands/status.js';
import { people } from './commands/people.js';
import { pullCommand } from './commands/pull.js';
import { requests } from './commands/requests.js';
import { rights } from './commands/rights.js';
import { trail } from './commands/trail.js';
import { Desk, type Bench, type GlobalOptions, type Surroundings } from './desk.js';
import { exits, failureOf as failureOfWork, Stop, type Failure } from './exits.js';
import { languageAsked, languageOf, sayIn } from './language.js';
import { overview } from './overview.js';
import { spokenFault, unknownCommand } from './spoken-fault.js';
import { widthOf } from './terminal/width.js';

/** Runs one command line and answers the exit code. Never throws. */
export async function runCommand(argv: readonly string[], around: Surroundings): Promise<number> {
  const say = sayIn(languageOf(around.env, languageAsked(argv)));
  const program = buildProgram({ say, around });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exits.done;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exits.done;
    if (error instanceof LocalEnd) return error.status;
    const failure = around.signal.aborted && !(error instanceof Stop) ? interrupted : failureOf(error, program, argv);
    new Desk(around, program.opts<GlobalOptions>()).out.failure(failure);
    return exits[failure.exit];
  }
}

// A fetch that was aborted looks like a broken connection; the person knows better.
const interrupted: Failure = {
  exit: 'interrupted',
  code: 'interrupted',
  sentence: { zh: '已中断。', en: 'Interrupted.' },
  hint: { zh: '再次运行同一命令即可继续。', en: 'Run the same command again to go on.' },
};

function failureOf(error: unknown, program: Command, argv: readonly string[]): Failure {
  return error instanceof CommanderError ? spokenFault(error, program, argv) : failureOfWork(error);
}

/** The whole tree of commands, speaking the language of the bench. */
export function buildProgram(bench: Bench): Command {
  const { say, around } = bench;
  const titles: Record<string, string> = {
    'Usage:': say({ zh: '用法：', en: 'Usage:' }),
    'Arguments:': say({ zh: '参数：', en: 'Arguments:' }),
    'Options:': say({ zh: '选项：', en: 'Options:' }),
    'Global Options:': say({ zh: '通用选项：', en: 'For every command:' }),
    'Commands:': say({ zh: '命令：', en: 'Commands:' }),
  };
  const program = new Command('quanlian')
    .description(
      say({
        zh: '权链：在可查验的使用权之下共享政务数据',
        en: 'Quanlian: departments share data under rights that anyone can check',
      }),
    )
    .version(versionOfProduct(), '-V, --version', say({ zh: '显示版本', en: 'show the version' }))
    .option('--server <url>', say({ zh: '平台地址（QUANLIAN_SERVER）', en: 'address of the exchange (QUANLIAN_SERVER)' }))
    .option('--as <user>', say({ zh: '以哪个登录身份（QUANLIAN_AS）', en: 'which log-in to use (QUANLIAN_AS)' }))
    .option(
      '--department <code>',
      say({ zh: '代表哪个部门（QUANLIAN_DEPARTMENT）', en: 'the department to act for (QUANLIAN_DEPARTMENT)' }),
    )
    .option('--json', say({ zh: '结果以 JSON 写到标准输出', en: 'results as JSON on stdout' }))
    .option('--lang <zh|en>', say({ zh: '语言（QUANLIAN_LANG、LC_ALL、LANG）', en: 'language (QUANLIAN_LANG, LC_ALL, LANG)' }))
    .helpOption('-h, --help', say({ zh: '显示帮助', en: 'show help' }))
    .helpCommand(false)
    .configureHelp({
      showGlobalOptions: true,
      styleTitle: (title) => titles[title] ?? title,
      displayWidth: widthOf,
      optionDescription: (option) => {
        const choices = option.argChoices ? ` (${option.argChoices.join(' | ')})` : '';
        const standing =
          option.defaultValue === undefined || typeof option.defaultValue === 'boolean' ? '' : String(option.defaultValue);
        const otherwise = standing && say({ zh: `（默认 ${standing}）`, en: ` (${standing} when left out)` });
        return option.description + choices + otherwise;
      },
      argumentDescription: (argument) =>
        argument.description + (argument.argChoices ? ` (${argument.argChoices.join(' | ')})` : ''),
      visibleGlobalOptions(command) {
        return Help.prototype.visibleGlobalOptions.call(this, command).filter((option) => option.long !== '--version');
      },
    })
    .configureOutput({
      writeOut: (text) => around.streams.stdout.write(text),
      writeErr: (text) => around.streams.stderr.write(text),
      // Faults are spoken once, by runCommand, in the language of the person.
      outputError: () => undefined,
    })
    .exitOverride();
  program.action(() => {
    around.streams.stdout.write(overview(say));
  });

  for (const group of [
    accounts,
    inbox,
    departments,
    people,
    keys,
    logKeys,
    datasets,
    requests,
    rights,
    pullCommand,
    fetchCommand,
    deliveries,
    trail,
    ledger,
    status,
    operator,
  ])
    group(program, bench);
  helpFor(program, bench);
  return program;
}

/** `quanlian help datasets list`: commander's own help command knows one level only. */
function helpFor(program: Command, { say }: Bench): void {
  program
    .command('help')
    .description(say({ zh: '显示某个命令的帮助', en: 'show the help of a command' }))
    .argument('[command...]', say({ zh: '命令', en: 'the command' }))
    .addHelpText('after', `\n${say({ zh: '示例：', en: 'Examples:' })}\n  $ quanlian help datasets publish`)
    .action((words: string[]) => {
      let command = program;
      for (const word of words) {
        const next = command.commands.find((one) => one.name() === word);
        if (!next) throw unknownCommand(word, command);
        command = next;
      }
      command.outputHelp();
    });
  withoutOwnHelp(program);
}

function withoutOwnHelp(command: Command): void {
  for (const sub of command.commands) {
    if (sub.commands.length > 0) sub.helpCommand(false);
    withoutOwnHelp(sub);
  }
}

function versionOfProduct(): string {
  // Built code lies in dist/apps/cli/src; package.json above dist.
  for (const up of ['../../../../package.json', '../../../package.json']) {
    try {
      const found = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as { name?: string; version?: string };
      if (found.name === 'quanlian' && found.version) return found.version;
    } catch {
      continue;
    }
  }
  return '0';
}
