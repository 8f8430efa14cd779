import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The ledger and what it says now. Entries can be added and never changed; projections change only with them, in one transaction, by
 * the sealer.
 */
export class Ledger1795000000001 implements MigrationInterface {
  readonly name = 'Ledger1795000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ledger);
    await runner.query(refusals);
    for (const [kind, columns] of Object.entries(projections)) await runner.query(projection(kind, columns));
    await runner.query(indexes);
    await runner.query(grants);
  }

  async down(): Promise<void> {
    throw new Error('A ledger is not taken back: restore a backup instead.');
  }
}

// Ids, codes and instants compare by bytes, whatever the database's collation: pages are ordered by them.
const ledger = `
CREATE SCHEMA ledger;
CREATE SCHEMA projection;

-- docs/formats/entries.md. "bytes" is the entry; every other column is read from it, or from the states, and audit compares them.
CREATE TABLE ledger.ledger_entry (
  index bigint PRIMARY KEY CHECK (index >= 0),
  statement_id text COLLATE "C" NOT NULL UNIQUE,
  leaf_hash bytea NOT NULL CHECK (octet_length(leaf_hash) = 32),
  sealed_at timestamptz(3) NOT NULL,
  type text COLLATE "C" NOT NULL,
  issuer text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  dataset text COLLATE "C",
  "right" text COLLATE "C",
  departments text[] COLLATE "C" NOT NULL,
  persons text[] COLLATE "C",
  -- Small and never compressible enough to be worth it: digests, signatures, random ids.
  bytes bytea STORAGE EXTERNAL NOT NULL CHECK (octet_length(bytes) <= 65535)
);
CREATE INDEX ledger_entry_type ON ledger.ledger_entry (type, index);
CREATE INDEX ledger_entry_subject ON ledger.ledger_entry (subject, index);
CREATE INDEX ledger_entry_dataset ON ledger.ledger_entry (dataset, index) WHERE dataset IS NOT NULL;
CREATE INDEX ledger_entry_right ON ledger.ledger_entry ("right", index) WHERE "right" IS NOT NULL;
CREATE INDEX ledger_entry_departments ON ledger.ledger_entry USING gin (departments);
CREATE INDEX ledger_entry_persons ON ledger.ledger_entry USING gin (persons) WHERE persons IS NOT NULL;
-- Times never decrease with the index, so a few summaries a thousand pages say where to look.
CREATE INDEX ledger_entry_sealed_at ON ledger.ledger_entry USING brin (sealed_at) WITH (pages_per_range = 32, autosummarize = on);

-- One row. "epoch" is the fence: every write of a sealer names the epoch that it holds, and a new holder raises it.
CREATE TABLE ledger.ledger_head (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  size bigint NOT NULL DEFAULT 0 CHECK (size >= 0),
  head_leaf_hash text COLLATE "C" NOT NULL DEFAULT repeat('0', 64) CHECK (head_leaf_hash ~ '^[0-9a-f]{64}$'),
  sealed_at timestamptz(3),
  epoch bigint NOT NULL DEFAULT 0,
  lease_holder text,
  lease_until timestamptz
);
INSERT INTO ledger.ledger_head DEFAULT VALUES;

-- The one way in. A sealed row keeps id and digest, so that the same statement gets the same receipt again; its bytes are the entry's.
CREATE TABLE ledger.ledger_inbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  statement_id text COLLATE "C" NOT NULL UNIQUE,
  digest bytea NOT NULL CHECK (octet_length(digest) = 32),
  bytes bytea STORAGE EXTERNAL,
  signatures jsonb NOT NULL,
  -- 0: takes something away and goes before all others. 1: all others.
  priority smallint NOT NULL CHECK (priority IN (0, 1)),
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sealed', 'rejected')),
  index bigint CHECK ((index IS NOT NULL) = (state = 'sealed')),
  refusal jsonb CHECK ((refusal IS NOT NULL) = (state = 'rejected')),
  refusal_code text GENERATED ALWAYS AS (refusal ->> 'code') STORED,
  prepared_by text COLLATE "C",
  admitted_at timestamptz(3) NOT NULL,
  seal_by timestamptz(3) NOT NULL,
  CHECK (state = 'sealed' OR bytes IS NOT NULL)
);
CREATE INDEX ledger_inbox_waiting ON ledger.ledger_inbox (priority, seq) WHERE state = 'waiting';
`;

