import { bodyOf, ruleOf } from '../../lib/forms';
import { formatSchema, routes, type Asked, type DatasetView } from '#contracts';
import { Checkbox, Form, Input, InputNumber } from 'antd';
import type { Rule } from 'antd/es/form';
import { Section } from '../../components/page';
import { ScopeEditor } from '../../components/scope-editor';
import { UpdateCycle } from '../../components/share-type';
import { useFormatName } from '../../components/terms';
import { scopeOfDraft, type ScopeDraft } from '../../lib/scope-draft';
import { firstDay, lastDay, today, windowOfDays } from '../../lib/window';
import { grouped, ungrouped } from '../../lib/numbers';
import { useWords } from '../../lib/words';
import { CountPreview } from './count-preview';
import { ItemChoice } from './item-choice';
import { askWords } from './words';

const askedShape = bodyOf(routes.submitRequest).shape.asked.shape;
/** A rule from the contract's schema, said once the person leaves the field. */
export const fieldRules = (schema: Parameters<typeof ruleOf>[0]): Rule[] => [{ required: true }, ruleOf(schema)];
export { askedShape };

/** Items, rows, term, quota and formats: all that is asked for besides the purpose. Stands inside a `Form` of an `AskedDraft`. */
export function AskedFields({ dataset, strict }: { readonly dataset: DatasetView; readonly strict: boolean }) {
  const say = useWords(askWords);
  const formatName = useFormatName();
  const { entry } = dataset;
  const rows = Form.useWatch<ScopeDraft | undefined>('rows');
  return (
    <>
      <Section title={say('items')}>
        <Form.Item name="items" noStyle rules={[{ type: 'array', min: 1, message: say('noItems') }]}>
          <ItemChoice items={entry.items} />
        </Form.Item>
        <Form.Item shouldUpdate noStyle>
          {({ getFieldError }) => <FieldFault of={getFieldError('items')} />}
        </Form.Item>
      </Section>
      <Section title={say('rows')}>
        <p className="quiet">{say('rowsHint')}</p>
        <Form.Item name="rows" noStyle rules={[scopeRule(dataset, say('rowsLacking'))]}>
          <RowsField dataset={dataset} strict={strict} />
        </Form.Item>
        <Form.Item shouldUpdate noStyle>
          {({ getFieldError }) => <FieldFault of={getFieldError('rows')} />}
        </Form.Item>
        {rows ? <CountPreview dataset={dataset} draft={rows} /> : null}
      </Section>
      <Section title={say('limits')}>
        <Form.Item name="window" label={say('window')} rules={[windowRule(say('windowWrong'))]}>
          <TermField />
        </Form.Item>
        <div className="ask-quota">
          {(['pulls', 'pullsPerDay', 'rows'] as const).map((name) => (
            <Form.Item
              key={name}
              name={['quota', name]}
              label={say(name === 'rows' ? 'quotaRows' : name)}
              rules={fieldRules(askedShape.quota.shape[name])}
            >
              <InputNumber<number> min={1} precision={0} formatter={grouped} parser={ungrouped} />
            </Form.Item>
          ))}
        </div>
        <p className="quiet">
          {say('quotaHint', { cycle: '\u0000' })
            .split('\u0000')
            .flatMap((part, i) => (i === 0 ? [part] : [<UpdateCycle key="cycle" of={entry.updateCycle} />, part]))}
        </p>
        <Form.Item name="formats" label={say('formats')} rules={[{ type: 'array', min: 1, message: say('noFormats') }]}>
          <Checkbox.Group options={formatSchema.options.map((value) => ({ value, label: formatName(value) }))} />
        </Form.Item>
      </Section>
    </>
  );
}

function scopeRule(dataset: DatasetView, message: string): Rule {
  return {
    validator: (_, draft: ScopeDraft) =>
      scopeOfDraft(draft, dataset.entry.items).rows ? Promise.resolve() : Promise.reject(new Error(message)),
  };
}

function windowRule(message: string): Rule {
  return {
    validator: (_, window: Asked['window']) =>
      window.from < window.until && lastDay(window) >= today() ? Promise.resolve() : Promise.reject(new Error(message)),
  };
}

function FieldFault({ of }: { readonly of: readonly string[] }) {
  return of.length === 0 ? null : (
    <p className="ask-fault" role="alert">
      {of.join(' ')}
    </p>
  );
}

/** A `Form.Item` hands value and onChange in. */
interface Field<T> {
  readonly value?: T;
  readonly onChange?: (next: T) => void;
}

function RowsField({
  value,
  onChange,
  dataset,
  strict,
}: Field<ScopeDraft> & { readonly dataset: DatasetView; readonly strict: boolean }) {
  return value ? (
    <ScopeEditor
      items={dataset.entry.items}
      value={value}
      onChange={(next) => onChange?.(next)}
      strict={strict}
      lists={dataset.id}
    />
  ) : null;
}

/** First and last day of the term, as civil dates in China. */
function TermField({ value, onChange, id }: Field<Asked['window']> & { readonly id?: string }) {
  const say = useWords(askWords);
  if (!value) return null;
  const first = firstDay(value);
  const last = lastDay(value);
  const set = (from: string, until: string) => {
    if (from !== '' && until !== '') onChange?.(windowOfDays(from, until));
  };
  return (
    <div className="ask-term">
      <Input
        id={id}
        type="date"
        aria-label={`${say('window')} ${say('first')}`}
        addonBefore={say('first')}
        value={first}
        onChange={({ target }) => set(target.value, last)}
      />
      <Input
        type="date"
        aria-label={`${say('window')} ${say('last')}`}
        addonBefore={say('last')}
        value={last}
        min={first}
        onChange={({ target }) => set(first, target.value)}
      />
    </div>
  );
}
