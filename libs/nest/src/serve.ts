import {
  applyDecorators,
  createParamDecorator,
  HttpCode,
  RequestMapping,
  RequestMethod,
  SetMetadata,
  type ExecutionContext,
} from '@nestjs/common';
import { refuse, type Given, type Route } from '#contracts';
import type { Actor, Authenticate } from '#exchange';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';

/** The route that a handler serves, for guard, validation and OpenAPI. */
export const routeKey = Symbol('route');

/** What the guard found out about a caller. */
export interface Call {
  readonly actor: Actor;
  readonly credential: Awaited<ReturnType<Authenticate['execute']>>['credential'];
}
export type AuthenticatedRequest = FastifyRequest & { call?: Call };

const methods = {
  GET: RequestMethod.GET,
  HEAD: RequestMethod.HEAD,
  POST: RequestMethod.POST,
  PUT: RequestMethod.PUT,
  PATCH: RequestMethod.PATCH,
  DELETE: RequestMethod.DELETE,
};

/** Makes a method serve a route of the contract: method, path, status, and through them access and validation. */
export function Serves(route: Route): MethodDecorator {
  return applyDecorators(
    RequestMapping({ path: route.path, method: methods[route.method] }),
    HttpCode(route.status ?? 200),
    SetMetadata(routeKey, route),
  );
}

export function routeOf(context: ExecutionContext): Route {
  const route = Reflect.getMetadata(routeKey, context.getHandler()) as Route | undefined;
  // A handler that names no route would be served unguarded: that is a bug, and nothing is served.
  if (!route) throw new Error(`${context.getClass().name}.${context.getHandler().name} serves no route`);
  return route;
}

/** The request's parts, each read by the route's schema. Throws Refusal bad-input naming the field. */
export const Sent = createParamDecorator((_: unknown, context: ExecutionContext): Given<Route> => {
  const route = routeOf(context);
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  return {
    params: read(route.params, request.params, 'params'),
    query: read(route.query, request.query, 'query'),
    body: route.consumes === undefined ? read(route.body, request.body, 'body') : undefined,
  };
});

/** Who calls. Only on routes that are not public. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const { call } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (!call) throw refuse('not-logged-in');
  return call.actor;
});

function read(schema: z.ZodType | undefined, value: unknown, part: string): unknown {
  if (!schema) return undefined;
  const parsed = schema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.slice(0, 20).map((issue) => {
    const path = issue.path.map(String).join('.');
    const field = part === 'body' ? path || part : `${part}.${path}`;
    if (issue.message === 'bad-uscc')
      return refuse('bad-uscc', { code: String(valueAt(value, issue.path)).slice(0, 32) }, { field });
    return refuse('bad-input', { field: `${field} (${issue.message})` }, { field });
  });
  throw faults.length === 1 && faults[0] ? faults[0] : refuse('bad-input', faults[0]?.details, faults[0]?.at, faults);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at: unknown = value;
  for (const key of path) at = (at as Record<PropertyKey, unknown> | undefined)?.[key];
  return at;
}
