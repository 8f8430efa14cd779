/** The day in China's civil time (UTC+8, no daylight saving) of a UTC instant, as YYYY-MM-DD: daily quotas and deadlines count by it. */
export function civilDay(instant: string): string {
  return new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 10);
}
