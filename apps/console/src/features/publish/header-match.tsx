import { useWords } from '../../lib/words';
import type { ReadFile } from './read-file';
import { publishWords } from './words';

const examples = 3;
const isFine = (state: string) => state === 'matchName' || state === 'matchTitle';

/** The file's columns beside the entry's items: what fits, what is missing, what nobody knows, with the first values. */
export function HeaderTable({ read }: { readonly read: ReadFile }) {
  const say = useWords(publishWords);
  const { head, match } = read;
  if (!head || !match) return null;
  const rows = [
    ...head.header.map((name, i) => {
      const column = match.columns[i];
      const isRepeated = column !== undefined && match.columns.findIndex((one) => one?.item === column.item) < i;
      return {
        key: `${i} ${name}`,
        name,
        item: column?.item,
        state: column === undefined ? 'unknown' : isRepeated ? 'repeated' : column.by === 'name' ? 'matchName' : 'matchTitle',
        values: head.rows.slice(0, examples).map((row) => row[i] ?? ''),
      } as const;
    }),
    ...match.missing.map((item) => ({ key: `- ${item.name}`, name: '', item, state: 'missing', values: [] }) as const),
  ].toSorted((a, b) => Number(isFine(a.state)) - Number(isFine(b.state)));
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by keyboard
    <div className="faults-box" role="region" aria-label={say('head')} tabIndex={0}>
      <table className="plain-table">
        <caption className="unseen">{say('head')}</caption>
        <thead>
          <tr>
            <th scope="col">{say('column')}</th>
            <th scope="col">{say('item')}</th>
            <th scope="col">{say('example')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, name, item, state, values }) => (
            <tr key={key} className={`match match-${state}`}>
              <td>{name || <span className="quiet">—</span>}</td>
              <td>
                {item ? (
                  <>
                    {item.title} {item.title === item.name ? null : <code>{item.name}</code>}{' '}
                  </>
                ) : null}
                <span className="match-state">{say(state)}</span>
              </td>
              <td className="examples">{values.filter((value) => value !== '').join(' · ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
