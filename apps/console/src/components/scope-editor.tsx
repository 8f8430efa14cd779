import type { Item, RowScope } from '#contracts';
import { describeScope } from '#rights';
import { CloseOutlined, PlusOutlined, UnorderedListOutlined } from '@ant-design/icons';
import { Button, Input, Select } from 'antd';
import { useId, useState, type ReactNode } from 'react';
import {
  emptyCondition,
  emptyGroup,
  listedPart,
  scopeOfDraft,
  withPart,
  type ConditionDraft,
  type GroupDraft,
  type ListedDraft,
  type PartDraft,
  type ReadScope,
  type ScopeDraft,
} from '../lib/scope-draft';
import { defineWords, usePick, useWords } from '../lib/words';
import { KeyListById, KeyListUpload } from './key-list';
import { useKeptList } from './kept-list';
import './scope-editor.css';

const words = defineWords('scope-editor', {
  all: { zh: '全部数据行', en: 'All rows' },
  add: { zh: '添加条件', en: 'Add a condition' },
  byList: { zh: '按名单选取', en: 'By a key list' },
  addGroup: { zh: '添加一组条件', en: 'Add a group' },
  clear: { zh: '取消限定', en: 'All rows again' },
  remove: { zh: '删去此条件', en: 'Remove this condition' },
  removeGroup: { zh: '删去这组条件', en: 'Remove this group' },
  join: { zh: '条件之间的关系', en: 'How the conditions join' },
  and: { zh: '须全部符合', en: 'All of these hold' },
  or: { zh: '符合任一即可', en: 'Any of these holds' },
  'not-and': { zh: '不得全部符合', en: 'Not all of these hold' },
  'not-or': { zh: '一个也不符合', en: 'None of these holds' },
  item: { zh: '数据项', en: 'Item' },
  chooseItem: { zh: '选择数据项', en: 'Choose an item' },
  personal: { zh: '个人信息，不能写入条件', en: 'personal: cannot stand in a condition' },
  op: { zh: '关系', en: 'Relation' },
  '=': { zh: '是', en: 'is' },
  '!=': { zh: '不是', en: 'is not' },
  in: { zh: '是其中之一', en: 'is one of' },
  '!in': { zh: '不是其中任何一个', en: 'is none of' },
  between: { zh: '在两者之间', en: 'is from … to …' },
  '!between': { zh: '不在两者之间', en: 'is not from … to …' },
  prefix: { zh: '开头是', en: 'begins with' },
  '!prefix': { zh: '开头不是', en: 'does not begin with' },
  value: { zh: '值', en: 'Value' },
  values: { zh: '值，可粘贴一列', en: 'Values; paste a column' },
  low: { zh: '从', en: 'From' },
  high: { zh: '到（含）', en: 'To (included)' },
  true: { zh: '是', en: 'Yes' },
  false: { zh: '否', en: 'No' },
  lacking: { zh: '请填写完整，或删去此条件。', en: 'Complete this condition, or remove it.' },
});

const maxDepth = 3;
const text = ['=', '!=', 'in', '!in', 'prefix', '!prefix', 'between', '!between'] as const;
const ordered = ['=', '!=', 'between', '!between', 'in', '!in'] as const;
const opsOf = (item: Item | undefined): readonly (typeof text)[number][] =>
  item === undefined || 'CMG'.includes(item.type) ? text : item.type === 'L' ? ['='] : ordered;

interface Shared {
  readonly items: readonly Item[];
  readonly faults: ReadScope['faults'];
  /** What is lacking is said as well, not only what is wrong: after somebody tried to send it. */
  readonly strict: boolean;
}

/**
 * Builds a row scope by clicks: conditions over the entry's items, in groups that all or any must hold. The value is a draft
 * (`draftOfScope`); `scopeOfDraft` reads it as a scope, or names what is lacking. Items marked personal cannot be chosen.
 */
