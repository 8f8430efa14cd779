import { itemTypeSchema, type Item, type Transformation } from '#contracts';
import { ArrowDownOutlined, ArrowUpOutlined, CloseOutlined, PlusOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { itemWords } from '../../components/item-table';
import { useWords } from '../../lib/words';
import { entryFormWords } from './entry-words';
import { RulesRow } from './rules-row';

/** An item being written. */
export type ItemDraft = Item;

export const emptyItem = (): ItemDraft => ({ name: '', title: '', type: 'C', required: false, personal: false });

const masks = ['plain', 'keep', 'year', 'prefix', 'band', 'pseudonym'] as const;
type MaskKind = (typeof masks)[number];

function maskOf(kind: MaskKind): Transformation | undefined {
  switch (kind) {
    case 'plain':
      return undefined;
    case 'keep':
      return { kind, first: 1, last: 0 };
    case 'prefix':
      return { kind, length: 6 };
    case 'band':
      return { kind, width: 10 };
    case 'year':
    case 'pseudonym':
      return { kind };
  }
}

/** The items of an entry as a table to be filled in. `faults` are marked rows: index to sentence. */
export function ItemsEditor({
  value,
  onChange,
  faults,
}: {
  readonly value: readonly ItemDraft[];
  readonly onChange: (items: readonly ItemDraft[]) => void;
  readonly faults: ReadonlyMap<number, readonly string[]>;
}) {
  const say = useWords(entryFormWords);
  const set = (i: number, next: ItemDraft) => onChange(value.map((item, j) => (j === i ? next : item)));
  const move = (i: number, to: number) => {
    const next = value.filter((_, j) => j !== i);
    next.splice(to, 0, value[i] as ItemDraft);
    onChange(next);
  };
  return (
    <>
      {value.length === 0 ? null : (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by keyboard
        <div className="items-box" role="region" aria-label={say('items')} tabIndex={0}>
          <table className="plain-table items-table">
            <thead>
              <tr>
                <th scope="col">{say('name')}</th>
                <th scope="col">{say('itemTitle')}</th>
                <th scope="col">{say('type')}</th>
                <th scope="col">{say('required')}</th>
                <th scope="col">{say('key')}</th>
                <th scope="col">{say('personal')}</th>
                <th scope="col">{say('mask')}</th>
                <th scope="col" aria-label={say('remove')} />
              </tr>
            </thead>
            <tbody>
              {value.map((item, i) => (
                <ItemRow
                  // oxlint-disable-next-line react/no-array-index-key -- a draft's name changes as it is typed
                  key={i}
                  n={i + 1}
                  item={item}
                  faults={faults.get(i)}
                  onChange={(next) => set(i, next)}
                  onRemove={() => onChange(value.filter((_, j) => j !== i))}
                  onUp={i > 0 ? () => move(i, i - 1) : undefined}
                  onDown={i < value.length - 1 ? () => move(i, i + 1) : undefined}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Button size="small" icon={<PlusOutlined />} onClick={() => onChange([...value, emptyItem()])}>
        {say('addItem')}
      </Button>
    </>
  );
}

function ItemRow({
  n,
  item,
  faults,
  onChange,
  onRemove,
  onUp,
  onDown,
}: {
  readonly n: number;
  readonly item: ItemDraft;
  readonly faults: readonly string[] | undefined;
  readonly onChange: (item: ItemDraft) => void;
  readonly onRemove: () => void;
  readonly onUp: (() => void) | undefined;
  readonly onDown: (() => void) | undefined;
}) {
  const say = useWords(entryFormWords);
  const sayItem = useWords(itemWords);
  const label = (key: Parameters<typeof say>[0]) => `${say('rowOf', { n })} ${say(key)}`;
  // A rule is about values of a type, so it goes with the type.
  const { scale: _scale, mask: _mask, rules: _rules, ...bare } = item;
  const hasScale = item.type === 'N' || item.type === 'Y';
  return (
    <>
      <tr className={faults ? 'item-faulty' : undefined}>
        <td>
          <input
            className="cell"
            aria-label={label('name')}
            aria-invalid={faults !== undefined}
            value={item.name}
            onChange={(event) => onChange({ ...item, name: event.target.value })}
          />
        </td>
        <td>
          <input
            className="cell"
            aria-label={label('itemTitle')}
            value={item.title}
            onChange={(event) => onChange({ ...item, title: event.target.value })}
          />
        </td>
        <td className="item-type">
          <select
            className="cell"
            aria-label={label('type')}
            value={item.type}
            onChange={(event) => {
              const type = event.target.value as Item['type'];
              const keepsScale = (type === 'N' || type === 'Y') && item.scale !== undefined;
              onChange({
                ...bare,
                type,
                ...(keepsScale ? { scale: item.scale } : {}),
                ...(item.mask ? { mask: item.mask } : {}),
              });
            }}
          >
            {itemTypeSchema.options.map((type) => (
              <option key={type} value={type}>
                {sayItem(type)} {type}
              </option>
            ))}
          </select>
          {hasScale ? (
            <NumberCell
              label={label('scale')}
              value={item.scale ?? (item.type === 'Y' ? 2 : 0)}
              max={12}
              onChange={(scale) => onChange({ ...item, scale })}
            />
          ) : null}
        </td>
        <td>
          <input
            type="checkbox"
            aria-label={label('required')}
            checked={item.required}
            onChange={(event) => onChange({ ...withoutKey(item), required: event.target.checked })}
          />
        </td>
        <td>
          <input
            type="checkbox"
            aria-label={label('key')}
            checked={item.key ?? false}
            onChange={(event) => onChange(event.target.checked ? { ...item, required: true, key: true } : withoutKey(item))}
          />
        </td>
        <td>
          <input
            type="checkbox"
            aria-label={label('personal')}
            checked={item.personal}
            onChange={(event) => onChange({ ...item, personal: event.target.checked })}
          />
        </td>
        <td>
          <MaskCell
            label={label('mask')}
            mask={item.mask}
            onChange={(mask) =>
              onChange({
                ...bare,
                ...(item.scale === undefined ? {} : { scale: item.scale }),
                ...(item.rules ? { rules: item.rules } : {}),
                ...(mask ? { mask } : {}),
              })
            }
          />
        </td>
        <td className="item-actions">
          <Button type="text" size="small" icon={<ArrowUpOutlined />} aria-label={label('up')} disabled={!onUp} onClick={onUp} />
          <Button
            type="text"
            size="small"
            icon={<ArrowDownOutlined />}
            aria-label={label('down')}
            disabled={!onDown}
            onClick={onDown}
          />
          <Button type="text" size="small" icon={<CloseOutlined />} aria-label={label('remove')} onClick={onRemove} />
        </td>
      </tr>
      <RulesRow label={label('rules')} item={item} onChange={onChange} />
      {faults ? (
        <tr className="item-faulty">
          <td colSpan={8} role="alert" className="bad">
            {faults.join(' ')}
          </td>
        </tr>
      ) : null}
    </>
  );
}

function withoutKey({ key: _key, ...rest }: ItemDraft): ItemDraft {
  return rest;
}

function MaskCell({
  label,
  mask,
  onChange,
}: {
  readonly label: string;
  readonly mask: Transformation | undefined;
  readonly onChange: (mask: Transformation | undefined) => void;
}) {
  const say = useWords(entryFormWords);
  return (
    <span className="mask-cell">
      <select
        className="cell"
        aria-label={label}
        value={mask?.kind ?? 'plain'}
        onChange={(event) => onChange(maskOf(event.target.value as MaskKind))}
      >
        {masks.map((kind) => (
          <option key={kind} value={kind}>
            {say(kind)}
          </option>
        ))}
      </select>
      {mask?.kind === 'keep' ? (
        <>
          <NumberCell
            label={`${label} ${say('first')}`}
            value={mask.first}
            max={64}
            onChange={(first) => onChange({ ...mask, first })}
          />
          <NumberCell
            label={`${label} ${say('last')}`}
            value={mask.last}
            max={64}
            onChange={(last) => onChange({ ...mask, last })}
          />
        </>
      ) : null}
      {mask?.kind === 'prefix' ? (
        <NumberCell
          label={`${label} ${say('length')}`}
          value={mask.length}
          min={1}
          max={64}
          onChange={(length) => onChange({ ...mask, length })}
        />
      ) : null}
      {mask?.kind === 'band' ? (
        <NumberCell
          label={`${label} ${say('width')}`}
          value={mask.width}
          min={1}
          max={1_000_000_000}
          onChange={(width) => onChange({ ...mask, width })}
        />
      ) : null}
    </span>
  );
}

function NumberCell({
  label,
  value,
  min = 0,
  max,
  onChange,
}: {
  readonly label: string;
  readonly value: number;
  readonly min?: number;
  readonly max: number;
  readonly onChange: (value: number) => void;
}) {
  return (
    <input
      className="cell cell-number"
      type="number"
      aria-label={label}
      title={label}
      min={min}
      max={max}
      value={value}
      onChange={(event) => {
        const next = Math.trunc(Number(event.target.value));
        if (next >= min && next <= max) onChange(next);
      }}
    />
  );
}
