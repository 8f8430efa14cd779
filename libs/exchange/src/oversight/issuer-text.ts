import { issuerWords, type EntryView } from '#contracts';

/** Who signed an entry, as it stands in files that people read. The exchange is no department and has its name here. */
export function issuerText({ issuer, issuerName }: Pick<EntryView, 'issuer' | 'issuerName'>, locale: 'zh' | 'en'): string {
  return issuer === 'exchange' ? issuerWords.exchange[locale] : issuerName;
}
