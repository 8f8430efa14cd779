// The door of `#rights` where Node is not, and the part of it that is one code everywhere: pure functions about what a usage right is
// and what a request asks. No I/O, no clock.
export type { Decided } from './decided.js';
export { civilDate } from './civil-date.js';

export {
  andScope,
  checkScope,
  conjuncts,
  evaluateScope,
  grantedScopeLimits,
  keyListsIn,
  sameScope,
  scopeItems,
  statedScopeLimits,
} from './row-scope.js';
export type { KeyListAtom, KeysByList, RowRecord, ScopeLimits } from './row-scope.js';
export { scopeCovers, scopesDisjoint } from './scope-cover.js';

export {
  applyTransformation,
  atLeastAsStrict,
  checkTransformation,
  grantedTransformations,
  narrowTransformations,
  stricter,
  weakerThanEntry,
} from './transformation.js';
export type { MaskingChoice } from './transformation.js';

export { checkCount, checkShared, decideRequest } from './decide-request.js';
export type { RequestAccepted, RequestQuestion } from './decide-request.js';
export { decideDecision } from './decide-decision.js';
export type { RequestStep } from './decide-decision.js';
export { smallCell, toldCount } from './told-count.js';
export type { ToldCount } from './told-count.js';
export { checkGrant, grantTerms, narrowedTerms } from './grant-terms.js';
export type { GrantDecision, GrantQuestion, Narrowing } from './grant-terms.js';
export { checkInForce, decidePull, pullsOnDay, refusedPullBody, replayDecision, versionOfPull } from './decide-pull.js';
export type { DecidedBody, PullBody, PullQuestion } from './decide-pull.js';
export { decideEnd } from './decide-end.js';
export type { EndQuestion, EndType } from './decide-end.js';
export { isRefusalCode, mayDownload } from './may-download.js';

export { foldRights } from './fold-rights.js';
export type { RightsEntry } from './fold-rights.js';
export { rightsTouches } from './rights-touches.js';
export type { Touch } from './rights-touches.js';
export { isRightsStatement, needsApproval, objectOf, rightsTypes } from './statement-object.js';
export type { ObjectId, RightsStatement, RightsType } from './statement-object.js';

export { checkProse, findPersonalData } from './personal-data.js';
export type { PersonalDataFound } from './personal-data.js';
export { addWorkingDays, countWorkingDays, WorkingCalendar, workingDaysLeft } from './working-days.js';
export type { WorkingYear } from './working-days.js';
export { dueDates, dutyDue, nationalDeadlines, replyDue } from './deadlines.js';
export type { DeadlineProfile, DueDates, RequestClock } from './deadlines.js';

export { rightLeft, standingOf } from './standing.js';
export type { Before, RightLeft, Standing, StandingAction, StandingAnswer, StandingQuestion } from './standing.js';
export { describeScope } from './describe-scope.js';
export type { Locale } from './describe-scope.js';
export { describeRight, describeTransformation } from './describe-right.js';
export { describeAsked, describeRules } from './describe-item.js';
export { describeStatement } from './describe-statement.js';
export type { StatementField, StatementValue } from './describe-statement.js';
export type { RightNames } from './describe-right.js';
export { fromOdrl, toOdrl } from './odrl.js';
export type { OdrlNode, OdrlValue } from './odrl.js';
export { contentFields, statementFields } from './statement-fields.js';
export type { StatementSource } from './statement-fields.js';
