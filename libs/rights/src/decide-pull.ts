import { isPackable, refuse, type Held, type Refusal, type States, type StatementBody } from '#contracts';
import { civilDate } from './civil-date.js';
import { no, yes, type Decided } from './decided.js';
import { inSourceOrder, itemsByName, unknownItems } from './items-by-name.js';
import { andScope, checkScope, conjuncts, grantedScopeLimits, sameScope, scopeItems } from './row-scope.js';
import { sameTerms } from './same.js';
import { scopesDisjoint } from './scope-cover.js';
import { checkTransformation, narrowTransformations } from './transformation.js';

export type PullBody = Pick<
  StatementBody<'pull.signed'>,
  'right' | 'dataset' | 'purpose' | 'items' | 'rows' | 'format' | 'compression' | 'version' | 'since'
>;
export type DecidedBody = StatementBody<'delivery.decided'>;

/** Everything that a decision looks at, and nothing else: the same inputs give the same bytes, today and in an audit. */
export interface PullQuestion {
  /** The id of the signed pull. */
  readonly delivery: string;
  readonly pull: PullBody;
  /** The department that signed the pull. */
  readonly grantee: string;
  readonly right: Pick<Held<'right'>, 'state'>;
  readonly dataset: Pick<Held<'dataset'>, 'state'>;
  /** The version that `versionOfPull` names; its state, or undefined when there is none. */
  readonly version: Pick<Held<'version'>, 'state'> | undefined;
  /** When the pull asks for changes: the delivery that it names, and the version of that; undefined when there is none. */
  readonly basis?:
    | { readonly delivery: Pick<Held<'delivery'>, 'state'>; readonly version: Pick<Held<'version'>, 'state'> }
    | undefined;
  /** Encryption recipients of the grantee in force, in any order. */
  readonly recipients: readonly string[];
  readonly now: string;
  /** Index of the last entry that the states above include. */
  readonly index: number;
  /** How many rows a real count found to match; without one all rows of the version are reserved. */
  readonly rowsCountedAtMost?: number;
}

const maxRecipients = 20;

/** Which version a pull means: the one that it names, or the right's own, or the dataset's latest. Undefined: there is none yet. */
export function versionOfPull(
  right: Pick<Held<'right'>, 'state'>,
  dataset: Pick<Held<'dataset'>, 'state'>,
  asked: string,
): string | undefined {
  if (asked !== 'latest') return asked;
  const granted = right.state.terms.version;
  return granted === 'latest' ? dataset.state.latestVersion : granted;
}

/**
 * Whether a pull is delivered, and exactly what. The checks come in this order, and the first that fails answers: grantee, state of the
 * right, window, purpose, method, format, version, items, rows, changes, recipients, pulls left, pulls today, rows left.
 */
export function decidePull(question: PullQuestion): Decided<DecidedBody> {
  const { pull, right, dataset, now } = question;
  const { terms } = right.state;
  const refusal =
    checkParties(question) ??
    checkInForce(right.state, now) ??
    checkPurposeAndForm(question) ??
    checkVersion(question) ??
    checkPulledItems(question) ??
    checkPulledRows(question) ??
    checkSince(question) ??
    checkRecipients(question) ??
    checkQuota(question);
  if (refusal) return no(refusal);

  const items = inSourceOrder(dataset.state.entry.items, pull.items);
  return yes({
    delivery: question.delivery,
    right: pull.right,
    dataset: pull.dataset,
    grantee: question.grantee,
    version: versionOfPull(right, dataset, pull.version) as string,
    items,
    rows: andScope(terms.rows, pull.rows),
    transformations: narrowTransformations(terms.transformations, items),
    format: pull.format,
    ...(pull.compression ? { compression: pull.compression } : {}),
    ...(pull.since === undefined ? {} : { since: { delivery: pull.since, version: basisOf(question)?.version as string } }),
    recipients: [...question.recipients].sort(),
    rowsAtMost: rowsAtMost(question),
    computedAt: question.index,
    decidedAt: now,
    quotaBefore: {
      pulls: right.state.usedPulls,
      rows: right.state.usedRows,
      pullsToday: pullsOnDay(right.state, civilDate(now)),
    },
  });
}

