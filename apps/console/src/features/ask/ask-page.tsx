import { routes, type DatasetView, type RequestView } from '#contracts';
import { checkProse } from '#rights';
import { Button, Form, Input, Popconfirm, Select } from 'antd';
import type { Rule } from 'antd/es/form';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { useSession } from '../../app/session';
import { LinkButton } from '../../components/link-button';
import { ObjectPage } from '../../components/object-page';
import { Page, Section } from '../../components/page';
import { RefusalNote } from '../../components/refusal-note';
import { problemOf, useRead, useSend } from '../../lib/api';
import { useDraft } from '../../lib/draft';
import { showOnForm } from '../../lib/forms';
import { message } from '../../lib/message';
import { usePick, useWords } from '../../lib/words';
import { askedOf, firstDraft, foreseen, type AskedDraft } from './asked-draft';
import { AskedFields, askedShape, fieldRules } from './asked-fields';
import { WhatNext } from './what-next';
import { askWords } from './words';
import './ask.css';

/** The request form: one page, filled in as far as is known. */
export function AskPage() {
  const say = useWords(askWords);
  const { dataset: id = '' } = useParams();
  const dataset = useRead(routes.dataset, { params: { id } });
  const former = useRead(routes.requests, { query: { side: 'from', limit: 200 } });
  const reading = dataset.data === undefined ? dataset : former;
  return dataset.data && former.data ? (
    <AskForm dataset={dataset.data} former={former.data.items} />
  ) : (
    <ObjectPage title={say('name')} reading={reading} list="/find" />
  );
}

function AskForm({ dataset, former }: { readonly dataset: DatasetView; readonly former: readonly RequestView[] }) {
  const say = useWords(askWords);
  const pick = usePick();
  const navigate = useNavigate();
  const { person, department } = useSession();
  const [form] = Form.useForm<AskedDraft>();
  const [isStrict, setStrict] = useState(false);
  const [faultCount, setFaultCount] = useState(0);
  const [first] = useState(() => firstDraft(dataset, lastRequest(former, dataset.id)));
  const draft = useDraft<AskedDraft>(`ask:${person.id}:${department}:${dataset.id}`, first);
  const submit = useSend(routes.submitRequest, {
    refresh: ['requests'],
    onDone: (proposal) => {
      draft.drop();
      message.success(say('submitted'));
      void navigate(`/requests/${proposal.id}`, { replace: true });
    },
  });

  const asked = askedOf(draft.value, dataset);
  const told = asked && foreseen(asked, dataset, department);
  const cannot =
    told?.refused && ['own-dataset', 'not-shared', 'method-not-offered'].includes(told.refused.code) ? told.refused : undefined;
  if (cannot)
    return (
      <Page title={say('title', { title: dataset.entry.title })} lead={say('notAskable')}>
        <p>{pick({ zh: cannot.sentence('zh'), en: cannot.sentence('en') })}</p>
        <LinkButton to={`/find/${dataset.id}`}>{say('back')}</LinkButton>
      </Page>
    );

  return (
    <Page title={say('title', { title: dataset.entry.title })} lead={say('lead', { provider: dataset.providerName })}>
      <Form<AskedDraft>
        form={form}
        layout="vertical"
        initialValues={draft.value}
        onValuesChange={(_, all) => {
          setFaultCount(0);
          draft.set(all);
        }}
        onFinish={() => {
          if (asked)
            submit.mutate(
              { body: { dataset: dataset.id, asked } },
              {
                onError: (error) => {
                  const problem = problemOf(error);
                  if (problem) showOnForm(form, problem, 'asked.');
                },
              },
            );
        }}
        onFinishFailed={({ errorFields }) => {
          setStrict(true);
          setFaultCount(errorFields.length);
        }}
      >
        <div className="ask">
          <div className="ask-main">
            <Section title={say('purpose')}>
              {(['basis', 'scenario'] as const).map((name) => (
                <PurposeField
                  key={name}
                  name={name}
                  former={former}
                  onTake={(text) => {
                    form.setFieldsValue({ purpose: { [name]: text } });
                    // What code sets, the form does not report.
                    draft.set(form.getFieldsValue(true));
                    form.validateFields([['purpose', name]]).catch(() => undefined);
                  }}
                />
              ))}
            </Section>
            <AskedFields dataset={dataset} strict={isStrict} />
          </div>
          <WhatNext dataset={dataset} byRule={told?.ok?.byRule ?? false} />
        </div>
        <div className="ask-submit">
          <div className="ask-submit-notes">
            <RefusalNote error={submit.error} />
            {faultCount > 0 ? (
              <p className="ask-fault" role="alert">
                {say('incomplete', { count: faultCount })}
              </p>
            ) : null}
          </div>
          <Button type="primary" htmlType="submit" size="large" loading={submit.isPending}>
            {say('submit')}
          </Button>
          {draft.isKept ? (
            <span className="quiet">
              {say('kept')}{' '}
              <Popconfirm
                title={say('startAnewSure')}
                okText={say('yes')}
                cancelText={say('no')}
                onConfirm={() => {
                  form.setFieldsValue(first);
                  draft.set(first);
                  draft.drop();
                }}
              >
                <Button type="link" size="small">
                  {say('startAnew')}
                </Button>
              </Popconfirm>
            </span>
          ) : null}
        </div>
      </Form>
    </Page>
  );
}

/** The department's newest request for a dataset. */
function lastRequest(former: readonly RequestView[], dataset: string): RequestView | undefined {
  return former.filter((one) => one.dataset === dataset).toSorted((a, b) => (a.receivedAt < b.receivedAt ? 1 : -1))[0];
}

function PurposeField({
  name,
  former,
  onTake,
}: {
  readonly name: 'basis' | 'scenario';
  readonly former: readonly RequestView[];
  readonly onTake: (text: string) => void;
}) {
  const say = useWords(askWords);
  const pick = usePick();
  const texts = [...new Set(former.map(({ asked }) => asked.purpose[name]).filter((text) => text !== ''))];
  const prose: Rule = {
    validator: (_, text?: string) => {
      const fault = checkProse(text ?? '', name);
      return fault ? Promise.reject(new Error(pick({ zh: fault.sentence('zh'), en: fault.sentence('en') }))) : Promise.resolve();
    },
  };
  return (
    <>
      <Form.Item
        name={['purpose', name]}
        label={say(name)}
        extra={say(`${name}Hint`)}
        rules={[...fieldRules(askedShape.purpose.shape[name]), prose]}
      >
        <Input.TextArea rows={name === 'basis' ? 2 : 3} maxLength={2000} />
      </Form.Item>
      {texts.length > 0 ? (
        <Select
          size="small"
          className="ask-former"
          aria-label={`${say(name)}: ${say('usedBefore')}`}
          placeholder={say('usedBefore')}
          value={null}
          showSearch={{ optionFilterProp: 'label' }}
          options={texts.map((text) => ({ value: text, label: text }))}
          onChange={(text: string | null) => {
            if (text !== null) onTake(text);
          }}
        />
      ) : null}
    </>
  );
}
