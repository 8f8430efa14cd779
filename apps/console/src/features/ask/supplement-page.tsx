import { routes, type DatasetView, type RequestView } from '#contracts';
import { checkProse } from '#rights';
import { Button, Checkbox, Form, Input } from 'antd';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { useSession } from '../../app/session';
import { LinkButton } from '../../components/link-button';
import { ObjectPage } from '../../components/object-page';
import { Page, Section } from '../../components/page';
import { RefusalNote } from '../../components/refusal-note';
import { problemOf, useRead, useSend } from '../../lib/api';
import { useDraft } from '../../lib/draft';
import { bodyOf, showOnForm } from '../../lib/forms';
import { message } from '../../lib/message';
import { usePick, useWords } from '../../lib/words';
import { askedOf, draftOfAsked, type AskedDraft, type AskedInWords } from './asked-draft';
import { AskedFields, fieldRules } from './asked-fields';
import { askWords, requestWords } from './words';
import './ask.css';

interface SupplementDraft extends AskedDraft {
  readonly answer: string;
  readonly changes: boolean;
}

/** The answer to the one notice of what was missing; what is asked for can be changed with it, the purpose not. */
export function SupplementPage() {
  const say = useWords(askWords);
  const { id = '' } = useParams();
  const request = useRead(routes.request, { params: { id } });
  const dataset = useRead(
    routes.dataset,
    { params: { id: request.data?.dataset ?? '' } },
    { enabled: request.data !== undefined },
  );
  return request.data && dataset.data ? (
    <SupplementForm request={request.data} dataset={dataset.data} />
  ) : (
    <ObjectPage title={say('supplementName')} reading={request.data === undefined ? request : dataset} list="/requests" />
  );
}

function SupplementForm({ request, dataset }: { readonly request: RequestView; readonly dataset: DatasetView }) {
  const say = useWords(askWords);
  const sayRequest = useWords(requestWords);
  const pick = usePick();
  const navigate = useNavigate();
  const { person } = useSession();
  const [form] = Form.useForm<SupplementDraft>();
  const [isStrict, setStrict] = useState(false);
  const draft = useDraft<SupplementDraft>(`supplement:${person.id}:${request.id}`, {
    ...draftOfAsked(request.asked),
    answer: '',
    changes: false,
  });
  const send = useSend(routes.supplementRequest, {
    refresh: ['requests'],
    onDone: () => {
      draft.drop();
      message.success(say('submitted'));
      void navigate(`/requests/${request.id}`, { replace: true });
    },
  });
  const { answer, changes } = draft.value;
  const title = say('supplementTitle', { title: request.datasetTitle });
  if (request.state !== 'supplement-asked')
    return (
      <Page title={title}>
        <LinkButton to={`/requests/${request.id}`}>{sayRequest('requestTitle', { title: request.datasetTitle })}</LinkButton>
      </Page>
    );
  return (
    <Page title={title} lead={dataset.providerName}>
      <Form<SupplementDraft>
        form={form}
        layout="vertical"
        initialValues={draft.value}
        onValuesChange={(_, all) => draft.set({ ...draft.value, ...all })}
        onFinishFailed={() => setStrict(true)}
        onFinish={() => {
          const asked = changes ? askedOf(draft.value, dataset) : undefined;
          if (changes && !asked) return;
          send.mutate(
            { params: { id: request.id }, body: { answer, ...(asked ? { asked: changed(asked, request.asked) } : {}) } },
            {
              onError: (error) => {
                const problem = problemOf(error);
                if (problem) showOnForm(form, problem, 'asked.');
              },
            },
          );
        }}
      >
        <Section title={say('missing')}>
          <p className="request-said">{request.missing}</p>
          <Form.Item
            name="answer"
            label={say('answer')}
            extra={say('answerHint')}
            rules={[
              ...fieldRules(bodyOf(routes.supplementRequest).shape.answer),
              {
                validator: (_, text?: string) => {
                  const fault = checkProse(text ?? '', 'answer');
                  return fault
                    ? Promise.reject(new Error(pick({ zh: fault.sentence('zh'), en: fault.sentence('en') })))
                    : Promise.resolve();
                },
              },
            ]}
          >
            <Input.TextArea rows={4} maxLength={2000} />
          </Form.Item>
          <Form.Item name="changes" valuePropName="checked" noStyle>
            <Checkbox>{say('change')}</Checkbox>
          </Form.Item>
        </Section>
        {changes ? <AskedFields dataset={dataset} strict={isStrict} /> : null}
        <div className="ask-submit">
          <div className="ask-submit-notes">
            <RefusalNote error={send.error} />
          </div>
          <Button type="primary" htmlType="submit" size="large" loading={send.isPending}>
            {say('submit')}
          </Button>
          {draft.isKept ? <span className="quiet">{say('kept')}</span> : null}
        </div>
      </Form>
    </Page>
  );
}

/** Only what differs: what is left out stays as asked. */
function changed({ purpose: _, ...next }: AskedInWords, was: AskedInWords): Partial<Omit<AskedInWords, 'purpose'>> {
  const names = Object.keys(next) as (keyof typeof next)[];
  return Object.fromEntries(
    names.flatMap((name) => (JSON.stringify(next[name]) === JSON.stringify(was[name]) ? [] : [[name, next[name]]])),
  );
}
