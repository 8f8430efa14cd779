import type { ArrivalLimits } from '#exchange';

/** What the API needs to know of how it is run. */
export interface ApiSettings {
  /** People reach it by https: cookies are marked so. */
  readonly isSecure: boolean;
  readonly version: string;
  /** What may be on its way in, and for how long. */
  readonly arrivals: ArrivalLimits;
}

export const SETTINGS = Symbol('settings');
export const CONTEXT = Symbol('context');
export const DATA_PLANE = Symbol('data plane');
export const DATABASE = Symbol('database');
export const AUDIT_LOG = Symbol('audit log');
export const GATE = Symbol('gate');
export const POLICY = Symbol('witness policy');
export const QUEUE = Symbol('queue');
export const LOG = Symbol('log');
