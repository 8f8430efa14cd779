import type { Item, RequestView, RightTerms, RowScope, Sent, Transformation, routes } from '#contracts';
import { atLeastAsStrict, checkTransformation } from '#rights';
import { emptyGroup, scopeOfDraft, type ScopeDraft } from '../../lib/scope-draft';
import { firstDay, lastDay, windowOfDays } from '../../lib/window';

/** What is done to an item besides the entry's own mask: a stricter one, or given as it is. */
export type MaskChoice = { readonly transformation: Transformation } | 'clear';

/** A decision being prepared, as plain JSON that a draft keeps. What is undefined stays as asked. */
export interface ReviewDraft {
  readonly left: readonly string[];
  readonly masks: Readonly<Record<string, MaskChoice>>;
  readonly scope: ScopeDraft;
  readonly first?: string | undefined;
  readonly last?: string | undefined;
  readonly quota?: RightTerms['quota'] | undefined;
  readonly formats?: RightTerms['formats'] | undefined;
  readonly deleteBy?: string | undefined;
  readonly accountForUse: boolean;
  readonly decision?: 'agree' | 'supplement' | 'refuse' | undefined;
  readonly missing: string;
  readonly code?: string | undefined;
  readonly reason: string;
}

export const emptyReview = (): ReviewDraft => ({
  left: [],
  masks: {},
  scope: emptyGroup(),
  accountForUse: true,
  missing: '',
  reason: '',
});

type Asked = RequestView['asked'];
type PreviewBody = Sent<typeof routes.previewRequest>['body'];
type Decision = Sent<typeof routes.decideRequest>['body'];

export interface ReadReview {
  /** Items, rows and masks, as a preview takes them; undefined while the rows are not complete. */
  readonly selection: Pick<PreviewBody, 'items' | 'rows' | 'transformations' | 'clear'> | undefined;
  readonly isNarrowed: boolean;
  /** Personal items that would leave unmasked. */
  readonly clear: readonly string[];
  readonly rows: RowScope | undefined;
}

/** What a draft says: whether it gives less than asked, and what a preview is asked with. */
export function readReview(draft: ReviewDraft, asked: Asked, items: readonly Item[]): ReadReview {
  const left = new Set(draft.left);
  const kept = asked.items.filter((name) => !left.has(name));
  const { rows } = scopeOfDraft(draft.scope, items);
  const chosen = Object.entries(draft.masks).filter(([name]) => kept.includes(name));
  const clear = chosen.flatMap(([name, choice]) => (choice === 'clear' ? [name] : []));
  const transformations = chosen.flatMap(([item, choice]) =>
    choice === 'clear' ? [] : [{ item, transformation: choice.transformation }],
  );
  const { formats, quota } = draft;
  const isNarrowed =
    kept.length < asked.items.length ||
    draft.scope.parts.length > 0 ||
    (formats !== undefined && formats.length < asked.formats.length) ||
    (draft.first !== undefined && draft.first !== firstDay(asked.window)) ||
    (draft.last !== undefined && draft.last !== lastDay(asked.window)) ||
    (quota !== undefined &&
      (quota.pulls < asked.quota.pulls || quota.rows < asked.quota.rows || quota.pullsPerDay < asked.quota.pullsPerDay));
  return {
    rows,
    clear,
    isNarrowed,
    selection: rows && {
      ...(kept.length < asked.items.length ? { items: kept } : {}),
      ...(rows.op === 'all' ? {} : { rows }),
      ...(transformations.length > 0 ? { transformations } : {}),
      ...(clear.length > 0 ? { clear } : {}),
    },
  };
}

/** The body of the decision that a draft makes; undefined while something is lacking. */
export function decisionOf(draft: ReviewDraft, asked: Asked, read: ReadReview, condition: string): Decision | undefined {
  if (draft.decision === 'supplement') return { decision: 'supplement', missing: draft.missing };
  if (draft.decision === 'refuse')
    return draft.code === undefined ? undefined : ({ decision: 'refuse', code: draft.code, reason: draft.reason } as Decision);
  const { selection } = read;
  if (!selection) return undefined;
  const { transformations, clear } = selection;
  const masks = { ...(transformations ? { transformations } : {}), ...(clear ? { clear } : {}) };
  const obligations = {
    accountForUse: draft.accountForUse,
    ...(draft.deleteBy === undefined ? {} : { deleteBy: draft.deleteBy }),
  };
  if (!read.isNarrowed) return { decision: 'agree', ...masks, obligations };
  const isOtherWindow = draft.first !== undefined || draft.last !== undefined;
  const days = windowOfDays(draft.first ?? firstDay(asked.window), draft.last ?? lastDay(asked.window));
  return {
    decision: 'agree-in-part',
    condition,
    ...selection,
    obligations,
    ...(draft.formats ? { formats: [...draft.formats] } : {}),
    ...(draft.quota ? { quota: draft.quota } : {}),
    // What was not touched stays to the millisecond.
    ...(isOtherWindow
      ? {
          window: {
            from: draft.first === undefined ? asked.window.from : days.from,
            until: draft.last === undefined ? asked.window.until : days.until,
          },
        }
      : {}),
  };
}

const offered: readonly Transformation[] = [
  { kind: 'keep', first: 6, last: 4 },
  { kind: 'keep', first: 3, last: 4 },
  { kind: 'keep', first: 1, last: 0 },
  { kind: 'keep', first: 0, last: 4 },
  { kind: 'keep', first: 0, last: 0 },
  { kind: 'prefix', length: 6 },
  { kind: 'prefix', length: 4 },
  { kind: 'prefix', length: 2 },
  { kind: 'year' },
  { kind: 'band', width: 10 },
  { kind: 'band', width: 100 },
  { kind: 'band', width: 1_000 },
  { kind: 'band', width: 10_000 },
  { kind: 'pseudonym' },
];

/** Masks that can be put on an item and show no more than the entry's own. */
export function stricterMasks(item: Item): Transformation[] {
  return offered.filter(
    (one) => checkTransformation(item, one) === undefined && atLeastAsStrict(one, item.mask) && !atLeastAsStrict(item.mask, one),
  );
}
