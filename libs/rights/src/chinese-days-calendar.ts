import { createRequire } from 'node:module';
import { refuse } from '#contracts';
import type { WorkingYear } from './working-days.js';

/** The table inside the npm package chinese-days: holidays (weekends among them) and weekend days worked in exchange, by date. */
interface ChineseDays {
  readonly holidays: Readonly<Record<string, string>>;
  readonly workdays: Readonly<Record<string, string>>;
}

// The package's functions answer by the machine's time zone: west of Greenwich every holiday falls a day early. Its table does not.
const table = createRequire(import.meta.url)('chinese-days/dist/chinese-days.json') as ChineseDays;

/**
 * A year's calendar from the npm package chinese-days, to start with: operators load the notice itself over it. Throws Refusal
 * `year-not-loaded` for a year that the package does not cover; its own functions would call National Day of such a year a working day.
 */
export function calendarYearFromChineseDays(year: number): WorkingYear {
  const ofYear = (days: Readonly<Record<string, string>>) =>
    Object.keys(days)
      .filter((date) => date.startsWith(`${year}-`))
      .sort();
  // The notice of one year may already name the first days of the next, so a year is covered when its National Day is.
  if (!Object.hasOwn(table.holidays, `${year}-10-01`)) throw refuse('year-not-loaded', { year });
  return { year, notice: `npm chinese-days, ${year}`, daysOff: ofYear(table.holidays), workingDays: ofYear(table.workdays) };
}
