import type { Problem } from '#contracts';
import type pg from 'pg';

type Client = pg.ClientBase | pg.Pool;

/** Rung when a witness begins or ceases to answer, and when sealing stops or goes on. */
export const standingChannel = 'quanlian_standing';

/** How a witness of the policy stands. */
export interface WitnessStanding {
  readonly name: string;
  readonly key: string;
  readonly url: string;
  /** Up to which size it cosigned. */
  readonly cosignedSize?: number;
  readonly cosignedAt?: string;
  /** Why it does not answer, or refuses. */
  readonly failure?: Problem;
  readonly failedAt?: string;
}

/** Whether the ledger is sealed, and if not, why. */
export interface Sealing {
  readonly problem?: Problem;
  readonly since: string;
}

/** The witnesses of the policy, in its order; those of an earlier policy go. Their cosignatures stay. */
export async function putWitnesses(
  client: Client,
  witnesses: readonly { readonly name: string; readonly key: string; readonly url: string }[],
): Promise<void> {
  await client.query(
    `WITH wanted AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) AS w (name, key, url)),
gone AS (DELETE FROM ledger.witness_standing AS s WHERE NOT EXISTS (SELECT FROM wanted WHERE wanted.name = s.name))
INSERT INTO ledger.witness_standing AS s (name, key, url) SELECT name, key, url FROM wanted
ON CONFLICT (name) DO UPDATE SET key = excluded.key, url = excluded.url,
  cosigned_size = CASE WHEN s.key = excluded.key THEN s.cosigned_size END, cosigned_at = CASE WHEN s.key = excluded.key THEN s.cosigned_at END,
  failure = NULL, failed_at = NULL`,
    [witnesses.map(({ name }) => name), witnesses.map(({ key }) => key), witnesses.map(({ url }) => url)],
  );
}

/** Writes only what changed, so that a witness that is away for a day is written down once. */
export async function putStanding(client: Client, name: string, failure: Problem | undefined, at: string): Promise<void> {
  await client.query({
    name: 'witness-standing',
    text: `WITH changed AS (
  UPDATE ledger.witness_standing SET failure = $2::jsonb, failed_at = CASE WHEN $2::jsonb IS NULL THEN NULL ELSE coalesce(failed_at, $3::timestamptz) END
  WHERE name = $1 AND failure IS DISTINCT FROM $2::jsonb RETURNING name
)
SELECT pg_notify('${standingChannel}', name) FROM changed`,
    values: [name, failure ? JSON.stringify(failure) : null, at],
  });
}

/** All witnesses of the policy. */
export async function readWitnessStandings(client: Client): Promise<WitnessStanding[]> {
  const { rows } = await client.query<{
    name: string;
    key: string;
    url: string;
    cosigned_size: string | null;
    cosigned_at: Date | null;
    failure: Problem | null;
    failed_at: Date | null;
  }>('SELECT name, key, url, cosigned_size, cosigned_at, failure, failed_at FROM ledger.witness_standing ORDER BY name');
  return rows.map(({ name, key, url, cosigned_size, cosigned_at, failure, failed_at }) => ({
    name,
    key,
    url,
    ...(cosigned_size === null ? {} : { cosignedSize: Number(cosigned_size) }),
    ...(cosigned_at === null ? {} : { cosignedAt: cosigned_at.toISOString() }),
    ...(failure === null ? {} : { failure }),
    ...(failed_at === null ? {} : { failedAt: failed_at.toISOString() }),
  }));
}

/** Says whether the ledger is sealed; `since` is when that last changed. */
export async function setSealing(client: Client, problem: Problem | undefined, at: string): Promise<void> {
  await client.query(
    `WITH changed AS (
  INSERT INTO ledger.sealing_standing AS s (row_one, problem, since) VALUES (true, $1::jsonb, $2::timestamptz)
  ON CONFLICT (row_one) DO UPDATE SET problem = excluded.problem, since = CASE WHEN s.problem ->> 'code' IS NOT DISTINCT FROM excluded.problem ->> 'code' THEN s.since ELSE excluded.since END
  WHERE s.problem IS DISTINCT FROM excluded.problem
  RETURNING 1
)
SELECT pg_notify('${standingChannel}', '') FROM changed`,
    [problem ? JSON.stringify(problem) : null, at],
  );
}

/** Undefined before any sealer took the lease. */
export async function readSealing(client: Client): Promise<Sealing | undefined> {
  const { rows } = await client.query<{ problem: Problem | null; since: Date }>(
    'SELECT problem, since FROM ledger.sealing_standing',
  );
  const [row] = rows;
  return row && { ...(row.problem === null ? {} : { problem: row.problem }), since: row.since.toISOString() };
}
