import { issuerWords as phrases, type EntryView } from '#contracts';
import { defineWords, useWords } from '../lib/words';

export const issuerWords = defineWords('issuer', phrases);

/** Who signed an entry. The exchange is no department and has its name here. */
export function IssuerName({ of }: { readonly of: Pick<EntryView, 'issuer' | 'issuerName'> }) {
  const say = useWords(issuerWords);
  return of.issuer === 'exchange' ? say('exchange') : of.issuerName;
}
