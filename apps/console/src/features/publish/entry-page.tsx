import { datasetEntrySchema, routes, type DatasetEntry, type Item } from '#contracts';
import { inferItems } from '#delivery';
import { Alert, Button, Checkbox, Form, Input, Radio, Select, Upload } from 'antd';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { useSession } from '../../app/session';
import { ObjectPage } from '../../components/object-page';
import { Page, Section } from '../../components/page';
import { RefusalNote } from '../../components/refusal-note';
import { entryWords } from '../../components/share-type';
import { problemOf, useRead, useSend } from '../../lib/api';
import { useDraft } from '../../lib/draft';
import { ruleOf, showOnForm } from '../../lib/forms';
import { today } from '../../lib/window';
import { message } from '../../lib/message';
import { usePick, useWords } from '../../lib/words';
import { entryFaults } from './entry-faults';
import { entryFormWords, formats } from './entry-words';
import { ItemsEditor } from './items-editor';
import './publish.css';
import { headOfFile } from './read-file';

type EntryDraft = Partial<Omit<DatasetEntry, 'items'>> & { readonly items: readonly Item[] };

/** Enters a dataset into the catalogue. */
export function NewEntryPage() {
  const say = useWords(entryFormWords);
  const { person, department } = useSession();
  const initial: EntryDraft = {
    open: false,
    shareMethods: ['file'],
    format: '2',
    grade: '一般',
    publishedOn: today(),
    relatedCodes: [],
    items: [],
  };
  const enter = useSend(routes.enterDataset, { refresh: ['datasets'] });
  return (
    <Page title={say('newTitle')} lead={say('lead')}>
      <EntryForm
        name={`entry:${person.id}:${department}`}
        initial={initial}
        isPending={enter.isPending}
        error={enter.error}
        send={(entry, outcome) => enter.mutate({ body: { entry, noSecrets: true } }, outcome)}
      />
    </Page>
  );
}

/** Changes an entry: the whole of it is proposed anew. */
export function ChangeEntryPage() {
  const say = useWords(entryFormWords);
  const { person } = useSession();
  const { dataset: id = '' } = useParams();
  const dataset = useRead(routes.dataset, { params: { id } });
  const change = useSend(routes.changeDataset, { refresh: ['datasets'] });
  if (!dataset.data) return <ObjectPage title={say('changeTitle')} reading={dataset} list="/publish" />;
  return (
    <Page title={say('changeTitle')} lead={dataset.data.entry.title}>
      <EntryForm
        name={`entry:${person.id}:${id}`}
        initial={dataset.data.entry}
        isPending={change.isPending}
        error={change.error}
        send={(entry, outcome) => change.mutate({ params: { id }, body: { entry, noSecrets: true } }, outcome)}
      />
    </Page>
  );
}

interface Outcome {
  readonly onSuccess: () => void;
  readonly onError: (error: unknown) => void;
}

function EntryForm({
  name,
  initial,
  isPending,
  error,
  send,
}: {
  readonly name: string;
  readonly initial: EntryDraft;
  readonly isPending: boolean;
  readonly error: unknown;
  readonly send: (entry: DatasetEntry, outcome: Outcome) => void;
}) {
  const say = useWords(entryFormWords);
  const navigate = useNavigate();
  const draft = useDraft<EntryDraft>(name, initial);
  const [form] = Form.useForm<EntryDraft>();
  const [wasKept] = useState(draft.isKept);
  const [isConfirmed, confirm] = useState(false);
  const [isTried, setTried] = useState(false);
  const { value } = draft;
  const { entry, items: itemFaults, count } = entryFaults(value);

  const submit = () => {
    setTried(true);
    void form.validateFields().catch(() => undefined);
    if (!entry || !isConfirmed) return;
    send(entry, {
      onSuccess: () => {
        draft.drop();
        message.success(say('sent'));
        void navigate('/publish');
      },
      onError: (fault) => {
        const problem = problemOf(fault);
        if (problem) showOnForm(form, problem, 'entry.');
      },
    });
  };
  return (
    <Form
      form={form}
      layout="vertical"
      className="entry-form"
      initialValues={value}
      onValuesChange={(_, all) => draft.set({ ...value, ...all })}
      onFinish={submit}
      onFinishFailed={submit}
    >
      {wasKept ? (
        <Alert
          className="refusal"
          type="info"
          showIcon
          title={say('restored')}
          action={
            <Button
              size="small"
              onClick={() => {
                draft.set(initial);
                form.setFieldsValue(initial);
              }}
            >
              {say('startOver')}
            </Button>
          }
        />
      ) : null}
      <Identity />
      <Sharing shareType={value.shareType} isOpen={value.open === true} />
      <Upkeep />
      <Items value={value.items} onChange={(items) => draft.set({ ...value, items })} faults={isTried ? itemFaults : new Map()} />
      <Section title={say('submit')}>
        <p>
          <Checkbox checked={isConfirmed} onChange={(event) => confirm(event.target.checked)}>
            {say('noSecrets')}
          </Checkbox>
          {isTried && !isConfirmed ? (
            <span role="alert" className="bad">
              {' '}
              {say('noSecretsNeeded')}
            </span>
          ) : null}
        </p>
        {isTried && count > 0 ? (
          <Alert className="refusal" type="warning" showIcon role="alert" title={say('faults', { count })} />
        ) : null}
        <RefusalNote error={error} />
        <Button type="primary" htmlType="submit" loading={isPending}>
          {say('submit')}
        </Button>
      </Section>
    </Form>
  );
}

const { shape } = datasetEntrySchema;

