import { looseBase64, toBase64, toBase64Url, type Bytes } from '#platform';

/**
 * Decodes standard base64 with padding (RFC 4648 §4), of exactly `sizeBytes` bytes. Answers undefined for anything that is not
 * the one spelling of its bytes, so that two texts never mean one key or one signature.
 */
export function decodeBase64(text: string, sizeBytes: number): Bytes | undefined {
  if (typeof text !== 'string' || text.length !== Math.ceil(sizeBytes / 3) * 4) return undefined;
  const bytes = looseBase64(text, 'base64');
  return bytes.length === sizeBytes && toBase64(bytes) === text ? bytes : undefined;
}

/** The same for base64url without padding (RFC 4648 §5). */
export function decodeBase64Url(text: string, sizeBytes: number): Bytes | undefined {
  if (typeof text !== 'string' || text.length !== Math.ceil((sizeBytes * 4) / 3)) return undefined;
  const bytes = looseBase64(text, 'base64url');
  return bytes.length === sizeBytes && toBase64Url(bytes) === text ? bytes : undefined;
}
