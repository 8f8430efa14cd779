import type { NoticeView } from '#contracts';

/** Where what a notice tells of is to be seen; undefined when it is about nothing in particular. */
export function noticePath({ kind, subject }: Pick<NoticeView, 'kind' | 'subject'>): string | undefined {
  if (subject === undefined) return undefined;
  // The provider reviews these; of what it answers the requesting side is told.
  if (kind === 'request.submitted' || kind === 'request.supplemented') return `/inbox/requests/${subject}`;
  if (kind.startsWith('request.')) return `/requests/${subject}`;
  if (kind.startsWith('right.')) return `/rights/${subject}`;
  if (kind.startsWith('delivery.') || kind.startsWith('pull.') || kind === 'receipt-missing') return `/deliveries/${subject}`;
  return `/trail?subject=${subject}`;
}
