import i18next from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import { firstLocale, keepLocale, showLocale, type Locale } from './locale';
import { keepLook } from './look';

export type { Locale } from './locale';

/** One phrase in both languages; `{{name}}` marks a value. English tells one from many where a `count` is given. */
export interface Phrase {
  readonly zh: string;
  readonly en: string | { readonly one: string; readonly other: string };
}
export type Phrases = Readonly<Record<string, Phrase>>;
/** Phrases of one room of the console, known to i18next under the room's name. */
export interface Words<P extends Phrases> {
  readonly room: string;
  readonly phrases: P;
}
export type Say<P extends Phrases> = (key: keyof P & string, values?: Readonly<Record<string, string | number>>) => string;

void i18next.use(initReactI18next).init({
  lng: firstLocale(),
  fallbackLng: 'zh',
  resources: {},
  keySeparator: false,
  nsSeparator: false,
  // React escapes what it shows.
  interpolation: { escapeValue: false },
  react: { useSuspense: false },
});
showLocale(localeNow());

/** Registers a room's phrases, both languages side by side so that none can lack one. */
export function defineWords<const P extends Phrases>(room: string, phrases: P): Words<P> {
  const zh: Record<string, string> = {};
  const en: Record<string, string> = {};
  for (const [key, phrase] of Object.entries(phrases)) {
    if (typeof phrase.en === 'string') {
      zh[key] = phrase.zh;
      en[key] = phrase.en;
    } else {
      zh[`${key}_other`] = phrase.zh;
      en[`${key}_one`] = phrase.en.one;
      en[`${key}_other`] = phrase.en.other;
    }
  }
  i18next.addResourceBundle('zh', room, zh, true, true);
  i18next.addResourceBundle('en', room, en, true, true);
  return { room, phrases };
}

/** The room's phrases in the language chosen; renders again when it changes. */
export function useWords<P extends Phrases>(words: Words<P>): Say<P> {
  // The phrases' own type says which keys there are; i18next's would ask for a global declaration of all rooms.
  const t = useTranslation(words.room).t as (key: string, values: object) => string;
  return (key, values) => t(key, values ?? {});
}

/** The language chosen now. In a component use `useLocale`. */
export function localeNow(): Locale {
  return i18next.language === 'en' ? 'en' : 'zh';
}

export function useLocale(): Locale {
  const { i18n } = useTranslation();
  return i18n.language === 'en' ? 'en' : 'zh';
}

/** Picks the chosen language of what the exchange says in both. */
export function usePick(): (sentence: { readonly zh: string; readonly en: string }) => string {
  const locale = useLocale();
  return (sentence) => sentence[locale];
}

export async function chooseLocale(locale: Locale): Promise<void> {
  keepLocale(locale);
  keepLook();
  await i18next.changeLanguage(locale);
}
