import { refuse, Refusal } from '#contracts';
import { Authenticate } from '#exchange';
import { decodeTilePath, encodePolicy, encodeVerifierKey, LogFault, type Tile } from '#ledger';
import { secretOf, type AuthenticatedRequest } from '#nest';
import { logVerifierKeys, PublishedLog, type Database } from '#postgres';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** Tiles never change, so whoever has one need not ask again. */
const forEver = 'public, max-age=31536000, immutable';
const forOneMember = 'private, max-age=31536000, immutable';
const forAMoment = 'public, max-age=1';
const plain = 'text/plain; charset=utf-8';

/** Who may read the entries themselves. Checkpoints and tiles of hashes are everybody's. */
export type EntryReaders = 'public' | 'members';

/**
 * Serves the log under `/log/` as docs/formats/log-http.md says: C2SP's tlog-tiles, and beside them the log's keys, its witnesses and
 * proofs. Paths have one spelling; any other is unknown. Plain routes: many clients poll them, and there is nothing to bind or to answer
 * again.
 */
export function serveLog(
  fastify: FastifyInstance,
  { database, authenticate, entries }: { database: Database; authenticate: Authenticate; entries: EntryReaders },
): void {
  const log = new PublishedLog(database.pool);
  const keysOfLog = () => logVerifierKeys(database.pool);

  fastify.get('/log/checkpoint', async (_request, reply) => {
    const checkpoint = await log.checkpoint();
    return checkpoint ? told(reply, checkpoint.note) : unknown(reply);
  });

  fastify.get('/log/vkey', async (_request, reply) => {
    const keys = await keysOfLog();
    return keys.length > 0 ? told(reply, keys.map((key) => `${encodeVerifierKey(key)}\n`).join('')) : unknown(reply);
  });

  fastify.get('/log/witnesses', async (_request, reply) => {
    const keys = await keysOfLog();
    return keys.length > 0 ? told(reply, await statedPolicy(database)) : unknown(reply);
  });

  fastify.get<{ Params: { index: string } }>('/log/proof/:index', async ({ params: { index } }, reply) => {
    const proof = /^(0|[1-9][0-9]{0,14})$/.test(index) ? await log.proof(Number(index)) : undefined;
    return proof === undefined ? unknown(reply) : told(reply, proof);
  });

  fastify.get('/log/tile/*', async (request, reply) => {
    // As it was sent: a path that has to be decoded first is another path.
    const tile = tileAt((request.url.split('?')[0] ?? '').slice('/log/'.length));
    if (tile?.level === 'entries') {
      // First, so that a stranger cannot tell what there is.
      if (entries === 'members' && !(await isMember(authenticate, request))) return strange(reply);
      return bytes(reply, await log.entries(tile), entries === 'members' ? forOneMember : forEver);
    }
    return bytes(reply, tile && (await log.tile({ ...tile, level: tile.level })), forEver);
  });
}

/** The witness policy as the log states it. */
export async function statedPolicy(database: Database): Promise<string> {
  const keys = await logVerifierKeys(database.pool);
  return encodePolicy({ logs: keys.map((key) => ({ key })), witnesses: [], groups: [], quorum: 'none' });
}

function tileAt(path: string): Tile | undefined {
  try {
    return decodeTilePath(path);
  } catch (error) {
    if (error instanceof LogFault) return undefined;
    throw error;
  }
}

async function isMember(authenticate: Authenticate, request: AuthenticatedRequest): Promise<boolean> {
  try {
    const secret = secretOf(request, false);
    if (secret === undefined) return false;
    await authenticate.execute(secret);
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

function told(reply: FastifyReply, text: string): FastifyReply {
  return reply.type(plain).header('cache-control', forAMoment).send(text);
}

function bytes(reply: FastifyReply, found: Uint8Array | undefined, caching: string): FastifyReply {
  if (!found) return unknown(reply);
  if (caching === forOneMember) void reply.header('vary', 'authorization, cookie');
  return reply.type('application/octet-stream').header('cache-control', caching).send(Buffer.from(found));
}

// Refused here and not by the filter: a client that follows the log asks for what is not there yet, which is nothing to keep on record.
function unknown(reply: FastifyReply): FastifyReply {
  return refused(reply, refuse('unknown'));
}

function strange(reply: FastifyReply): FastifyReply {
  return refused(reply.header('www-authenticate', 'Bearer'), refuse('not-logged-in'));
}

function refused(reply: FastifyReply, refusal: Refusal): FastifyReply {
  return reply
    .status(refusal.status)
    .type('application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(JSON.stringify(refusal.toProblem()));
}
