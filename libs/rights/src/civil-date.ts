const dayMs = 86_400_000;
const offsetMs = 8 * 3_600_000;

/** The civil date in China (UTC+8, no summer time) of an instant: `2025-10-01`. Days of quotas and deadlines are these. */
export function civilDate(instant: string): string {
  return new Date(Date.parse(instant) + offsetMs).toISOString().slice(0, 10);
}

/** Days since 1970-01-01 of a civil date; undefined when there is no such day (`2025-02-30`). */
export function dayNumber(date: string): number | undefined {
  // There is no year 0.
  if (!/^(?!0000)\d{4}-\d\d-\d\d$/.test(date)) return undefined;
  const ms = Date.parse(`${date}T00:00:00.000Z`);
  // Some engines roll 30 February over into March.
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== date ? undefined : ms / dayMs;
}

/** The civil date of a day number. */
export function dateOfDay(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

/** 1 Monday … 7 Sunday. */
export function weekday(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}
