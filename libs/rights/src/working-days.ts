import { refuse } from '#contracts';
import { dateOfDay, dayNumber, weekday } from './civil-date.js';

/** The holidays of one year as the State Council's notice sets them. */
export interface WorkingYear {
  readonly year: number;
  /** The notice that it rests on, such as 国办发明电〔2024〕12号. */
  readonly notice: string;
  /** Days off that would be working days otherwise; weekends may be listed too. */
  readonly daysOff: readonly string[];
  /** Saturdays and Sundays that are worked in exchange. */
  readonly workingDays: readonly string[];
}

/** Working days of the years that are loaded; asking about any other year throws. */
export class WorkingCalendar {
  /** Years loaded, ascending. */
  readonly years: readonly number[];
  private readonly loaded: ReadonlySet<number>;
  /** By day number: whether that day is worked, where the weekday alone would say otherwise. */
  private readonly exceptions = new Map<number, boolean>();

  /** Throws Refusal `bad-input` for a date that does not exist, lies in another year, is both off and worked, or a year twice. */
  constructor(years: readonly WorkingYear[]) {
    this.years = years.map(({ year }) => year).sort((a, b) => a - b);
    this.loaded = new Set(this.years);
    if (this.loaded.size < years.length) throw refuse('bad-input', { field: 'year' }, { field: 'year' });
    for (const year of years) {
      for (const date of year.daysOff) this.except(year.year, date, false);
      for (const date of year.workingDays) this.except(year.year, date, true);
    }
  }

  private except(year: number, date: string, isWorking: boolean): void {
    const day = readDay(date);
    if (Number(date.slice(0, 4)) !== year || this.exceptions.get(day) === !isWorking) throw refuse('bad-input', { field: date });
    this.exceptions.set(day, isWorking);
  }

  /** Throws Refusal `year-not-loaded`; `bad-input` for what is no date. */
  isWorkingDay(date: string): boolean {
    const day = readDay(date);
    const year = Number(date.slice(0, 4));
    // A year without its notice would look like one without holidays: a wrong deadline that nobody notices.
    if (!this.loaded.has(year)) throw refuse('year-not-loaded', { year });
    return this.exceptions.get(day) ?? weekday(day) <= 5;
  }
}

function readDay(date: string): number {
  const day = dayNumber(date);
  if (day === undefined) throw refuse('bad-input', { field: date });
  return day;
}

/**
 * The n-th working day after a date: day 1 is the next working day after it (the day of receipt does not count). n = 0 is the date
 * itself. Throws `year-not-loaded`.
 */
export function addWorkingDays(calendar: WorkingCalendar, date: string, n: number): string {
  if (!Number.isInteger(n) || n < 0) throw refuse('bad-input', { field: String(n) });
  let day = readDay(date);
  for (let left = n; left > 0;) {
    day += 1;
    if (calendar.isWorkingDay(dateOfDay(day))) left -= 1;
  }
  return dateOfDay(day);
}

/** Working days after `from` up to and including `to`; 0 when `to` is not later. */
export function countWorkingDays(calendar: WorkingCalendar, from: string, to: string): number {
  let count = 0;
  const last = readDay(to);
  for (let day = readDay(from) + 1; day <= last; day++) if (calendar.isWorkingDay(dateOfDay(day))) count += 1;
  return count;
}

/** Working days that remain after today up to the due date; on the due date 0; below zero, how many it is late. */
export function workingDaysLeft(calendar: WorkingCalendar, today: string, due: string): number {
  return readDay(today) <= readDay(due) ? countWorkingDays(calendar, today, due) : -countWorkingDays(calendar, due, today);
}
