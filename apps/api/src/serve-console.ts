import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DrawPage } from './draw-page.js';

/** Only our own files, no inline script or style, no frame, and calls only to this origin. */
const consolePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A worker is under the policy that its own script came with: it loads our scripts and calls this origin, nothing else. */
const workerPolicy = "default-src 'none'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'";

const hashedFile = /^\/assets\/[\w.-]+$/;
const plainFile = /^\/(?:icon\.svg|licenses\.md)$/;
/** What belongs to the API: an unknown path there is told so, and never gets a page. */
const apiPath = /^\/(?:api|health|metrics|docs|openapi|log)(?:[/.?-]|$)/;

/**
 * Serves the built console: hashed files for a year, pages anew each time, compressed copies made at build. The door is a page of its
 * own; any other path that a browser asks a page for is the console's to show. A folder that is not there (an API built alone) serves nothing.
 */
export function serveConsole(fastify: FastifyInstance, folder: string, draw: DrawPage): void {
  if (!existsSync(join(folder, 'index.html'))) return;
  const openPolicy = policyInPage(join(folder, 'open.html'));
  void fastify.register(async (scope) => {
    await scope.register(fastifyStatic as never, {
      root: folder,
      serve: false,
      preCompressed: true,
      cacheControl: false,
    });
    scope.get('/*', async (request: FastifyRequest, reply: FastifyReply) => {
      const path = request.url.split('?')[0] ?? '/';
      if (hashedFile.test(path)) {
        if (!existsSync(join(folder, path))) return reply.callNotFound();
        return reply
          .header('cache-control', 'public, max-age=31536000, immutable')
          .header('content-security-policy', workerPolicy)
          .sendFile(path.slice(1));
      }
      if (plainFile.test(path)) return reply.header('cache-control', 'public, max-age=3600').sendFile(path.slice(1));
      if (path === '/open.html' && openPolicy !== undefined) return page(reply, openPolicy).sendFile('open.html');
      if (path === '/login') return page(reply, consolePolicy).sendFile('door.html');
      const wantsPage = request.headers.accept?.includes('text/html') === true && !apiPath.test(path) && !/\.\w+$/.test(path);
      if (!wantsPage) return reply.callNotFound();
      const drawn = await draw(request);
      if (drawn === undefined) return page(reply, consolePolicy).sendFile('index.html');
      // It shows what one person may see, at one moment.
      page(reply, consolePolicy).header('cache-control', 'no-store');
      return typeof drawn === 'string' ? reply.redirect(drawn, 303) : reply.type('text/html; charset=utf-8').send(drawn);
    });
  });
}

function page(reply: FastifyReply, policy: string): FastifyReply {
  return reply.header('cache-control', 'no-cache').header('content-security-policy', policy);
}

/** The page that works without a server states its own policy, by digests of its one script and one style; it is served under the same. */
function policyInPage(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const stated = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/i.exec(readFileSync(path, 'utf8'))?.[1];
  return stated === undefined ? undefined : `${stated}; frame-ancestors 'none'`;
}
