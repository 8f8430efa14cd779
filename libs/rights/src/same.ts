import { canonicalText, type CanonicalValue } from '#crypto';

/** Whether two plain values are the same, whatever the order of their keys. Undefined is not a value here. */
export function sameTerms(a: object, b: object): boolean {
  return canonicalText(a as CanonicalValue) === canonicalText(b as CanonicalValue);
}