export function ScopeEditor({
  items,
  value,
  onChange,
  strict = false,
  lists,
}: {
  readonly items: readonly Item[];
  readonly value: ScopeDraft;
  readonly onChange: (next: ScopeDraft) => void;
  readonly strict?: boolean;
  /** The dataset, where key lists may be sent for it. */
  readonly lists?: string;
}) {
  const say = useWords(words);
  const pick = usePick();
  const keptList = useKeptList(lists ?? '');
  // A list that was on its way when the page was left is shown again.
  const [isListing, setListing] = useState(() => lists !== undefined && keptList.read() !== undefined);
  const { faults } = scopeOfDraft(value, items);
  const whole = faults.get(value.id);
  const shared: Shared = { items, faults, strict };
  const listing =
    lists !== undefined && isListing ? (
      <KeyListUpload
        dataset={lists}
        items={items}
        onCancel={() => setListing(false)}
        onTaken={({ item, id, commitment, count }) => {
          setListing(false);
          onChange({ ...value, parts: [...value.parts, listedPart({ op: 'key-list', item, list: id, commitment, count })] });
        }}
      />
    ) : null;
  const byList =
    lists === undefined || isListing ? null : (
      <Button size="small" icon={<UnorderedListOutlined />} onClick={() => setListing(true)}>
        {say('byList')}
      </Button>
    );
  if (value.parts.length === 0)
    return (
      <div>
        <p className="scope-all">
          <b>{say('all')}</b>
          <Button size="small" icon={<PlusOutlined />} onClick={() => onChange({ ...value, parts: [emptyCondition()] })}>
            {say('add')}
          </Button>
          {byList}
        </p>
        {listing}
      </div>
    );
  return (
    <div className="scope">
      <Group group={value} onChange={onChange} depth={1} more={byList} {...shared} />
      {listing}
      {whole instanceof Error ? (
        <p className="scope-fault" role="alert">
          {pick({ zh: whole.sentence('zh'), en: whole.sentence('en') })}
        </p>
      ) : null}
    </div>
  );
}

function Group({
  group,
  onChange,
  onRemove,
  depth,
  more,
  ...shared
}: Shared & {
  /** Further buttons. */
  readonly more?: ReactNode;
  readonly group: GroupDraft;
  readonly onChange: (next: GroupDraft) => void;
  readonly onRemove?: () => void;
  readonly depth: number;
}) {
  const say = useWords(words);
  const { parts, join, not } = group;
  const replace = (id: string, next: PartDraft | undefined) => onChange(withPart(group, id, next));
  const add = (part: PartDraft) => onChange({ ...group, parts: [...parts, part] });
  const joined = not ? (`not-${join}` as const) : join;
  return (
    <fieldset className="scope-group">
      <legend className="scope-legend">{say('join')}</legend>
      {parts.length > 1 || depth > 1 || not ? (
        <div className="scope-join">
          <Select
            size="small"
            aria-label={say('join')}
            value={joined}
            popupMatchSelectWidth={false}
            options={(['and', 'or', 'not-or', 'not-and'] as const).map((one) => ({ value: one, label: say(one) }))}
            onChange={(next) => onChange({ ...group, not: next.startsWith('not-'), join: next.endsWith('or') ? 'or' : 'and' })}
          />
          {onRemove ? (
            <Button type="text" size="small" icon={<CloseOutlined />} aria-label={say('removeGroup')} onClick={onRemove} />
          ) : null}
        </div>
      ) : null}
      {parts.map((part) =>
        part.kind === 'group' ? (
          <Group
            key={part.id}
            group={part}
            depth={depth + 1}
            onChange={(next) => replace(part.id, next.parts.length === 0 ? undefined : next)}
            onRemove={() => replace(part.id, undefined)}
            {...shared}
          />
        ) : part.kind === 'listed' ? (
          <Listed key={part.id} part={part} onRemove={() => replace(part.id, undefined)} {...shared} />
        ) : (
          <Condition
            key={part.id}
            condition={part}
            onChange={(next) => replace(part.id, next)}
            onRemove={() => replace(part.id, undefined)}
            {...shared}
          />
        ),
      )}
      <div className="scope-more">
        <Button size="small" icon={<PlusOutlined />} onClick={() => add(emptyCondition())}>
          {say('add')}
        </Button>
        {more}
        {depth < maxDepth ? (
          <Button
            size="small"
            type="text"
            onClick={() => add(emptyGroup(join === 'and' ? 'or' : 'and', [emptyCondition(), emptyCondition()]))}
          >
            {say('addGroup')}
          </Button>
        ) : null}
        {depth === 1 ? (
          <Button size="small" type="text" onClick={() => onChange({ ...emptyGroup(), id: group.id })}>
            {say('clear')}
          </Button>
        ) : null}
      </div>
    </fieldset>
  );
}

/** A key list stands as it was sent: it can be taken out, not rewritten. */
function Listed({ part, onRemove, items, faults }: Shared & { readonly part: ListedDraft; readonly onRemove: () => void }) {
  const say = useWords(words);
  const pick = usePick();
  const rows: RowScope = part.not ? { op: 'not', of: part.atom } : part.atom;
  const fault = faults.get(part.id);
  return (
    <div className="scope-listed">
      <div>
        <b>{pick({ zh: describeScope(rows, items, 'zh'), en: describeScope(rows, items, 'en') })}</b>
        <KeyListById id={part.atom.list} />
      </div>
      <Button type="text" size="small" icon={<CloseOutlined />} aria-label={say('remove')} onClick={onRemove} />
      {fault instanceof Error ? (
        <p className="scope-fault" role="alert">
          {pick({ zh: fault.sentence('zh'), en: fault.sentence('en') })}
        </p>
      ) : null}
    </div>
  );
}

