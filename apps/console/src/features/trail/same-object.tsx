import { routes, type EntryView } from '#contracts';
import { Link } from 'react-router';
import { Instant } from '../../components/instant';
import { Whole } from '../../components/whole';
import { useRead } from '../../lib/api';
import { defineWords, useWords } from '../../lib/words';
import { entryPath, trailPath } from './filters';
import { Matter } from './matter';

const words = defineWords('same-object', {
  title: { zh: '同一对象的记录', en: 'Entries about the same object' },
  all: { zh: '在留痕中查看', en: 'See them in the trail' },
});
const shownAtMost = 40;

/** What else was sealed about the same thing, oldest first, with this entry among it. */
export function SameObject({ entry }: { readonly entry: EntryView }) {
  const say = useWords(words);
  const { subject } = entry;
  const found = useRead(routes.trail, { query: { subject, limit: shownAtMost } });
  return (
    <section className="section" aria-label={say('title')}>
      <div className="section-head">
        <h2>{say('title')}</h2>
        <Link to={trailPath({ subject })}>{say('all')}</Link>
      </div>
      <Whole reading={found}>
        <ol className="story">
          {found.data?.items.toReversed().map((one) => (
            <li key={one.index} className={one.index === entry.index ? 'story-now' : undefined}>
              <Instant at={one.sealedAt} />
              <Link to={entryPath(one)} aria-current={one.index === entry.index ? 'page' : undefined}>
                #{one.index}
              </Link>
              <Matter entry={one} />
            </li>
          ))}
        </ol>
      </Whole>
    </section>
  );
}
