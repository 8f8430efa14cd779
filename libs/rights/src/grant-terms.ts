import { refuse, type Asked, type Item, type Quota, type Refusal, type RightTerms, type RowScope, type States } from '#contracts';
import { decideRequest, checkWindow, ruleFault } from './decide-request.js';
import { no, yes, type Decided } from './decided.js';
import { inSourceOrder, itemsByName, unknownItems } from './items-by-name.js';
import { andScope, checkScope, grantedScopeLimits, sameScope } from './row-scope.js';
import { sameTerms } from './same.js';
import { scopeCovers } from './scope-cover.js';
import { checkTransformation, grantedTransformations, type MaskingChoice } from './transformation.js';

export type GrantDecision = 'agree' | 'agree-in-part' | 'by-rule';

/** What the provider tightens, and what it sets besides. What is left out stays as asked. */
export interface Narrowing extends MaskingChoice {
  readonly items?: readonly string[];
  /** Rows besides those asked for: the right covers what is in both. */
  readonly rows?: RowScope;
  readonly formats?: Asked['formats'];
  readonly window?: Asked['window'];
  readonly quota?: Quota;
  readonly version?: string;
  readonly obligations?: RightTerms['obligations'];
}

export interface GrantQuestion {
  readonly request: States['request'];
  readonly dataset: States['dataset'];
  readonly decision: GrantDecision;
  readonly narrowing?: Narrowing;
  /** Commitment of the entry's condition that agreeing in part rests on. */
  readonly condition?: string;
  readonly now: string;
}

/**
 * The terms of the right that answers a request. Never wider than what was asked. `agree` gives items, rows, formats, term and quota
 * exactly as asked; the grantor may still set masks, obligations and a version. `agree-in-part` may tighten all of it and cites a
 * condition of the entry. `by-rule` sets nothing: as asked, with the entry's own masks.
 */
export function grantTerms(question: GrantQuestion): Decided<RightTerms> {
  const { request, dataset, decision, condition } = question;
  const narrowed = narrowedTerms(question);
  if (narrowed.refused) return narrowed;
  const fault = checkDecision({ request, dataset, decision, condition, terms: narrowed.ok });
  return fault ? no(fault) : narrowed;
}

/** The terms that a narrowing makes of a request, not yet asking under which decision they may be given: what a preview shows. */
export function narrowedTerms(question: Pick<GrantQuestion, 'request' | 'dataset' | 'narrowing' | 'now'>): Decided<RightTerms> {
  const { request, dataset, now } = question;
  const narrowing = question.narrowing ?? {};
  const { asked } = request;
  if (request.state !== 'submitted') return no(refuse('wrong-state', { state: request.state }));
  // The entry may have changed since the request was put.
  const still = decideRequest({ from: request.from, dataset, asked, now });
  if (still.refused) return no(still.refused);
  const fault = checkNarrowing(asked, dataset.entry.items, narrowing);
  if (fault) return no(fault);

  const items = inSourceOrder(dataset.entry.items, narrowing.items ?? asked.items);
  const transformations = grantedTransformations(dataset.entry.items, items, narrowing);
  if (!Array.isArray(transformations)) return no(transformations);
  const terms: RightTerms = {
    dataset: request.dataset,
    version: narrowing.version ?? 'latest',
    grantor: dataset.provider,
    grantee: request.from,
    purpose: asked.purpose,
    items,
    rows: andScope(asked.rows, narrowing.rows ?? { op: 'all' }),
    transformations,
    method: asked.method,
    formats: narrowing.formats ?? asked.formats,
    window: narrowing.window ?? asked.window,
    quota: narrowing.quota ?? asked.quota,
    obligations: narrowing.obligations ?? { accountForUse: true },
  };
  const wide = checkTerms({ request, dataset, terms, now });
  return wide ? no(wide) : yes(terms);
}

function checkNarrowing(asked: Asked, items: readonly Item[], narrowing: Narrowing): Refusal | undefined {
  const unknown = unknownItems(items, narrowing.items ?? []);
  if (unknown.length > 0) return refuse('item-unknown', { items: unknown }, { field: 'items' });
  const wider = (narrowing.items ?? []).filter((name) => !asked.items.includes(name));
  if (wider.length > 0) return refuse('grant-wider-than-request', { items: wider }, { field: 'items' });
  return narrowing.rows && checkScope(narrowing.rows, items);
}

/**
 * Checks finished terms against the request that they answer: the same question that the seal asks again, since terms may have been
 * written by somebody else's program. Gives the Refusal, else undefined.
 */
export function checkGrant(grant: {
  readonly request: States['request'];
  readonly dataset: States['dataset'];
  readonly decision: GrantDecision;
  readonly condition?: string;
  readonly terms: RightTerms;
  readonly now: string;
}): Refusal | undefined {
  return checkTerms(grant) ?? checkDecision(grant);
}

