import { refuse, type Route } from '#contracts';
import type { Arrival } from '#exchange';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

// The headers of tus 1.0.0 (https://tus.io/protocols/resumable-upload), as docs/formats/uploads.md lists them.

const version = '1.0.0';
const extensions = 'creation,creation-with-upload,expiration,termination';

/** Says of each of these routes what a client may do there. To everybody: it is what the documentation says. */
export function tellTusOptions(fastify: FastifyInstance, routes: readonly Route[], mostBytes: number): void {
  for (const path of new Set(routes.map((route) => route.path)))
    fastify.options(path, (_request, reply) =>
      reply
        .status(204)
        .headers({
          'tus-resumable': version,
          'tus-version': version,
          'tus-extension': extensions,
          'tus-max-size': mostBytes,
        })
        .send(),
    );
}

/** Answers in tus, refusals too. Throws Refusal tus-version for a client that speaks another. */
export function speakTus(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers({ 'tus-resumable': version, 'tus-version': version });
  if (request.headers['tus-resumable'] !== version) throw refuse('tus-version');
}

/** Throws Refusal wrong-media-type for a body that is no stretch of a file. */
export function checkStretch(request: FastifyRequest, route: Route): void {
  if (request.headers['content-type'] !== route.consumes) throw refuse('wrong-media-type');
}

/** How many bytes the request will send, if it says so. */
export function bodyLength(request: FastifyRequest): number | undefined {
  return request.headers['content-length'] === undefined ? undefined : countIn(request, 'content-length');
}

/** A count in a header. Throws Refusal bad-input naming it. */
export function countIn(request: FastifyRequest, name: string): number {
  const text = request.headers[name];
  const count = typeof text === 'string' && /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(count)) throw refuse('bad-input', { field: name }, { field: name });
  return count;
}

/** How much of a file arrived, and until when the rest may come. */
export function tellArrival(reply: FastifyReply, { receivedBytes, sizeBytes, state, expiresAt }: Arrival): void {
  reply.headers({ 'upload-offset': receivedBytes, 'upload-length': sizeBytes });
  if (state === 'arriving') reply.header('upload-expires', new Date(expiresAt).toUTCString());
}
