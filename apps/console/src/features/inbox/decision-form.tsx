import { actionsOn, refusalReasonWords, routes, word, type ProposalView, type RequestView, type Who } from '#contracts';
import { Button, Input, Radio, Select } from 'antd';
import { Link } from 'react-router';
import { RefusalNote } from '../../components/refusal-note';
import { problemOf, useSend } from '../../lib/api';
import { usePick, useWords } from '../../lib/words';
import { decisionOf, type ReadReview, type ReviewDraft } from './narrowing';
import { reviewWords } from './words';

const codes = Object.keys(refusalReasonWords);

/** The decisions that are open now, by the table of states, and what each needs. */
export function DecisionForm({
  request,
  who,
  condition,
  draft,
  set,
  read,
  onDone,
}: {
  readonly request: RequestView;
  readonly who: Who;
  /** The conditions that the entry states; only those can be cited. */
  readonly condition: string | undefined;
  readonly draft: ReviewDraft;
  readonly set: (draft: ReviewDraft) => void;
  readonly read: ReadReview;
  readonly onDone: (proposal: ProposalView) => void;
}) {
  const say = useWords(reviewWords);
  const pick = usePick();
  const decide = useSend(routes.decideRequest, { refresh: ['proposals'], onDone });
  const actions = actionsOn('request', request.state, who, {
    from: request.from,
    to: request.to,
    supplementAsked: request.supplementAsked,
  });
  const agreed = read.isNarrowed ? 'agree-in-part' : 'agree';
  const chosen = draft.decision === undefined || draft.decision === 'agree' ? agreed : draft.decision;
  const isAgreeing = chosen === agreed;
  const isUnfounded = chosen === 'agree-in-part' && condition === undefined;
  const body = decisionOf(draft, request.asked, read, condition ?? '');
  const lacks =
    body === undefined ||
    isUnfounded ||
    (chosen === 'supplement' && draft.missing.trim() === '') ||
    (chosen === 'refuse' && draft.reason.trim() === '');
  const waiting = problemOf(decide.error)?.details?.['proposal'];
  return (
    <>
      <p className="quiet review-note">{say('decideLead')}</p>
      <Radio.Group
        className="choices"
        aria-label={say('decide')}
        value={chosen}
        onChange={({ target }) => {
          const value = String(target.value);
          set({ ...draft, decision: value === 'supplement' || value === 'refuse' ? value : 'agree' });
        }}
        options={actions.map(({ name, label }) => ({
          value: name,
          label: pick(label),
          disabled: (name === 'agree' && read.isNarrowed) || (name === 'agree-in-part' && !read.isNarrowed),
        }))}
      />
      {isUnfounded ? (
        <p className="review-field">{say('noCondition')}</p>
      ) : isAgreeing ? (
        <p className="quiet">{say(read.isNarrowed ? 'onlyAgreeAsAsked' : 'onlyPartNarrowed')}</p>
      ) : null}
      {chosen === 'agree-in-part' && condition !== undefined ? (
        <p className="review-field">
          <span className="quiet">{say('citedCondition')}:</span> {condition}
        </p>
      ) : null}
      {chosen === 'supplement' ? (
        <div className="review-field">
          <label htmlFor="missing">{say('missingField')}</label>
          <Input.TextArea
            id="missing"
            rows={3}
            maxLength={2000}
            value={draft.missing}
            onChange={({ target }) => set({ ...draft, missing: target.value })}
          />
          <small className="quiet">{say('missingHint')}</small>
        </div>
      ) : null}
      {chosen === 'refuse' ? (
        <>
          <div className="review-field">
            <label htmlFor="code">{say('code')}</label>
            <Select
              id="code"
              value={draft.code ?? null}
              onChange={(code) => set({ ...draft, code: code ?? undefined })}
              options={codes.map((value) => ({ value, label: pick(word(refusalReasonWords, value)) }))}
            />
          </div>
          <div className="review-field">
            <label htmlFor="reason">{say('reason')}</label>
            <Input.TextArea
              id="reason"
              rows={3}
              maxLength={2000}
              value={draft.reason}
              onChange={({ target }) => set({ ...draft, reason: target.value })}
            />
            <small className="quiet">{say('reasonHint')}</small>
          </div>
        </>
      ) : null}
      <RefusalNote
        error={decide.error}
        forward={typeof waiting === 'string' ? <Link to={`/inbox/proposals/${waiting}`}>{say('open')}</Link> : undefined}
      />
      <div className="preview-bar">
        <Button
          type="primary"
          danger={chosen === 'refuse'}
          disabled={lacks}
          loading={decide.isPending}
          onClick={() => body && decide.mutate({ params: { id: request.id }, body })}
        >
          {say('submit')}
        </Button>
        <span className="quiet">{say('draftKept')}</span>
      </div>
    </>
  );
}
