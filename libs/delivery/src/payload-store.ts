import type { Readable } from 'node:stream';

/** A stretch of bytes, both ends included, as in HTTP's Range. */
export interface ByteRange {
  readonly start?: number;
  readonly end?: number;
}

/** What a store says of a name that it does not hold. */
export class PayloadMissing extends Error {
  override readonly name = 'PayloadMissing';
}

/**
 * Where encrypted objects lie: parts of versions, payloads of deliveries. Names are random ids that the product chose, never text
 * that a user sent. An object is there whole or not at all.
 */
export interface PayloadStore {
  /** Keeps everything that the source gives, durable when it returns. A name is used once; a second put of it throws. */
  put(name: string, source: AsyncIterable<Uint8Array>): Promise<{ sizeBytes: number }>;
  /** Reads an object or a stretch of it. The stream fails with `PayloadMissing` when there is none. */
  read(name: string, range?: ByteRange): Readable;
  /** The object's size in bytes. Throws `PayloadMissing`. */
  size(name: string): Promise<number>;
  /** Forgets an object, and what an interrupted put of that name left. Removing what is not there is no error. */
  remove(name: string): Promise<void>;
  /** Names that begin with the prefix, in order. What an interrupted put left is not among them. */
  list(prefix: string): AsyncIterable<string>;
}

const NAME = /^[0-9a-z][0-9a-z.-]{7,127}$/;

/** Throws unless a name is one that the product made: lowercase letters, digits, `-` and `.`, no path. */
export function checkPayloadName(name: string): void {
  if (!NAME.test(name) || name.includes('..')) throw new Error('A payload name is a random id of 8 to 128 characters');
}
