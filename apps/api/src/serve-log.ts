import { refuse, Refusal } from '#contracts';
import { Authenticate } from '#exchange';
import {
  asksForQuorum,
  decodeTilePath,
  demoWords,
  encodePolicy,
  encodeVerifierKey,
  isDemo,
  LogFault,
  type Tile,
  type VerifierKey,
} from '#ledger';
import { secretOf, type AuthenticatedRequest } from '#nest';
import { PublishedLog, type Database } from '#postgres';
import type { WitnessPolicy } from '#witnesses';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** Tiles never change, so whoever has one need not ask again. */
const forEver = 'public, max-age=31536000, immutable';
const forOneMember = 'private, max-age=31536000, immutable';
const forAMoment = 'public, max-age=1';
const demoNote = `# ${demoWords.zh} ${demoWords.en}\n`;
const plain = 'text/plain; charset=utf-8';

/** Who may read the entries themselves. Checkpoints and tiles of hashes are everybody's. */
export type EntryReaders = 'public' | 'members';

export interface LogParts {
  readonly database: Database;
  readonly authenticate: Authenticate;
  readonly entries: EntryReaders;
  /** The witnesses that are asked; which of them it takes decides what is published. */
  readonly policy: WitnessPolicy;
  /** The log's keys, newest first; told before entry 0 is there, too: the witnesses have to know them before anything is sealed. */
  readonly keysOfLog: () => Promise<readonly VerifierKey[]>;
  /** What to say of an error: that the database is away or damaged, or that there is a bug, which it keeps. */
  readonly refusalOf: (error: unknown) => Refusal;
}

/**
 * Serves the log under `/log/` as docs/formats/log-http.md says: C2SP's tlog-tiles, and beside them the log's keys, its witnesses and
 * proofs. Paths have one spelling; any other is unknown. Plain routes: many clients poll them, and there is nothing to bind or to answer
 * again.
 */
export function serveLog(fastify: FastifyInstance, parts: LogParts): void {
  void fastify.register((scope, _options, done) => {
    scope.setErrorHandler((error, _request, reply) => refused(reply, parts.refusalOf(error)));
    serveRoutes(scope, parts);
    done();
  });
}

function serveRoutes(fastify: FastifyInstance, { database, authenticate, entries, policy, keysOfLog }: LogParts): void {
  const log = publishedLog(database.pool, policy);

  fastify.get('/log/checkpoint', async (_request, reply) => {
    const checkpoint = await log.checkpoint();
    return checkpoint ? told(reply, checkpoint.note) : unknown(reply);
  });

  fastify.get('/log/vkey', async (_request, reply) => {
    return told(reply, (await keysOfLog()).map((key) => `${encodeVerifierKey(key)}\n`).join(''));
  });

  fastify.get('/log/keys', async (_request, reply) => {
    const keys = await log.keys();
    return keys.length > 0 ? reply.type('application/x-ndjson').header('cache-control', forAMoment).send(keys) : unknown(reply);
  });

  fastify.get('/log/witnesses', async (_request, reply) => {
    return told(reply, statedPolicy(policy, await keysOfLog()));
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

/** The log as it is published under a policy. */
export function publishedLog(pool: Database['pool'], policy: WitnessPolicy): PublishedLog {
  return new PublishedLog(pool, asksForQuorum(policy) ? 'witnessed' : 'signed');
}

/** The witness policy as the log states it: for information, since whoever checks has his own. */
export function statedPolicy(policy: WitnessPolicy, keys: readonly VerifierKey[]): string {
  const note = isDemo(policy) ? demoNote : '';
  return `${note}${encodePolicy({ ...policy, logs: keys.map((key) => ({ key })) })}`;
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
