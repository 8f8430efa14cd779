import { refuse, type RequestView } from '#contracts';
import { openEntry } from '#ledger';
import { replyDue, WorkingCalendar } from '#rights';
import { knownTo, seesEverything, type Actor } from '../actor.js';
import { instantNow, type ExchangeContext } from '../context.js';
import type { Found, Page, PageRequest, Stores } from '../ports.js';
import { readProse } from '../prose.js';
import { dueFirst } from './due-first.js';

/** Requests and where they stand; for both sides, and for those who see everything. */
export class ReadRequests {
  constructor(private readonly context: ExchangeContext) {}

  list(
    actor: Actor,
    filter: {
      side: 'from' | 'to' | 'any';
      state?: string | undefined;
      dataset?: string | undefined;
      text?: string | undefined;
      sort?: 'newest' | 'due' | undefined;
    },
    page: PageRequest,
  ): Promise<Page<RequestView>> {
    const own = actor.department;
    const party = filter.side === 'any' ? (seesEverything(actor) ? {} : { party: own }) : { [filter.side]: own };
    return this.context.transactions.run(async (stores) => {
      const wanted = {
        ...party,
        ...(filter.state === undefined ? {} : { state: filter.state }),
        ...(filter.dataset === undefined ? {} : { dataset: filter.dataset }),
        ...(filter.text === undefined ? {} : { text: filter.text }),
      };
      const now = instantNow(this.context);
      const found =
        filter.sort === 'due'
          ? await dueFirst(stores, wanted, page, now)
          : await stores.states.requests(wanted, { ...page, counted: true });
      return { ...found, items: await requestViews(stores, found.items, now) };
    });
  }

  get(actor: Actor, id: string): Promise<RequestView> {
    return this.context.transactions.run(async (stores) => {
      const request = knownTo(actor, await stores.states.get('request', id), ({ state }) => [state.from, state.to]);
      const [view] = await requestViews(stores, [request], instantNow(this.context));
      if (!view) throw refuse('unknown');
      return { ...view, ...(await this.correspondence(stores, request)) };
    });
  }

  /** What was missing, answered or given as reason: it stands in the statements about the request. */
  private async correspondence(stores: Stores, request: Found<'request'>): Promise<Partial<RequestView>> {
    if (request.state.state === 'submitted' && !request.state.supplementAsked) return {};
    const entries = await stores.trail.query({ subject: request.id }, { limit: 50 });
    const said = entries.items.map((entry) => openEntry(entry.bytes).entry.statement);
    const missing = said.find((one) => one.type === 'request.supplement-asked')?.body.missing;
    const answer = said.find((one) => one.type === 'request.supplemented')?.body.answer;
    const refused = said.find((one) => one.type === 'request.refused')?.body;
    const prose = await readProse(stores, [missing, answer, refused?.reason]);
    return {
      ...(missing === undefined ? {} : { missing: prose(missing) }),
      ...(answer === undefined ? {} : { answer: prose(answer) }),
      ...(refused ? { refusal: { code: refused.code, reason: prose(refused.reason) } } : {}),
    };
  }
}

async function requestViews(stores: Stores, requests: readonly Found<'request'>[], now: string): Promise<RequestView[]> {
  const datasets = await stores.states.getMany(
    'dataset',
    requests.map(({ state }) => state.dataset),
  );
  const departments = await stores.states.getMany(
    'department',
    requests.flatMap(({ state }) => [state.from, state.to]),
  );
  const prose = await readProse(
    stores,
    requests.flatMap(({ state }) => [state.asked.purpose.basis, state.asked.purpose.scenario]),
  );
  const calendar = new WorkingCalendar(await stores.calendars.all());
  return requests.map(({ id, state }) => {
    const dataset = datasets.get(state.dataset)?.state;
    const { purpose, ...asked } = state.asked;
    return {
      id,
      dataset: state.dataset,
      datasetTitle: dataset?.entry.title ?? '',
      from: state.from,
      fromName: departments.get(state.from)?.state.name ?? '',
      to: state.to,
      toName: departments.get(state.to)?.state.name ?? '',
      state: state.state,
      supplementAsked: state.supplementAsked,
      asked: { ...asked, purpose: { basis: prose(purpose.basis), scenario: prose(purpose.scenario) } },
      receivedAt: state.receivedAt,
      ...(state.state === 'submitted' && dataset ? replyDue(calendar, dataset.entry.shareType, state.receivedAt, now) : {}),
      ...(state.refusalCode === undefined ? {} : { refusal: { code: state.refusalCode, reason: '' } }),
      ...(state.right === undefined ? {} : { right: state.right }),
    };
  });
}
