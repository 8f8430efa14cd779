import { usePick, useWords } from '../../lib/words';
import type { InboxEntry } from './inbox-list';
import { inboxWords } from './words';

/** What an entry of the inbox is about, in a line. */
export function useEntryTitle(): (entry: InboxEntry) => string {
  const say = useWords(inboxWords);
  const pick = usePick();
  return ({ request, proposal }) =>
    request
      ? say('asks', { name: request.fromName, title: request.datasetTitle })
      : pick(proposal?.sentence ?? { zh: '', en: '' });
}
