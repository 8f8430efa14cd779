import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An upload keeps what was found out of its file, what was wrong with rows that were left out, and where the rows that do not fit lie. */
export class UploadsTold1795000000009 implements MigrationInterface {
  readonly name = 'UploadsTold1795000000009';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE office.upload ADD COLUMN detected jsonb, ADD COLUMN left_out jsonb, ADD COLUMN faulty_object text UNIQUE;
      CREATE INDEX upload_faulty ON office.upload (updated_at) WHERE faulty_object IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE office.upload DROP COLUMN detected, DROP COLUMN left_out, DROP COLUMN faulty_object');
  }
}
