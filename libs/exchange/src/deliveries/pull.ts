import { isPackable, refuse, type Compression, type Format, type RowScope, type States } from '#contracts';
import { requireRole, type Actor } from '../actor.js';
import type { ExchangeContext } from '../context.js';
import { datasetTitle } from '../dataset-title.js';
import { checkListsNamed } from '../key-lists/named-lists.js';
import type { Proposal, Stores } from '../ports.js';
import { propose } from '../proposing.js';
import { commitProse, readProse } from '../prose.js';

/** Refused pulls of a right that the trail takes in an hour; more are answered, but not sealed. */
const refusedAnHour = 20;
const hourMs = 3_600_000;

export interface PullRequest {
  readonly pull?: string | undefined;
  readonly items?: readonly string[] | undefined;
  readonly rows?: RowScope | undefined;
  readonly format?: Format | undefined;
  readonly compression?: Compression | undefined;
  readonly version?: string | undefined;
  /** An earlier delivery under the right: only what changed since. */
  readonly since?: string | undefined;
  readonly purpose?: { basis: string; scenario: string } | undefined;
}

/**
 * A requester pulls data under a right: the requesting department signs what it wants, and the pull's id becomes the delivery's. Whether
 * it is delivered is decided after the pull is sealed, so a refused pull stands in the trail as well.
 */
export class Pull {
  constructor(private readonly context: ExchangeContext) {}

  /** The same pull id again answers the first proposal. Throws Refusal unknown, too-many, no-key, key-list-…. */
  async execute(actor: Actor, rightId: string, request: PullRequest): Promise<Proposal> {
    requireRole(actor, 'requester');
    return this.context.transactions.run(async (stores) => {
      const right = await stores.states.get('right', rightId);
      if (!right || right.state.terms.grantee !== actor.department) throw refuse('unknown');
      const earlier = request.pull === undefined ? undefined : await stores.proposals.get(request.pull);
      if (earlier) return sameAsBefore(earlier, actor, rightId);
      await this.checkRefusedRate(stores, rightId);
      const { terms } = right.state;
      if (request.compression && !isPackable(request.format ?? (terms.formats[0] as Format)))
        throw refuse('format-packed', {}, { field: 'compression' });
      if (request.since !== undefined) await checkEarlier(stores, rightId, request.since);
      const title = await datasetTitle(stores, terms.dataset);
      const own = { dataset: terms.dataset, department: actor.department };
      if (request.rows) await checkListsNamed(stores, request.rows, own);
      await checkListsNamed(stores, terms.rows, own, 'right.rows');
      return propose(this.context, stores, actor, {
        type: 'pull.signed',
        ...(request.pull === undefined ? {} : { id: request.pull }),
        issuer: actor.department,
        body: {
          right: rightId,
          dataset: terms.dataset,
          purpose: await statedPurpose(stores, terms, request.purpose),
          items: [...(request.items ?? terms.items)],
          rows: request.rows ?? { op: 'all' },
          format: request.format ?? (terms.formats[0] as Format),
          ...(request.compression ? { compression: request.compression } : {}),
          version: request.version ?? terms.version,
          ...(request.since === undefined ? {} : { since: request.since }),
        },
        sentence:
          request.since === undefined
            ? { zh: `提取数据：${title}`, en: `Pull data of ${title}` }
            : { zh: `提取变化部分：${title}`, en: `Pull what changed in ${title}` },
      });
    });
  }

  private async checkRefusedRate(stores: Stores, right: string): Promise<void> {
    const since = new Date(this.context.clock.now().getTime() - hourMs).toISOString();
    const refused = await stores.states.deliveries({ right, state: 'refused' }, { limit: refusedAnHour });
    if (refused.items.filter(({ state }) => state.pulledAt > since).length >= refusedAnHour)
      throw refuse('too-many', { seconds: hourMs / 1000 });
  }
}

/** Named wrongly, it is no secret of somebody else's; everything more is for the decision. */
async function checkEarlier(stores: Stores, right: string, id: string): Promise<void> {
  const earlier = await stores.states.get('delivery', id);
  if (!earlier || earlier.state.right !== right) throw refuse('unknown', {}, { field: 'since' });
}

function sameAsBefore(earlier: Proposal, actor: Actor, right: string): Proposal {
  const isSame =
    earlier.statement.type === 'pull.signed' && earlier.statement.body.right === right && earlier.issuer === actor.department;
  if (!isSame) throw refuse('statement-conflict', {}, { field: 'pull' });
  return earlier;
}

/** The commitments of the right's own purpose when the words are the same; else the stated words are committed, to be refused by it. */
async function statedPurpose(stores: Stores, terms: States['right']['terms'], words: PullRequest['purpose']) {
  if (!words) return terms.purpose;
  const prose = await readProse(stores, [terms.purpose.basis, terms.purpose.scenario]);
  const same = prose(terms.purpose.basis) === words.basis && prose(terms.purpose.scenario) === words.scenario;
  if (same) return terms.purpose;
  return {
    basis: await commitProse(stores, words.basis, 'purpose.basis'),
    scenario: await commitProse(stores, words.scenario, 'purpose.scenario'),
  };
}
