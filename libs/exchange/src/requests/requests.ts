import { refuse, type Asked } from '#contracts';
import { decideRequest, grantTerms, type Narrowing } from '#rights';
import { requireRole, type Actor } from '../actor.js';
import { instantNow, type ExchangeContext } from '../context.js';
import { datasetTitle } from '../dataset-title.js';
import { checkListsNamed } from '../key-lists/named-lists.js';
import type { Found, Proposal, Stores } from '../ports.js';
import { propose } from '../proposing.js';
import { commitProse, readProse } from '../prose.js';
import { requireState } from '../require-state.js';

/** What people ask for, the purpose in words. */
export interface AskedInWords extends Omit<Asked, 'purpose'> {
  readonly purpose: { readonly basis: string; readonly scenario: string };
}

/** A requester asks for a usage right; the head of their own sharing office must approve it before it goes out (Art. 20). */
export class SubmitRequest {
  constructor(private readonly context: ExchangeContext) {}

  /** Throws Refusal unknown, not-shared, item-unknown, scope-…, window-invalid, method-not-granted, personal-data-in-text. */
  async execute(actor: Actor, datasetId: string, words: AskedInWords): Promise<Proposal> {
    requireRole(actor, 'requester');
    return this.context.transactions.run(async (stores) => {
      const dataset = await stores.states.get('dataset', datasetId);
      if (!dataset) throw refuse('unknown', {}, { field: 'dataset' });
      const asked = {
        ...words,
        purpose: {
          basis: await commitProse(stores, words.purpose.basis, 'asked.purpose.basis'),
          scenario: await commitProse(stores, words.purpose.scenario, 'asked.purpose.scenario'),
        },
      };
      const citation = (await readProse(stores, [dataset.state.entry.shareCondition]))(dataset.state.entry.shareCondition);
      const decided = decideRequest({
        from: actor.department,
        dataset: dataset.state,
        asked,
        now: instantNow(this.context),
        citation,
      });
      if (decided.refused) throw decided.refused;
      await checkListsNamed(stores, asked.rows, { dataset: datasetId, department: actor.department }, 'asked.rows');
      return propose(this.context, stores, actor, {
        type: 'request.submitted',
        issuer: actor.department,
        approvalBy: actor.department,
        body: { dataset: datasetId, provider: dataset.state.provider, asked },
        sentence: { zh: `申请使用「${dataset.state.entry.title}」`, en: `Ask for ${dataset.state.entry.title}` },
      });
    });
  }
}

export type Decision =
  | ({ readonly decision: 'agree' } & Pick<Narrowing, 'transformations' | 'clear' | 'obligations' | 'version'>)
  | ({ readonly decision: 'agree-in-part'; readonly condition: string } & Narrowing)
  | { readonly decision: 'supplement'; readonly missing: string }
  | { readonly decision: 'refuse'; readonly code: string; readonly reason: string };

/** The provider's steward prepares the decision; its office head approves it before it is signed (Art. 20, 21). */
export class DecideRequest {
  constructor(private readonly context: ExchangeContext) {}

  /** Throws Refusal unknown, wrong-state, supplement-once, grant-wider-than-request, condition-missing, personal-data-in-text … */
  async execute(actor: Actor, id: string, decision: Decision): Promise<Proposal> {
    requireRole(actor, 'steward');
    return this.context.transactions.run(async (stores) => {
      const request = await stores.states.get('request', id);
      if (!request || request.state.to !== actor.department) throw refuse('unknown');
      const dataset = await stores.states.get('dataset', request.state.dataset);
      if (!dataset) throw refuse('unknown');
      requireState('request', decision.decision, request.state.state);
      const about = { issuer: actor.department, approvalBy: actor.department, after: request.state.last };
      const ids = { request: id, dataset: request.state.dataset };
      const title = dataset.state.entry.title;
      switch (decision.decision) {
        case 'supplement':
          if (request.state.supplementAsked) throw refuse('supplement-once');
          return propose(this.context, stores, actor, {
            ...about,
            type: 'request.supplement-asked',
            body: { ...ids, missing: await commitProse(stores, decision.missing, 'missing') },
            sentence: { zh: `一次性告知补充材料：${title}`, en: `Ask once for a supplement: ${title}` },
          });
        case 'refuse':
          return propose(this.context, stores, actor, {
            ...about,
            type: 'request.refused',
            body: { ...ids, code: decision.code, reason: await commitProse(stores, decision.reason, 'reason') },
            sentence: { zh: `不同意：${title}`, en: `Refuse: ${title}` },
          });
        default:
          return this.grant(stores, actor, request, dataset, decision);
      }
    });
  }

