export type Locale = 'zh' | 'en';

const storageKey = 'quanlian.locale';

/** The language to begin in: as chosen here before, else as the browser has it. */
export function firstLocale(): Locale {
  const kept = localStorage.getItem(storageKey);
  if (kept === 'zh' || kept === 'en') return kept;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

/** Tells the document which language its words are in. */
export function showLocale(locale: Locale): void {
  document.documentElement.lang = locale === 'zh' ? 'zh-CN' : 'en';
}

/** Keeps the choice for the next page. */
export function keepLocale(locale: Locale): void {
  localStorage.setItem(storageKey, locale);
  showLocale(locale);
}
