import {
  consequencesOf,
  consequencesOfRejection,
  consequencesOfWitnessing,
  noticesOf,
  waitingForWitnesses,
  type Clock,
} from '#exchange';
import { newStatementId, type Statement } from '#contracts';
import { subjectOf, type SealHook } from '#ledger';
import type pg from 'pg';
import type { PgSealTransaction } from './ledger/index.js';
import { announceIn } from './announce.js';
import type { Change } from './listen.js';
import { readInForce } from './stores/in-force.js';
import { oweTasks } from './stores/tasks.js';

type Batch = Parameters<SealHook<PgSealTransaction>>[1];
type Parties = Map<string, { grantor?: string; grantee?: string; title?: string }>;

const dayMs = 86_400_000;

/**
 * Writes what follows from a batch in its own transaction: tasks for the workers, notices for people, and news for those who watch. An
 * entry and its consequences are durable together, or neither is.
 */
export function consequencesHook(settings: { payloadDays: number; clock: Clock }): SealHook<PgSealTransaction> {
  return async ({ client }, batch) => {
    // Only a pull asks, and it is never in the batch of entry 0.
    const hasPull = batch.sealed.some(({ statement }) => statement.type === 'pull.signed');
    const inForce = (hasPull ? await readInForce(client) : undefined) ?? 'durable';
    await addTasks(client, batch, { ...settings, inForce });
    await addNotices(client, batch, settings.clock.now().toISOString());
    await announce(client, batch);
  };
}

async function addTasks(
  client: pg.ClientBase,
  batch: Batch,
  { payloadDays, clock, inForce }: { payloadDays: number; clock: Clock; inForce: 'durable' | 'witnessed' },
): Promise<void> {
  const due = [
    ...batch.sealed.flatMap(({ statement }) => consequencesOf(statement, { payloadDays, inForce })),
    ...batch.rejected.flatMap(({ statement, refusal }) => (statement ? consequencesOfRejection(statement, refusal.code) : [])),
  ];
  await oweTasks(
    client,
    due.map(({ kind, subject, afterDays = 0 }) => {
      const notBefore = afterDays === 0 ? undefined : new Date(clock.now().getTime() + afterDays * dayMs).toISOString();
      return { kind, subject, notBefore };
    }),
  );
}

async function addNotices(client: pg.ClientBase, batch: Batch, at: string): Promise<void> {
  const parties = await partiesOf(client, batch);
  const notices = batch.sealed.flatMap(({ statement }) => {
    const about = statement.body as { right?: string; request?: string; dataset?: string };
    return noticesOf(statement, parties.get(about.right ?? about.request ?? about.dataset ?? '') ?? {});
  });
  if (notices.length === 0) return;
  await client.query(
    `INSERT INTO office.notice (id, at, kind, subject, department, role, sentence)
     SELECT id, $2::timestamptz, kind, subject, department, role, sentence::jsonb
     FROM unnest($1::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) AS n (id, kind, subject, department, role, sentence)
     ON CONFLICT DO NOTHING`,
    [
      notices.map(() => newStatementId()),
      at,
      notices.map(({ kind }) => kind),
      notices.map(({ subject }) => subject),
      notices.map(({ department }) => department),
      notices.map(({ role }) => role ?? null),
      notices.map(({ sentence }) => JSON.stringify(sentence)),
    ],
  );
  await announceIn(
    client,
    notices.map(({ subject, department }) => ({ kind: 'notice', id: subject, departments: [department] })),
  );
}

/** More news than anybody reads: those who watch read anew when they hear that something was witnessed. */
const newsAtMost = 1_000;

/**
 * Writes what follows when entries are witnessed, in the transaction that keeps the note: tasks that waited for it, and news for those who
 * watch. Where entries count once durable nothing waits, and nothing is written.
 */
export async function writeWitnessed(client: pg.ClientBase, { from, size }: { from: number; size: number }): Promise<void> {
  if ((await readInForce(client)) !== 'witnessed') return;
  const { rows } = await client.query<{ type: string; statement: string; subject: string; departments: string[] }>(
    `SELECT type, statement_id AS statement, subject, departments FROM ledger.ledger_entry
     WHERE index >= $1 AND index < $2 AND type = ANY($3) ORDER BY index`,
    [from, size, waitingForWitnesses],
  );
  await oweTasks(client, rows.flatMap(consequencesOfWitnessing));
  await announceIn(
    client,
    rows
      .slice(0, newsAtMost)
      .map(({ type, statement, subject, departments }) =>
        type === 'right.granted' ? { kind: 'right', id: statement, departments } : { kind: 'delivery', id: subject, departments },
      ),
  );
}

/** Who is on which side of the rights and requests that the batch is about, and of which dataset; read once for the whole batch. */
async function partiesOf(client: pg.ClientBase, batch: Batch): Promise<Parties> {
  const ids = new Set<string>();
  for (const { statement } of batch.sealed) {
    const { right, request } = statement.body as { right?: string; request?: string };
    if (right !== undefined) ids.add(right);
    if (request !== undefined) ids.add(request);
    // A request that comes in is about its dataset; everything later is about the request.
    if (statement.type === 'request.submitted') ids.add(statement.body.dataset);
  }
  if (ids.size === 0) return new Map();
  const { rows } = await client.query<{ id: string; grantor: string | null; grantee: string | null; title: string | null }>(
    `SELECT s.id, s.grantor, s.grantee, d.title
     FROM (SELECT id, dataset, state->'terms'->>'grantor' AS grantor, state->'terms'->>'grantee' AS grantee
             FROM projection."right" WHERE id = ANY($1)
           UNION ALL SELECT id, dataset, state->>'to', state->>'from' FROM projection.request WHERE id = ANY($1)
           UNION ALL SELECT id, id, NULL, NULL FROM projection.dataset WHERE id = ANY($1)) s
     LEFT JOIN projection.dataset d ON d.id = s.dataset`,
    [[...ids]],
  );
  return new Map(
    rows.map(({ id, grantor, grantee, title }) => [
      id,
      {
        ...(grantor === null ? {} : { grantor }),
        ...(grantee === null ? {} : { grantee }),
        ...(title === null ? {} : { title }),
      },
    ]),
  );
}

/** What the batch changed: each object by its kind, and the proposals that became an entry or were turned away. */
async function announce(client: pg.ClientBase, batch: Batch): Promise<void> {
  const sealed = batch.sealed.flatMap(({ statement, mentions: { subject: id, departments } }) => {
    const added = 'delivery' in statement.body ? 'delivery' : 'right';
    const about: Change = { kind: subjectOf(statement)?.kind ?? added, id, departments: [...departments] };
    const made: Change[] = statement.type === 'right.granted' ? [{ ...about, kind: 'right', id: statement.id }] : [];
    return [about, ...made, proposalOf(statement)];
  });
  const rejected = batch.rejected.flatMap(({ statement }) => (statement ? [proposalOf(statement)] : []));
  await announceIn(client, [...sealed, ...rejected]);
}

function proposalOf({ id, issuer, approvals = [] }: Statement): Change {
  return { kind: 'proposal', id, departments: [issuer, ...approvals.map(({ office }) => office)] };
}
