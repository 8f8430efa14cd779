import { datasetEntrySchema, type DatasetEntry } from '#contracts';
import { sentenceOf } from '../../lib/forms';
import { localeNow } from '../../lib/words';

/** A draft read by the contract's own schema: the entry when nothing is wrong, else what is, that of items by their row. */
export function entryFaults(draft: unknown): {
  readonly entry?: DatasetEntry;
  readonly items: ReadonlyMap<number, readonly string[]>;
  readonly count: number;
} {
  const read = datasetEntrySchema.safeParse(withoutEmpty(draft));
  if (read.success) return { entry: read.data, items: new Map(), count: 0 };
  const items = new Map<number, string[]>();
  for (const issue of read.error.issues) {
    const [field, row] = issue.path;
    if (field === 'items' && typeof row === 'number') items.set(row, [...(items.get(row) ?? []), sentenceOf(issue, localeNow())]);
  }
  return { items, count: read.error.issues.length };
}

// A field that was emptied again is one that is not there; a condition that no longer applies goes with what it was for.
function withoutEmpty(draft: unknown): unknown {
  const { shareCondition, openCondition, ...rest } = draft as Partial<DatasetEntry>;
  const conditions = {
    ...(rest.shareType === 'unconditional' ? {} : { shareCondition }),
    ...(rest.open === true ? { openCondition } : {}),
  };
  return Object.fromEntries(
    Object.entries({ ...rest, ...conditions }).filter(([, value]) => value !== undefined && value !== ''),
  );
}
