/** UTC+8, to the second: the time that people who file a page live by. */
export function beijing(instant: string): string {
  return new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
}
