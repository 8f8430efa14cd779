import { refuse } from '#contracts';

/** A stretch of bytes to send, both ends included. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly isPartial: boolean;
}

/**
 * Reads Range and If-Range (RFC 9110 §14.2, §13.1.5) for one stretch. Several ranges, another unit or a changed ETag give the whole, as
 * the RFC allows. Throws Refusal range-not-satisfiable.
 */
export function readRange(
  headers: { range?: string | undefined; 'if-range'?: string | undefined },
  sizeBytes: number,
  etag: string,
): Stretch {
  const whole = { start: 0, end: sizeBytes - 1, isPartial: false };
  const match = headers.range === undefined ? null : /^bytes=(\d*)-(\d*)$/.exec(headers.range.trim());
  if (!match || (match[1] === '' && match[2] === '')) return whole;
  if (headers['if-range'] !== undefined && headers['if-range'] !== etag) return whole;
  const first = match[1] === '' ? undefined : Number(match[1]);
  const second = match[2] === '' ? undefined : Number(match[2]);
  const start = first ?? Math.max(0, sizeBytes - (second ?? 0));
  const end = first === undefined ? sizeBytes - 1 : Math.min(second ?? sizeBytes - 1, sizeBytes - 1);
  if (start >= sizeBytes || start > end) throw refuse('range-not-satisfiable', { sizeBytes });
  return { start, end, isPartial: true };
}
