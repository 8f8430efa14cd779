import type { Sentence } from '#contracts';

/** What the process answers its caller with; the numbers mean what those of `quanlian` mean. docs/WITNESS.md. */
export const exits = {
  done: 0,
  /** Another process holds the store, or something exists already. */
  refused: 1,
  usage: 2,
  unreachable: 3,
  /** The log shows what does not go on from what it showed before, or a person has not looked at such an alarm yet. */
  alarm: 4,
  /** A file of the store cannot be read, written or believed. */
  file: 7,
  fault: 70,
} as const;

/** An end that the witness chose, with its sentence. */
export class Stop extends Error {
  override readonly name = 'Stop';

  constructor(
    readonly exit: keyof typeof exits,
    readonly sentence: Sentence,
    options?: ErrorOptions,
  ) {
    super(sentence.en, options);
  }
}

/** One line for the operator, in both languages: nobody has to know in which locale a service was started. */
export const inBoth = ({ zh, en }: Sentence): string => `${zh} ${en}`;

export function usage(zh: string, en: string): Stop {
  return new Stop('usage', { zh, en });
}

/** A failure to use a file, as an end with a sentence; anything else as it is. */
export function fileStop(error: unknown, path: string): Error {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === undefined) return error instanceof Error ? error : new Error(String(error));
  return new Stop('file', { zh: `${path} 无法使用（${code}）。`, en: `${path} cannot be used (${code}).` }, { cause: error });
}
