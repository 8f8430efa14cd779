import { attemptRow, downloadRow, workRow } from './delivery.row.js';
import { keyListRow } from './key-list.row.js';
import { calendarYearRow, noticeRow } from './notice.row.js';
import { credentialRow, personRow } from './people.row.js';
import { proposalRow } from './proposal.row.js';
import { proseRow } from './prose.row.js';
import { uploadRow } from './upload.row.js';
import { versionReportRow } from './version-report.row.js';
import { versionFileRow, versionPartRow } from './version.row.js';

/** Every table that TypeORM reads and writes. What is hot or fine-tuned is raw SQL and needs no row class. */
export const rows = [
  personRow,
  credentialRow,
  proposalRow,
  proseRow,
  versionFileRow,
  versionPartRow,
  versionReportRow,
  uploadRow,
  keyListRow,
  workRow,
  attemptRow,
  downloadRow,
  noticeRow,
  calendarYearRow,
];
