import { canonicalText, jcsBytes, type CanonicalValue } from './canonical.js';

/** The canonical UTF-8 bytes of a value, as a Buffer. RFC 8785 narrowed; throws `CanonicalError`. docs/formats/canonical-json.md. */
export function encodeCanonical(value: CanonicalValue): Buffer {
  return Buffer.from(canonicalText(value), 'utf8');
}

/** Full RFC 8785, floats and null included: for documents that others define, never for what we sign. */
export function encodeJcs(value: unknown): Buffer {
  const bytes = jcsBytes(value);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
