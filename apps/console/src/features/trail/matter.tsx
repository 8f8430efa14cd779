import {
  deliveryFormatWords,
  endingReasonWords,
  kindOfStatement,
  refusalReasonWords,
  refusalTexts,
  word,
  type EntryView,
  type Sentence,
} from '#contracts';
import { bytes, count } from '../../lib/numbers';
import { useLocale, usePick, useWords } from '../../lib/words';
import { KindMark } from './kind-mark';
import { trailWords } from './words';

/** What an entry says, in a line: the sentence, and the one fact that tells it from others of its type. */
export function Matter({ entry }: { readonly entry: EntryView }) {
  const pick = usePick();
  const gist = useGist()(entry);
  const kind = kindOfStatement(entry.type);
  return (
    <span className="matter">
      <KindMark type={entry.type} />
      <span className={kind === 'refusal' || kind === 'end' ? `matter-${kind}` : undefined}>{pick(entry.sentence)}</span>
      {gist ? <span className="quiet"> · {gist}</span> : null}
    </span>
  );
}

const places = /[（(]?\{\w+\}[）)]?/g;
const withoutPlaces = ({ zh, en }: Sentence): Sentence => ({ zh: zh.replace(places, '…'), en: en.replace(places, '…') });

function useGist(): (entry: EntryView) => string | undefined {
  const say = useWords(trailWords);
  const pick = usePick();
  const locale = useLocale();
  return ({ statement, departments, persons, issuer }) => {
    const nameOf = (code: string) => departments.find((one) => one.code === code)?.name || code;
    const others = departments.filter(({ code }) => code !== issuer).map(({ name, code }) => name || code);
    const rows = (value: number) => say('rows', { count: value, rows: count(value, locale) });
    const told = (texts: Readonly<Record<string, Sentence>>, code: string) => pick(withoutPlaces(word(texts, code)));
    switch (statement.type) {
      case 'department.admitted':
        return statement.body.name;
      case 'key.admitted':
      case 'key.ended':
      case 'recipient.admitted':
      case 'recipient.ended':
        return nameOf(statement.body.department);
      case 'membership.granted':
      case 'membership.ended':
        return [nameOf(statement.body.department), persons.find(({ id }) => id === statement.body.person)?.name]
          .filter(Boolean)
          .join(' · ');
      case 'version.published':
        return `${say('version', { number: statement.body.number })} · ${rows(statement.body.rows)}`;
      case 'request.submitted':
        return say('to', { name: nameOf(statement.body.provider) });
      case 'right.granted':
        return say('to', { name: nameOf(statement.body.terms.grantee) });
      case 'request.refused':
        return told(refusalReasonWords, statement.body.code);
      case 'right.suspended':
      case 'right.terminated':
        return told(endingReasonWords, statement.body.code);
      case 'pull.refused':
      case 'delivery.failed':
        return told(refusalTexts, statement.body.code);
      case 'pull.signed':
        return pick(word(deliveryFormatWords, statement.body.format));
      case 'delivery.decided':
        return say('to', { name: nameOf(statement.body.grantee) });
      case 'delivery.prepared':
        return `${rows(statement.body.rows)} · ${bytes(statement.body.sizeBytes)}`;
      case 'delivery.served':
        return bytes(statement.body.bytesAtMost);
      case 'receipt.signed':
        return rows(statement.body.rows);
      default:
        return others.length === 1 ? others[0] : undefined;
    }
  };
}
