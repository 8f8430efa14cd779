import { refuse, type Refusal } from '#contracts';

export interface PersonalDataFound {
  readonly kind: 'id-number' | 'mobile' | 'landline';
  /** Place in the text, in UTF-16 units, `end` excluded. The text itself is never repeated in a message. */
  readonly start: number;
  readonly end: number;
}

/** A run of digits between separators; `separator` is what stood before it, empty for the first. */
interface DigitGroup {
  readonly digits: string;
  readonly start: number;
  readonly end: number;
  readonly separator: string;
}

/**
 * Finds mainland ID numbers (18 digits whose check character fits, or 15) and phone numbers, also when written with spaces, hyphens or
 * full-width digits. Document numbers, dates, credit codes and amounts are not found: a number counts only as a whole, with a date of
 * birth, a check character, or the grouping that phones are written in.
 */
export function findPersonalData(text: string): PersonalDataFound[] {
  const found: PersonalDataFound[] = [];
  for (const chain of chainsOf(text)) {
    for (let i = 0; i < chain.length;) {
      const hit = longestFrom(chain, i);
      if (hit) found.push(hit.found);
      i = hit ? hit.next : i + 1;
    }
  }
  return found;
}

/** Refuses prose that holds an ID or phone number (`personal-data-in-text`), naming the field and not the number. */
export function checkProse(text: string, field: string): Refusal | undefined {
  return findPersonalData(text).length > 0 ? refuse('personal-data-in-text', { field }, { field }) : undefined;
}

const invisible = /[\u200b-\u200d\u2060\ufeff]/gu;
// A digit group may end in the check character X. Nothing may touch it that would make it part of a longer code.
const digitGroup = /(?<![0-9A-Za-z])(?:\d+[Xx]?|[Xx])(?![0-9A-Za-z])/g;
const separators = /^[ \t\u00a0\u3000._·•・()（）‐‑‒–—−-]{1,3}$/u;

/** Groups of digits that only separators part. */
function chainsOf(text: string): DigitGroup[][] {
  const { plain, places } = plainDigits(text);
  const chains: DigitGroup[][] = [];
  let lastEnd = -1;
  for (const match of plain.matchAll(digitGroup)) {
    const start = match.index;
    const end = start + match[0].length;
    const separator = lastEnd < 0 ? '' : plain.slice(lastEnd, start);
    const group = { digits: match[0].toUpperCase(), start: places[start] as number, end: (places[end - 1] as number) + 1 };
    const chain = chains.at(-1);
    if (chain && separators.test(separator))
      chain.push({ ...group, separator: separator.replace(/[()（）]/gu, '').trim() || ' ' });
    else chains.push([{ ...group, separator: '' }]);
    lastEnd = end;
  }
  return chains;
}

/** Full-width digits and letters as ASCII, invisible characters gone; `places` says where each character stood. */
function plainDigits(text: string): { plain: string; places: number[] } {
  let plain = '';
  const places: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (text.charAt(i).replace(invisible, '') === '') continue;
    plain += unit >= 0xff10 && unit <= 0xff5a ? String.fromCharCode(unit - 0xfee0) : text.charAt(i);
    places.push(i);
  }
  return { plain, places };
}

/** The first kind of number that whole groups from here on make, ID numbers first. */
function longestFrom(chain: readonly DigitGroup[], from: number): { found: PersonalDataFound; next: number } | undefined {
  let digits = '';
  let hit: { found: PersonalDataFound; next: number } | undefined;
  for (let to = from; to < chain.length; to++) {
    digits += (chain[to] as DigitGroup).digits;
    if (digits.length > 18) break;
    const groups = chain.slice(from, to + 1);
    const kind = kindOf(digits, groups);
    const { start } = chain[from] as DigitGroup;
    if (kind) hit = { found: { kind, start, end: (chain[to] as DigitGroup).end }, next: to + 1 };
  }
  return hit;
}

function kindOf(digits: string, groups: readonly DigitGroup[]): PersonalDataFound['kind'] | undefined {
  if (digits.length === 18) return isIdNumber18(digits) ? 'id-number' : undefined;
  if (digits.endsWith('X')) return undefined;
  if (digits.length === 15 && isIdNumber15(digits) && isEven(groups)) return 'id-number';
  if (isMobile(digits, groups)) return 'mobile';
  return isLandline(groups) ? 'landline' : undefined;
}

const idWeights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** GB 11643-1999: region, date of birth, sequence, check character by ISO 7064 MOD 11-2. Region codes that do not exist count too. */
function isIdNumber18(digits: string): boolean {
  if (!/^[1-9]\d{16}[\dX]$/.test(digits) || !isDate(digits.slice(6, 10), digits.slice(10, 12), digits.slice(12, 14)))
    return false;
  const sum = idWeights.reduce((total, weight, i) => total + weight * Number(digits[i]), 0);
  return '10X98765432'[sum % 11] === digits[17];
}

const provinces = /^(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12])/;

/** The first generation has no check character, so its region must exist. */
function isIdNumber15(digits: string): boolean {
  return provinces.test(digits) && isDate(`19${digits.slice(6, 8)}`, digits.slice(8, 10), digits.slice(10, 12));
}

function isDate(year: string, month: string, day: string): boolean {
  const y = Number(year);
  const m = Number(month);
  const d = Number(day);
  return y >= 1850 && y <= 2100 && m >= 1 && m <= 12 && d >= 1 && d <= new Date(Date.UTC(y, m, 0)).getUTCDate();
}

/** All separators alike: `157 2024-10-01` is a count and a date, not eleven digits of a phone. */
function isEven(groups: readonly DigitGroup[]): boolean {
  return groups.length < 3 || groups.slice(2).every(({ separator }) => separator === groups[1]?.separator);
}

// How people part the eleven digits.
const mobileGroups = new Set(['11', '3,4,4', '3,3,5', '4,3,4', '4,4,3', '3,8', '7,4', '5,6', '3,2,2,2,2', '3,2,3,3']);

function isMobile(digits: string, groups: readonly DigitGroup[]): boolean {
  const national = digits.replace(/^(?:00)?86(?=1[3-9]\d{9}$)/, '');
  if (!/^1[3-9]\d{9}$/.test(national)) return false;
  // Without the country code, whether that stood apart or not.
  let prefix = digits.length - national.length;
  const sizes: number[] = [];
  const rest: DigitGroup[] = [];
  for (const group of groups) {
    const own = Math.max(0, group.digits.length - prefix);
    prefix = Math.max(0, prefix - group.digits.length);
    if (own > 0) {
      sizes.push(own);
      rest.push(group);
    }
  }
  const isSpelledOut = sizes.every((size) => size === 1);
  return isEven(rest) && (isSpelledOut || mobileGroups.has(sizes.join(',')));
}

/** An area code that exists in kind (010, 02x, 03xx-09xx), then 7 or 8 digits, in one piece or cut once. */
function isLandline(groups: readonly DigitGroup[]): boolean {
  const [first, ...rest] = groups.map(({ digits }) => digits);
  if (first === undefined) return false;
  if (rest.length === 0) return /^(?:(?:010|02\d)[2-8]\d{7}|0[3-9]\d{2}[2-8]\d{6,7})$/.test(first);
  const number = rest.join('');
  const isCut = rest.length === 1 || (rest.length === 2 && rest[1]?.length === 4 && (rest[0]?.length ?? 0) >= 3);
  if (!isCut || !/^[2-8]\d{6,7}$/.test(number)) return false;
  return /^(?:010|02\d)$/.test(first) ? number.length === 8 : /^0[3-9]\d{2}$/.test(first);
}
