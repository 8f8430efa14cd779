import { asBytes, concatBytes, equalBytes, fromHex, latin1Text, sha256 } from '#crypto';
import { EvidenceFault } from './faults.js';
import { tokenFile } from './manifest.js';

// RFC 3161: SHA-256 as an algorithm with its NULL, and an octet string of 32 bytes; SHA-256 without NULL is allowed as well.
const imprints = ['300d06096086480165030402010500', '300b0609608648016503040201'].map((algorithm) => fromHex(`${algorithm}0420`));
const GENERALIZED_TIME = 0x18;

/**
 * Checks that an answer of a timestamp authority speaks of this text, and reads the time that it states. Its signature is for
 * `openssl ts -verify`, with the authority's certificate. Throws EvidenceFault `timestamp-other`.
 */
export function readTimestamp(answer: Uint8Array, text: Uint8Array): string {
  const digest = sha256(text);
  const wanted = imprints.map((prefix) => concatBytes([prefix, digest]));
  const all = latin1Text(answer);
  for (const imprint of wanted) {
    const found = all.indexOf(latin1Text(imprint));
    const end = found + imprint.length;
    if (found < 0 || !equalBytes(answer.subarray(found, end), imprint)) continue;
    // After the imprint come the serial number (an INTEGER) and the time.
    const time = end + 2 + (answer[end + 1] ?? 0);
    const length = answer[time + 1] ?? 0;
    const stated = latin1Text(asBytes(answer).subarray(time + 2, time + 2 + length));
    const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/.exec(stated) ?? [];
    if (answer[end] === 0x02 && answer[time] === GENERALIZED_TIME && y !== undefined) {
      return `${y}-${mo}-${d}T${h}:${mi}:${s}Z`;
    }
  }
  throw new EvidenceFault('timestamp-other', tokenFile);
}
