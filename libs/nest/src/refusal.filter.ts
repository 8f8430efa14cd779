import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { refuse, Refusal } from '#contracts';
import { randomId } from '#crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Refusals of authenticated and other callers go to an ordinary audit log; only refused pulls are in the trail (promise 10). */
export type RefusalLog = (refused: {
  code: string;
  status: number;
  method: string;
  path: string;
  person?: string;
  department?: string;
}) => void;

const fastifyCodes: Record<string, () => Refusal> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => refuse('wrong-media-type'),
  FST_ERR_CTP_BODY_TOO_LARGE: () => refuse('too-large', { limit: 1_048_576 }),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => refuse('bad-json'),
  FST_ERR_CTP_INVALID_JSON_BODY: () => refuse('bad-json'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => refuse('bad-input', { field: 'content-length' }),
};

/** What the framework itself says no to. */
const httpRefusals: Record<number, () => Refusal> = {
  400: () => refuse('bad-json'),
  404: () => refuse('unknown'),
  413: () => refuse('too-large', { limit: 1_048_576 }),
  415: () => refuse('wrong-media-type'),
};

/** Turns whatever was thrown into a problem document (RFC 9457). What is not a refusal is a bug: it gets a number, and the log the rest. */
@Catch()
export class RefusalFilter implements ExceptionFilter {
  constructor(
    private readonly logBug: (incident: string, error: unknown) => void,
    private readonly logRefusal: RefusalLog,
    /** Tells that the database was away: nothing was done, and the same call works later. */
    private readonly isOutage: (error: unknown) => boolean,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest & { call?: { actor: { person: string; department: string } } }>();
    const reply = http.getResponse<FastifyReply>();
    const refusal = this.refusalOf(error);
    const { code, status } = refusal;
    if (status >= 400 && status < 500) {
      const actor = request.call?.actor;
      const path = request.routeOptions.url ?? 'unrouted';
      this.logRefusal({
        code,
        status,
        method: request.method,
        path,
        ...(actor ? { person: actor.person, department: actor.department } : {}),
      });
    }
    // An answer that already began cannot be taken back; cutting the connection tells the client that it is not whole.
    if (reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    if (status === 429 && typeof refusal.details['seconds'] === 'number')
      void reply.header('retry-after', refusal.details['seconds']);
    if (status === 503) void reply.header('retry-after', 1);
    void reply.status(status).type('application/problem+json; charset=utf-8').send(JSON.stringify(refusal.toProblem()));
  }

  /** What to say of an error. One that nobody expected is kept in the log under the number that is told. */
  refusalOf(error: unknown): Refusal {
    if (error instanceof Refusal) {
      // Why the exchange could not do its part, such as what a database said that refuses us: the caller is not told, the operator is.
      if (error.status >= 500 && error.cause !== undefined) this.logBug(error.code, error.cause);
      return error;
    }
    const code = (error as { code?: unknown } | undefined)?.code;
    const known = typeof code === 'string' ? fastifyCodes[code] : undefined;
    if (known) return known();
    if (error instanceof SyntaxError && (error as { statusCode?: number }).statusCode === 400) return refuse('bad-json');
    const byStatus = error instanceof HttpException ? httpRefusals[error.getStatus()] : undefined;
    if (byStatus) return byStatus();
    if (code === diskFull) {
      this.logBug('disk', error);
      return refuse('disk-full');
    }
    if (this.isOutage(error)) {
      this.logBug('database', error);
      return refuse('unavailable');
    }
    const incident = randomId().slice(0, 12);
    this.logBug(incident, error);
    return refuse('internal', { incident });
  }
}

/** What PostgreSQL says when there is no room for what it should write (SQLSTATE). The statement was undone. */
const diskFull = '53100';
