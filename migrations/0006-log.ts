import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The log as others see it: full tiles of the tree and signed checkpoints. Tiles of entries that were sealed before are made when a
 * sealer starts: they follow from the entries.
 */
export class Log1795000000006 implements MigrationInterface {
  readonly name = 'Log1795000000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(tables);
    await runner.query(refusals);
    await runner.query(grants);
  }

  async down(): Promise<void> {
    throw new Error('A published log is not taken back: restore a backup instead.');
  }
}

const tables = `
-- docs/formats/tiles.md. Full tiles of 256 hashes only; what is partial is read from the leaves, or from the roots of the level below.
CREATE TABLE ledger.ledger_tile (
  level smallint NOT NULL CHECK (level BETWEEN 0 AND 7),
  index bigint NOT NULL CHECK (index >= 0),
  -- The tile's own hash: the one that stands for it in the tile above.
  root bytea NOT NULL CHECK (octet_length(root) = 32),
  -- Hashes cannot be compressed.
  bytes bytea STORAGE EXTERNAL NOT NULL CHECK (octet_length(bytes) = 8192),
  PRIMARY KEY (level, index)
);

-- docs/formats/checkpoint.md. The key is what makes two roots for one size impossible: a checkpoint stands here before anybody sees it.
CREATE TABLE ledger.ledger_checkpoint (
  size bigint PRIMARY KEY CHECK (size > 0),
  root bytea NOT NULL CHECK (octet_length(root) = 32),
  note text NOT NULL,
  signed_at timestamptz(3) NOT NULL
);
`;

const refusals = `
CREATE FUNCTION ledger.refuse_log_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'tiles and checkpoints of the log are never changed (%)', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.ledger_tile
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_log_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.ledger_checkpoint
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_log_change();
ALTER TABLE ledger.ledger_tile ENABLE ALWAYS TRIGGER never_changed;
ALTER TABLE ledger.ledger_checkpoint ENABLE ALWAYS TRIGGER never_changed;
`;

const grants = `
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'quanlian_api') THEN
    GRANT SELECT ON ledger.ledger_tile, ledger.ledger_checkpoint TO quanlian_api;
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'quanlian_worker') THEN
    GRANT SELECT, INSERT ON ledger.ledger_tile, ledger.ledger_checkpoint TO quanlian_worker;
  END IF;
END $$;
`;
