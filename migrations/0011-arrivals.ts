import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Files that arrive in several requests: what was said of them, how much came, where its pieces lie encrypted. */
export class Arrivals1795000000011 implements MigrationInterface {
  readonly name = 'Arrivals1795000000011';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(tables);
    await runner.query(grants);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE office.arrival_piece, office.arrival');
  }
}

const tables = `
CREATE TABLE office.arrival (
  id office.id PRIMARY KEY,
  purpose text NOT NULL CHECK (purpose IN ('version', 'key-list')),
  dataset office.id NOT NULL,
  person office.id NOT NULL,
  department text COLLATE "C" NOT NULL,
  said jsonb NOT NULL,
  size_bytes bigint NOT NULL CHECK (size_bytes > 0),
  received_bytes bigint NOT NULL DEFAULT 0 CHECK (received_bytes BETWEEN 0 AND size_bytes),
  state text NOT NULL DEFAULT 'arriving' CHECK (state IN ('arriving', 'arrived', 'taken', 'failed')),
  recipient text NOT NULL,
  identity bytea,
  -- Who writes to it, or works on it, and until when nobody else does.
  holder office.id,
  held_until timestamptz,
  attempts integer NOT NULL DEFAULT 0,
  problem jsonb,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  CHECK ((state = 'arriving') = (received_bytes < size_bytes AND identity IS NOT NULL)),
  -- Of what ended nothing opens the pieces any more, wherever a copy of them lies.
  CHECK ((identity IS NULL) = (state IN ('taken', 'failed')))
);
CREATE INDEX arrival_open ON office.arrival (state, department) WHERE state IN ('arriving', 'arrived');
CREATE INDEX arrival_expires ON office.arrival (expires_at);
CREATE TABLE office.arrival_piece (
  arrival office.id NOT NULL REFERENCES office.arrival ON DELETE CASCADE,
  position integer NOT NULL CHECK (position >= 0),
  name text NOT NULL UNIQUE,
  size_bytes bigint NOT NULL CHECK (size_bytes > 0),
  sha256 office.hex64 NOT NULL,
  PRIMARY KEY (arrival, position)
);
`;

// What was said of a file never changes.
const grants = `
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'quanlian_api') THEN
    GRANT SELECT, INSERT, DELETE ON office.arrival, office.arrival_piece TO quanlian_api;
    GRANT UPDATE (received_bytes, state, identity, holder, held_until, attempts, problem, expires_at) ON office.arrival TO quanlian_api;
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'quanlian_worker') THEN
    GRANT SELECT, DELETE ON office.arrival, office.arrival_piece TO quanlian_worker;
    GRANT UPDATE (state, identity, holder, held_until, problem) ON office.arrival TO quanlian_worker;
  END IF;
END $$;
`;
