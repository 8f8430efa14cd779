// The same admission as a route of a contract, served as the API serves all of its own: guard, validation of body and answer, once-only
// interceptor, refusal filter, headers, metrics.
import 'reflect-metadata';
import cookie from '@fastify/cookie';
import { Controller, Module } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { route, statementSignatureSchema, type Given } from '#contracts';
import { Authenticate, ReadProposals } from '#exchange';
import { AccessGuard, AnswerInterceptor, Metrics, OnceInterceptor, RefusalFilter, Sent, Serves } from '#nest';
import { isOutage } from '#postgres';
import { adapterOf, measure, secure } from '../../../apps/api/src/server.js';
import { openAdmission, path, tellPort } from './admission.js';

const admit = await openAdmission();
const statements = route({
  method: 'POST',
  path,
  access: 'public',
  tag: 'ledger',
  summary: { zh: '受理', en: 'Admit' },
  body: z.strictObject({ statement: z.string().max(32_768), signatures: z.array(statementSignatureSchema).min(1).max(16) }),
  response: z.object({
    statement: z.string(),
    digest: z.string(),
    admittedAt: z.string(),
    sealBy: z.string(),
    keyId: z.string(),
    signature: z.string(),
  }),
});

@Controller()
class StatementsController {
  @Serves(statements)
  admit(@Sent() { body }: Given<typeof statements>) {
    return admit(body);
  }
}

// Nobody logs in here, so the guard and the interceptor ask these for nothing.
const nobody = {};

@Module({
  controllers: [StatementsController],
  providers: [
    { provide: Authenticate, useValue: nobody },
    { provide: ReadProposals, useValue: nobody },
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_INTERCEPTOR, useClass: AnswerInterceptor },
    { provide: APP_INTERCEPTOR, useClass: OnceInterceptor },
  ],
})
class BenchModule {}

const app = await NestFactory.create<NestFastifyApplication>(BenchModule, adapterOf({ trustedProxies: [] }), {
  logger: ['error', 'warn'],
});
const fastify = app.getHttpAdapter().getInstance();
await fastify.register(cookie as never);
app.useGlobalFilters(
  new RefusalFilter(
    (incident, error) => console.error(incident, error),
    () => {},
    isOutage,
  ),
);
secure(fastify, false);
measure(fastify, new Metrics());
await app.listen(0, '127.0.0.1');
tellPort((app.getHttpServer().address() as AddressInfo).port);
