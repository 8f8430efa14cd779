import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Quality reports of versions: made by a worker, sealed under the vault key since they hold values of the data. */
export class VersionReports1795000000012 implements MigrationInterface {
  readonly name = 'VersionReports1795000000012';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(kinds("'grant', 'decide', 'deliver', 'end', 'dispose', 'serve', 'report'"));
    await runner.query(table);
    await runner.query(grants);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE office.version_report');
    await runner.query("DELETE FROM office.task WHERE kind = 'report'");
    await runner.query(kinds("'grant', 'decide', 'deliver', 'end', 'dispose', 'serve'"));
  }
}

const kinds = (list: string): string => `
ALTER TABLE office.task DROP CONSTRAINT task_kind_check;
ALTER TABLE office.task ADD CONSTRAINT task_kind_check CHECK (kind IN (${list}));
`;

const table = `
CREATE TABLE office.version_report (
  version office.id PRIMARY KEY REFERENCES office.version_file,
  state text NOT NULL CHECK (state IN ('making', 'made', 'failed')),
  at timestamptz NOT NULL,
  sealed bytea,
  problem jsonb,
  CHECK ((sealed IS NOT NULL) = (state = 'made')),
  CHECK ((problem IS NOT NULL) = (state = 'failed'))
);
`;

const grants = `
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'quanlian_api') THEN
    GRANT SELECT, INSERT, UPDATE ON office.version_report TO quanlian_api;
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'quanlian_worker') THEN
    GRANT SELECT, INSERT, UPDATE ON office.version_report TO quanlian_worker;
  END IF;
END $$;
`;