  private async grant(
    stores: Stores,
    actor: Actor,
    request: Found<'request'>,
    dataset: Found<'dataset'>,
    decision: Extract<Decision, { decision: 'agree' | 'agree-in-part' }>,
  ): Promise<Proposal> {
    const condition =
      decision.decision === 'agree-in-part' ? await commitProse(stores, decision.condition, 'condition') : undefined;
    const { decision: kind, ...rest } = decision;
    const { condition: _, ...narrowing } = rest as Narrowing & { condition?: string };
    const granted = grantTerms({
      request: request.state,
      dataset: dataset.state,
      decision: kind,
      narrowing,
      ...(condition === undefined ? {} : { condition }),
      now: instantNow(this.context),
    });
    if (granted.refused) throw granted.refused;
    await checkListsNamed(stores, granted.ok.rows, { dataset: dataset.id, department: request.state.from });
    const byPart = kind === 'agree-in-part';
    return propose(this.context, stores, actor, {
      type: 'right.granted',
      issuer: actor.department,
      approvalBy: actor.department,
      after: request.state.last,
      body: {
        request: request.id,
        dataset: dataset.id,
        decision: kind,
        ...(condition === undefined ? {} : { condition }),
        terms: granted.ok,
      },
      sentence: {
        zh: `${byPart ? '部分同意' : '同意'}：${dataset.state.entry.title}`,
        en: `${byPart ? 'Agree in part' : 'Agree'}: ${dataset.state.entry.title}`,
      },
    });
  }
}

/** The requester answers the one notice of what was missing. */
export class SupplementRequest {
  constructor(private readonly context: ExchangeContext) {}

  async execute(
    actor: Actor,
    id: string,
    answer: { answer: string; asked?: Partial<Omit<Asked, 'purpose'>> | undefined },
  ): Promise<Proposal> {
    requireRole(actor, 'requester');
    return this.context.transactions.run(async (stores) => {
      const request = await ownRequest(stores, actor, id);
      requireState('request', 'answer-supplement', request.state.state);
      const dataset = await stores.states.get('dataset', request.state.dataset);
      if (!dataset) throw refuse('unknown');
      const asked = { ...request.state.asked, ...answer.asked };
      const decided = decideRequest({
        from: actor.department,
        dataset: dataset.state,
        asked,
        now: instantNow(this.context),
        citation: '',
      });
      if (decided.refused) throw decided.refused;
      const { dataset: of } = request.state;
      await checkListsNamed(stores, asked.rows, { dataset: of, department: actor.department }, 'asked.rows');
      return propose(this.context, stores, actor, {
        type: 'request.supplemented',
        issuer: actor.department,
        approvalBy: actor.department,
        after: request.state.last,
        body: { request: id, dataset: request.state.dataset, asked, answer: await commitProse(stores, answer.answer, 'answer') },
        sentence: { zh: `补充材料：${dataset.state.entry.title}`, en: `Supplement the request for ${dataset.state.entry.title}` },
      });
    });
  }
}

/** The requester takes a request back before it is decided. */
export class WithdrawRequest {
  constructor(private readonly context: ExchangeContext) {}

  async execute(actor: Actor, id: string): Promise<Proposal> {
    requireRole(actor, 'requester');
    return this.context.transactions.run(async (stores) => {
      const request = await ownRequest(stores, actor, id);
      requireState('request', 'withdraw', request.state.state);
      const title = await datasetTitle(stores, request.state.dataset);
      return propose(this.context, stores, actor, {
        type: 'request.withdrawn',
        issuer: actor.department,
        after: request.state.last,
        body: { request: id, dataset: request.state.dataset },
        sentence: { zh: `撤回申请：${title}`, en: `Withdraw the request for ${title}` },
      });
    });
  }
}

async function ownRequest(stores: Stores, actor: Actor, id: string): Promise<Found<'request'>> {
  const request = await stores.states.get('request', id);
  if (!request || request.state.from !== actor.department) throw refuse('unknown');
  return request;
}
