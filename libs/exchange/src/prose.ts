import { refuse } from '#contracts';
import { commitText } from '#crypto';
import { findPersonalData } from '#rights';
import type { Stores } from './ports.js';

/**
 * Keeps a text outside the ledger and gives the commitment that stands for it inside. Throws Refusal personal-data-in-text naming the
 * field when the text seems to hold an ID or phone number: such things have no place even here.
 */
export async function commitProse(stores: Stores, text: string, field: string): Promise<string> {
  refusePersonalData({ [field]: text });
  const committed = commitText(text);
  await stores.texts.add({ ...committed, text });
  return committed.commitment;
}

/** For short texts that the ledger holds as typed: names, titles, labels. Throws Refusal personal-data-in-text naming the field. */
export function refusePersonalData(texts: Readonly<Record<string, string | undefined>>): void {
  for (const [field, text] of Object.entries(texts)) {
    if (text !== undefined && findPersonalData(text).length > 0) throw refuse('personal-data-in-text', {}, { field });
  }
}

/** The texts behind commitments; an erased one is an empty text. */
export async function readProse(
  stores: Stores,
  commitments: readonly (string | undefined)[],
): Promise<(commitment: string | undefined) => string> {
  const asked = commitments.filter((commitment) => commitment !== undefined);
  const texts = await stores.texts.get([...new Set(asked)]);
  return (commitment) => (commitment === undefined ? '' : (texts.get(commitment)?.text ?? ''));
}
