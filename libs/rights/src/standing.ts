import type { DatasetView, ProposalView, RequestView, RightView, Role } from '#contracts';
import { civilDate } from './civil-date.js';
import { nationalDeadlines, type DeadlineProfile } from './deadlines.js';

/** What is known of one department's dealings with one dataset: what the API answers to a person of that department. */
export interface StandingQuestion {
  readonly dataset: Pick<DatasetView, 'provider' | 'entry' | 'latestVersion'>;
  readonly department: string;
  readonly roles: readonly Role[];
  /** The department's own, for this dataset; in any order. */
  readonly rights: readonly RightView[];
  readonly requests: readonly RequestView[];
  /** Its statements on the way into the ledger that are about this dataset. */
  readonly proposals: readonly ProposalView[];
  readonly profile?: DeadlineProfile;
}

/** What a right still allows. */
export interface RightLeft {
  readonly right: string;
  /** The last civil day of its term. */
  readonly lastDay: string;
  readonly pullsLeft: number;
  readonly pullsLeftToday: number;
  readonly rowsLeft: number;
}

/** Why the department has nothing now although it had, or asked. */
export type Before =
  | { readonly kind: 'right-ended'; readonly right: string; readonly lastDay: string }
  | { readonly kind: 'right-terminated'; readonly right: string; readonly byName: string }
  | { readonly kind: 'right-used-up'; readonly right: string; readonly of: 'pulls' | 'rows' }
  | { readonly kind: 'request-refused'; readonly request: string };

/** Where a department stands towards a dataset; the screen puts it in one sentence. */
export type Standing =
  /** It is its own. */
  | { readonly kind: 'own'; readonly hasVersion: boolean }
  | ({ readonly kind: 'usable' } & RightLeft)
  /** A right is in force, and there is no data yet. */
  | ({ readonly kind: 'no-version' } & RightLeft)
  /** The pulls of today are used. */
  | ({ readonly kind: 'used-up-today' } & RightLeft)
  | { readonly kind: 'not-yet'; readonly right: string; readonly firstDay: string }
  | { readonly kind: 'suspended'; readonly right: string; readonly byName: string }
  | { readonly kind: 'supplement'; readonly request: string }
  | {
      readonly kind: 'asked';
      readonly request: string;
      readonly receivedAt: string;
      readonly due?: string;
      readonly daysLeft?: number;
    }
  /** Written, and still within the department or on its way into the ledger. */
  | {
      readonly kind: 'prepared';
      readonly proposal: string;
      readonly state: 'awaiting-approval' | 'awaiting-signature' | 'awaiting-seal';
      readonly preparedAt: string;
    }
  | { readonly kind: 'not-shared'; readonly citation: string }
  | {
      readonly kind: 'ask';
      readonly conditional: boolean;
      /** The provider replies within so many working days of receipt. Art. 21. */
      readonly replyDays: number;
      readonly before?: Before;
    };

/** What the person may do next; the first is the one to offer. */
export type StandingAction = 'publish' | 'pull' | 'see-right' | 'supplement' | 'see-request' | 'see-proposal' | 'ask';

export interface StandingAnswer {
  readonly standing: Standing;
  readonly actions: readonly StandingAction[];
}

const waitingStates = ['awaiting-approval', 'awaiting-signature', 'awaiting-seal'] as const;

/**
 * What a department may do now with a dataset, or what it waits for, or how to get there. What can be used comes first, then what waits
 * for an answer, then what stands still; only a department with none of these is told to ask. Pure: what it says is what it was given.
 */
export function standingOf(question: StandingQuestion): StandingAnswer {
  const standing = firstStanding(question);
  return { standing, actions: actionsOf(standing, question) };
}

function firstStanding(question: StandingQuestion): Standing {
  const { dataset, department } = question;
  if (dataset.provider === department) return { kind: 'own', hasVersion: dataset.latestVersion !== undefined };
  return (
    usableNow(question) ??
    waitingRequest(question) ??
    standingStill(question) ??
    (dataset.entry.shareType === 'not-shared'
      ? { kind: 'not-shared', citation: dataset.entry.shareCondition ?? '' }
      : toAsk(question))
  );
}

/** What is left of a right. */
export function rightLeft(right: Pick<RightView, 'id' | 'window' | 'quota' | 'used'>): RightLeft {
  const { quota, used, window } = right;
  const pullsLeft = Math.max(0, quota.pulls - used.pulls);
  return {
    right: right.id,
    lastDay: lastDayOf(window.until),
    pullsLeft,
    pullsLeftToday: Math.min(pullsLeft, Math.max(0, quota.pullsPerDay - used.pullsToday)),
    rowsLeft: Math.max(0, quota.rows - used.rows),
  };
}

// A term is half-open: until midnight means through the day before.
function lastDayOf(until: string): string {
  return civilDate(new Date(Date.parse(until) - 1).toISOString());
}

