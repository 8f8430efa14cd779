import type { z } from 'zod';
import type { Role } from '../vocabulary.js';

/** Who may call: everybody, anybody logged in, or holders of one of these roles in the department they act for. */
export type Access = 'public' | 'person' | readonly Role[];

/** One operation of the HTTP API. Validation, OpenAPI and the typed client are all made from it. */
export interface Route<
  P extends z.ZodType | undefined = z.ZodType | undefined,
  Q extends z.ZodType | undefined = z.ZodType | undefined,
  B extends z.ZodType | undefined = z.ZodType | undefined,
  R extends z.ZodType | undefined = z.ZodType | undefined,
> {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `:name` for each parameter. */
  readonly path: string;
  readonly access: Access;
  readonly tag: string;
  readonly summary: { readonly zh: string; readonly en: string };
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** JSON answer; left out where the answer is a stream or a page, which `produces` then names. */
  readonly response?: R;
  readonly status?: number;
  /** Media type of a body that is not JSON: it is streamed, never held in memory. */
  readonly consumes?: string;
  readonly produces?: string;
}

/** Keeps the literal types of a route's schemas. */
export function route<
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
  R extends z.ZodType | undefined = undefined,
>(definition: Route<P, Q, B, R>): Route<P, Q, B, R> {
  return definition;
}

// An optional property's type includes undefined, so "has it a schema" asks whether anything else is left.
type Has<S> = [S] extends [undefined] ? false : true;
type Out<S> = Has<S> extends true ? z.output<Extract<S, z.ZodType>> : undefined;
type In<S> = z.input<Extract<S, z.ZodType>>;

/** What a controller's method receives: each part checked. */
export interface Given<T extends Route> {
  readonly params: Out<T['params']>;
  readonly query: Out<T['query']>;
  readonly body: Out<T['body']>;
}
/** What a caller sends; parts that a route has not are left out. */
export type Sent<T extends Route> = (Has<T['params']> extends true ? { params: In<T['params']> } : unknown) &
  (Has<T['query']> extends true ? { query?: In<T['query']> } : unknown) &
  (Has<T['body']> extends true ? { body: In<T['body']> } : unknown);
export type Answer<T extends Route> = Has<T['response']> extends true ? z.output<Extract<T['response'], z.ZodType>> : void;
