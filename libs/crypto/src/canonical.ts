import { CryptoError } from './errors.js';

// Runs in the browser as well as in Node: no import from Node, no Buffer.

/** What may stand in signed bytes: docs/formats/canonical-json.md. No null, no float, no undefined. */
export type CanonicalValue = string | number | boolean | readonly CanonicalValue[] | { readonly [key: string]: CanonicalValue };

export type CanonicalCode =
  | 'canonical-null'
  | 'canonical-undefined'
  | 'canonical-number-not-integer'
  | 'canonical-number-too-large'
  | 'canonical-lone-surrogate'
  | 'canonical-key-not-ascii'
  | 'canonical-type-unknown'
  | 'canonical-too-deep'
  | 'canonical-too-long'
  | 'canonical-not-utf8'
  | 'canonical-not-json'
  | 'canonical-bytes-differ';

/** `path` is a JSON pointer (RFC 6901) to the value at fault; the empty string is the whole document. */
export class CanonicalError extends CryptoError<CanonicalCode> {
  readonly path: string;

  constructor(code: CanonicalCode, path: string, message: string) {
    super(code, path === '' ? message : `${message} at ${path}`);
    this.path = path;
  }
}

/** Levels of arrays and objects inside each other. Deep enough for any row scope, far from any stack's end. */
export const CANONICAL_MAX_DEPTH = 64;

/** The most bytes of one statement (ARCHITECTURE §5). */
export const STATEMENT_MAX_BYTES = 32_768;

// Full RFC 8785 input may nest deeper than our own documents do; this only keeps a hostile one from overflowing the stack.
const JCS_MAX_DEPTH = 1_000;

const SURROGATE = /[\ud800-\udfff]/;
const LONE_SURROGATE = /[\ud800-\udfff]/u;
const NOT_ASCII = /[^\0-\x7f]/;
// A name as every document of ours has them: nothing in it needs an escape.
const PLAIN_KEY = /^[A-Za-z0-9_-]+$/;

const encoder = new TextEncoder();
// fatal: an invalid sequence is refused instead of becoming U+FFFD; ignoreBOM: a BOM is kept, so that it is seen and refused.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The canonical text of a value: RFC 8785 narrowed to what we sign. Throws `CanonicalError` naming the first value at fault.
 * An object's key with the value undefined is an error, never left out: a field forgotten must not change what is signed.
 */
export function canonicalText(value: CanonicalValue): string {
  return write(value, [], OURS);
}

/** The canonical UTF-8 bytes of a value. RFC 8785; docs/formats/canonical-json.md. */
export function canonicalBytes(value: CanonicalValue): Uint8Array {
  return encoder.encode(canonicalText(value));
}

/** Full RFC 8785 (floats and null too): for documents that others define. What we sign goes through `canonicalText`. */
export function jcsBytes(value: unknown): Uint8Array {
  return encoder.encode(write(value, [], RFC_8785));
}

/**
 * Reads canonical bytes back. Refuses every input whose bytes are not exactly the canonical form of what they say: white space,
 * duplicate or unsorted keys, other spellings of numbers and escapes, a BOM, invalid UTF-8, more than `maxBytes`.
 */
export function decodeCanonical(bytes: Uint8Array, maxBytes: number = STATEMENT_MAX_BYTES): CanonicalValue {
  if (bytes.length > maxBytes) {
    throw new CanonicalError('canonical-too-long', '', `${bytes.length} bytes, at most ${maxBytes} are allowed`);
  }
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw new CanonicalError('canonical-not-utf8', '', 'The bytes are not valid UTF-8');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CanonicalError('canonical-not-json', '', 'The text is not JSON');
  }
  if (!text.includes(ESCAPED_SURROGATE) && isInOrder(value, CANONICAL_MAX_DEPTH) && JSON.stringify(value) === text) {
    return value as CanonicalValue;
  }
  // Valid UTF-8 and text are one to one, so comparing text is comparing bytes. A duplicate key shows here too: the parser keeps
  // the last one and the text written from it is shorter.
  if (write(value, [], OURS) !== text) {
    throw new CanonicalError('canonical-bytes-differ', '', 'The bytes are not the canonical form of what they say');
  }
  return value as CanonicalValue;
}

/** What JSON.stringify writes for half of a surrogate pair, and for nothing else. */
const ESCAPED_SURROGATE = String.raw`\ud`;

/**
 * Whether a value that JSON.parse answered holds only what we sign, with every object's keys in order. ECMAScript's spelling of it is then
 * the canonical one, and several times as fast to write as ours. Says nothing of strings. What is not in order is told, with its place, by
 * `write`.
 */
