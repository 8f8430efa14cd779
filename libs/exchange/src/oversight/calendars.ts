import { refuse } from '#contracts';
import { calendarYearFromChineseDays } from '#rights';
import { requireRole, type Actor } from '../actor.js';
import { instantNow, type ExchangeContext } from '../context.js';
import type { CalendarYear } from '../ports.js';

/** The working-day calendar of a year, as announced and loaded. */
export class ReadCalendar {
  constructor(private readonly context: ExchangeContext) {}

  /** Throws Refusal year-not-loaded. */
  async execute(year: number): Promise<CalendarYear> {
    const found = await this.context.transactions.run((stores) => stores.calendars.get(year));
    if (!found) throw refuse('year-not-loaded', { year });
    return found;
  }
}

/** The operator loads or mends a year, with the number of the notice that announced it. */
export class LoadCalendar {
  constructor(private readonly context: ExchangeContext) {}

  /** Throws Refusal not-allowed, bad-input when a day lies outside the year or is both off and worked. */
  async execute(actor: Actor, year: Omit<CalendarYear, 'loadedAt'>): Promise<void> {
    requireRole(actor, 'operator');
    const outside = [...year.daysOff, ...year.workingDays].find((day) => !day.startsWith(`${year.year}-`));
    const twice = year.workingDays.find((day) => year.daysOff.includes(day));
    const wrong = outside ?? twice;
    if (wrong !== undefined)
      throw refuse('bad-input', { field: wrong }, { field: outside === undefined ? 'workingDays' : 'daysOff' });
    await this.context.transactions.run((stores) => stores.calendars.put({ ...year, loadedAt: instantNow(this.context) }));
  }
}

/** Years whose notices the package at hand carries. Later ones are loaded by an operator; counting in them is refused until then. */
const carriedYears = { first: 2004, last: 2026 };

/** Loads the years that are known and not loaded yet. What an operator loaded or mended stays. */
export async function loadCarriedCalendars(context: ExchangeContext): Promise<void> {
  await context.transactions.run(async (stores) => {
    const loaded = new Set((await stores.calendars.all()).map(({ year }) => year));
    for (let year = carriedYears.first; year <= carriedYears.last; year++) {
      if (!loaded.has(year)) await stores.calendars.put({ ...calendarYearFromChineseDays(year), loadedAt: instantNow(context) });
    }
  });
}
