import type { Item, ItemRules } from '#contracts';
import { describeRules } from '#rights';
import { useLocale, useWords } from '../../lib/words';
import { entryFormWords } from './entry-words';

const lists = /[,，、;；\n]+/u;
const texts = new Set<Item['type']>(['C', 'M', 'G']);

/** What an item's values must be, folded up under its row: an enumeration, and a pattern (texts) or a range (numbers, dates, times). */
export function RulesRow({
  label,
  item,
  onChange,
}: {
  readonly label: string;
  readonly item: Item;
  readonly onChange: (item: Item) => void;
}) {
  const say = useWords(entryFormWords);
  const locale = useLocale();
  const { rules: all, ...bare } = item;
  const rules: ItemRules = all ?? {};
  const set = (changed: Partial<ItemRules>) => {
    const kept = Object.entries({ ...rules, ...changed }).filter(([, value]) => value !== undefined && value !== '');
    onChange(kept.length === 0 ? bare : { ...bare, rules: Object.fromEntries(kept) as ItemRules });
  };
  const said = describeRules(all).map((rule) => rule[locale]);
  return (
    <tr className="item-rules">
      <td colSpan={8}>
        <details>
          <summary aria-label={label}>
            {say('rules')} <span className="quiet">{said.join(locale === 'zh' ? '；' : '; ')}</span>
          </summary>
          <label>
            {say('oneOf')}{' '}
            <input
              className="cell"
              placeholder={say('oneOfHint')}
              // Read when it is left: a list being typed ends in its separator.
              defaultValue={(rules.oneOf ?? []).join('、')}
              onBlur={(event) => {
                const values = event.target.value.split(lists).map((value) => value.trim());
                const oneOf = [...new Set(values.filter((value) => value !== ''))];
                set({ oneOf: oneOf.length === 0 ? undefined : oneOf });
              }}
            />
          </label>{' '}
          {texts.has(item.type) ? (
            <label>
              {say('pattern')}{' '}
              <input
                className="cell"
                placeholder="\d{12}"
                value={rules.pattern ?? ''}
                onChange={(event) => set({ pattern: event.target.value })}
              />
            </label>
          ) : item.type === 'L' ? null : (
            <>
              <label>
                {say('min')}{' '}
                <input className="cell" value={rules.min ?? ''} onChange={(event) => set({ min: event.target.value })} />
              </label>{' '}
              <label>
                {say('max')}{' '}
                <input className="cell" value={rules.max ?? ''} onChange={(event) => set({ max: event.target.value })} />
              </label>
            </>
          )}
        </details>
      </td>
    </tr>
  );
}
