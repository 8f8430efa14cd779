import { answersAgain, idempotencyHeader, idempotencyKeySchema, problemSchema, routes, type Route } from '#contracts';
import { z } from 'zod';

type JsonObject = Record<string, unknown>;

/** The OpenAPI 3.1 document of the API, made from the contract alone. */
export function openApiDocument(version: string): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const [name, route] of Object.entries(routes) as [string, Route][]) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[route.method.toLowerCase()] = operation(name, route);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Quanlian 权链',
      version,
      description: 'Departments share data under rights that anyone can check. 部门在人人可验证的权利之下共享数据。',
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { session: [] }],
    tags: [...new Set(Object.values(routes as Record<string, Route>).map((route) => route.tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'quanlian_session' },
      },
      schemas: { Problem: schemaOf(problemSchema, 'output') },
    },
  };
}

function operation(name: string, route: Route): JsonObject {
  const status = String(route.status ?? 200);
  const answer = route.response
    ? { 'application/json': { schema: schemaOf(route.response, 'output') } }
    : route.produces === undefined
      ? undefined
      : { [route.produces]: { schema: { type: 'string' } } };
  const body = route.body
    ? { 'application/json': { schema: schemaOf(route.body, 'input') } }
    : route.consumes === undefined
      ? undefined
      : { [route.consumes]: { schema: { type: 'string', format: 'binary' } } };
  return {
    operationId: name,
    tags: [route.tag],
    summary: `${route.summary.en} · ${route.summary.zh}`,
    ...(typeof route.access === 'string' ? {} : { description: `Roles: ${route.access.join(', ')}` }),
    ...(route.access === 'public' ? { security: [] } : {}),
    parameters: [
      ...parameters(route.params, 'path'),
      ...parameters(route.query, 'query'),
      ...(answersAgain(route) ? [idempotencyParameter] : []),
    ],
    ...(body ? { requestBody: { required: true, content: body } } : {}),
    responses: {
      [status]: { description: route.summary.en, ...(answer ? { content: answer } : {}) },
      default: {
        description: 'A refusal',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function parameters(schema: z.ZodType | undefined, place: 'path' | 'query'): JsonObject[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, JsonObject>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
  // Custom checks (a whole statement) have no JSON Schema; they show as anything, and the description names them.
  const { $schema: _, ...document } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }) as JsonObject;
  return document;
}

const idempotencyParameter: JsonObject = {
  name: idempotencyHeader,
  in: 'header',
  required: false,
  description: 'Made up once for one act and sent with each try: the statement’s id, so that it is done once.',
  schema: schemaOf(idempotencyKeySchema, 'input'),
};
