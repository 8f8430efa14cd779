import { refuse, type RightTerms } from '#contracts';
import { runPreview, type PreviewedRows } from '#delivery';
import { narrowedTerms, type Narrowing } from '#rights';
import type { Actor } from '../actor.js';
import { instantNow, type ExchangeContext } from '../context.js';
import { openVersion, type DataPlane } from '../data-plane.js';
import { openPseudonymKey } from '../deliveries/pseudonym-key.js';
import { openListsNamed } from '../key-lists/named-lists.js';
import type { Found, Stores } from '../ports.js';

export interface PreviewWanted {
  /** What the provider would tighten; nothing: as asked, with the entry's masks. */
  readonly narrowing: Narrowing;
  /** A grant proposed for this request, whose terms are shown instead. */
  readonly proposal?: string | undefined;
  readonly from: number;
  readonly limit: number;
}

/**
 * Counts the rows that would leave and shows some of them, masked as they would leave. For the provider alone: its steward tries a
 * narrowing, its office head looks at what waits for approval.
 */
export class PreviewRequest {
  constructor(
    private readonly context: ExchangeContext,
    private readonly data: DataPlane,
  ) {}

  /** Throws Refusal unknown, no-version, bad-input, and whatever a grant on these terms would be refused for. */
  async execute(actor: Actor, id: string, wanted: PreviewWanted): Promise<PreviewedRows> {
    const { from, limit } = wanted;
    const job = await this.context.transactions.run(async (stores) => {
      const request = await stores.states.get('request', id);
      if (!request || request.state.to !== actor.department) throw refuse('unknown');
      const terms = await this.termsOf(stores, request, wanted);
      const dataset = await stores.states.get('dataset', request.state.dataset);
      const version = terms.version === 'latest' ? dataset?.state.latestVersion : terms.version;
      if (version === undefined) throw refuse('no-version');
      const { stored } = await openVersion(this.context, stores, version);
      const { items, rows, transformations, grantee, purpose } = terms;
      return {
        version: stored,
        keyLists: await openListsNamed(this.context, stores, rows, { dataset: request.state.dataset, department: grantee }),
        selection: { items, rows, transformations },
        pseudonymKey: await openPseudonymKey(this.context, stores, { grantee, purpose }),
      };
    });
    return runPreview({ ...job, ...this.data.jobs, from, limit });
  }

  private async termsOf(stores: Stores, request: Found<'request'>, wanted: PreviewWanted): Promise<RightTerms> {
    const { narrowing, proposal } = wanted;
    const isNarrowed = Object.values(narrowing).some((value) => value !== undefined);
    if (proposal !== undefined) {
      if (isNarrowed) throw refuse('bad-input', { field: 'proposal' }, { field: 'proposal' });
      const found = await stores.proposals.get(proposal);
      const statement = found?.statement;
      const isGrant = statement?.type === 'right.granted' && statement.body.request === request.id;
      if (!found || !isGrant || statement.issuer !== request.state.to) throw refuse('unknown', {}, { field: 'proposal' });
      if (found.state === 'returned') throw refuse('wrong-state', { state: found.state });
      return statement.body.terms;
    }
    if (request.state.right !== undefined && !isNarrowed) {
      const right = await stores.states.get('right', request.state.right);
      if (right) return right.state.terms;
    }
    const dataset = await stores.states.get('dataset', request.state.dataset);
    if (!dataset) throw refuse('unknown');
    const narrowed = narrowedTerms({ request: request.state, dataset: dataset.state, narrowing, now: instantNow(this.context) });
    if (narrowed.refused) throw narrowed.refused;
    return narrowed.ok;
  }
}