// Refused to every role, the owner too; ALWAYS: also when a session says that it replays a replica's changes. Who disables a trigger is
// a superuser or the owner by hand, and is found by the chain.
const refusals = `
CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'entries of the ledger are never changed (%)', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.ledger_entry
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
ALTER TABLE ledger.ledger_entry ENABLE ALWAYS TRIGGER never_changed;

CREATE FUNCTION ledger.refuse_shrinking() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF NEW.size >= OLD.size AND NEW.epoch >= OLD.epoch AND (OLD.sealed_at IS NULL OR NEW.sealed_at >= OLD.sealed_at) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'the head of the ledger only goes forward (%)', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER only_forward BEFORE UPDATE OR DELETE ON ledger.ledger_head
  FOR EACH ROW EXECUTE FUNCTION ledger.refuse_shrinking();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON ledger.ledger_head
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_shrinking();
ALTER TABLE ledger.ledger_head ENABLE ALWAYS TRIGGER only_forward;
ALTER TABLE ledger.ledger_head ENABLE ALWAYS TRIGGER never_emptied;
`;

/** What lists filter and order by, read from the state by the database itself: nobody can let the two disagree. */
const projections: Readonly<Record<string, readonly string[]>> = {
  department: [
    `name text GENERATED ALWAYS AS (state ->> 'name') STORED`,
    `level text GENERATED ALWAYS AS (state ->> 'level') STORED`,
    `region text COLLATE "C" GENERATED ALWAYS AS (state ->> 'region') STORED`,
    `parent text COLLATE "C" GENERATED ALWAYS AS (state ->> 'parent') STORED`,
    `competent boolean GENERATED ALWAYS AS ((state ->> 'competent')::boolean) STORED`,
  ],
  key: [
    `department text COLLATE "C" GENERATED ALWAYS AS (state ->> 'department') STORED`,
    `in_force boolean GENERATED ALWAYS AS (NOT state ? 'endedAt') STORED`,
  ],
  recipient: [
    `department text COLLATE "C" GENERATED ALWAYS AS (state ->> 'department') STORED`,
    `in_force boolean GENERATED ALWAYS AS (NOT state ? 'endedAt') STORED`,
  ],
  membership: [
    `person text COLLATE "C" GENERATED ALWAYS AS (state ->> 'person') STORED`,
    `department text COLLATE "C" GENERATED ALWAYS AS (state ->> 'department') STORED`,
    `in_force boolean GENERATED ALWAYS AS (state -> 'roles' <> '[]'::jsonb) STORED`,
  ],
  dataset: [
    `provider text COLLATE "C" GENERATED ALWAYS AS (state ->> 'provider') STORED`,
    `title text GENERATED ALWAYS AS (state #>> '{entry,title}') STORED`,
    `share_type text COLLATE "C" GENERATED ALWAYS AS (state #>> '{entry,shareType}') STORED`,
    `resource_code text COLLATE "C" GENERATED ALWAYS AS (state #>> '{entry,resourceCode}') STORED`,
    `entered_at text COLLATE "C" GENERATED ALWAYS AS (state ->> 'enteredAt') STORED`,
  ],
  version: [
    `dataset text COLLATE "C" GENERATED ALWAYS AS (state ->> 'dataset') STORED`,
    `number bigint GENERATED ALWAYS AS ((state ->> 'number')::bigint) STORED`,
  ],
  request: [
    `dataset text COLLATE "C" GENERATED ALWAYS AS (state ->> 'dataset') STORED`,
    `from_department text COLLATE "C" GENERATED ALWAYS AS (state ->> 'from') STORED`,
    `to_department text COLLATE "C" GENERATED ALWAYS AS (state ->> 'to') STORED`,
    `status text COLLATE "C" GENERATED ALWAYS AS (state ->> 'state') STORED`,
    `received_at text COLLATE "C" GENERATED ALWAYS AS (state ->> 'receivedAt') STORED`,
  ],
  right: [
    `request text COLLATE "C" GENERATED ALWAYS AS (state ->> 'request') STORED`,
    `grantor text COLLATE "C" GENERATED ALWAYS AS (state #>> '{terms,grantor}') STORED`,
    `grantee text COLLATE "C" GENERATED ALWAYS AS (state #>> '{terms,grantee}') STORED`,
    `dataset text COLLATE "C" GENERATED ALWAYS AS (state #>> '{terms,dataset}') STORED`,
    `status text COLLATE "C" GENERATED ALWAYS AS (state ->> 'state') STORED`,
    `until text COLLATE "C" GENERATED ALWAYS AS (state #>> '{terms,window,until}') STORED`,
    `granted_at text COLLATE "C" GENERATED ALWAYS AS (state ->> 'grantedAt') STORED`,
  ],
  delivery: [
    `"right" text COLLATE "C" GENERATED ALWAYS AS (state ->> 'right') STORED`,
    `dataset text COLLATE "C" GENERATED ALWAYS AS (state ->> 'dataset') STORED`,
    `grantor text COLLATE "C" GENERATED ALWAYS AS (state ->> 'grantor') STORED`,
    `grantee text COLLATE "C" GENERATED ALWAYS AS (state ->> 'grantee') STORED`,
    `status text COLLATE "C" GENERATED ALWAYS AS (state ->> 'state') STORED`,
    `pulled_at text COLLATE "C" GENERATED ALWAYS AS (state ->> 'pulledAt') STORED`,
  ],
};

