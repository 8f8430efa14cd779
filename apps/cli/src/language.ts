/** The two languages of the command. */
export type Language = 'zh' | 'en';

/** One sentence in both languages: whoever writes one writes the other beside it. */
export interface Sentence {
  readonly zh: string;
  readonly en: string;
}
export type Say = (sentence: Sentence) => string;

/** The language to speak: `--lang`, then QUANLIAN_LANG, LC_ALL, LC_MESSAGES, LANG; Chinese when it begins with `zh`, else English. */
export function languageOf(env: NodeJS.ProcessEnv, asked?: string): Language {
  for (const name of [asked, env['QUANLIAN_LANG'], env['LC_ALL'], env['LC_MESSAGES'], env['LANG']])
    if (name) return /^zh/i.test(name) ? 'zh' : 'en';
  return 'en';
}

/** `--lang` must be known before the command line is read, since the reader itself speaks. */
export function languageAsked(argv: readonly string[]): string | undefined {
  for (const [i, word] of argv.entries()) {
    if (word === '--') return undefined;
    if (word === '--lang') return argv[i + 1];
    if (word.startsWith('--lang=')) return word.slice('--lang='.length);
  }
  return undefined;
}

export function sayIn(language: Language): Say {
  return (sentence) => sentence[language];
}
