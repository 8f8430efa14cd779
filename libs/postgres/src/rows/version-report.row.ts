import type { VersionReport } from '#exchange';
import { EntitySchema } from 'typeorm';
import { id, instant, json, text, type Row } from './columns.js';

export type VersionReportRow = Row<VersionReport>;
export const versionReportRow = new EntitySchema<VersionReportRow>({
  name: 'version_report',
  schema: 'office',
  columns: {
    version: id(),
    state: text(),
    at: instant(),
    sealed: { type: 'bytea', nullable: true },
    problem: json(undefined, { nullable: true }),
  },
});