/** Rights in force that have pulls and rows left, the one that lasts longest first. */
function inForce({ rights }: StandingQuestion): RightLeft[] {
  return rights
    .filter(({ state }) => state === 'in-force')
    .map(rightLeft)
    .filter(({ pullsLeft, rowsLeft }) => pullsLeft > 0 && rowsLeft > 0)
    .sort((a, b) => (a.lastDay < b.lastDay ? 1 : a.lastDay > b.lastDay ? -1 : b.pullsLeft - a.pullsLeft));
}

function usableNow(question: StandingQuestion): Standing | undefined {
  const best = inForce(question).find(({ pullsLeftToday }) => pullsLeftToday > 0);
  return best && question.dataset.latestVersion ? { kind: 'usable', ...best } : undefined;
}

function waitingRequest({ requests, proposals }: StandingQuestion): Standing | undefined {
  const missing = requests.find(({ state }) => state === 'supplement-asked');
  // A supplement that is on its way is waited for; nobody is asked to write it again.
  const prepared = proposals.find(
    ({ type, state }) => (type === 'request.submitted' || type === 'request.supplemented') && isWaiting(state),
  );
  if (missing && prepared?.type !== 'request.supplemented') return { kind: 'supplement', request: missing.id };
  const asked = requests.find(({ state }) => state === 'submitted');
  if (asked) {
    const { id, receivedAt, due, workingDaysLeft } = asked;
    return {
      kind: 'asked',
      request: id,
      receivedAt,
      ...(due === undefined ? {} : { due }),
      ...(workingDaysLeft === undefined ? {} : { daysLeft: workingDaysLeft }),
    };
  }
  if (!prepared || !isWaiting(prepared.state)) return undefined;
  return { kind: 'prepared', proposal: prepared.id, state: prepared.state, preparedAt: prepared.preparedAt };
}

function isWaiting(state: ProposalView['state']): state is (typeof waitingStates)[number] {
  return (waitingStates as readonly string[]).includes(state);
}

function standingStill(question: StandingQuestion): Standing | undefined {
  const [best] = inForce(question);
  if (best) return { kind: question.dataset.latestVersion ? 'used-up-today' : 'no-version', ...best };
  const suspended = question.rights.find(({ state }) => state === 'suspended');
  if (suspended) return { kind: 'suspended', right: suspended.id, byName: suspended.end?.byName ?? suspended.grantorName };
  const next = question.rights
    .filter(({ state }) => state === 'not-yet')
    .sort((a, b) => (a.window.from < b.window.from ? -1 : 1))[0];
  return next && { kind: 'not-yet', right: next.id, firstDay: civilDate(next.window.from) };
}

function toAsk(question: StandingQuestion): Standing {
  const { dataset, profile = nationalDeadlines } = question;
  const conditional = dataset.entry.shareType === 'conditional';
  const before = lastOf(question);
  return {
    kind: 'ask',
    conditional,
    replyDays: conditional ? profile.replyConditional : profile.replyUnconditional,
    ...(before ? { before } : {}),
  };
}

/** What came last of rights that are over and requests that were refused. */
function lastOf({ rights, requests }: StandingQuestion): Before | undefined {
  const over = rights.flatMap((right): { at: string; before: Before }[] => {
    const { id, state, window, grantorName, end } = right;
    if (state === 'terminated')
      return [
        { at: end?.at ?? right.grantedAt, before: { kind: 'right-terminated', right: id, byName: end?.byName ?? grantorName } },
      ];
    if (state === 'ended')
      return [{ at: window.until, before: { kind: 'right-ended', right: id, lastDay: lastDayOf(window.until) } }];
    if (state !== 'in-force') return [];
    const of = rightLeft(right).pullsLeft === 0 ? 'pulls' : 'rows';
    return [{ at: right.grantedAt, before: { kind: 'right-used-up', right: id, of } }];
  });
  const refused = requests.flatMap(({ id, state, receivedAt }): { at: string; before: Before }[] =>
    state === 'refused' ? [{ at: receivedAt, before: { kind: 'request-refused', request: id } }] : [],
  );
  return [...over, ...refused].sort((a, b) => (a.at < b.at ? 1 : -1))[0]?.before;
}

function actionsOf(standing: Standing, { roles, dataset }: StandingQuestion): StandingAction[] {
  const isRequester = roles.includes('requester');
  const again: StandingAction[] = isRequester && dataset.entry.shareType !== 'not-shared' ? ['ask'] : [];
  switch (standing.kind) {
    case 'own':
      return roles.includes('steward') ? ['publish'] : [];
    case 'usable':
      return [isRequester ? 'pull' : 'see-right', ...again];
    case 'no-version':
    case 'used-up-today':
    case 'not-yet':
    case 'suspended':
      return ['see-right', ...again];
    case 'supplement':
      return isRequester ? ['supplement', 'see-request'] : ['see-request'];
    case 'asked':
      return ['see-request'];
    case 'prepared':
      return ['see-proposal'];
    case 'not-shared':
      return [];
    case 'ask':
      return again;
  }
}
