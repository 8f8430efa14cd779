import { asBytes, utf8Bytes, type Bytes } from '#platform';
import { canonicalText, jcsBytes, type CanonicalValue } from './canonical.js';

/** The canonical UTF-8 bytes of a value. RFC 8785 narrowed; throws `CanonicalError`. docs/formats/canonical-json.md. */
export function encodeCanonical(value: CanonicalValue): Bytes {
  return utf8Bytes(canonicalText(value));
}

/** Full RFC 8785, floats and null included: for documents that others define, never for what we sign. */
export function encodeJcs(value: unknown): Bytes {
  return asBytes(jcsBytes(value));
}
