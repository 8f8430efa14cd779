// The few things of a browser that the console's modules ask for, for a server without one: as the reader's own browser would answer.
import { mediaAsked, type Look } from '../lib/look-word';

let look: Look = { locale: 'zh', shade: 'light', zone: 'UTC', media: [] };

/** From here on the modules are told that this browser's page looks so. */
export function lookLike(next: Look): void {
  look = next;
}

const shadeKey = 'quanlian.shade';
const kept: Readonly<Record<string, () => string>> = {
  'quanlian.locale': () => look.locale,
  [shadeKey]: () => look.shade,
  'quanlian.logged-in': () => 'drawn',
};
const store = (values: Readonly<Record<string, () => string>>) => ({
  getItem: (key: string) => values[key]?.() ?? null,
  setItem: () => undefined,
  removeItem: () => undefined,
});

/** Instants are shown in the reader's zone wherever no other is asked for; called with `new` and without, as the plain one. */
const zoned = new Proxy(Intl.DateTimeFormat, {
  apply: (plain, _this, [locales, options]: Parameters<typeof Intl.DateTimeFormat>) => new plain(locales, inZone(options)),
  construct: (plain, [locales, options]: Parameters<typeof Intl.DateTimeFormat>) => new plain(locales, inZone(options)),
});
const inZone = (options?: Intl.DateTimeFormatOptions) => ({ timeZone: look.zone, ...options });

/** Puts them where modules look for them; `window` stays away, by which libraries know that they are on a server. */
export function pretendBrowser(origin: string): void {
  const things = {
    location: new URL(origin),
    localStorage: store(kept),
    sessionStorage: store({}),
    document: { documentElement: { dataset: {}, lang: '' }, activeElement: null },
    navigator: {
      get language() {
        return look.locale === 'zh' ? 'zh-CN' : 'en';
      },
    },
    addEventListener: () => undefined,
    matchMedia: (query: string) => ({
      get matches() {
        if (!mediaAsked.includes(query)) throw new Error(`${query} is not told by a look`);
        return look.media.includes(query);
      },
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    }),
  };
  for (const [name, value] of Object.entries(things)) Object.defineProperty(globalThis, name, { value, configurable: true });
  Object.defineProperty(Intl, 'DateTimeFormat', { value: zoned });
}
