import { refuse } from '#contracts';
import { requireRole, type Actor } from '../actor.js';
import type { ExchangeContext } from '../context.js';
import { datasetTitle } from '../dataset-title.js';
import type { Proposal } from '../ports.js';
import { propose } from '../proposing.js';
import { commitProse } from '../prose.js';
import { requireState } from '../require-state.js';

/** The recipient's signed word that it opened a delivery and checked it. */
export class SignReceipt {
  constructor(private readonly context: ExchangeContext) {}

  /** Throws Refusal unknown, wrong-state, digest-mismatch: what is signed must be what is sealed. */
  async execute(
    actor: Actor,
    id: string,
    checked: { ciphertextSha256: string; plaintextHmac: string; rows: number },
  ): Promise<Proposal> {
    requireRole(actor, 'requester');
    return this.context.transactions.run(async (stores) => {
      const delivery = await stores.states.get('delivery', id);
      if (!delivery || delivery.state.grantee !== actor.department) throw refuse('unknown');
      const { state, prepared, right, dataset, last } = delivery.state;
      requireState('delivery', 'receipt', state);
      if (!prepared) throw refuse('payload-not-ready');
      const isSame =
        prepared.ciphertextSha256 === checked.ciphertextSha256 &&
        prepared.plaintextHmac === checked.plaintextHmac &&
        prepared.rows === checked.rows;
      if (!isSame) throw refuse('digest-mismatch');
      const title = await datasetTitle(stores, dataset);
      return propose(this.context, stores, actor, {
        type: 'receipt.signed',
        issuer: actor.department,
        after: last,
        body: { delivery: id, right, dataset, ...checked },
        sentence: { zh: `签署回执：${title}`, en: `Sign the receipt for ${title}` },
      });
    });
  }
}

/** The grantee accounts for what it did with the data, or that it disposed of it (Art. 27, 29). */
export class RecordUse {
  constructor(private readonly context: ExchangeContext) {}

  async execute(actor: Actor, rightId: string, use: { kind: 'use' | 'disposal'; record: string }): Promise<Proposal> {
    requireRole(actor, 'requester');
    return this.context.transactions.run(async (stores) => {
      const right = await stores.states.get('right', rightId);
      if (!right || right.state.terms.grantee !== actor.department) throw refuse('unknown');
      const title = await datasetTitle(stores, right.state.terms.dataset);
      return propose(this.context, stores, actor, {
        type: 'use.recorded',
        issuer: actor.department,
        body: {
          right: rightId,
          dataset: right.state.terms.dataset,
          kind: use.kind,
          record: await commitProse(stores, use.record, 'record'),
        },
        sentence:
          use.kind === 'use'
            ? { zh: `记录使用情况：${title}`, en: `Record the use of ${title}` }
            : { zh: `记录销毁情况：${title}`, en: `Record the disposal of ${title}` },
      });
    });
  }
}
