import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What others say of the log: witnesses' cosignatures, checkpoints that reached the quorum, times of a timestamp authority; and whether it is sealed. */
export class Witnesses1795000000007 implements MigrationInterface {
  readonly name = 'Witnesses1795000000007';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(tables);
    await runner.query(refusals);
    await runner.query(grants);
  }

  async down(): Promise<void> {
    throw new Error('What witnesses said is not taken back: restore a backup instead.');
  }
}

const tables = `
-- docs/formats/checkpoint.md. As they came, each checked against the policy's key before it is kept.
CREATE TABLE ledger.ledger_cosignature (
  size bigint NOT NULL REFERENCES ledger.ledger_checkpoint (size),
  -- Verifier key of the witness, as the policy spells it.
  witness text NOT NULL,
  -- The signature line of the note, without its line feed.
  line text NOT NULL,
  cosigned_at timestamptz(3) NOT NULL,
  PRIMARY KEY (size, witness)
);

-- A checkpoint with the cosignatures that reached the quorum: what is published where witnesses are asked.
CREATE TABLE ledger.ledger_witnessed (
  size bigint PRIMARY KEY REFERENCES ledger.ledger_checkpoint (size),
  note text NOT NULL,
  witnessed_at timestamptz(3) NOT NULL
);

-- RFC 3161: a timestamp authority's answer over SHA-256 of the note's text.
CREATE TABLE ledger.ledger_timestamp (
  size bigint PRIMARY KEY REFERENCES ledger.ledger_checkpoint (size),
  token bytea NOT NULL,
  stamped_at timestamptz(3) NOT NULL
);

-- How each witness of the policy stands, for people: overwritten as it goes.
CREATE TABLE ledger.witness_standing (
  -- Of the policy.
  name text PRIMARY KEY,
  key text NOT NULL,
  url text,
  cosigned_size bigint,
  cosigned_at timestamptz(3),
  -- Why it does not answer, or refuses: a refusal as it leaves the API; null when all is well.
  failure jsonb,
  failed_at timestamptz(3)
);

-- Whether the ledger is sealed, and if not, why: a refusal as it leaves the API; null when all is well. One row.
CREATE TABLE ledger.sealing_standing (
  row_one boolean PRIMARY KEY DEFAULT true CHECK (row_one),
  problem jsonb,
  since timestamptz(3) NOT NULL
);
`;

const refusals = `
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.ledger_cosignature
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_log_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.ledger_witnessed
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_log_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.ledger_timestamp
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_log_change();
ALTER TABLE ledger.ledger_cosignature ENABLE ALWAYS TRIGGER never_changed;
ALTER TABLE ledger.ledger_witnessed ENABLE ALWAYS TRIGGER never_changed;
ALTER TABLE ledger.ledger_timestamp ENABLE ALWAYS TRIGGER never_changed;
`;

const grants = `
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'quanlian_api') THEN
    GRANT SELECT ON ledger.ledger_cosignature, ledger.ledger_witnessed, ledger.ledger_timestamp TO quanlian_api;
    GRANT SELECT ON ledger.witness_standing, ledger.sealing_standing TO quanlian_api;
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'quanlian_worker') THEN
    GRANT SELECT, INSERT ON ledger.ledger_cosignature, ledger.ledger_witnessed, ledger.ledger_timestamp TO quanlian_worker;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ledger.witness_standing, ledger.sealing_standing TO quanlian_worker;
  END IF;
END $$;
`;
