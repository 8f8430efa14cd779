import type { Problem } from '#contracts';
import type { ChangeCounts } from './changes/compare.js';
import type {
  CountChangesJob,
  CountJob,
  IngestedVersion,
  IngestJob,
  JobProgress,
  PreparedDelivery,
  PrepareJob,
  PreviewedRows,
  PreviewJob,
  ReportJob,
  TakenKeys,
  TakeKeysJob,
  VersionFacts,
} from './job.js';

/** What each kind of job is given and answers. */
export interface JobKinds {
  ingest: { job: IngestJob; result: IngestedVersion };
  'take-keys': { job: TakeKeysJob; result: TakenKeys };
  prepare: { job: PrepareJob; result: PreparedDelivery };
  count: { job: CountJob; result: number };
  'count-changes': { job: CountChangesJob; result: ChangeCounts };
  report: { job: ReportJob; result: VersionFacts };
  preview: { job: PreviewJob; result: PreviewedRows };
}
export type JobKind = keyof JobKinds;

/** To the child: first the job, with the memory-backed folder that is its own; when a file comes with it, later how long that was. */
export type ToChild =
  | { [K in JobKind]: { readonly kind: K; readonly job: JobKinds[K]['job']; readonly folder: string } }[JobKind]
  | { readonly kind: 'source-ended'; readonly sizeBytes: number };

/** From the child. `failed` says what kind of error it was and never quotes it: messages may hold a person's data. */
export type FromChild =
  | { readonly kind: 'progress'; readonly progress: JobProgress }
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'refused'; readonly problem: Problem }
  | { readonly kind: 'failed'; readonly reason: string };

/** The descriptor on which a file arrives: after the three standard ones and the channel. */
export const SOURCE_FD = 4;
