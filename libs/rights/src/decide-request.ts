import { refuse, type Asked, type Refusal, type RowScope, type States } from '#contracts';
import { no, yes, type Decided } from './decided.js';
import { itemsByName, unknownItems } from './items-by-name.js';
import { checkScope, keyListsIn, scopeItems } from './row-scope.js';

export interface RequestQuestion {
  /** The department that asks. */
  readonly from: string;
  readonly dataset: States['dataset'];
  readonly asked: Asked;
  readonly now: string;
  /** The citation of law behind a dataset that is not shared, as its entry has it in words. The ledger holds only its commitment. */
  readonly citation?: string;
}

export interface RequestAccepted {
  /** It may be granted by rule, as it stands: the entry is shared without conditions and its masks settle every item. */
  readonly byRule: boolean;
}

/**
 * Whether a request can be put at all. Checks in this order: not one's own dataset, shared, method offered, items known, row scope,
 * term.
 */
export function decideRequest(question: RequestQuestion): Decided<RequestAccepted> {
  const { dataset, asked, now } = question;
  const { entry } = dataset;
  const closed = checkShared(question);
  if (closed) return no(closed);
  if (!entry.shareMethods.includes(asked.method))
    return no(refuse('method-not-offered', { method: asked.method }, { field: 'method' }));
  const fault = checkAsked(dataset, asked) ?? checkWindow(asked.window, now);
  if (fault) return no(fault);
  return yes({ byRule: ruleFault(dataset, asked) === undefined });
}

/** Why a department can ask nothing of a dataset: it is its own, or it is not shared. Else undefined. */
export function checkShared({
  from,
  dataset,
  citation,
}: Pick<RequestQuestion, 'from' | 'dataset' | 'citation'>): Refusal | undefined {
  if (from === dataset.provider) return refuse('own-dataset');
  return dataset.entry.shareType === 'not-shared'
    ? refuse('not-shared', { citation: citation ?? dataset.entry.shareCondition ?? '–' })
    : undefined;
}

/** Why a department may not even count these rows: what it could not ask for, it does not count. Else undefined. */
export function checkCount(
  question: Pick<RequestQuestion, 'from' | 'dataset' | 'citation'> & { readonly rows: RowScope },
): Refusal | undefined {
  return checkShared(question) ?? checkScope(question.rows, question.dataset.entry.items);
}

function checkAsked(dataset: States['dataset'], asked: Asked): Refusal | undefined {
  const unknown = unknownItems(dataset.entry.items, asked.items);
  if (unknown.length > 0) return refuse('item-unknown', { items: unknown }, { field: 'items' });
  return checkScope(asked.rows, dataset.entry.items);
}

/** A term is half-open, not empty, and not over yet. It may begin in the past: nothing was allowed before the grant anyhow. */
export function checkWindow(window: { from: string; until: string }, now: string): Refusal | undefined {
  const isRead = !Number.isNaN(Date.parse(window.from)) && !Number.isNaN(Date.parse(window.until));
  // Instants are all written alike, so their text sorts as time.
  return isRead && window.from < window.until && window.until > now
    ? undefined
    : refuse('window-invalid', { from: window.from, until: window.until }, { field: 'window' });
}

/**
 * Why a request cannot be granted by rule: the entry has conditions, a personal item has no mask, or its row scope would tell through
 * the choice of rows what the entry's mask hides. Then people decide.
 */
export function ruleFault(dataset: States['dataset'], asked: Asked): Refusal | undefined {
  const { entry } = dataset;
  if (entry.shareType !== 'unconditional') return refuse('not-by-rule', { reason: 'conditional' });
  const items = itemsByName(entry.items);
  const bare = asked.items.filter((name) => items.get(name)?.personal && !items.get(name)?.mask);
  if (bare.length > 0) return refuse('not-by-rule', { reason: 'personal-items', items: bare });
  // Whose rows come back tells who is on file: with names in hand that is for people to judge, masks or none.
  const listed = keyListsIn(asked.rows).flatMap(({ item }) => (items.get(item)?.personal ? [item] : []));
  if (listed.length > 0) return refuse('not-by-rule', { reason: 'key-list-of-persons', items: listed });
  const masked = [...scopeItems(asked.rows)].filter((name) => items.get(name)?.mask);
  return masked.length > 0 ? refuse('not-by-rule', { reason: 'rows-on-masked-items', items: masked }) : undefined;
}