function projection(kind: string, columns: readonly string[]): string {
  return `
CREATE TABLE projection."${kind}" (
  id text COLLATE "C" PRIMARY KEY,
  state jsonb NOT NULL,
  changed_at bigint NOT NULL,
  ${columns.join(',\n  ')}
) WITH (fillfactor = 80);
`;
}

// Lists show what came last first, and go on from an instant and an id that never change: no page shifts while somebody turns it, and a
// change of state touches no index but that of its status.
const indexes = `
CREATE INDEX department_parent ON projection.department (parent) WHERE parent IS NOT NULL;
CREATE INDEX key_department ON projection.key (department, in_force);
CREATE INDEX recipient_department ON projection.recipient (department, in_force);
CREATE INDEX membership_person ON projection.membership (person, in_force);
CREATE INDEX membership_department ON projection.membership (department, in_force);
CREATE INDEX dataset_entered ON projection.dataset (entered_at, id);
CREATE INDEX dataset_provider ON projection.dataset (provider, entered_at, id);
CREATE INDEX dataset_share_type ON projection.dataset (share_type, entered_at, id);
CREATE INDEX dataset_resource_code ON projection.dataset (resource_code);
CREATE INDEX dataset_title ON projection.dataset (title);
CREATE UNIQUE INDEX version_number ON projection.version (dataset, number);
CREATE INDEX request_received ON projection.request (received_at, id);
CREATE INDEX request_from ON projection.request (from_department, received_at, id);
CREATE INDEX request_to ON projection.request (to_department, received_at, id);
CREATE INDEX request_dataset ON projection.request (dataset, received_at, id);
CREATE INDEX request_status ON projection.request (status, received_at, id);
CREATE INDEX right_granted ON projection."right" (granted_at, id);
CREATE INDEX right_grantor ON projection."right" (grantor, granted_at, id);
CREATE INDEX right_grantee ON projection."right" (grantee, granted_at, id);
CREATE INDEX right_dataset ON projection."right" (dataset, granted_at, id);
CREATE INDEX right_until ON projection."right" (until) WHERE status <> 'terminated';
CREATE INDEX delivery_pulled ON projection.delivery (pulled_at, id);
CREATE INDEX delivery_right ON projection.delivery ("right", pulled_at, id);
CREATE INDEX delivery_grantor ON projection.delivery (grantor, pulled_at, id);
CREATE INDEX delivery_grantee ON projection.delivery (grantee, pulled_at, id);
CREATE INDEX delivery_dataset ON projection.delivery (dataset, pulled_at, id);
CREATE INDEX delivery_status ON projection.delivery (status, pulled_at, id);
`;

// The API takes statements in and reads; the worker seals. Nobody may take a row out, and nobody may change what an inbox row says.
// Where the roles are missing (a developer's own database) the owner does everything, and the triggers still hold.
const grants = `
REVOKE ALL ON SCHEMA ledger, projection FROM PUBLIC;
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'quanlian_api') THEN
    GRANT USAGE ON SCHEMA ledger, projection TO quanlian_api;
    GRANT SELECT ON ALL TABLES IN SCHEMA ledger, projection TO quanlian_api;
    GRANT INSERT ON ledger.ledger_inbox TO quanlian_api;
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'quanlian_worker') THEN
    GRANT USAGE ON SCHEMA ledger, projection TO quanlian_worker;
    GRANT SELECT ON ALL TABLES IN SCHEMA ledger, projection TO quanlian_worker;
    GRANT INSERT ON ledger.ledger_inbox, ledger.ledger_entry TO quanlian_worker;
    GRANT UPDATE (state, index, refusal, bytes) ON ledger.ledger_inbox TO quanlian_worker;
    GRANT UPDATE (size, head_leaf_hash, sealed_at, epoch, lease_holder, lease_until) ON ledger.ledger_head TO quanlian_worker;
    GRANT INSERT, UPDATE ON ALL TABLES IN SCHEMA projection TO quanlian_worker;
  END IF;
END $$;
`;
