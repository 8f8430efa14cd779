export * from './ports.js';
export type * from './version-ports.js';
export type { Actor, Intent } from './actor.js';
export { seesEverything } from './actor.js';
export type { ExchangeContext } from './context.js';
export { openDataPlane, type DataPlane } from './data-plane.js';
export { EndLogKey, NominateLogKey, ReadLogKeys } from './departments/log-keys.js';
export { LogKeys, makeFirstLogKey } from './log-key.js';
export { untilSealed } from './until-sealed.js';

export { Authenticate } from './accounts/authenticate.js';
export { LogIn } from './accounts/log-in.js';
export { AddPerson, ErasePerson, ListPeople, readPerson, ResetPassword, SetRoles } from './accounts/people.js';
export { ChangePassword, OwnSessions } from './accounts/sessions.js';
export { openSetUpLink, SetUp } from './accounts/set-up.js';
export {
  AdmitDepartment,
  EndKey,
  EndRecipient,
  NominateKey,
  NominateRecipient,
  ReadDepartments,
} from './departments/departments.js';
export { Approve, ReadProposals, ReturnProposal, SignProposal } from './proposals/proposals.js';

export { ChangeDataset, EnterDataset, ReadDatasets } from './catalogue/datasets.js';
export { PublishVersion, ReadFaultyRows } from './catalogue/publish-version.js';
export { ArrivingFiles, type ArrivalLimits } from './uploads/arriving-files.js';
export { ReadUpload } from './uploads/read-upload.js';
export { DestroyKeyList, ReadKeyList, TakeKeyList } from './key-lists/key-lists.js';
export { DecideRequest, SubmitRequest, SupplementRequest, WithdrawRequest } from './requests/requests.js';
export { CountRows } from './requests/count-rows.js';
export { MakeReport, ReadReport } from './catalogue/version-reports.js';
export { PreviewRequest } from './requests/preview-request.js';
export { ReadRequests } from './requests/read-requests.js';
export { ResumeRight, SuspendRight, TerminateRight } from './rights/end-right.js';
export { ReadChanges } from './rights/read-changes.js';
export { ReadRights } from './rights/read-rights.js';

export { Pull } from './deliveries/pull.js';
export { CancelDelivery } from './deliveries/cancel-delivery.js';
export { chunkBytes, OpenPayload, ServedBytes, type OpenedPayload } from './deliveries/download.js';
export { ReadManifest } from './deliveries/delivery-manifest.js';
export { RecordUse, SignReceipt } from './deliveries/account-for-use.js';
export { ReadDeliveries } from './deliveries/read-deliveries.js';

export { ReadNotices, noticesOf, notify } from './oversight/notices.js';
export { MakeEvidence, type MadeEvidence } from './oversight/make-evidence.js';
export type { ProvenEntry, ProvenLog } from './oversight/proven-log.js';
export { ReadReceipt, type StatementReceipt } from './oversight/read-receipt.js';
export { ReadTrail, type TrailQuestion } from './oversight/read-trail.js';
export { trailJson, trailSheet } from './oversight/trail-files.js';
export { trailPage } from './oversight/trail-page.js';
export { LoadCalendar, loadCarriedCalendars, ReadCalendar } from './oversight/calendars.js';
export {
  consequencesOf,
  consequencesOfRejection,
  consequencesOfWitnessing,
  type DueTask,
  waitingForWitnesses,
} from './consequences.js';
export { RunClocks, type ClockSettings } from './clocks.js';
export { DoTask } from './tasks.js';
export { lawOf, rightsLawTouches } from './law.js';
