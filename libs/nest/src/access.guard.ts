import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { answersAgain, idempotencyHeader, idempotencyKeySchema, refuse, type Route } from '#contracts';
import { sha256Hex } from '#crypto';
import { Authenticate, type Intent } from '#exchange';
import { routeOf, type AuthenticatedRequest } from './serve.js';

/** The name of the session cookie; with TLS it carries the `__Host-` prefix, which browsers bind to this host. */
export const sessionCookie = { plain: 'quanlian_session', secure: '__Host-quanlian_session' } as const;

/**
 * Denies first: a route is served to whom its access names, and every handler has a route. Cookies are believed only together with a
 * header that other sites cannot set and a site that is ours (SameSite=Strict besides), so a foreign page cannot act for a person.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(@Inject(Authenticate) private readonly authenticate: Authenticate) {}

  /** Throws Refusal not-logged-in, bad-origin, not-allowed, unknown. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const route = routeOf(context);
    if (route.access === 'public') return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const department = request.headers['x-quanlian-department'];
    const secret = secretOf(request, route.method !== 'GET');
    if (secret === undefined) throw refuse('not-logged-in');
    request.call = await this.authenticate.execute(secret, typeof department === 'string' ? department : undefined);
    const { roles } = request.call.actor;
    if (route.access !== 'person' && !route.access.some((role) => roles.includes(role))) throw refuse('not-allowed');
    const intent = intentOf(route, request);
    if (intent) request.call = { ...request.call, actor: { ...request.call.actor, intent } };
    return true;
  }
}

/**
 * The secret of the token or session that a request shows, undefined when it shows none. `changes`: the request is to change something.
 * Throws Refusal not-logged-in for a token that cannot be one, bad-origin for a cookie that another site made a browser send.
 */
export function secretOf(request: AuthenticatedRequest, changes: boolean): string | undefined {
  return bearerOf(request) ?? cookieOf(request, changes);
}

function bearerOf(request: AuthenticatedRequest): string | undefined {
  const header = request.headers.authorization;
  const match = header === undefined ? undefined : /^Bearer ([A-Za-z0-9_-]{43})$/.exec(header);
  if (header !== undefined && !match) throw refuse('not-logged-in');
  return match?.[1];
}

function cookieOf(request: AuthenticatedRequest, changes: boolean): string | undefined {
  const secret = request.cookies[sessionCookie.secure] ?? request.cookies[sessionCookie.plain];
  if (secret === undefined) return undefined;
  const site = request.headers['sec-fetch-site'];
  const isForeign = site !== undefined && site !== 'same-origin' && site !== 'none';
  if (isForeign || (changes && request.headers['x-quanlian-request'] !== '1')) throw refuse('bad-origin');
  return secret;
}

/** What the caller says that this call is to make. Throws Refusal bad-input for a key that is none. */
function intentOf(route: Route, request: AuthenticatedRequest): Intent | undefined {
  const key = request.headers[idempotencyHeader];
  if (key === undefined || !answersAgain(route)) return undefined;
  const id = idempotencyKeySchema.safeParse(key);
  if (!id.success) throw refuse('bad-input', { field: idempotencyHeader }, { field: idempotencyHeader });
  const asked = JSON.stringify([route.method, route.path, request.params, withoutPassword(request.body)]);
  return { id: id.data, digest: sha256Hex(asked) };
}

// The digest is kept beside the proposal: with the password in it, it would let whoever reads the database try passwords.
function withoutPassword(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('password' in body)) return body ?? {};
  const { password: _, ...rest } = body;
  return rest;
}
