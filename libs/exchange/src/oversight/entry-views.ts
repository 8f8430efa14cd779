import { entrySentences, type EntryView } from '#contracts';
import { openEntry } from '#ledger';
import type { SealedEntry, Stores } from '../ports.js';
import { commitmentsIn } from '../proposals/commitments-in.js';

/**
 * Entries as people see them: with the names of all whom they mention and the texts behind their commitments. Whoever may see an entry
 * is on one of its sides or supervises, and may read them. The same few queries for any number of entries.
 */
export async function entryViews(stores: Stores, entries: readonly SealedEntry[]): Promise<EntryView[]> {
  const opened = entries.map((entry) => ({ ...entry, ...openEntry(entry.bytes).entry }));
  const departments = await stores.states.getMany(
    'department',
    unique(opened.flatMap((entry) => [entry.statement.issuer, ...entry.departments])),
  );
  const datasets = await stores.states.getMany('dataset', unique(opened.flatMap(({ dataset }) => dataset ?? [])));
  const people = await stores.people.names(unique(opened.flatMap(({ persons }) => persons)));
  const inEach = opened.map(({ statement }) => commitmentsIn(statement));
  const texts = await stores.texts.get(unique(inEach.flat()));
  return opened.map((entry, i) => {
    const { index, sealedAt, leafHash, statement, signatures, subject, dataset } = entry;
    return {
      index,
      sealedAt,
      type: statement.type,
      issuer: statement.issuer,
      issuerName: departments.get(statement.issuer)?.state.name ?? statement.issuer,
      sentence: entrySentences[statement.type],
      leafHash,
      statement,
      signatures: [...signatures],
      subject,
      ...(dataset === undefined ? {} : { dataset: { id: dataset, title: datasets.get(dataset)?.state.entry.title ?? '' } }),
      departments: entry.departments.map((code) => ({ code, name: departments.get(code)?.state.name ?? '' })),
      persons: entry.persons.map((id) => ({ id, name: people.get(id) ?? '' })),
      texts: Object.fromEntries((inEach[i] ?? []).flatMap((held) => (texts.has(held) ? [[held, texts.get(held)]] : []))),
    } as EntryView;
  });
}

function unique(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}
