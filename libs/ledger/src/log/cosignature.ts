import { utf8Bytes, type Bytes } from '#crypto';

// cosignature/v1 of C2SP: a witness says that, at a time, the tree of this text was the largest consistent one that it knew.

const TIME_BYTES = 8;

/** The bytes that a witness signs. They do not name the witness, so one key never serves two. */
export function cosignedBytes(text: string, timeSeconds: number): Bytes {
  return utf8Bytes(`cosignature/v1\ntime ${timeSeconds}\n${text}`);
}

/** The time before the 64 bytes of a cosignature. Undefined when it is 0, which says nothing, or beyond 2^53 − 1. */
export function timeOf(signature: Uint8Array): number | undefined {
  if (signature.length !== TIME_BYTES + 64) return undefined;
  const time = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
  return time > 0n && time <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(time) : undefined;
}

/** 64 bits, big-endian. */
export function encodeTime(timeSeconds: number): Uint8Array {
  const bytes = new Uint8Array(TIME_BYTES);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(timeSeconds));
  return bytes;
}
