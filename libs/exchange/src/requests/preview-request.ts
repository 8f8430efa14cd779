import { refuse } from '#contracts';
import { runPreview, type PreviewedRows } from '#delivery';
import { grantedTransformations } from '#rights';
import type { Actor } from '../actor.js';
import type { ExchangeContext } from '../context.js';
import { openVersion, type DataPlane } from '../data-plane.js';
import { openPseudonymKey } from '../deliveries/pseudonym-key.js';

/** Counts the rows that a request asks for and shows five of them, masked as they would leave. For the provider alone. */
export class PreviewRequest {
  constructor(
    private readonly context: ExchangeContext,
    private readonly data: DataPlane,
  ) {}

  /** Throws Refusal unknown, no-version. */
  async execute(actor: Actor, id: string): Promise<PreviewedRows> {
    const job = await this.context.transactions.run(async (stores) => {
      const request = await stores.states.get('request', id);
      if (!request || request.state.to !== actor.department) throw refuse('unknown');
      const dataset = await stores.states.get('dataset', request.state.dataset);
      const latest = dataset?.state.latestVersion;
      if (!dataset || latest === undefined) throw refuse('no-version');
      const transformations = grantedTransformations(dataset.state.entry.items, request.state.asked.items, {});
      if (!Array.isArray(transformations)) throw transformations;
      const { stored } = await openVersion(this.context, stores, latest);
      const { asked } = request.state;
      return {
        version: stored,
        selection: { items: asked.items, rows: asked.rows, transformations },
        pseudonymKey: await openPseudonymKey(this.context, stores, { grantee: request.state.from, purpose: asked.purpose }),
      };
    });
    return runPreview({ ...job, ...this.data.jobs });
  }
}
