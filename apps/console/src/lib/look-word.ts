import type { Locale } from './locale';
import type { Shade } from './shade-now';

/** What the pages of a browser look like: all that the server must know to draw one just as the console will. */
export interface Look {
  readonly locale: Locale;
  readonly shade: Shade;
  /** IANA name: instants are shown in the reader's own time zone. */
  readonly zone: string;
  /** Those of `mediaAsked` that hold. */
  readonly media: readonly string[];
}

/** A window that has room for what is folded away in others. */
export const tallWindow = '(min-width: 641px) and (min-height: 900px)';

/** Every question that the console asks of its window. */
export const mediaAsked: readonly string[] = [
  '(prefers-color-scheme: dark)',
  '(prefers-reduced-motion: reduce)',
  '(max-width: 900px)',
  tallWindow,
];

/** The look as one word, for a cookie and for comparing: `zh~light~Asia/Shanghai~0010`. */
export const wordOf = ({ locale, shade, zone, media }: Look): string =>
  [locale, shade, zone, mediaAsked.map((query) => (media.includes(query) ? '1' : '0')).join('')].join('~');

/** The look that a word tells; undefined: not one that `wordOf` wrote. */
export function lookOf(word: string): Look | undefined {
  const [, locale, shade, zone, bits] = /^(zh|en)~(light|dark)~([A-Za-z][\w+/-]{1,60})~([01]+)$/.exec(word) ?? [];
  if (zone === undefined || bits?.length !== mediaAsked.length || !isZone(zone)) return undefined;
  const media = mediaAsked.filter((_, i) => bits[i] === '1');
  return { locale: locale as Locale, shade: shade as Shade, zone, media };
}

function isZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
