import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the exchange keeps beside its ledger: people and their credentials, statements that wait for a signature, prose behind
 * commitments, where versions lie, what the workers owe, how far downloads went. None of it is evidence; evidence is in the ledger.
 */
export class Office1795000000002 implements MigrationInterface {
  readonly name = 'Office1795000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(tables);
    await runner.query(grants);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP SCHEMA office CASCADE');
  }
}

// Ids and codes compare by bytes, whatever the database's collation: pages are ordered by them.
const tables = `
CREATE SCHEMA office;
CREATE DOMAIN office.id AS text COLLATE "C" CHECK (VALUE ~ '^[0-9a-f]{32}$');
CREATE DOMAIN office.hex64 AS text COLLATE "C" CHECK (VALUE ~ '^[0-9a-f]{64}$');

CREATE TABLE office.person (
  id office.id PRIMARY KEY,
  login text,
  name text,
  password_hash text,
  failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
  locked_until timestamptz,
  erased_at timestamptz,
  -- An erased person has nothing left; a living one has everything.
  CHECK (num_nonnulls(login, name, password_hash) = CASE WHEN erased_at IS NULL THEN 3 ELSE 0 END)
);
CREATE UNIQUE INDEX person_login ON office.person (lower(login));

CREATE TABLE office.credential (
  id office.id PRIMARY KEY,
  person office.id NOT NULL REFERENCES office.person,
  kind text NOT NULL CHECK (kind IN ('session', 'token')),
  label text NOT NULL,
  secret_hash office.hex64 NOT NULL UNIQUE,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  last_used_at timestamptz
);
CREATE INDEX credential_person ON office.credential (person, created_at DESC);

-- One row at most: a new link closes the one before.
CREATE TABLE office.setup_link (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  secret_hash office.hex64 NOT NULL,
  expires_at timestamptz NOT NULL
);

CREATE TABLE office.proposal (
  id office.id PRIMARY KEY,
  seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  type text NOT NULL,
  issuer text COLLATE "C" NOT NULL,
  statement jsonb NOT NULL,
  custody text NOT NULL CHECK (custody IN ('exchange', 'department')),
  approval_by text COLLATE "C",
  state text NOT NULL CHECK (state IN ('awaiting-approval', 'awaiting-signature', 'admitted', 'returned')),
  prepared_by office.id NOT NULL,
  prepared_by_department text COLLATE "C" NOT NULL,
  prepared_at timestamptz NOT NULL,
  sentence jsonb NOT NULL,
  return_reason text
);
CREATE INDEX proposal_waiting ON office.proposal (seq) WHERE state IN ('awaiting-approval', 'awaiting-signature');
CREATE INDEX proposal_issuer ON office.proposal (issuer, seq);
CREATE INDEX proposal_approval ON office.proposal (approval_by, seq) WHERE approval_by IS NOT NULL;
CREATE INDEX proposal_preparer ON office.proposal (prepared_by_department, seq);

CREATE TABLE office.prose (
  commitment office.hex64 PRIMARY KEY,
  key text,
  text text,
  destroyed_at timestamptz,
  CHECK (num_nonnulls(key, text) = CASE WHEN destroyed_at IS NULL THEN 2 ELSE 0 END)
);

CREATE TABLE office.secret (
  name text PRIMARY KEY,
  sealed bytea NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE office.version_file (
  version office.id PRIMARY KEY,
  recipient text NOT NULL,
  content_digest office.hex64 NOT NULL,
  file_sha256 office.hex64 NOT NULL,
  file_name text NOT NULL,
  entry jsonb NOT NULL
);
CREATE TABLE office.version_part (
  version office.id NOT NULL REFERENCES office.version_file,
  position integer NOT NULL CHECK (position >= 0),
  name text NOT NULL UNIQUE,
  rows bigint NOT NULL CHECK (rows >= 0),
  size_bytes bigint NOT NULL CHECK (size_bytes >= 0),
  sha256 office.hex64 NOT NULL,
  PRIMARY KEY (version, position)
);

CREATE TABLE office.upload (
  id office.id PRIMARY KEY,
  dataset office.id NOT NULL,
  person office.id NOT NULL,
  department text NOT NULL,
  file_name text NOT NULL,
  state text NOT NULL CHECK (state IN ('receiving', 'proposed', 'failed')),
  bytes bigint NOT NULL CHECK (bytes >= 0),
  rows bigint NOT NULL CHECK (rows >= 0),
  file_sha256 office.hex64,
  content_digest office.hex64,
  problem jsonb,
  proposal office.id,
  updated_at timestamptz NOT NULL
);
CREATE INDEX upload_receiving ON office.upload (updated_at) WHERE state = 'receiving';

-- What is still owed, once each; what is done is gone.
CREATE TABLE office.task (
  id office.id PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('grant', 'decide', 'deliver', 'end', 'dispose', 'serve')),
  subject text COLLATE "C" NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  -- How often it was asked for, and how many of these the last start knew of.
  asked integer NOT NULL DEFAULT 1,
  seen integer NOT NULL DEFAULT 0,
  not_before timestamptz,
  dispatched_at timestamptz,
  added_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  error text,
  UNIQUE (kind, subject)
);
CREATE INDEX task_due ON office.task (dispatched_at NULLS FIRST, added_at);

CREATE TABLE office.delivery_work (
  delivery office.id PRIMARY KEY,
  stage text NOT NULL DEFAULT 'waiting'
    CHECK (stage IN ('waiting', 'selecting', 'encrypting', 'storing', 'recording', 'ready', 'ended')),
  done bigint NOT NULL DEFAULT 0,
  total bigint NOT NULL DEFAULT 0,
  attempts integer NOT NULL DEFAULT 0,
  cancel_requested boolean NOT NULL DEFAULT false,
  object_name text,
  payload_removed_at timestamptz
);
CREATE TABLE office.delivery_attempt (
  id office.id PRIMARY KEY,
  delivery office.id NOT NULL,
  object_name text NOT NULL UNIQUE,
  at timestamptz NOT NULL
);
CREATE INDEX delivery_attempt_delivery ON office.delivery_attempt (delivery, at);

CREATE TABLE office.download (
  id office.id PRIMARY KEY,
  delivery office.id NOT NULL,
  person office.id NOT NULL,
  started_at timestamptz NOT NULL,
  bytes_at_most bigint NOT NULL DEFAULT 0 CHECK (bytes_at_most >= 0),
  complete boolean NOT NULL DEFAULT false,
  ended_at timestamptz,
  recorded boolean NOT NULL DEFAULT false,
  heard_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX download_unrecorded ON office.download (heard_at) WHERE NOT recorded;

CREATE TABLE office.notice (
  id office.id PRIMARY KEY,
  seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  at timestamptz NOT NULL,
  kind text NOT NULL,
  sentence jsonb NOT NULL,
  subject text,
  department text COLLATE "C" NOT NULL,
  role text
);
CREATE UNIQUE INDEX notice_once ON office.notice (kind, department, coalesce(subject, ''));
CREATE INDEX notice_department ON office.notice (department, seq);
CREATE TABLE office.notice_read (
  notice office.id NOT NULL REFERENCES office.notice ON DELETE CASCADE,
  person office.id NOT NULL,
  PRIMARY KEY (notice, person)
);

CREATE TABLE office.calendar_year (
  year integer PRIMARY KEY CHECK (year BETWEEN 1949 AND 9999),
  notice text NOT NULL,
  days_off jsonb NOT NULL,
  working_days jsonb NOT NULL,
  loaded_at timestamptz NOT NULL
);

-- Refusals that do not belong in the ledger's trail: unknown callers, wrong passwords, foreign ids.
CREATE TABLE office.audit_log (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL,
  person text,
  department text,
  action text NOT NULL,
  code text NOT NULL,
  details jsonb NOT NULL
);
CREATE INDEX audit_log_at ON office.audit_log (at);
`;