function Condition({
  condition,
  onChange,
  onRemove,
  items,
  faults,
  strict,
}: Shared & {
  readonly condition: ConditionDraft;
  readonly onChange: (next: ConditionDraft) => void;
  readonly onRemove: () => void;
}) {
  const say = useWords(words);
  const pick = usePick();
  const faultId = useId();
  const item = items.find(({ name }) => name === condition.item);
  const fault = faults.get(condition.id);
  const told =
    fault === 'lacking'
      ? strict
        ? say('lacking')
        : undefined
      : fault && pick({ zh: fault.sentence('zh'), en: fault.sentence('en') });
  const ops = opsOf(item);
  const op: (typeof text)[number] = `${condition.not ? '!' : ''}${condition.op}`;

  function chooseItem(name: string) {
    const next = items.find((one) => one.name === name);
    const allowed = opsOf(next);
    // Values of another item mean nothing here.
    const isSameType = next?.type === item?.type;
    onChange({
      ...condition,
      item: name,
      values: isSameType ? condition.values : [],
      ...(allowed.includes(op) ? {} : { op: '=', not: false }),
    });
  }
  function chooseOp(next: string) {
    const name = next.replace('!', '') as ConditionDraft['op'];
    onChange({ ...condition, op: name, not: next.startsWith('!') });
  }

  return (
    <div className="scope-condition" role="group" aria-describedby={told ? faultId : undefined}>
      <Select
        className="scope-item"
        aria-label={say('item')}
        placeholder={say('chooseItem')}
        showSearch={{ optionFilterProp: 'search' }}
        popupMatchSelectWidth={false}
        {...(condition.item === undefined ? {} : { value: condition.item })}
        options={items.map((one) => ({
          value: one.name,
          search: `${one.title} ${one.name}`,
          disabled: one.personal,
          label: one.personal ? `${one.title}（${say('personal')}）` : one.title,
          title: one.name,
        }))}
        onChange={chooseItem}
      />
      <Select
        className="scope-op"
        aria-label={say('op')}
        value={op}
        popupMatchSelectWidth={false}
        options={ops.map((one) => ({ value: one, label: say(one) }))}
        onChange={chooseOp}
      />
      <Values
        condition={condition}
        item={item}
        isBad={told !== undefined}
        onChange={(values) => onChange({ ...condition, values })}
      />
      <Button type="text" icon={<CloseOutlined />} aria-label={say('remove')} onClick={onRemove} />
      {told ? (
        <p className="scope-fault" id={faultId} role="alert">
          {told}
        </p>
      ) : null}
    </div>
  );
}

function Values({
  condition: { op, values },
  item,
  isBad,
  onChange,
}: {
  readonly condition: ConditionDraft;
  readonly item: Item | undefined;
  readonly isBad: boolean;
  readonly onChange: (values: string[]) => void;
}) {
  const say = useWords(words);
  const status = isBad ? ({ status: 'error' } as const) : {};
  const field = (at: number, label: string) => (
    <Input
      className="scope-value"
      aria-label={label}
      placeholder={label}
      type={item?.type === 'D' ? 'date' : 'text'}
      inputMode={item && 'NYIBF'.includes(item.type) ? 'decimal' : undefined}
      value={values[at] ?? ''}
      onChange={({ target }) => {
        const next = [values[0] ?? '', values[1] ?? ''];
        next[at] = target.value;
        onChange(op === 'between' ? next : next.slice(0, 1));
      }}
      // Whoever is done with a value has not asked to send the whole request.
      onPressEnter={(event) => event.preventDefault()}
      {...status}
    />
  );
  if (item?.type === 'L')
    return (
      <Select
        className="scope-value"
        aria-label={say('value')}
        placeholder={say('value')}
        {...(values[0] === undefined ? {} : { value: values[0] })}
        options={(['true', 'false'] as const).map((one) => ({ value: one, label: say(one) }))}
        onChange={(one) => onChange([one])}
      />
    );
  if (op === 'in')
    return (
      <Select
        className="scope-value"
        mode="tags"
        aria-label={say('values')}
        placeholder={say('values')}
        tokenSeparators={[',', '，', '、', ';', '；', '\n', '\r', '\t']}
        maxTagCount={12}
        open={false}
        suffixIcon={null}
        value={values.filter((value) => value !== '')}
        onChange={(next) => onChange(next)}
        {...status}
      />
    );
  if (op === 'between')
    return (
      <span className="scope-between">
        {field(0, say('low'))}
        {field(1, say('high'))}
      </span>
    );
  return field(0, say('value'));
}
