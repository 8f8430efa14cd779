import { usccCheckCharacter } from '#contracts';

const idWeights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** The check character of the first 17 digits of a citizen's number. GB 11643-1999 (ISO 7064 MOD 11-2). */
export function idCheckCharacter(first17: string): string {
  let sum = 0;
  for (const [i, weight] of idWeights.entries()) sum += (first17.charCodeAt(i) - 48) * weight;
  return '10X98765432'.charAt(sum % 11);
}

/** A citizen's number: region of six digits, birth date, a sequence that is odd for men and even for women, check character. */
export function idNumber(region: string, birthDate: string, sequence: number): string {
  const first17 = region + birthDate.replaceAll('-', '') + String(sequence).padStart(3, '0');
  return first17 + idCheckCharacter(first17);
}

const organisationWeights = [3, 7, 9, 10, 5, 8, 4, 2];

/** The check character of an organisation code's eight digits. GB 11714-1997. */
export function organisationCheckCharacter(first8: string): string {
  let sum = 0;
  for (const [i, weight] of organisationWeights.entries()) sum += (first8.charCodeAt(i) - 48) * weight;
  const check = 11 - (sum % 11);
  return check === 10 ? 'X' : check === 11 ? '0' : String(check);
}

/**
 * A unified social credit code (GB 32100): `kind` is its first two characters (11 an organ of state, 91 an enterprise, 92 an
 * individual business). Organisation codes with the check character X or without are both valid in it.
 */
export function creditCode(kind: string, region: string, number: number): string {
  const first8 = String(number).padStart(8, '0');
  const first17 = kind + region + first8 + organisationCheckCharacter(first8);
  return first17 + usccCheckCharacter(first17);
}

/** A telephone number that no network can assign: mobile numbers begin with 13 to 19, and this with 100. Unlike for each person. */
export function telephone(person: number): string {
  return String(10_020_000_000 + person * 37);
}
