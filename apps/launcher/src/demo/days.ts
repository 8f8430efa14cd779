const DAY_MS = 86_400_000;

/** A day as the count of days since 1970-01-01. */
export function dayOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / DAY_MS;
}

const written = new Map<number, string>();

/** A day as `YYYY-MM-DD`. The few ten thousand days of a city's lives are written once each. */
export function dateText(day: number): string {
  let text = written.get(day);
  if (text === undefined) {
    text = new Date(day * DAY_MS).toISOString().slice(0, 10);
    written.set(day, text);
  }
  return text;
}

/** What the registers know: the city is as of this day, whenever it is loaded, so that its bytes never change. */
export const asOf = dayOf('2026-06-30');

/** Completed years of life on the day that the registers are of. */
export function ageOf(birthDay: number): number {
  const born = dateText(birthDay);
  const today = dateText(asOf);
  const years = Number(today.slice(0, 4)) - Number(born.slice(0, 4));
  return born.slice(5) > today.slice(5) ? years - 1 : years;
}
