import type { Download, Work } from '#exchange';
import { EntitySchema } from 'typeorm';
import { count, flag, id, instant, optionalInstant, optionalText, small, text, type Row } from './columns.js';

export type WorkRow = Row<Work>;
export const workRow = new EntitySchema<WorkRow>({
  name: 'delivery_work',
  schema: 'office',
  columns: {
    delivery: id(),
    stage: text(),
    done: count(),
    total: count(),
    attempts: small(),
    cancelRequested: flag('cancel_requested'),
    objectName: optionalText('object_name'),
    payloadRemovedAt: optionalInstant('payload_removed_at'),
  },
});

export interface AttemptRow {
  id: string;
  delivery: string;
  objectName: string;
  at: string;
}
export const attemptRow = new EntitySchema<AttemptRow>({
  name: 'delivery_attempt',
  schema: 'office',
  columns: { id: id(), delivery: text(), objectName: text('object_name'), at: instant() },
});

export type DownloadRow = Row<Download> & { heardAt: string };
export const downloadRow = new EntitySchema<DownloadRow>({
  name: 'download',
  schema: 'office',
  columns: {
    id: id(),
    delivery: text(),
    person: text(),
    startedAt: instant('started_at'),
    bytesAtMost: count('bytes_at_most'),
    complete: flag(),
    endedAt: optionalInstant('ended_at'),
    recorded: flag(),
    // The database's own clock: it is compared only with itself and with minutes of silence.
    heardAt: instant('heard_at', { select: false, insert: false, update: false }),
  },
});