function checkParties({ pull, grantee, right }: PullQuestion): Refusal | undefined {
  const { terms } = right.state;
  if (grantee !== terms.grantee) return refuse('wrong-grantee');
  return pull.dataset === terms.dataset ? undefined : refuse('right-not-granted');
}

/** In force now: granted, not suspended, not terminated, within its window. Also asked before every download. */
export function checkInForce(right: States['right'], now: string): Refusal | undefined {
  const { from, until } = right.terms.window;
  if (right.state === 'terminated') return refuse('right-terminated');
  if (right.state === 'suspended') return refuse('right-suspended');
  if (now < from) return refuse('right-not-yet', { from });
  return now >= until ? refuse('right-ended', { until }) : undefined;
}

function checkPurposeAndForm({ pull, right }: PullQuestion): Refusal | undefined {
  const { terms } = right.state;
  const isSame = pull.purpose.basis === terms.purpose.basis && pull.purpose.scenario === terms.purpose.scenario;
  if (!isSame) return refuse('purpose-differs', {}, { field: 'purpose' });
  // A pull asks for a file; the other methods have their own statements.
  if (terms.method !== 'file') return refuse('method-not-granted', { method: 'file' });
  if (pull.compression && !isPackable(pull.format)) return refuse('format-packed', {}, { field: 'compression' });
  return terms.formats.includes(pull.format)
    ? undefined
    : refuse('format-not-granted', { format: pull.format }, { field: 'format' });
}

function checkVersion({ pull, right, dataset, version }: PullQuestion): Refusal | undefined {
  const granted = right.state.terms.version;
  const id = versionOfPull(right, dataset, pull.version);
  if (id === undefined) return refuse('no-version');
  const covered = granted === 'latest' ? dataset.state.latestVersion : granted;
  const isCovered = id === covered && version !== undefined && version.state.dataset === pull.dataset;
  return isCovered ? undefined : refuse('version-not-granted', { version: id }, { field: 'version' });
}

function checkPulledItems({ pull, right, dataset }: PullQuestion): Refusal | undefined {
  const { terms } = right.state;
  const { items } = dataset.state.entry;
  const beyond = pull.items.filter((name) => !terms.items.includes(name));
  if (beyond.length > 0) return refuse('item-not-granted', { items: beyond }, { field: 'items' });
  const gone = unknownItems(items, pull.items);
  if (gone.length > 0) return refuse('item-unknown', { items: gone }, { field: 'items' });
  // The entry may have given an item another type since the grant.
  for (const { item, transformation } of narrowTransformations(terms.transformations, pull.items)) {
    const found = itemsByName(items).get(item);
    const fault = found && checkTransformation(found, transformation, 'items');
    if (fault) return fault;
  }
  return undefined;
}

function checkPulledRows({ pull, right, dataset }: PullQuestion): Refusal | undefined {
  const { terms } = right.state;
  const { items } = dataset.state.entry;
  const fault = checkScope(pull.rows, items) ?? checkScope(terms.rows, items, grantedScopeLimits, 'right.rows');
  if (fault) return fault;
  // Which rows come back tells the value that they were chosen by. So a pull may choose only by items that it may also read as they
  // are; what the right's own scope says was the grantor's choice.
  const granted = conjuncts(terms.rows);
  const own = conjuncts(pull.rows).filter((part) => !granted.some((other) => sameScope(other, part)));
  const masked = new Set(terms.transformations.map(({ item }) => item));
  const hidden = own.flatMap((part) => [...scopeItems(part)]).filter((name) => masked.has(name) || !terms.items.includes(name));
  if (hidden.length > 0) return refuse('scope-item-not-granted', { items: [...new Set(hidden)] }, { field: 'rows' });
  // An empty answer would read as "there are none".
  return scopesDisjoint(terms.rows, pull.rows, items) ? refuse('rows-not-granted', {}, { field: 'rows' }) : undefined;
}

/** What the recipient holds and says that it opened: nothing else can be the ground of changes. */
function basisOf({ pull, grantee, basis }: PullQuestion): States['delivery']['decided'] {
  const state = basis?.delivery.state;
  const isIts = state?.state === 'received' && state.right === pull.right && state.grantee === grantee;
  return isIts ? state.decided : undefined;
}