// A role gets what its process does, and no more: the worker never sees a credential or a password, and nobody rewrites a version's
// file, an attempt, or a line of the audit log. Where roles are missing (a developer's own database) the owner does everything.
const grants = `
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'quanlian_api') THEN
    GRANT USAGE ON SCHEMA office TO quanlian_api;
    GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA office TO quanlian_api;
    GRANT UPDATE ON office.person, office.credential, office.setup_link, office.proposal, office.prose, office.secret, office.upload,
      office.task, office.delivery_work, office.download, office.calendar_year TO quanlian_api;
    GRANT DELETE ON office.credential, office.setup_link, office.notice_read TO quanlian_api;
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'quanlian_worker') THEN
    GRANT USAGE ON SCHEMA office TO quanlian_worker;
    GRANT SELECT, INSERT ON office.proposal, office.prose, office.secret, office.version_file,
      office.version_part, office.upload, office.task, office.delivery_work, office.delivery_attempt, office.download, office.notice,
      office.calendar_year, office.audit_log TO quanlian_worker;
    GRANT SELECT (id, name, erased_at) ON office.person TO quanlian_worker;
    GRANT SELECT ON office.notice_read TO quanlian_worker;
    GRANT UPDATE ON office.proposal, office.secret, office.upload, office.task, office.delivery_work, office.download
      TO quanlian_worker;
    -- Tasks go when they are done, old lines of the log after the time that the operator sets.
    GRANT DELETE ON office.task, office.audit_log TO quanlian_worker;
  END IF;
END $$;
`;
