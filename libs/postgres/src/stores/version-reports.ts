import type { VersionReport, VersionReports } from '#exchange';
import { asRow, present } from '../rows/columns.js';
import { versionReportRow } from '../rows/version-report.row.js';
import type { Scope } from '../scope.js';

/** Quality reports, sealed. One that was made stays. */
export function versionReportsOf({ manager, client }: Scope): VersionReports {
  return {
    async get(version) {
      const row = await manager.findOneBy(versionReportRow, { version });
      return row ? present<VersionReport>(row) : undefined;
    },
    async put(report) {
      const { version, state, at, sealed, problem } = asRow<VersionReport>(report, [
        'version',
        'state',
        'at',
        'sealed',
        'problem',
      ]);
      await client.query(
        `INSERT INTO office.version_report (version, state, at, sealed, problem) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (version) DO UPDATE SET state = $2, at = $3, sealed = $4, problem = $5
         WHERE version_report.state <> 'made'`,
        [version, state, at, sealed, problem === null ? null : JSON.stringify(problem)],
      );
    },
  };
}
