import { civilDate } from '#rights';

const dayMs = 86_400_000;

/** The first day of a term, as a civil date in China. */
export const firstDay = (window: { readonly from: string }): string => civilDate(window.from);

/** The last day on which a term still holds: it is half-open, and "until midnight" means through the day before. */
export const lastDay = (window: { readonly until: string }): string =>
  civilDate(new Date(Date.parse(window.until) - 1).toISOString());

/** The term that holds from the first through the last of two civil dates in China. */
export function windowOfDays(first: string, last: string): { from: string; until: string } {
  const midnight = (date: string) => Date.parse(`${date}T00:00:00.000+08:00`);
  return { from: new Date(midnight(first)).toISOString(), until: new Date(midnight(last) + dayMs).toISOString() };
}

/** Today's civil date in China, by which terms and working days are counted. */
export const today = (): string => civilDate(new Date().toISOString());