function Identity() {
  const say = useWords(entryFormWords);
  const { departmentName, department } = useSession();
  return (
    <Section title={say('identity')}>
      <div className="entry-grid">
        <Form.Item name="title" label={say('title')} rules={[{ required: true }, ruleOf(shape.title)]}>
          <Input />
        </Form.Item>
        <Form.Item
          name="resourceCode"
          label={say('resourceCode')}
          extra={say('resourceCodeHint')}
          rules={[{ required: true }, ruleOf(shape.resourceCode)]}
        >
          <Input />
        </Form.Item>
        <Form.Item
          name="category"
          label={say('category')}
          extra={say('categoryHint')}
          rules={[{ required: true }, ruleOf(shape.category)]}
        >
          <Input />
        </Form.Item>
        <Form.Item name="format" label={say('format')} rules={[{ required: true }]}>
          <Select options={formats.map((value) => ({ value, label: say(`f${value}`) }))} />
        </Form.Item>
        <Form.Item label={say('provider')}>
          <span>
            {departmentName} <code>{department}</code>
          </span>
        </Form.Item>
      </div>
      <Form.Item name="abstract" label={say('abstract')} rules={[{ required: true }, ruleOf(shape.abstract)]}>
        <Input.TextArea rows={2} />
      </Form.Item>
    </Section>
  );
}

function Sharing({ shareType, isOpen }: { readonly shareType: DatasetEntry['shareType'] | undefined; readonly isOpen: boolean }) {
  const say = useWords(entryFormWords);
  const sayEntry = useWords(entryWords);
  const isConditional = shareType === 'conditional';
  return (
    <Section title={say('sharing')}>
      <Form.Item name="shareType" label={say('shareType')} rules={[{ required: true }]}>
        <Radio.Group options={shape.shareType.options.map((value) => ({ value, label: sayEntry(value) }))} />
      </Form.Item>
      {shareType === undefined || shareType === 'unconditional' ? null : (
        <Form.Item
          name="shareCondition"
          label={say(isConditional ? 'conditionConditional' : 'conditionNot')}
          extra={say(isConditional ? 'conditionConditionalHint' : 'conditionNotHint')}
          rules={[{ required: true }, ruleOf(shape.abstract)]}
        >
          <Input.TextArea rows={2} />
        </Form.Item>
      )}
      <Form.Item name="shareMethods" label={say('shareMethods')} rules={[ruleOf(shape.shareMethods)]}>
        <Checkbox.Group options={(['file', 'query', 'table'] as const).map((value) => ({ value, label: say(value) }))} />
      </Form.Item>
      <Form.Item name="open" valuePropName="checked">
        <Checkbox>{say('open')}</Checkbox>
      </Form.Item>
      {isOpen ? (
        <Form.Item name="openCondition" label={say('openCondition')} rules={[ruleOf(shape.abstract)]}>
          <Input.TextArea rows={1} />
        </Form.Item>
      ) : null}
    </Section>
  );
}

function Upkeep() {
  const say = useWords(entryFormWords);
  const sayEntry = useWords(entryWords);
  return (
    <Section title={say('upkeep')}>
      <div className="entry-grid">
        <Form.Item name="updateCycle" label={say('updateCycle')} rules={[{ required: true }]}>
          <Select options={shape.updateCycle.options.map((value) => ({ value, label: sayEntry(`cycle${value}`) }))} />
        </Form.Item>
        <Form.Item name="publishedOn" label={say('publishedOn')} rules={[{ required: true }, ruleOf(shape.publishedOn)]}>
          <Input type="date" />
        </Form.Item>
        <Form.Item name="classification" label={say('classification')} rules={[{ required: true }, ruleOf(shape.classification)]}>
          <Input />
        </Form.Item>
        <Form.Item name="grade" label={say('grade')} extra={say('gradeHint')} rules={[{ required: true }]}>
          <Select options={shape.grade.options.map((value) => ({ value, label: sayEntry(value) }))} />
        </Form.Item>
        <Form.Item name="relatedCodes" label={say('relatedCodes')} rules={[ruleOf(shape.relatedCodes)]}>
          <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[',', '，', ' ']} />
        </Form.Item>
      </div>
    </Section>
  );
}

function Items({
  value,
  onChange,
  faults,
}: {
  readonly value: readonly Item[];
  readonly onChange: (items: readonly Item[]) => void;
  readonly faults: ReadonlyMap<number, readonly string[]>;
}) {
  const say = useWords(entryFormWords);
  const pick = usePick();
  const infer = async (file: File) => {
    try {
      const { items, rows } = await inferItems(headOfFile(file));
      const before = new Map(value.map((item) => [item.name, item]));
      // What a person filled in for a column of this name is worth more than a guess.
      onChange(items.map(({ item }) => before.get(item.name) ?? item));
      message.success(say('inferred', { file: file.name, rows, items: items.length }), 6);
    } catch (error) {
      const problem = (error as { toProblem?: () => { title: { zh: string; en: string } } }).toProblem?.();
      if (!problem) throw error;
      message.error(pick(problem.title), 8);
    }
  };
  return (
    <Section
      title={say('items')}
      extra={
        <Upload
          accept=".csv,text/csv"
          showUploadList={false}
          beforeUpload={(file) => {
            void infer(file);
            return false;
          }}
        >
          <Button size="small">{say('infer')}</Button>
        </Upload>
      }
    >
      <p className="quiet">{say('itemsLead')}</p>
      <ItemsEditor value={value} onChange={onChange} faults={faults} />
    </Section>
  );
}
