import { concatBytes, fromHex, latin1Text, sha256 } from '#crypto';
import { EvidenceFault } from './faults.js';
import { tokenFile } from './manifest.js';
import { readTimestamp } from './timestamp.js';

export const TIMESTAMP_NONCE_BYTES = 8;

// RFC 3161 §2.4.1 in DER. The lengths are fixed, for every part has one size: version 1, SHA-256 as algorithm with its NULL, the digest,
// the nonce as a positive integer (a zero before eight bytes of which the first is 128 or more), and the wish for the certificate.
const head = fromHex('304402010130 31300d06096086480165030402010500 0420'.replaceAll(' ', ''));
const nonceHead = fromHex('020900');
const certificateWanted = fromHex('0101ff');

/** What a timestamp authority is asked: the time of a text's SHA-256. `nonce`: random, so that no old answer passes for a new one. */
export function encodeTimestampRequest(text: Uint8Array, nonce: Uint8Array): Uint8Array {
  return concatBytes([head, sha256(text), nonceHead, positive(nonce), certificateWanted]);
}

/**
 * Reads an authority's answer to a request just made: it grants, carries the nonce and speaks of the text; answers the time that it states.
 * Its signature is for `openssl ts -verify`, with the authority's certificate. Throws EvidenceFault `timestamp-other`.
 */
export function openTimestampAnswer(answer: Uint8Array, text: Uint8Array, nonce: Uint8Array): string {
  const carried = latin1Text(concatBytes([nonceHead, positive(nonce)]));
  if (!isGranted(answer) || !latin1Text(answer).includes(carried)) throw new EvidenceFault('timestamp-other', tokenFile);
  return readTimestamp(answer, text);
}

function positive(nonce: Uint8Array): Uint8Array {
  if (nonce.length !== TIMESTAMP_NONCE_BYTES) throw new Error(`A nonce has ${TIMESTAMP_NONCE_BYTES} bytes`);
  const [first = 0, ...rest] = nonce;
  return Uint8Array.of(first | 0x80, ...rest);
}

/** PKIStatusInfo begins the answer; 0 is granted, 1 granted with changes. */
function isGranted(answer: Uint8Array): boolean {
  const [outer, length = 0] = answer;
  const status = 2 + (length & 0x80 ? length & 0x7f : 0);
  const [inner, , type, size, value = 255] = answer.subarray(status);
  return outer === 0x30 && inner === 0x30 && type === 0x02 && size === 1 && value <= 1;
}
