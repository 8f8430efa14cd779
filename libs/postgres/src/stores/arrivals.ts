import type { Arrival, Arrivals } from '#exchange';
import type { Scope } from '../scope.js';

/** `QLroom` in ASCII: whoever reserves room waits for the others who do. */
const roomLock = '89388779269997';

/** Files on their way in, and the pieces that came of them. */
export function arrivalsOf({ client }: Scope): Arrivals {
  const many = async (where: string, values: readonly unknown[]) => {
    const { rows } = await client.query<ArrivalRow>(`SELECT * FROM office.arrival WHERE ${where}`, [...values]);
    return rows.map(arrivalOf);
  };
  return {
    async begin(arrival, { departmentBytes, totalBytes }) {
      await client.query('SELECT pg_advisory_xact_lock($1)', [roomLock]);
      const { rows } = await client.query<{ own: string; all: string }>(reserved, [arrival.department]);
      const { own = '0', all = '0' } = rows[0] ?? {};
      if (Number(own) + arrival.sizeBytes > departmentBytes) return 'department-full';
      if (Number(all) + arrival.sizeBytes > totalBytes) return 'full';
      const { id, purpose, dataset, person, department, said, sizeBytes, recipient, identity, createdAt, expiresAt } = arrival;
      const { rowCount } = await client.query(inserted, [
        id,
        purpose,
        dataset,
        person,
        department,
        JSON.stringify(said),
        sizeBytes,
        recipient,
        identity,
        createdAt,
        expiresAt,
      ]);
      return rowCount === 1 ? 'begun' : 'exists';
    },
    async get(id) {
      return (await many('id = $1', [id]))[0];
    },
    async pieces(id) {
      const { rows } = await client.query<{ name: string; size_bytes: string; sha256: string }>(
        'SELECT name, size_bytes, sha256 FROM office.arrival_piece WHERE arrival = $1 ORDER BY position',
        [id],
      );
      return rows.map(({ name, size_bytes, sha256 }) => ({ name, sizeBytes: Number(size_bytes), sha256 }));
    },
    async hold(id, state, holder, now, until) {
      const { rowCount } = await client.query(held, [id, state, holder, now, until]);
      return rowCount === 1;
    },
    async release(id, holder) {
      await client.query(
        `UPDATE office.arrival SET holder = NULL, held_until = NULL
         WHERE id = $1 AND CASE WHEN $2::text IS NULL THEN state = 'arriving' ELSE holder = $2::text END`,
        [id, holder ?? null],
      );
    },
    async add(id, holder, fromBytes, pieces, expiresAt) {
      const sizeBytes = pieces.reduce((sum, piece) => sum + piece.sizeBytes, 0);
      const { rowCount } = await client.query(grown, [id, holder, fromBytes, sizeBytes, expiresAt]);
      if (rowCount !== 1) return false;
      for (const piece of pieces) await client.query(added, [id, piece.name, piece.sizeBytes, piece.sha256]);
      return true;
    },
    async end(id, state, problem) {
      const { rowCount } = await client.query(
        `UPDATE office.arrival SET state = $2, problem = $3, identity = NULL, holder = NULL, held_until = NULL
         WHERE id = $1 AND state IN ('arriving', 'arrived')`,
        [id, state, problem === undefined ? null : JSON.stringify(problem)],
      );
      if (rowCount !== 1) return undefined;
      const { rows } = await client.query<{ name: string }>(
        'DELETE FROM office.arrival_piece WHERE arrival = $1 RETURNING name',
        [id],
      );
      return rows.map(({ name }) => name);
    },
    left: (now) => many("state = 'arrived' AND (holder IS NULL OR held_until < $1) ORDER BY created_at LIMIT 20", [now]),
    async expired(now) {
      const { rows } = await client.query<{ id: string }>(
        "SELECT id FROM office.arrival WHERE state = 'arriving' AND expires_at < $1 ORDER BY expires_at LIMIT 500",
        [now],
      );
      return rows.map(({ id }) => id);
    },
    async forget(now) {
      await client.query("DELETE FROM office.arrival WHERE state IN ('taken', 'failed') AND expires_at < $1", [now]);
    },
    async pieceNames() {
      const { rows } = await client.query<{ name: string }>('SELECT name FROM office.arrival_piece');
      return new Set(rows.map(({ name }) => name));
    },
  };
}

const reserved = `
SELECT coalesce(sum(size_bytes) FILTER (WHERE department = $1), 0) AS own, coalesce(sum(size_bytes), 0) AS all
FROM office.arrival WHERE state IN ('arriving', 'arrived')`;

const inserted = `
INSERT INTO office.arrival (id, purpose, dataset, person, department, said, size_bytes, recipient, identity, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING`;

// A hold whose time is over was somebody's whose process died, or hangs: what that one still adds is refused, as its name no longer stands here.
const held = `
UPDATE office.arrival
SET holder = $3::text, held_until = $5,
  attempts = attempts + CASE WHEN state = 'arrived' AND holder IS DISTINCT FROM $3::text THEN 1 ELSE 0 END
WHERE id = $1 AND state = $2 AND (holder IS NULL OR holder = $3::text OR held_until < $4)`;

const grown = `
UPDATE office.arrival
SET received_bytes = received_bytes + $4::bigint, expires_at = $5,
  state = CASE WHEN received_bytes + $4::bigint = size_bytes THEN 'arrived' ELSE state END
WHERE id = $1 AND holder = $2::text AND state = 'arriving' AND received_bytes = $3::bigint AND received_bytes + $4::bigint <= size_bytes`;

const added = `
INSERT INTO office.arrival_piece (arrival, position, name, size_bytes, sha256)
SELECT $1::text, count(*), $2::text, $3::bigint, $4::text FROM office.arrival_piece WHERE arrival = $1::text`;

interface ArrivalRow {
  readonly id: string;
  readonly purpose: Arrival['purpose'];
  readonly dataset: string;
  readonly person: string;
  readonly department: string;
  readonly said: Arrival['said'];
  readonly size_bytes: string;
  readonly received_bytes: string;
  readonly state: Arrival['state'];
  readonly recipient: string;
  readonly identity: Buffer | null;
  readonly attempts: number;
  readonly problem: NonNullable<Arrival['problem']> | null;
  readonly created_at: Date;
  readonly expires_at: Date;
}

function arrivalOf(row: ArrivalRow): Arrival {
  const { id, purpose, dataset, person, department, said, state, recipient, identity, attempts, problem } = row;
  return {
    id,
    purpose,
    dataset,
    person,
    department,
    said,
    state,
    recipient,
    attempts,
    sizeBytes: Number(row.size_bytes),
    receivedBytes: Number(row.received_bytes),
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    ...(identity ? { identity } : {}),
    ...(problem ? { problem } : {}),
  };
}
