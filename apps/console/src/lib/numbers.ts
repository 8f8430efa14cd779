import type { Locale } from './words';

const counts: Readonly<Record<Locale, Intl.NumberFormat>> = {
  zh: new Intl.NumberFormat('zh-CN'),
  en: new Intl.NumberFormat('en'),
};
/** A count as people write it: 20,107. */
export function count(value: number, locale: Locale): string {
  return counts[locale].format(value);
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
/** Bytes in binary units with at most one decimal. */
export function bytes(value: number): string {
  let unit = 0;
  let amount = value;
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return `${unit === 0 || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${units[unit]}`;
}

/** A count in a field that one types into: 1,000,000, in both languages. */
export const grouped = (value: number | undefined): string =>
  value === undefined ? '' : String(value).replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',');
/** What was typed there, with separators or without. */
export const ungrouped = (text: string | undefined): number => Number((text ?? '').replaceAll(/[,，\s]/g, ''));
