import type { States } from '#contracts';
import { pullsOnDay } from '../decide-pull.js';

type Right = States['right'];
type Delivery = States['delivery'];

/** Takes one pull, its day's place and the rows asked at most out of the quota. */
export function reserve(right: Right, day: string, rows: number): Right {
  return {
    ...right,
    usedPulls: right.usedPulls + 1,
    usedRows: right.usedRows + rows,
    day,
    dayPulls: pullsOnDay(right, day) + 1,
  };
}

/** Leaves only the rows that there really were. */
export function settle(right: Right, rowsAtMost: number, rows: number): Right {
  return { ...right, usedRows: right.usedRows - (rowsAtMost - rows) };
}

/** Whether a delivery counts against the quota: from its decision on, unless it ended before a byte was served. */
export function counts(delivery: Delivery): boolean {
  const hasEnded = delivery.state === 'failed' || delivery.state === 'cancelled';
  return delivery.decided !== undefined && !(hasEnded && delivery.servedBytes === 0);
}

/** The rows that a delivery takes of the quota while it counts: reserved, and once prepared the real ones. */
export function rowsOf(delivery: Delivery): number {
  return delivery.prepared?.rows ?? delivery.decided?.rowsAtMost ?? 0;
}

/**
 * The right after a delivery changed from `before` to `after`, when that makes it stop counting (ended unserved) or count again (bytes
 * served before the end were recorded after it). A day's place goes back only while that day is still the one being counted.
 */
export function recount(right: Right, before: Delivery, after: Delivery): Right {
  const change = Number(counts(after)) - Number(counts(before));
  if (change === 0) return right;
  const isSameDay = after.decided?.day === right.day;
  return {
    ...right,
    usedPulls: right.usedPulls + change,
    usedRows: right.usedRows + change * rowsOf(after),
    dayPulls: right.dayPulls + (isSameDay ? change : 0),
  };
}
