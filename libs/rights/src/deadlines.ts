import { Refusal, type DatasetEntry } from '#contracts';
import { civilDate } from './civil-date.js';
import { addWorkingDays, countWorkingDays, workingDaysLeft, type WorkingCalendar } from './working-days.js';

/** The clocks of a jurisdiction, in working days. Local rules may be stricter, so every figure is a setting with a name. */
export interface DeadlineProfile {
  readonly name: string;
  /** Reply to a request (Art. 21). */
  readonly replyUnconditional: number;
  readonly replyConditional: number;
  /** At most this much more, with the competent department's consent. */
  readonly extension: number;
  /** Supply after consent (Art. 22). */
  readonly supply: number;
  /** Correction (Art. 26). */
  readonly correction: number;
  /** Updating an entry, and with consent (Art. 17). */
  readonly update: number;
  readonly updateExtension: number;
  /** The competent department's review (Art. 17). */
  readonly review: number;
  /** Whether the clock stands still between the notice of what is missing and its answer. The regulation does not say. */
  readonly supplementPauses: boolean;
}

/** 《政务数据共享条例》, State Council Decree 809. */
export const nationalDeadlines: DeadlineProfile = {
  name: 'national',
  replyUnconditional: 1,
  replyConditional: 10,
  extension: 10,
  supply: 20,
  correction: 10,
  update: 10,
  updateExtension: 5,
  review: 2,
  supplementPauses: false,
};

export interface RequestClock {
  readonly shareType: DatasetEntry['shareType'];
  /** Instants, UTC. Day 1 is the working day after the civil day of receipt. */
  readonly receivedAt: string;
  readonly supplementAskedAt?: string;
  readonly supplementedAt?: string;
  /** The competent department agreed to an extension. */
  readonly extended?: boolean;
  /** When the provider agreed. */
  readonly agreedAt?: string;
}

export interface DueDates {
  /** The last civil day on which the reply is in time; undefined while a paused clock waits for the supplement. */
  readonly reply?: string;
  /** The last day for supplying, once agreed. */
  readonly supply?: string;
}

/** When reply and supply are due. Throws Refusal `year-not-loaded` rather than count in a year without its notice. */
export function dueDates(profile: DeadlineProfile, calendar: WorkingCalendar, clock: RequestClock): DueDates {
  const base = clock.shareType === 'unconditional' ? profile.replyUnconditional : profile.replyConditional;
  const days = base + (clock.extended ? profile.extension : 0);
  const pause = profile.supplementPauses && clock.supplementAskedAt !== undefined ? pausedDays(calendar, clock) : 0;
  const reply = pause === undefined ? undefined : addWorkingDays(calendar, civilDate(clock.receivedAt), days + pause);
  const supply = clock.agreedAt === undefined ? undefined : addWorkingDays(calendar, civilDate(clock.agreedAt), profile.supply);
  return { ...(reply === undefined ? {} : { reply }), ...(supply === undefined ? {} : { supply }) };
}

function pausedDays(calendar: WorkingCalendar, { supplementAskedAt, supplementedAt }: RequestClock): number | undefined {
  if (supplementAskedAt === undefined) return 0;
  if (supplementedAt === undefined) return undefined;
  return countWorkingDays(calendar, civilDate(supplementAskedAt), civilDate(supplementedAt));
}

/** Last day of the other duties: counted from the civil day of what set them off. */
export function dutyDue(
  profile: DeadlineProfile,
  calendar: WorkingCalendar,
  duty: 'correction' | 'update' | 'review',
  since: string,
  extended = false,
): string {
  const extension = extended && duty === 'update' ? profile.updateExtension : 0;
  return addWorkingDays(calendar, civilDate(since), profile[duty] + extension);
}

/**
 * The reply's last day and the working days left, for a list. Both are left out when the calendar of a year that matters is not loaded:
 * a list shows no date rather than a wrong one, and need not fail whole. Everything else refuses (`year-not-loaded`).
 */
export function replyDue(
  calendar: WorkingCalendar,
  shareType: DatasetEntry['shareType'],
  receivedAt: string,
  now: string,
  profile: DeadlineProfile = nationalDeadlines,
): { due?: string; workingDaysLeft?: number } {
  try {
    const { reply } = dueDates(profile, calendar, { shareType, receivedAt });
    return reply === undefined ? {} : { due: reply, workingDaysLeft: workingDaysLeft(calendar, civilDate(now), reply) };
  } catch (error) {
    if (error instanceof Refusal && error.code === 'year-not-loaded') return {};
    throw error;
  }
}
