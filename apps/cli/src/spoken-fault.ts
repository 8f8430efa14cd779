import type { Command, CommanderError } from 'commander';
import { Stop, type Failure } from './exits.js';
import type { Sentence } from './language.js';

/** A fault in the command line, as commander names it, said in both languages, with the nearest word and where help is. */
export function spokenFault(error: CommanderError, program: Command, argv: readonly string[]): Failure {
  const command = commandMeant(program, argv);
  return { exit: 'usage', code: 'usage', sentence: sentenceOf(error, command, argv), hint: helpOf(command) };
}

function helpOf(command: Command): Sentence {
  const path = pathOf(command);
  return { zh: `查看帮助：${path} --help`, en: `Help: ${path} --help` };
}

function sentenceOf(error: CommanderError, command: Command, argv: readonly string[]): Sentence {
  const quoted = [...error.message.matchAll(/'([^']*)'/g)].map((match) => match[1] ?? '');
  const [first = ''] = quoted;
  switch (error.code) {
    case 'commander.unknownCommand':
      return unknownWord(first, command);
    case 'commander.excessArguments': {
      const extra = argv.find((word) => !word.startsWith('-') && !pathOf(command).split(' ').includes(word)) ?? '';
      if (command.commands.length > 0 && command.registeredArguments.length === 0) return unknownWord(extra, command);
      return { zh: '参数太多。', en: 'There are too many arguments.' };
    }
    case 'commander.unknownOption': {
      const near = nearest(first, optionsOf(command));
      return {
        zh: `没有选项 ${first}${near ? `，是否指 ${near}？` : '。'}`,
        en: `There is no option ${first}${near ? `; did you mean ${near}?` : '.'}`,
      };
    }
    case 'commander.missingArgument':
      return { zh: `缺少参数 <${first}>。`, en: `The argument <${first}> is missing.` };
    case 'commander.optionMissingArgument':
      return { zh: `选项 ${first} 缺少值。`, en: `The option ${first} needs a value.` };
    case 'commander.missingMandatoryOptionValue':
      return { zh: `必须给出选项 ${first}。`, en: `The option ${first} must be given.` };
    case 'commander.conflictingOption':
      return { zh: `选项 ${quoted.join(' 与 ')} 不能同时使用。`, en: `The options ${quoted.join(' and ')} exclude each other.` };
    case 'commander.invalidArgument':
      return invalidValue(error.message, quoted);
    // A group of commands without one of them: its help was shown.
    case 'commander.help':
      return { zh: '缺少子命令。', en: 'A command of this group is missing.' };
    default:
      return { zh: error.message, en: error.message };
  }
}

// `option '--level <level>' argument 'citi' is invalid. Allowed choices are province, city.`
function invalidValue(message: string, [option = '', value = '']: readonly string[]): Sentence {
  const [, choices = ''] = /Allowed choices are (.*)\.$/.exec(message) ?? [];
  const near = nearest(value, choices.split(', '));
  return {
    zh: `${option} 不接受“${value}”${choices ? `，可用：${choices.replaceAll(', ', '、')}` : ''}${near ? `；是否指 ${near}？` : '。'}`,
    en: `${option} does not take “${value}”${choices ? `; it takes ${choices}` : ''}${near ? `; did you mean ${near}?` : '.'}`,
  };
}

/** A word where a command should be. */
export function unknownCommand(name: string, command: Command): Stop {
  return new Stop('usage', 'usage', unknownWord(name, command), helpOf(command));
}

function unknownWord(name: string, command: Command): Sentence {
  const near = nearest(
    name,
    command.commands.map((one) => one.name()),
  );
  return {
    zh: `没有命令“${pathOf(command)} ${name}”${near ? `，是否指 ${near}？` : '。'}`,
    en: `There is no command “${pathOf(command)} ${name}”${near ? `; did you mean ${near}?` : '.'}`,
  };
}

/** The deepest command that the words of the line lead to. */
function commandMeant(program: Command, argv: readonly string[]): Command {
  let command = program;
  const takesValue = new Set(program.options.filter((option) => option.required).flatMap((option) => option.long ?? []));
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (takesValue.has(word)) i++;
    if (word.startsWith('-')) continue;
    const next = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
    if (!next) break;
    command = next;
  }
  return command;
}

function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

function optionsOf(command: Command): string[] {
  const own = command.options.flatMap((option) => option.long ?? []);
  return command.parent ? [...own, ...optionsOf(command.parent)] : own;
}

/** The word that takes the fewest changes of a letter, if few enough to be a slip. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestChanges = Math.max(1, Math.floor(word.length * 0.4)) + 1;
  for (const candidate of candidates) {
    const changes = candidate.startsWith(word) && word.length >= 2 ? 1 : changesBetween(word, candidate);
    if (changes < bestChanges) [best, bestChanges] = [candidate, changes];
  }
  return best;
}

// Letters added, dropped, replaced, or two neighbours swapped (optimal string alignment).
function changesBetween(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number) => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      let least = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, at(i - 2, j - 2) + 1);
      row.push(least);
    }
  }
  return at(a.length, b.length);
}
