import { runCount, runCountChanges } from '#delivery';
import { decidePull, refusedPullBody, versionOfPull, type PullQuestion } from '#rights';
import { instantNow, type ExchangeContext } from '../context.js';
import { openVersion, type DataPlane } from '../data-plane.js';
import { openListsNamed } from '../key-lists/named-lists.js';
import type { Stores } from '../ports.js';
import { sayAsExchange } from '../signing.js';
import { openPseudonymKey } from './pseudonym-key.js';

/**
 * Decides a sealed pull and says so in the ledger, with every input that the decision used. When one of them changes before it is
 * sealed, the seal refuses it and this task is due again.
 */
export class DecideDelivery {
  constructor(
    private readonly context: ExchangeContext,
    private readonly data: DataPlane,
  ) {}

  async execute(id: string): Promise<void> {
    const question = await this.context.transactions.run((stores) => this.ask(stores, id));
    if (!question) return;
    let decided = decidePull(question);
    // The whole version is reserved when the quota has room for it; only when it has not are the rows counted, which costs a pass.
    if (decided.refused?.code === 'quota-rows') {
      const counted = { ...question, rowsCountedAtMost: await this.count(question) };
      decided = decidePull(counted);
    }
    await this.context.transactions.run(async (stores) => {
      const delivery = await stores.states.get('delivery', id);
      if (delivery?.state.state !== 'pulled') return;
      if (decided.refused) {
        await sayAsExchange(this.context, stores, {
          type: 'pull.refused',
          after: id,
          body: refusedPullBody(question, decided.refused),
        });
      } else {
        await sayAsExchange(this.context, stores, { type: 'delivery.decided', after: id, body: decided.ok });
      }
    });
  }

  private async ask(stores: Stores, id: string): Promise<PullQuestion | undefined> {
    // The head is read first: states may be newer than it, never older, so a change in between makes the decision stale, not wrong.
    const head = await stores.states.head();
    const delivery = await stores.states.get('delivery', id);
    if (!delivery || delivery.state.state !== 'pulled') return undefined;
    // The pull does not count yet, nor perhaps the grant before it. Once it does, this task is due again.
    if (delivery.changedAt >= (await stores.inForce.before())) return undefined;
    const { asked, grantee, right: rightId, dataset: datasetId } = delivery.state;
    const right = await stores.states.get('right', rightId);
    const dataset = await stores.states.get('dataset', datasetId);
    if (!right || !dataset) throw new Error(`Delivery ${id} names a right or dataset that is not there`);
    const version = versionOfPull(right, dataset, asked.version);
    const basis = asked.since === undefined ? undefined : await basisOf(stores, asked.since);
    const recipients = (await stores.states.ofDepartment('recipient', grantee)).filter(
      ({ state }) => state.endedAt === undefined,
    );
    return {
      delivery: id,
      pull: { right: rightId, dataset: datasetId, ...asked },
      grantee,
      right,
      dataset,
      version: version === undefined ? undefined : await stores.states.get('version', version),
      basis,
      recipients: recipients.map((recipient) => recipient.id),
      now: instantNow(this.context),
      index: head.size - 1,
    };
  }

  private async count(question: PullQuestion): Promise<number> {
    const version = versionOfPull(question.right, question.dataset, question.pull.version);
    if (version === undefined) return 0;
    const rows = { op: 'and' as const, of: [question.right.state.terms.rows, question.pull.rows] };
    const { basis, grantee } = question;
    const held = question.pull.since === undefined ? undefined : basis?.delivery.state.decided;
    const { stored, since, keyLists, pseudonymKey } = await this.context.transactions.run(async (stores) => ({
      stored: (await openVersion(this.context, stores, version)).stored,
      since: held && (await openVersion(this.context, stores, held.version)).stored,
      pseudonymKey: await openPseudonymKey(this.context, stores, { grantee, purpose: question.pull.purpose }),
      keyLists: await openListsNamed(this.context, stores, rows, {
        dataset: question.pull.dataset,
        department: question.grantee,
      }),
    }));
    const job = { ...this.data.jobs, version: stored, keyLists };
    if (!since || !held) return runCount({ ...job, rows });
    const { added, changed, removed } = await runCountChanges({ ...job, since, selection: held, pseudonymKey });
    return added + changed + removed;
  }
}

async function basisOf(stores: Stores, id: string): Promise<PullQuestion['basis']> {
  const delivery = await stores.states.get('delivery', id);
  const version = delivery?.state.decided && (await stores.states.get('version', delivery.state.decided.version));
  return delivery && version ? { delivery, version } : undefined;
}
