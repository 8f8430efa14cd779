import { parseArgs, type ParseArgsConfig } from 'node:util';
import { CryptoError } from '#crypto';
import { goOnUnheard } from '#machine';
import { SettingsError } from '#settings';
import { Meter } from './backup-meter.js';
import { speaksChinese } from './words.js';

export type Sentence = Readonly<Record<'zh' | 'en', string>>;

const { env } = process;
const language = (env['QUANLIAN_LANG'] ? /^zh/i.test(env['QUANLIAN_LANG']) : speaksChinese(env)) ? 'zh' : 'en';

/** Chooses the sentence for this terminal: QUANLIAN_LANG, then the locale. */
export function speak(sentence: Sentence): string {
  return sentence[language];
}

/** Exit codes of the operator's programs, as those of the command. */
export const exits = { done: 0, refused: 1, usage: 2, verification: 4, interrupted: 130 } as const;

/** An end that the program chose, with a stable code and its sentence. */
export class Stop extends Error {
  override readonly name = 'Stop';
  constructor(
    readonly exit: keyof typeof exits,
    readonly code: string,
    readonly sentence: Sentence,
  ) {
    super(sentence.en);
  }
}

/** One of the operator's programs as it talks: results on stdout, everything on the way on stderr. */
export interface Desk {
  readonly signal: AbortSignal;
  readonly meter: Meter;
  /** Said to people on the way. */
  note(sentence: Sentence): void;
  /** The result: its JSON with `--json`, else these lines. Once, at the end. */
  result(value: object, lines: readonly Sentence[]): void;
}

type OptionsConfig = NonNullable<ParseArgsConfig['options']>;

interface Program<Options extends OptionsConfig> {
  readonly help: Sentence;
  readonly options: Options;
  /** What a Ctrl-C leaves. */
  readonly interrupted: Sentence;
  /** Answers with the exit that it ended in; done when it says nothing. */
  run(given: Given<Options>, desk: Desk): Promise<keyof typeof exits | void>;
}
export type Given<Options extends OptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options; allowPositionals: true; strict: true }>
>;

const common = { help: { type: 'boolean', short: 'h' }, json: { type: 'boolean' } } as const satisfies OptionsConfig;

/**
 * Runs a program on this process's arguments and sets the exit code. The first Ctrl-C lets it put away what is half done, a second ends
 * it at once.
 */
export async function runProgram<Options extends OptionsConfig>(program: Program<Options>): Promise<void> {
  goOnUnheard();
  const interruption = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (interruption.signal.aborted) process.exit(exits.interrupted);
      interruption.abort();
    });
  }
  const meter = new Meter(process.stderr);
  let json = false;
  try {
    const options = { ...program.options, ...common };
    const given = parseArgs({ options, allowPositionals: true, strict: true });
    const asked = given.values as { help?: boolean; json?: boolean };
    if (asked.help) {
      process.stdout.write(`${speak(program.help)}\n`);
      return;
    }
    json = asked.json ?? false;
    const exit = await program.run(given, {
      signal: interruption.signal,
      meter,
      note: (sentence) => meter.line(speak(sentence)),
      result(value, lines) {
        meter.end();
        process.stdout.write(json ? `${JSON.stringify(value, null, 2)}\n` : lines.map((line) => `${speak(line)}\n`).join(''));
      },
    });
    process.exitCode = exits[exit ?? 'done'];
  } catch (error) {
    meter.end();
    const { exit, code, sentence } = interruption.signal.aborted ? interruptedBy(program.interrupted) : failureOf(error);
    if (json) process.stdout.write(`${JSON.stringify({ problem: { code, title: sentence } }, null, 2)}\n`);
    process.stderr.write(`${speak(sentence)}  [${code}]\n`);
    process.exitCode = exits[exit];
  }
}

type Failure = Pick<Stop, 'exit' | 'code' | 'sentence'>;

function interruptedBy(sentence: Sentence): Failure {
  return { exit: 'interrupted', code: 'interrupted', sentence };
}

function failureOf(error: unknown): Failure {
  if (error instanceof Stop) return error;
  if (error instanceof SettingsError) {
    const lines = (tongue: 'zh' | 'en') => error.problems.map((problem) => problem[tongue]).join('\n');
    return { exit: 'usage', code: 'settings', sentence: { zh: lines('zh'), en: lines('en') } };
  }
  if (error instanceof CryptoError) {
    return {
      exit: 'refused',
      code: error.code,
      sentence: { zh: `${error.sentence('zh')}（${error.message}）`, en: `${error.message}.` },
    };
  }
  const { message, code, path } = error as NodeJS.ErrnoException;
  if (code?.startsWith('ERR_PARSE_ARGS')) {
    return {
      exit: 'usage',
      code: 'usage',
      sentence: { zh: `参数不正确（见 --help）：${message}`, en: `The arguments do not fit (see --help): ${message}` },
    };
  }
  const place = path === undefined ? '' : `${path}: `;
  // Databases and files say in their own words what they miss.
  return {
    exit: 'refused',
    code: 'failed',
    sentence: { zh: `未能完成：${place}${message}`, en: `Not done: ${place}${message}` },
  };
}
