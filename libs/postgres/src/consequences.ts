import { randomId } from '#crypto';
import { consequencesOf, consequencesOfRejection, noticesOf, type Clock } from '#exchange';
import type { Statement } from '#contracts';
import { subjectOf, type SealHook } from '#ledger';
import type pg from 'pg';
import type { PgSealTransaction } from './ledger/index.js';
import { announceIn } from './announce.js';
import type { Change } from './listen.js';
import { oweTasks } from './stores/tasks.js';

type Batch = Parameters<SealHook<PgSealTransaction>>[1];
type Parties = Map<string, { grantor: string; grantee: string }>;

const dayMs = 86_400_000;

/**
 * Writes what follows from a batch in its own transaction: tasks for the workers, notices for people, and news for those who watch. An
 * entry and its consequences are durable together, or neither is.
 */
export function consequencesHook(settings: { payloadDays: number; clock: Clock }): SealHook<PgSealTransaction> {
  return async ({ client }, batch) => {
    await addTasks(client, batch, settings);
    await addNotices(client, batch, settings.clock.now().toISOString());
    await announce(client, batch);
  };
}

async function addTasks(
  client: pg.ClientBase,
  batch: Batch,
  { payloadDays, clock }: { payloadDays: number; clock: Clock },
): Promise<void> {
  const due = [
    ...batch.sealed.flatMap(({ statement }) => consequencesOf(statement, { payloadDays })),
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
    const about = statement.body as { right?: string; request?: string };
    return noticesOf(statement, parties.get(about.right ?? about.request ?? '') ?? {});
  });
  if (notices.length === 0) return;
  await client.query(
    `INSERT INTO office.notice (id, at, kind, subject, department, role, sentence)
     SELECT id, $2::timestamptz, kind, subject, department, role, sentence::jsonb
     FROM unnest($1::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) AS n (id, kind, subject, department, role, sentence)
     ON CONFLICT DO NOTHING`,
    [
      notices.map(randomId),
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

/** Who is on which side of the rights and requests that the batch is about; read once for the whole batch. */
async function partiesOf(client: pg.ClientBase, batch: Batch): Promise<Parties> {
  const ids = new Set<string>();
  for (const { statement } of batch.sealed) {
    const { right, request } = statement.body as { right?: string; request?: string };
    if (right !== undefined) ids.add(right);
    if (request !== undefined) ids.add(request);
  }
  if (ids.size === 0) return new Map();
  const { rows } = await client.query<{ id: string; grantor: string; grantee: string }>(
    `SELECT id, state->'terms'->>'grantor' AS grantor, state->'terms'->>'grantee' AS grantee FROM projection."right" WHERE id = ANY($1)
     UNION ALL SELECT id, state->>'to', state->>'from' FROM projection.request WHERE id = ANY($1)`,
    [[...ids]],
  );
  return new Map(rows.map(({ id, ...sides }) => [id, sides]));
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
