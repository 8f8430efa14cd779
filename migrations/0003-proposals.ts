import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Proposals are found by what they are about, and one call that is made twice makes one. */
export class Proposals1795000000003 implements MigrationInterface {
  readonly name = 'Proposals1795000000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(columns);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE office.proposal DROP COLUMN intent, DROP COLUMN about');
  }
}

// "about": every object that the statement creates or names, read from it by the database itself.
const columns = `
ALTER TABLE office.proposal
  ADD COLUMN intent office.hex64,
  ADD COLUMN about text[] COLLATE "C" NOT NULL GENERATED ALWAYS AS (array_remove(ARRAY[
    statement ->> 'id',
    statement #>> '{body,request}',
    statement #>> '{body,right}',
    statement #>> '{body,delivery}',
    statement #>> '{body,dataset}',
    statement #>> '{body,person}',
    statement #>> '{body,keyId}',
    statement #>> '{body,recipient}'
  ], NULL)) STORED;
CREATE INDEX proposal_about ON office.proposal USING gin (about);
`;
