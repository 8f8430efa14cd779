import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Key lists: what a department sent to choose rows by. The keys lie encrypted in the payload store; here is what opens them, sealed. */
export class KeyLists1795000000005 implements MigrationInterface {
  readonly name = 'KeyLists1795000000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(table);
    await runner.query(grants);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE office.key_list');
  }
}

const table = `
CREATE TABLE office.key_list (
  id office.id PRIMARY KEY,
  dataset office.id NOT NULL,
  item text NOT NULL,
  department text COLLATE "C" NOT NULL,
  person office.id NOT NULL,
  file_name text NOT NULL,
  count bigint NOT NULL CHECK (count > 0),
  duplicates bigint NOT NULL CHECK (duplicates >= 0),
  malformed jsonb NOT NULL,
  commitment office.hex64 NOT NULL,
  object_name text NOT NULL UNIQUE,
  created_at timestamptz NOT NULL,
  identity bytea,
  commitment_key bytea,
  destroyed_at timestamptz,
  -- Of a destroyed list nothing opens the keys any more, wherever a copy of them lies.
  CHECK (num_nonnulls(identity, commitment_key) = CASE WHEN destroyed_at IS NULL THEN 2 ELSE 0 END)
);
CREATE INDEX key_list_kept ON office.key_list (created_at) WHERE destroyed_at IS NULL;
`;

// A list is never rewritten; it is only destroyed.
const grants = `
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'quanlian_api') THEN
    GRANT SELECT, INSERT ON office.key_list TO quanlian_api;
    GRANT UPDATE (identity, commitment_key, destroyed_at) ON office.key_list TO quanlian_api;
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'quanlian_worker') THEN
    GRANT SELECT ON office.key_list TO quanlian_worker;
    GRANT UPDATE (identity, commitment_key, destroyed_at) ON office.key_list TO quanlian_worker;
  END IF;
END $$;
`;
