import type { EntryView } from '#contracts';
import { defineWords, useWords } from '../lib/words';

export const issuerWords = defineWords('issuer', {
  exchange: { zh: '交换平台', en: 'The exchange' },
  log: { zh: '账本', en: 'The log' },
});

/** Who signed an entry. The exchange is no department and has its name here. */
export function IssuerName({ of }: { readonly of: Pick<EntryView, 'issuer' | 'issuerName'> }) {
  const say = useWords(issuerWords);
  return of.issuer === 'exchange' ? say('exchange') : of.issuerName;
}