function isInOrder(value: unknown, levels: number): boolean {
  if (typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isSafeInteger(value);
  if (value === null || typeof value !== 'object' || levels === 0) return false;
  if (Array.isArray(value)) {
    for (const inner of value) if (!isInOrder(inner, levels - 1)) return false;
    return true;
  }
  const object = value as Readonly<Record<string, unknown>>;
  let before: string | undefined;
  for (const key of Object.keys(object)) {
    if ((before !== undefined && key <= before) || NOT_ASCII.test(key) || !isInOrder(object[key], levels - 1)) return false;
    before = key;
  }
  return true;
}

interface Rules {
  readonly maxDepth: number;
  readonly everyNumberAndNull: boolean;
  readonly everyKey: boolean;
}
const OURS: Rules = { maxDepth: CANONICAL_MAX_DEPTH, everyNumberAndNull: false, everyKey: false };
const RFC_8785: Rules = { maxDepth: JCS_MAX_DEPTH, everyNumberAndNull: true, everyKey: true };

type Path = (string | number)[];

function fail(code: CanonicalCode, path: Path, message: string): never {
  const pointer = path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  throw new CanonicalError(code, pointer, message);
}

// `path` is one array for the whole walk, pushed and popped: naming the place costs nothing until something is wrong.
function write(value: unknown, path: Path, rules: Rules): string {
  switch (typeof value) {
    case 'string':
      return writeString(value, path);
    case 'number':
      return writeNumber(value, path, rules);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'undefined':
      return fail('canonical-undefined', path, 'A value is missing (undefined)');
    case 'object':
      break;
    default:
      return fail('canonical-type-unknown', path, `A ${typeof value} has no canonical form`);
  }
  if (value === null) {
    return rules.everyNumberAndNull ? 'null' : fail('canonical-null', path, 'null is not allowed');
  }
  // A cycle ends here as well.
  if (path.length >= rules.maxDepth) fail('canonical-too-deep', path.slice(0, 8), `More than ${rules.maxDepth} levels`);
  return Array.isArray(value) ? writeArray(value, path, rules) : writeObject(value, path, rules);
}

function writeString(value: string, path: Path): string {
  // The plain test first: texts with any surrogate at all are rare, and a regular expression with /u is slow.
  if (SURROGATE.test(value) && LONE_SURROGATE.test(value)) {
    fail('canonical-lone-surrogate', path, 'Half of a surrogate pair stands alone');
  }
  // ECMAScript's escapes are those that RFC 8785 §3.2.2.2 asks for.
  return JSON.stringify(value);
}

function writeNumber(value: number, path: Path, rules: Rules): string {
  if (!Number.isFinite(value)) fail('canonical-number-not-integer', path, 'NaN and infinities are not numbers of JSON');
  if (!rules.everyNumberAndNull) {
    if (!Number.isInteger(value)) fail('canonical-number-not-integer', path, 'Numbers are integers');
    if (!Number.isSafeInteger(value)) fail('canonical-number-too-large', path, 'Integers beyond 2^53-1 are digit strings');
  }
  // ECMAScript's own spelling is that of RFC 8785 §3.2.2.3; minus zero becomes 0.
  return String(value);
}

function writeArray(value: readonly unknown[], path: Path, rules: Rules): string {
  let text = '[';
  for (let i = 0; i < value.length; i++) {
    path.push(i);
    text += (i === 0 ? '' : ',') + write(value[i], path, rules);
    path.pop();
  }
  return text + ']';
}

function writeObject(value: object, path: Path, rules: Rules): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  // A Date, a Map or a Buffer would silently become something else.
  if (prototype !== null && prototype !== Object.prototype && Object.getPrototypeOf(prototype) !== null) {
    fail('canonical-type-unknown', path, 'Only plain objects have a canonical form');
  }
  if (Object.getOwnPropertySymbols(value).length > 0) fail('canonical-type-unknown', path, 'A key is a symbol');
  const object = value as Record<string, unknown>;
  // The default sort compares UTF-16 code units, as RFC 8785 §3.2.3 asks.
  const keys = Object.keys(object).sort();
  let text = '{';
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    path.push(key);
    text += (i === 0 ? '' : ',') + writeKey(key, path, rules) + ':' + write(object[key], path, rules);
    path.pop();
  }
  return text + '}';
}

function writeKey(key: string, path: Path, rules: Rules): string {
  if (PLAIN_KEY.test(key)) return `"${key}"`;
  if (!rules.everyKey && NOT_ASCII.test(key)) fail('canonical-key-not-ascii', path, 'Keys are ASCII');
  return writeString(key, path);
}
