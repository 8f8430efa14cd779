import type { Locale } from './words';

// Dates read alike in both languages, and as the terms of rights and the calendar write them: 2026-03-01 (GB/T 7408).
const isoLike = 'sv-SE';

const day = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
const minute = { ...day, hour: '2-digit', minute: '2-digit', hour12: false } as const;
const shapes = { day, minute, second: { ...minute, second: '2-digit' } } as const;
/** To make one takes as long as to use it a hundred times, and a page shows hundreds of instants. */
const made = new Map<keyof typeof shapes, Intl.DateTimeFormat>();

function show(instant: string, shape: keyof typeof shapes): string {
  const format = made.get(shape) ?? new Intl.DateTimeFormat(isoLike, shapes[shape]);
  made.set(shape, format);
  return format.format(new Date(instant));
}

/** The next reader may be in another time zone. Where one process shows times to several, it says so between them. */
export function forgetZone(): void {
  made.clear();
}

/** An instant in the reader's own time zone, to the minute; to the second with `seconds`. */
export function localTime(instant: string, seconds = false): string {
  return show(instant, seconds ? 'second' : 'minute');
}

/** The day of an instant in the reader's own time zone. */
export function localDay(instant: string): string {
  return show(instant, 'day');
}

/** The same instant in UTC, as it is stored. */
export const utcTime = (instant: string): string => `${instant.slice(0, 19).replace('T', ' ')} UTC`;

const steps: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];
/** How long ago or until: 3 minutes ago, in 2 days. */
export function fromNow(instant: string, locale: Locale, now = Date.now()): string {
  const seconds = (Date.parse(instant) - now) / 1000;
  const [unit, size] = steps.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
  return new Intl.RelativeTimeFormat(locale === 'zh' ? 'zh-CN' : 'en', { numeric: 'auto' }).format(
    Math.round(seconds / size),
    unit,
  );
}
