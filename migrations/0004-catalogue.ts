import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the catalogue is searched and filtered by, read from the entries by the database itself. */
export class Catalogue1795000000004 implements MigrationInterface {
  readonly name = 'Catalogue1795000000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(columns);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE projection.dataset DROP COLUMN grade, DROP COLUMN update_cycle, DROP COLUMN has_version, DROP COLUMN abstract, DROP COLUMN words',
    );
  }
}

// "words" is in small letters already: to compare 50,000 entries without making each small anew is what keeps a search short.
const columns = `
ALTER TABLE projection.dataset
  ADD COLUMN grade text COLLATE "C" GENERATED ALWAYS AS (state #>> '{entry,grade}') STORED,
  ADD COLUMN update_cycle text COLLATE "C" GENERATED ALWAYS AS (state #>> '{entry,updateCycle}') STORED,
  ADD COLUMN has_version boolean GENERATED ALWAYS AS (state ? 'latestVersion') STORED,
  ADD COLUMN abstract text COLLATE "C" GENERATED ALWAYS AS (state #>> '{entry,abstract}') STORED,
  ADD COLUMN words text GENERATED ALWAYS AS (lower(coalesce(state #>> '{entry,title}', '') || ' ' || coalesce(state #>> '{entry,resourceCode}', '')
    || ' ' || jsonb_path_query_array(state, '$.entry.items[*].name')::text
    || ' ' || jsonb_path_query_array(state, '$.entry.items[*].title')::text)) STORED;
CREATE INDEX dataset_grade ON projection.dataset (grade, entered_at, id);
CREATE INDEX dataset_update_cycle ON projection.dataset (update_cycle, entered_at, id);
CREATE INDEX right_status ON projection."right" (status, granted_at, id);
`;