// Applied to what the recipient holds, changes must give what a full delivery would: so all but the version has to be the same.
function checkSince(question: PullQuestion): Refusal | undefined {
  const { pull, right, dataset, version, basis } = question;
  if (pull.since === undefined) return undefined;
  const held = basisOf(question);
  if (!held || !basis) return refuse('changes-no-earlier', {}, { field: 'since' });
  if (held.version === versionOfPull(right, dataset, pull.version)) return refuse('changes-none', {}, { field: 'since' });
  const { terms } = right.state;
  const all = dataset.state.entry.items;
  const items = inSourceOrder(all, pull.items);
  const transformations = narrowTransformations(terms.transformations, items);
  const now = { items, rows: andScope(terms.rows, pull.rows), transformations };
  const then = { items: held.items, rows: held.rows, transformations: held.transformations };
  if (!sameTerms(now, then)) return refuse('changes-selection-differs', {}, { field: 'since' });
  if (basis.version.state.schemaDigest !== version?.state.schemaDigest)
    return refuse('changes-items-differ', {}, { field: 'since' });
  const keys = all.filter(({ key }) => key).map(({ name }) => name);
  if (keys.length === 0) return refuse('changes-no-key', {}, { field: 'since' });
  // A pseudonym is one to one; any other mask makes one of several keys.
  const blurred = transformations.filter(({ transformation: { kind } }) => kind !== 'pseudonym').map(({ item }) => item);
  return keys.every((key) => items.includes(key) && !blurred.includes(key))
    ? undefined
    : refuse('changes-key-hidden', {}, { field: 'since' });
}

function checkRecipients({ grantee, recipients }: PullQuestion): Refusal | undefined {
  if (recipients.length === 0) return refuse('no-recipient', { department: grantee });
  return recipients.length > maxRecipients
    ? refuse('too-many-recipients', { department: grantee, limit: maxRecipients })
    : undefined;
}

function checkQuota(question: PullQuestion): Refusal | undefined {
  const { state } = question.right;
  const { quota } = state.terms;
  if (state.usedPulls >= quota.pulls) return refuse('quota-pulls', { pulls: quota.pulls });
  if (pullsOnDay(state, civilDate(question.now)) >= quota.pullsPerDay) return refuse('quota-rate', { perDay: quota.pullsPerDay });
  const left = quota.rows - state.usedRows;
  const asked = rowsAtMost(question);
  return asked > left ? refuse('quota-rows', { rows: quota.rows, left: Math.max(0, left), asked }) : undefined;
}

function rowsAtMost({ pull, version, basis, rowsCountedAtMost }: PullQuestion): number {
  // Of changes also what was removed leaves, by its key.
  const gone = pull.since === undefined ? 0 : (basis?.version.state.rows ?? 0);
  const all = (version?.state.rows ?? 0) + gone;
  return Math.min(all, rowsCountedAtMost ?? all);
}

/** How many pulls of a right count on a UTC+8 day. */
export function pullsOnDay(right: States['right'], day: string): number {
  return right.day === day ? right.dayPulls : 0;
}

/**
 * Decides a sealed decision again from its own inputs and compares. Gives `decision-differs` (naming what a fresh decision refused, or
 * that it reads otherwise), else undefined: who knows the states of that index can tell whether the exchange decided as the right says.
 */
export function replayDecision(
  question: Pick<PullQuestion, 'pull' | 'grantee' | 'right' | 'dataset' | 'version' | 'basis' | 'recipients'> & {
    readonly body: DecidedBody;
  },
): Refusal | undefined {
  const { body, ...states } = question;
  const again = decidePull({
    ...states,
    delivery: body.delivery,
    now: body.decidedAt,
    index: body.computedAt,
    rowsCountedAtMost: body.rowsAtMost,
  });
  if (again.refused) return refuse('decision-differs', { found: again.refused.code });
  return sameTerms(again.ok, body) ? undefined : refuse('decision-differs', { found: 'body' });
}

/** The body of the exchange's refusal of a signed pull. */
export function refusedPullBody(question: PullQuestion, refusal: Refusal): StatementBody<'pull.refused'> {
  const { pull } = question;
  return {
    delivery: question.delivery,
    right: pull.right,
    dataset: pull.dataset,
    code: refusal.code,
    computedAt: question.index,
  };
}
