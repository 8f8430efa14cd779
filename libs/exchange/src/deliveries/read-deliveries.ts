import { refuse, type DeliveryView, type Problem, type RefusalCode, type States } from '#contracts';
import { isRefusalCode } from '#rights';
import { knownTo, seesEverything, type Actor } from '../actor.js';
import type { ExchangeContext } from '../context.js';
import type { Found, Page, PageRequest, Stores, Work } from '../ports.js';
import { deliveriesThatWait } from '../waits.js';
import { refusalDetails } from './refusal-details.js';

/** Deliveries and how far they are; for both sides, and for those who see everything. */
export class ReadDeliveries {
  constructor(private readonly context: ExchangeContext) {}

  list(
    actor: Actor,
    filter: {
      right?: string | undefined;
      dataset?: string | undefined;
      state?: string | undefined;
      text?: string | undefined;
    },
    page: PageRequest,
  ): Promise<Page<DeliveryView>> {
    const party = seesEverything(actor) ? {} : { party: actor.department };
    return this.context.transactions.run(async (stores) => {
      const { right, dataset, state, text } = filter;
      const wanted = Object.entries({ right, dataset, state, text }).filter(([, value]) => value !== undefined);
      const found = await stores.states.deliveries({ ...party, ...Object.fromEntries(wanted) }, { ...page, counted: true });
      return { ...found, items: await deliveryViews(stores, found.items) };
    });
  }

  /** A pull that is not sealed yet has no delivery; to its own department it shows as `sealing`. */
  get(actor: Actor, id: string): Promise<DeliveryView> {
    return this.context.transactions.run(async (stores) => {
      const held = await stores.states.get('delivery', id);
      if (!held) return unsealed(stores, actor, id);
      const delivery = knownTo(actor, held, ({ state }) => [state.grantor, state.grantee]);
      return (await deliveryViews(stores, [delivery]))[0] as DeliveryView;
    });
  }
}

async function unsealed(stores: Stores, actor: Actor, id: string): Promise<DeliveryView> {
  const proposal = await stores.proposals.get(id);
  if (proposal?.statement.type !== 'pull.signed' || proposal.issuer !== actor.department) throw refuse('unknown');
  const { right, dataset, format, compression, since, items } = proposal.statement.body;
  const of = await stores.states.get('dataset', dataset);
  const names = await stores.states.getMany('department', [actor.department]);
  const inbox = (await stores.inbox.states([id])).get(id);
  return {
    id,
    right,
    dataset,
    datasetTitle: of?.state.entry.title ?? '',
    grantor: of?.state.provider ?? '',
    grantee: actor.department,
    granteeName: names.get(actor.department)?.state.name ?? '',
    state: 'pulled',
    stage: inbox?.state === 'rejected' ? 'ended' : 'sealing',
    pulledAt: proposal.preparedAt,
    format,
    ...(compression ? { compression } : {}),
    ...(since === undefined ? {} : { since }),
    items,
    recipients: [],
    ...(inbox?.problem ? { problem: inbox.problem as DeliveryView['problem'] } : {}),
    servedBytes: 0,
    payload: false,
  };
}

function stageOf(state: Found<'delivery'>['state'], work: Work | undefined): DeliveryView['stage'] {
  switch (state.state) {
    case 'pulled':
      return 'deciding';
    case 'decided':
      return work?.stage === 'ready' || work?.stage === 'ended' ? 'recording' : (work?.stage ?? 'waiting');
    case 'prepared':
      return work?.payloadRemovedAt === undefined ? 'ready' : 'ended';
    default:
      return 'ended';
  }
}

function problemOf(state: Found<'delivery'>['state'], right: States['right'] | undefined): Problem | undefined {
  const as = (code: string | undefined, otherwise: RefusalCode) => {
    const known = isRefusalCode(code) ? code : otherwise;
    return refuse(known, refusalDetails(known, state, right)).toProblem();
  };
  if (state.state === 'refused') return as(state.refusalCode, 'right-not-granted');
  if (state.state === 'failed') return as(state.failureCode, 'preparer-failed');
  return state.state === 'cancelled' ? refuse('delivery-cancelled').toProblem() : undefined;
}

async function deliveryViews(stores: Stores, deliveries: readonly Found<'delivery'>[]): Promise<DeliveryView[]> {
  const datasets = await stores.states.getMany(
    'dataset',
    deliveries.map(({ state }) => state.dataset),
  );
  const departments = await stores.states.getMany(
    'department',
    deliveries.map(({ state }) => state.grantee),
  );
  const withoutRows = deliveries.filter(({ state }) => state.state === 'refused' || state.state === 'failed');
  const rights = await stores.states.getMany(
    'right',
    withoutRows.map(({ state }) => state.right),
  );
  const works = await stores.deliveries.getMany(deliveries.map(({ id }) => id));
  const waiting = await deliveriesThatWait(stores, deliveries);
  return deliveries.map(({ id, state }) => {
    const waits = waiting.get(id);
    const work = works.get(id);
    const problem = problemOf(state, rights.get(state.right)?.state);
    const { prepared, decided } = state;
    return {
      id,
      right: state.right,
      dataset: state.dataset,
      datasetTitle: datasets.get(state.dataset)?.state.entry.title ?? '',
      grantor: state.grantor,
      grantee: state.grantee,
      granteeName: departments.get(state.grantee)?.state.name ?? '',
      state: state.state,
      stage: stageOf(state, work),
      ...(state.state === 'decided' && work && work.total > 0 ? { progress: { done: work.done, total: work.total } } : {}),
      pulledAt: state.pulledAt,
      format: decided?.format ?? state.asked.format,
      ...(state.asked.compression ? { compression: state.asked.compression } : {}),
      ...(state.asked.since === undefined ? {} : { since: state.asked.since }),
      items: decided?.items ?? state.asked.items,
      recipients: decided?.recipients ?? [],
      ...(prepared
        ? {
            rows: prepared.rows,
            sizeBytes: prepared.sizeBytes,
            ciphertextSha256: prepared.ciphertextSha256,
            plaintextHmac: prepared.plaintextHmac,
          }
        : {}),
      ...(problem ? { problem: problem as DeliveryView['problem'] } : {}),
      servedBytes: state.servedBytes,
      payload: prepared !== undefined && work?.payloadRemovedAt === undefined,
      ...(state.receivedAt === undefined ? {} : { receivedAt: state.receivedAt }),
      ...(waits ? { waits } : {}),
    };
  });
}
