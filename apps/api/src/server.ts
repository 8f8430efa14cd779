import 'reflect-metadata';
import cookie from '@fastify/cookie';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { routes } from '#contracts';
import { Authenticate } from '#exchange';
import { Metrics, openApiDocument, RefusalFilter, type RefusalLog } from '#nest';
import { isOutage, logKeysTold } from '#postgres';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiModule, type ApiParts } from './api.module.js';
import { pageDrawer } from './draw-page.js';
import { serveConsole } from './serve-console.js';
import { serveLog, type EntryReaders } from './serve-log.js';
import { tellTusOptions } from './tus.js';

export interface ServerSettings {
  readonly https?: { readonly cert: Buffer; readonly key: Buffer };
  /** Addresses whose word about the caller is believed. */
  readonly trustedProxies: readonly string[];
  /** Where the built console lies. */
  readonly consoleFolder: string;
  readonly entryReaders: EntryReaders;
  readonly logBug: (incident: string, error: unknown) => void;
  readonly logRefusal: RefusalLog;
}

const jsonBodyBytes = 1_048_576;

/** Makes the HTTP application: contract routes, documentation, security headers. It does not listen yet. */
export async function makeServer(parts: ApiParts, settings: ServerSettings): Promise<NestFastifyApplication> {
  const adapter = adapterOf(settings);
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.of(parts), adapter, {
    logger: ['error', 'warn'],
    abortOnError: false,
  });
  const fastify = app.getHttpAdapter().getInstance();
  await fastify.register(cookie as never);
  // A file is handed on as it comes in; it is never held.
  fastify.addContentTypeParser(['text/csv', 'application/offset+octet-stream'], (_request, payload, done) => done(null, payload));
  const metrics = app.get(Metrics);
  const filter = new RefusalFilter(
    settings.logBug,
    (refused) => {
      metrics.refusals.inc({ code: refused.code });
      settings.logRefusal(refused);
    },
    isOutage,
  );
  app.useGlobalFilters(filter);
  secure(fastify, parts.settings.isSecure);
  measure(fastify, metrics);
  tellTusOptions(fastify, [routes.beginVersion, routes.beginKeyList, routes.upload], parts.settings.arrivals.departmentBytes);
  const { context, policy } = parts;
  const entries = settings.entryReaders;
  serveLog(fastify, {
    database: parts.database,
    authenticate: app.get(Authenticate),
    entries,
    policy,
    keysOfLog: () => logKeysTold(parts.database.pool, context),
    refusalOf: (error) => filter.refusalOf(error),
  });
  const draw = pageDrawer(fastify, settings.consoleFolder, (fault) => settings.logBug('drawing', fault));
  serveConsole(fastify, settings.consoleFolder, draw);
  const document = openApiDocument(parts.settings.version) as unknown as OpenAPIObject;
  SwaggerModule.setup('docs', app, document, {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
    customSiteTitle: 'Quanlian API',
  });
  app.enableShutdownHooks();
  return app;
}

/** The web server below Nest, with its limits. */
export function adapterOf({ trustedProxies, https }: Pick<ServerSettings, 'trustedProxies' | 'https'>) {
  return new FastifyAdapter({
    bodyLimit: jsonBodyBytes,
    // Uploads take as long as they take; a client that does not even finish its headers is cut.
    requestTimeout: 0,
    http: { headersTimeout: 20_000 },
    forceCloseConnections: 'idle',
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    ...(https ? { https } : {}),
    logger: false,
  } as ConstructorParameters<typeof FastifyAdapter>[0]);
}

/** Headers that every answer has. */
export function secure(fastify: FastifyInstance, isSecure: boolean): void {
  fastify.addHook('onSend', async (request, reply) => {
    reply.header('x-content-type-options', 'nosniff');
    reply.header('referrer-policy', 'no-referrer');
    reply.header('x-frame-options', 'DENY');
    reply.header('cross-origin-resource-policy', 'same-origin');
    if (isSecure) reply.header('strict-transport-security', 'max-age=31536000');
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    if (!reply.hasHeader('content-security-policy')) reply.header('content-security-policy', policyOf(request));
  });
}

/** The documentation page brings inline code of its own; nothing else may run any. */
function policyOf(request: FastifyRequest): string {
  return request.url.startsWith('/docs')
    ? "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
    : "default-src 'none'; frame-ancestors 'none'";
}

/** Counts every answer, and how long it took. */
export function measure(fastify: FastifyInstance, metrics: Metrics): void {
  fastify.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unrouted';
    metrics.requests.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });
}
