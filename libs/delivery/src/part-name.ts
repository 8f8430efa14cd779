/** Name of a version's n-th part, counted from 0, under the random prefix of its ingest. */
export function partName(prefix: string, part: number): string {
  return `${prefix}-${String(part).padStart(6, '0')}`;
}