function checkTerms(grant: {
  readonly request: States['request'];
  readonly dataset: States['dataset'];
  readonly terms: RightTerms;
  readonly now: string;
}): Refusal | undefined {
  const { request, dataset, terms, now } = grant;
  const { asked } = request;
  const { items } = dataset.entry;
  if (dataset.entry.shareType === 'not-shared') return refuse('not-shared', { citation: dataset.entry.shareCondition ?? '–' });
  const wider = widerField(asked, request, dataset, terms);
  if (wider) return refuse('grant-wider-than-request', { field: wider }, { field: wider });
  return checkScope(terms.rows, items, grantedScopeLimits) ?? checkWindow(terms.window, now) ?? checkTermItems(items, terms);
}

/** What the kind of decision asks of terms that are otherwise in order. */
function checkDecision(grant: {
  readonly request: States['request'];
  readonly dataset: States['dataset'];
  readonly decision: GrantDecision;
  readonly condition?: string | undefined;
  readonly terms: RightTerms;
}): Refusal | undefined {
  const { request, dataset, decision, terms } = grant;
  const { asked } = request;
  if (decision === 'agree-in-part') {
    // Nobody invents conditions (Art. 14): one can be cited only where the entry states them.
    if (grant.condition === undefined || dataset.entry.shareCondition === undefined) return refuse('condition-missing');
    return undefined;
  }
  const narrower = narrowerField(asked, terms);
  if (narrower) return refuse('not-as-asked', { field: narrower }, { field: narrower });
  return decision === 'by-rule' ? checkByRule(dataset, asked, terms) : undefined;
}

/** The first field in which terms go beyond what was asked, or name other parties. */
function widerField(asked: Asked, request: States['request'], dataset: States['dataset'], terms: RightTerms): string | undefined {
  const { items } = dataset.entry;
  if (terms.dataset !== request.dataset) return 'dataset';
  if (terms.grantor !== dataset.provider || terms.grantor !== request.to) return 'grantor';
  if (terms.grantee !== request.from) return 'grantee';
  if (terms.purpose.basis !== asked.purpose.basis || terms.purpose.scenario !== asked.purpose.scenario) return 'purpose';
  if (!terms.items.every((name) => asked.items.includes(name))) return 'items';
  if (!scopeCovers(asked.rows, terms.rows, items)) return 'rows';
  if (terms.method !== asked.method) return 'method';
  if (!terms.formats.every((format) => asked.formats.includes(format))) return 'formats';
  if (terms.window.from < asked.window.from || terms.window.until > asked.window.until) return 'window';
  const { quota } = terms;
  const isWider = quota.pulls > asked.quota.pulls || quota.rows > asked.quota.rows || quota.pullsPerDay > asked.quota.pullsPerDay;
  return isWider ? 'quota' : undefined;
}

/** The first field in which terms, already known not to be wider, give less than asked. */
function narrowerField(asked: Asked, terms: RightTerms): string | undefined {
  if (terms.items.length !== asked.items.length) return 'items';
  if (!sameScope(andScope(asked.rows, { op: 'all' }), terms.rows)) return 'rows';
  if (!asked.formats.every((format) => terms.formats.includes(format))) return 'formats';
  if (terms.window.from !== asked.window.from || terms.window.until !== asked.window.until) return 'window';
  const { quota } = terms;
  const isLess = quota.pulls < asked.quota.pulls || quota.rows < asked.quota.rows || quota.pullsPerDay < asked.quota.pullsPerDay;
  return isLess ? 'quota' : undefined;
}

function checkTermItems(items: readonly Item[], terms: RightTerms): Refusal | undefined {
  const index = itemsByName(items);
  const unknown = unknownItems(items, terms.items);
  if (unknown.length > 0) return refuse('item-unknown', { items: unknown }, { field: 'items' });
  const seen = new Set<string>();
  for (const { item: name, transformation } of terms.transformations) {
    const item = index.get(name);
    if (!item || !terms.items.includes(name)) return refuse('item-unknown', { items: [name] }, { field: 'transformations' });
    if (seen.has(name)) return refuse('transformation-not-possible', { item: name }, { field: 'transformations' });
    seen.add(name);
    const fault = checkTransformation(item, transformation, 'transformations');
    if (fault) return fault;
  }
  return undefined;
}

function checkByRule(dataset: States['dataset'], asked: Asked, terms: RightTerms): Refusal | undefined {
  const fault = ruleFault(dataset, asked);
  if (fault) return fault;
  const masks = grantedTransformations(dataset.entry.items, terms.items);
  if (!Array.isArray(masks)) return masks;
  const isPlain =
    terms.version === 'latest' &&
    terms.obligations.accountForUse &&
    terms.obligations.deleteBy === undefined &&
    sameTerms(terms.transformations, masks);
  return isPlain ? undefined : refuse('not-by-rule', { reason: 'terms' });
}
