import { refuse, type RightChanges } from '#contracts';
import { runCountChanges } from '#delivery';
import { checkInForce, versionOfPull } from '#rights';
import type { Actor } from '../actor.js';
import { instantNow, type ExchangeContext } from '../context.js';
import { openVersion, type DataPlane } from '../data-plane.js';
import { openPseudonymKey } from '../deliveries/pseudonym-key.js';
import { openListsNamed } from '../key-lists/named-lists.js';
import type { Stores } from '../ports.js';

/**
 * What changed in a dataset since the last delivery of which the grantee signed a receipt: numbers of rows within that delivery's items,
 * rows and masks, which is what an incremental pull would bring. For the grantee alone.
 */
export class ReadChanges {
  constructor(
    private readonly context: ExchangeContext,
    private readonly data: DataPlane,
  ) {}

  /** Throws Refusal unknown, why the right is not in force, changes-…, no-version, part-damaged, preparer-failed. */
  async execute(actor: Actor, id: string): Promise<RightChanges> {
    const { told, job } = await this.context.transactions.run((stores) => this.ask(stores, actor, id));
    if (job === undefined) return { ...told, added: 0, changed: 0, removed: 0 };
    return { ...told, ...(await runCountChanges({ ...this.data.jobs, ...job })) };
  }

  private async ask(stores: Stores, actor: Actor, id: string) {
    const right = await stores.states.get('right', id);
    if (!right || right.state.terms.grantee !== actor.department) throw refuse('unknown');
    const { grantee, purpose, dataset: datasetId } = right.state.terms;
    const ended = checkInForce(right.state, instantNow(this.context));
    if (ended) throw ended;
    const dataset = await stores.states.get('dataset', datasetId);
    const version = dataset && versionOfPull(right, dataset, 'latest');
    if (version === undefined) throw refuse('no-version');
    const [last] = (await stores.states.deliveries({ right: id, state: 'received' }, { limit: 1 })).items;
    const held = last?.state.decided;
    if (!last || !held) throw refuse('changes-no-earlier');
    const versions = await stores.states.getMany('version', [version, held.version]);
    const numberOf = (of: string) => versions.get(of)?.state.number ?? 1;
    const told = {
      since: { delivery: last.id, version: held.version, number: numberOf(held.version) },
      version,
      number: numberOf(version),
    };
    if (held.version === version) return { told, job: undefined };
    const { items, rows, transformations } = held;
    const job = {
      version: (await openVersion(this.context, stores, version)).stored,
      since: (await openVersion(this.context, stores, held.version)).stored,
      keyLists: await openListsNamed(this.context, stores, rows, { dataset: datasetId, department: grantee }),
      selection: { items, rows, transformations },
      pseudonymKey: await openPseudonymKey(this.context, stores, { grantee, purpose }),
    };
    return { told, job };
  }
}
