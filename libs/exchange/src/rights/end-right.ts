import { actsAlone, refuse, type Sentence } from '#contracts';
import { confirmedBy } from '../accounts/confirmed.js';
import { requireRole, type Actor } from '../actor.js';
import type { ExchangeContext } from '../context.js';
import { datasetTitle } from '../dataset-title.js';
import type { Found, Proposal, Stores } from '../ports.js';
import { propose } from '../proposing.js';
import { commitProse, refusePersonalData } from '../prose.js';
import { requireState } from '../require-state.js';

export interface Ending {
  readonly code: string;
  readonly reason: string;
  readonly article: string;
  readonly filing?: string | undefined;
}

/** The provider or the competent department may end a right (Art. 27); the grantee knows of it and may not; to others it is unknown. */
async function rightToEnd(stores: Stores, actor: Actor, id: string): Promise<Found<'right'>> {
  requireRole(actor, 'office-head', 'steward', 'supervisor');
  const right = await stores.states.get('right', id);
  if (!right) throw refuse('unknown');
  const { grantor, grantee } = right.state.terms;
  if (actor.department === grantor || actor.competent) return right;
  throw refuse(actor.department === grantee ? 'wrong-issuer' : 'unknown');
}

/** A steward's word alone stops the flow; what lasts, or opens it again, is for an office head or a supervisor to approve. */
function approval(actor: Actor): { approvalBy?: string } {
  return actsAlone(actor.roles) ? {} : { approvalBy: actor.department };
}

/** Suspends a right: from the commit of its entry on, not another chunk of its deliveries leaves. */
export class SuspendRight {
  constructor(private readonly context: ExchangeContext) {}

  async execute(actor: Actor, id: string, ending: Ending): Promise<Proposal> {
    return this.context.transactions.run(async (stores) => {
      const right = await rightToEnd(stores, actor, id);
      requireState('right', 'suspend', right.state.state);
      return propose(this.context, stores, actor, {
        type: 'right.suspended',
        issuer: actor.department,
        after: right.state.last,
        body: await endingBody(stores, right, ending),
        sentence: await sentenceOf(stores, right, '暂停共享权限', 'Suspend the right'),
      });
    });
  }
}

/** Terminates a right for good; whoever does so alone gives the password again. */
export class TerminateRight {
  constructor(private readonly context: ExchangeContext) {}

  /** Throws Refusal unknown, wrong-issuer, not-allowed, wrong-state, password-needed, bad-login, locked-out. */
  async execute(by: Actor, id: string, ending: Ending & { readonly password?: string | undefined }): Promise<Proposal> {
    const actor = await confirmedBy(this.context, by, ending.password);
    return this.context.transactions.run(async (stores) => {
      const right = await rightToEnd(stores, actor, id);
      requireState('right', 'terminate', right.state.state);
      return propose(this.context, stores, actor, {
        type: 'right.terminated',
        issuer: actor.department,
        ...approval(actor),
        after: right.state.last,
        body: await endingBody(stores, right, ending),
        sentence: await sentenceOf(stores, right, '终止共享', 'Terminate the right'),
      });
    });
  }
}

/** Lifts a suspension. */
export class ResumeRight {
  constructor(private readonly context: ExchangeContext) {}

  async execute(actor: Actor, id: string, reason: string): Promise<Proposal> {
    return this.context.transactions.run(async (stores) => {
      const right = await rightToEnd(stores, actor, id);
      requireState('right', 'resume', right.state.state);
      return propose(this.context, stores, actor, {
        type: 'right.resumed',
        issuer: actor.department,
        ...approval(actor),
        after: right.state.last,
        body: { right: id, dataset: right.state.terms.dataset, reason: await commitProse(stores, reason, 'reason') },
        sentence: await sentenceOf(stores, right, '恢复共享权限', 'Resume the right'),
      });
    });
  }
}

/** Which right: its dataset, and whose use of it. */
async function sentenceOf(stores: Stores, right: Found<'right'>, zh: string, en: string): Promise<Sentence> {
  const { dataset, grantee } = right.state.terms;
  const title = await datasetTitle(stores, dataset);
  const name = (await stores.states.get('department', grantee))?.state.name ?? grantee;
  return { zh: `${zh}：${name}使用「${title}」`, en: `${en} of ${name} to use ${title}` };
}

async function endingBody(stores: Stores, right: Found<'right'>, ending: Ending) {
  refusePersonalData({ article: ending.article, filing: ending.filing });
  return {
    right: right.id,
    dataset: right.state.terms.dataset,
    code: ending.code,
    reason: await commitProse(stores, ending.reason, 'reason'),
    article: ending.article,
    ...(ending.filing === undefined ? {} : { filing: ending.filing }),
  };
}
