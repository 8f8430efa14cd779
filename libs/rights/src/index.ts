// The door of `#rights`: what works everywhere, and the calendar that is read from a package.
export * from './browser.js';
export { calendarYearFromChineseDays } from './chinese-days-calendar.js';
