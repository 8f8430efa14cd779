import type { Format, RequestView } from '#contracts';
import { Checkbox, Input, InputNumber, Select } from 'antd';
import { useFormatName } from '../../components/terms';
import { grouped, ungrouped } from '../../lib/numbers';
import { firstDay, lastDay } from '../../lib/window';
import { useWords } from '../../lib/words';
import type { ReviewDraft } from './narrowing';
import { reviewWords } from './words';

/** Term, quota, formats: never more than was asked. And what the grantee owes. */
export function NarrowLimits({
  asked,
  draft,
  set,
}: {
  readonly asked: RequestView['asked'];
  readonly draft: ReviewDraft;
  readonly set: (draft: ReviewDraft) => void;
}) {
  const say = useWords(reviewWords);
  const formatName = useFormatName();
  const quota = draft.quota ?? asked.quota;
  const first = firstDay(asked.window);
  const last = lastDay(asked.window);
  const orAsked = (value: string, as: string) => (value === '' || value === as ? undefined : value);
  const number = (name: keyof typeof quota, label: string) => (
    <div>
      <label htmlFor={`quota-${name}`}>{label}</label>
      <InputNumber<number>
        id={`quota-${name}`}
        min={1}
        max={asked.quota[name]}
        precision={0}
        formatter={grouped}
        parser={ungrouped}
        value={quota[name]}
        onChange={(value) => set({ ...draft, quota: { ...quota, [name]: value ?? asked.quota[name] } })}
      />
    </div>
  );
  const day = (name: 'first' | 'last', label: string, as: string) => (
    <div>
      <label htmlFor={`term-${name}`}>{label}</label>
      <Input
        id={`term-${name}`}
        type="date"
        min={first}
        max={last}
        value={draft[name] ?? as}
        onChange={({ target }) => set({ ...draft, [name]: orAsked(target.value, as) })}
      />
    </div>
  );
  return (
    <div className="review-limits">
      {day('first', say('first'), first)}
      {day('last', say('last'), last)}
      {number('pulls', say('pulls'))}
      {number('pullsPerDay', say('perDay'))}
      {number('rows', say('quotaRows'))}
      <div>
        <label htmlFor="formats">{say('formats')}</label>
        <Select<Format[]>
          id="formats"
          mode="multiple"
          value={[...(draft.formats ?? asked.formats)]}
          options={asked.formats.map((value) => ({ value, label: formatName(value) }))}
          onChange={(formats) => set({ ...draft, formats: formats.length === 0 ? undefined : formats })}
        />
      </div>
      <div>
        <label htmlFor="delete-by">{say('deleteBy')}</label>
        <Input
          id="delete-by"
          type="date"
          min={first}
          value={draft.deleteBy ?? ''}
          onChange={({ target }) => set({ ...draft, deleteBy: target.value === '' ? undefined : target.value })}
        />
      </div>
      <Checkbox
        className="review-account"
        checked={draft.accountForUse}
        onChange={({ target }) => set({ ...draft, accountForUse: target.checked })}
      >
        {say('accountForUse')}
      </Checkbox>
    </div>
  );
}
