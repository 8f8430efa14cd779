import type { Item } from '#contracts';
import { Button, Input } from 'antd';
import { useId, useState } from 'react';
import { useClearButton } from '../../components/use-clear-button';
import { itemWords, MaskWords } from '../../components/item-table';
import { useWords } from '../../lib/words';
import { askWords } from './words';
import '../../components/state-tag.css';

const manyItems = 20;

/** Ticks items of an entry; says of each whether it is personal and what is done to it by default. A `Form.Item` hands value and onChange in. */
export function ItemChoice({
  items,
  value = [],
  onChange,
}: {
  readonly items: readonly Item[];
  readonly value?: readonly string[];
  readonly onChange?: (next: string[]) => void;
}) {
  const say = useWords(askWords);
  const sayItem = useWords(itemWords);
  const clearButton = useClearButton();
  const id = useId();
  const [filter, setFilter] = useState('');
  const chosen = new Set(value);
  const shown = items.filter(({ name, title }) => `${title} ${name}`.toLowerCase().includes(filter.trim().toLowerCase()));
  const set = (names: Iterable<string>) => {
    const wanted = new Set(names);
    onChange?.(items.flatMap(({ name }) => (wanted.has(name) ? [name] : [])));
  };
  const toggle = (name: string) => {
    const next = new Set(chosen);
    if (!next.delete(name)) next.add(name);
    set(next);
  };
  return (
    <div className="item-choice">
      <div className="item-choice-head">
        <span className="quiet">{say('itemsChosen', { count: chosen.size, all: items.length })}</span>
        <Button size="small" type="text" onClick={() => set(items.map(({ name }) => name))}>
          {say('allItems')}
        </Button>
        {items.some(({ personal }) => personal) ? (
          <Button
            size="small"
            type="text"
            onClick={() => set(items.flatMap((item) => (!item.personal && chosen.has(item.name) ? item.name : [])))}
          >
            {say('noPersonal')}
          </Button>
        ) : null}
        {items.length > manyItems ? (
          <Input
            size="small"
            allowClear={clearButton}
            className="item-choice-filter"
            aria-label={say('findItem')}
            placeholder={say('findItem')}
            value={filter}
            onChange={({ target }) => setFilter(target.value)}
          />
        ) : null}
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by keyboard */}
      <div className="item-table" role="region" aria-label={say('items')} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{sayItem('title')}</th>
              <th scope="col">{sayItem('type')}</th>
              <th scope="col">{sayItem('defaultMask')}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((item) => (
              <tr key={item.name} className={chosen.has(item.name) ? undefined : 'item-out'}>
                <th scope="row">
                  <label htmlFor={`${id}${item.name}`} className="item-choice-label">
                    <input
                      type="checkbox"
                      id={`${id}${item.name}`}
                      checked={chosen.has(item.name)}
                      onChange={() => toggle(item.name)}
                    />
                    <span>
                      {item.title} {item.name === item.title ? null : <code>{item.name}</code>}{' '}
                      {item.personal ? <span className="state state-warning">{sayItem('personal')}</span> : null}
                    </span>
                  </label>
                </th>
                <td>{sayItem(item.type)}</td>
                <td>
                  <MaskWords mask={item.mask} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
