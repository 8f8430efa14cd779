import type { DatasetEntry } from '#contracts';

const dayMs = 86_400_000;

/** How many days may lie between two versions, by the entry's update cycle (编制指南); real time is judged as a day here. */
const cycleDays: Readonly<Record<DatasetEntry['updateCycle'], number>> = { '1': 1, '2': 1, '3': 7, '4': 31, '5': 92, '6': 366 };

/** Whole days since a version was published, and whether the next one is overdue. */
export function freshness(
  publishedAt: string,
  cycle: DatasetEntry['updateCycle'],
  now = Date.now(),
): { readonly days: number; readonly isOverdue: boolean } {
  const days = Math.floor((now - Date.parse(publishedAt)) / dayMs);
  return { days, isOverdue: days > cycleDays[cycle] };
}
