/** How a number is shown, as far as it says what the number is. */
export type NumberFormat =
  | { readonly kind: 'date' | 'datetime' | 'time' }
  /** Shown with so many digits, zeros in front: a code that was typed as a number. */
  | { readonly kind: 'padded'; readonly digits: number }
  | { readonly kind: 'plain' };

const plain: NumberFormat = { kind: 'plain' };
const builtIn = new Map<number, NumberFormat['kind']>([
  ...[14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58].map((id) => [id, 'date'] as const),
  ...[18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56].map((id) => [id, 'time'] as const),
  [22, 'datetime'],
]);

/** Reads a number format. ECMA-376 §18.8.30; ids below 164 without a code are built in, some of them Chinese dates. */
export function numberFormat(id: number, code: string | undefined): NumberFormat {
  if (code === undefined) {
    const kind = builtIn.get(id);
    return kind === 'date' || kind === 'datetime' || kind === 'time' ? { kind } : plain;
  }
  // Only what stands for the number itself: no quoted or escaped text, no colours and conditions but elapsed time.
  const bare = (code.split(';')[0] ?? '')
    .replace(/"[^"]*"|\\.|_.|\*./g, '')
    .replace(/\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '')
    .toLowerCase()
    // A word and no letters of a date: LibreOffice writes it out for every cell that has no format of its own.
    .replaceAll('general', '');
  if (/^0{2,}$/.test(bare)) return { kind: 'padded', digits: bare.length };
  const hasDay = /[yde]/.test(bare.replace(/e[+-]/g, '')) || /^m+$/.test(bare);
  const hasTime = /[hs]/.test(bare);
  if (!hasDay && !hasTime) return plain;
  return { kind: hasDay && hasTime ? 'datetime' : hasDay ? 'date' : 'time' };
}

const DAY_MS = 86_400_000;
const SECOND_MS = 1000;

/**
 * The day, or day and time, that a spreadsheet's number stands for, as an item of type D or T reads it; undefined when it stands for none.
 * Days count from 1900 with a 29 February 1900 that never was (ECMA-376 §18.17.4.1), or from 1904.
 */
export function dateText(serial: number, is1904: boolean, withTime: boolean): string | undefined {
  if (!(serial >= (is1904 ? 0 : 1) && serial < 2_958_466) || (!is1904 && serial >= 60 && serial < 61)) return undefined;
  const days = is1904 ? serial - 24_107 : serial < 60 ? serial - 25_568 : serial - 25_569;
  const text = new Date(Math.round((days * DAY_MS) / SECOND_MS) * SECOND_MS).toISOString();
  return withTime || !Number.isInteger(serial) ? text.slice(0, 19) : text.slice(0, 10);
}

/** Digits that a spreadsheet keeps; the others it has already replaced by zeros. */
const KEPT_DIGITS = 15;

/** A number as a spreadsheet shows it: fifteen digits, no exponent where it can be helped. `isCut`: it had more digits once. */
export function numberText(raw: string): { readonly text: string; readonly isCut: boolean } | undefined {
  if (!/^-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(raw)) return undefined;
  const value = Number(raw);
  const isCut = Math.abs(value) >= 10 ** KEPT_DIGITS;
  if (/^-?(0|[1-9]\d{0,14})$/.test(raw)) return { text: raw, isCut };
  return { text: isCut ? String(value) : withoutExponent(Number(value.toPrecision(KEPT_DIGITS))), isCut };
}

function withoutExponent(value: number): string {
  const text = String(value);
  const match = /^(-?)(\d)(?:\.(\d+))?e-(\d+)$/.exec(text);
  if (!match) return text;
  const [, sign = '', first = '', rest = '', zeros = '0'] = match;
  return Number(zeros) > 30 ? text : `${sign}0.${'0'.repeat(Number(zeros) - 1)}${first}${rest}`;
}
