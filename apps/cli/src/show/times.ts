import { usage } from '../exits.js';

// Departments work by Beijing time; it has had no daylight saving since 1991, so the offset is fixed.
const offsetMs = 8 * 3_600_000;

/** `2026-03-04 09:30` in Beijing time. */
export function timeText(instant: string): string {
  return new Date(Date.parse(instant) + offsetMs).toISOString().slice(0, 16).replace('T', ' ');
}

/** The Beijing day of an instant. */
export function dayText(instant: string): string {
  return new Date(Date.parse(instant) + offsetMs).toISOString().slice(0, 10);
}

/** The last day that a half-open end still covers. */
export function lastDayText(until: string): string {
  return dayText(new Date(Date.parse(until) - 1).toISOString());
}

/** The first instant of a Beijing day, or an instant as given. */
export function instantFrom(text: string, option: string): string {
  return beginOf(text, option).toISOString();
}

/** For a half-open end: a day is meant to its end, so the next day's first instant; an instant is taken as given. */
export function instantUntil(text: string, option: string): string {
  const begin = beginOf(text, option);
  return (isDay(text) ? new Date(begin.getTime() + 86_400_000) : begin).toISOString();
}

function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text);
}

function beginOf(text: string, option: string): Date {
  const read = new Date(isDay(text) ? Date.parse(`${text}T00:00:00.000+08:00`) : Date.parse(text));
  const valid =
    !Number.isNaN(read.getTime()) &&
    (isDay(text) ? dayText(read.toISOString()) === text : /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(text));
  if (!valid) throw usage(`${option}：日期写作 2026-03-04。`, `${option}: a date is written 2026-03-04.`);
  return read;
}
