// The door of `#delivery`: what works everywhere, and what needs Node. Nothing behind it imports DuckDB: that is loaded by the child processes alone.
export * from './browser.js';

export { drained } from './drained.js';
export { childrenAtOnce, defaultLimits, limitsWith } from './limits.js';
export type { DeliveryLimits } from './limits.js';
export { openPayloadStore } from './payload-place.js';
export type { PayloadPlace } from './payload-place.js';
export { PayloadMissing } from './payload-store.js';
export type { ByteRange, PayloadStore } from './payload-store.js';
export { folderPayloadStore } from './folder-payload-store.js';
export { compileScope } from './scope-sql.js';
export { canTransform, compileTransformation, pseudonymParameters } from './transformation-sql.js';
export type {
  CountChangesJob,
  CountJob,
  IngestedVersion,
  IngestJob,
  JobOptions,
  JobProgress,
  PreparedDelivery,
  PrepareJob,
  PreviewedRows,
  PreviewJob,
  ReportJob,
  Selection,
  StoredKeyList,
  StoredVersion,
  TakenKeys,
  TakeKeysJob,
  VersionFacts,
  VersionPart,
} from './job.js';
export { defaultMemoryFolder, memoryFolderIn, sweepMemoryFolders } from './memory-folder.js';
export { namesAlike } from './names-alike.js';
export { inferAnyItems } from './in/infer-any.js';
export type { ChangeCounts } from './changes/compare.js';
export { runCount, runCountChanges, runIngest, runPrepare, runPreview, runReport, runTakeKeys } from './run-job.js';
export { writeWorkbook } from './xlsx/write-workbook.js';
export type { Cell } from './xlsx/write-workbook.js';
export type { SheetColumn } from './xlsx/write-sheets.js';
export { openDelivery } from './open-delivery.js';
export type { ReceivedDelivery } from './open-delivery.js';
