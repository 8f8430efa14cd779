import type { DatasetEntry, States } from '#contracts';
import type { Stores } from '../ports.js';
import { commitProse, readProse, refusePersonalData } from '../prose.js';

type SealedEntry = States['dataset']['entry'];

/** The entry as the ledger holds it: prose stands as commitments. Throws Refusal personal-data-in-text. */
export async function sealEntry(stores: Stores, entry: DatasetEntry): Promise<SealedEntry> {
  const { abstract, shareCondition, openCondition, ...plain } = entry;
  const { title, category, classification } = plain;
  refusePersonalData({ 'entry.title': title, 'entry.category': category, 'entry.classification': classification });
  for (const [i, { title: name, rules }] of plain.items.entries()) {
    refusePersonalData({ [`entry.items.${i}.title`]: name, [`entry.items.${i}.rules.pattern`]: rules?.pattern });
    for (const value of rules?.oneOf ?? []) refusePersonalData({ [`entry.items.${i}.rules.oneOf`]: value });
  }
  return {
    ...plain,
    abstract: await commitProse(stores, abstract, 'entry.abstract'),
    ...(shareCondition === undefined
      ? {}
      : { shareCondition: await commitProse(stores, shareCondition, 'entry.shareCondition') }),
    ...(openCondition === undefined ? {} : { openCondition: await commitProse(stores, openCondition, 'entry.openCondition') }),
  };
}

/** Entries as their stewards wrote them. Inverse of `sealEntry` while the texts are not erased. */
export async function openEntries(stores: Stores, entries: readonly SealedEntry[]): Promise<DatasetEntry[]> {
  const prose = await readProse(
    stores,
    entries.flatMap((entry) => [entry.abstract, entry.shareCondition, entry.openCondition]),
  );
  return entries.map((entry) => ({
    ...entry,
    abstract: prose(entry.abstract),
    ...(entry.shareCondition === undefined ? {} : { shareCondition: prose(entry.shareCondition) }),
    ...(entry.openCondition === undefined ? {} : { openCondition: prose(entry.openCondition) }),
  })) as DatasetEntry[];
}
