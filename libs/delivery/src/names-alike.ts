/** Those of these names that differ from another one only in the case of A to Z. */
export function namesAlike(names: readonly string[]): readonly string[] {
  const lower = names.map((name) => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()));
  return names.filter((_, i) => lower.indexOf(lower[i] as string) !== lower.lastIndexOf(lower[i] as string));
}
