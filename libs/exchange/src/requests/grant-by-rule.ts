import { grantTerms } from '#rights';
import { instantNow, type ExchangeContext } from '../context.js';
import { propose, replyTypes } from '../proposing.js';

/** Who prepared what no person prepared: the rule of the entry itself. */
const theRule = '0'.repeat(32);

/**
 * Grants a request for an unconditional dataset by rule (Art. 21), in the provider's name: with custody `exchange` at once, else the
 * proposal waits for the department's own signature. What the rule cannot decide is left to people.
 */
export class GrantByRule {
  constructor(private readonly context: ExchangeContext) {}

  async execute(id: string): Promise<void> {
    await this.context.transactions.run(async (stores) => {
      const request = await stores.states.get('request', id);
      const dataset = request && (await stores.states.get('dataset', request.state.dataset));
      if (!request || !dataset || request.state.state !== 'submitted' || dataset.state.entry.shareType !== 'unconditional')
        return;
      const granted = grantTerms({
        request: request.state,
        dataset: dataset.state,
        decision: 'by-rule',
        now: instantNow(this.context),
      });
      if (granted.refused) return;
      // A second try after a crash must not propose the same grant again, and a decision of people goes before.
      if (await stores.proposals.onItsWay(id, request.state.to, replyTypes)) return;
      const actor = { person: theRule, department: request.state.to, roles: [], competent: false };
      await propose(this.context, stores, actor, {
        type: 'right.granted',
        issuer: request.state.to,
        after: request.state.last,
        body: { request: id, dataset: request.state.dataset, decision: 'by-rule', terms: granted.ok },
        sentence: {
          zh: `无条件共享，按规则同意：${dataset.state.entry.title}`,
          en: `Shared without conditions, granted by rule: ${dataset.state.entry.title}`,
        },
      });
    });
  }
}
