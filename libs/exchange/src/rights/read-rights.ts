import { refuse, type RightView } from '#contracts';
import { openEntry } from '#ledger';
import { civilDate, describeRight, pullsOnDay, toOdrl } from '#rights';
import { knownTo, seesEverything, type Actor } from '../actor.js';

import { instantNow, type ExchangeContext } from '../context.js';
import type { Found, Page, PageRequest, Stores } from '../ports.js';
import { readProse } from '../prose.js';
import { rightsThatWait } from '../waits.js';

/** Usage rights, for both their sides and for those who see everything. */
export class ReadRights {
  constructor(private readonly context: ExchangeContext) {}

  list(
    actor: Actor,
    filter: {
      side: 'grantor' | 'grantee' | 'any';
      dataset?: string | undefined;
      state?: RightView['state'] | undefined;
      text?: string | undefined;
    },
    page: PageRequest,
  ): Promise<Page<RightView>> {
    const own = actor.department;
    const party = filter.side === 'any' ? (seesEverything(actor) ? {} : { party: own }) : { [filter.side]: own };
    return this.context.transactions.run(async (stores) => {
      const now = instantNow(this.context);
      const wanted = {
        ...party,
        ...(filter.dataset === undefined ? {} : { dataset: filter.dataset }),
        ...(filter.state === undefined ? {} : { state: { is: filter.state, at: now } }),
        ...(filter.text === undefined ? {} : { text: filter.text }),
      };
      const found = await stores.states.rights(wanted, { ...page, counted: true });
      return { ...found, items: await rightViews(stores, found.items, now) };
    });
  }

  get(actor: Actor, id: string): Promise<RightView> {
    return this.context.transactions.run(async (stores) => {
      const right = await knownRight(stores, actor, id);
      const [view] = await rightViews(stores, [right], instantNow(this.context));
      if (!view) throw refuse('unknown');
      return view.end ? { ...view, end: { ...view.end, reason: await endReason(stores, id) } } : view;
    });
  }

  /** The right as an ODRL 2.2 policy. */
  odrl(actor: Actor, id: string): Promise<Record<string, unknown>> {
    return this.context.transactions.run(async (stores) => {
      const right = await knownRight(stores, actor, id);
      return toOdrl(id, right.state.terms);
    });
  }
}

async function knownRight(stores: Stores, actor: Actor, id: string): Promise<Found<'right'>> {
  return knownTo(actor, await stores.states.get('right', id), ({ state }) => [state.terms.grantor, state.terms.grantee]);
}

function stateNow(state: Found<'right'>['state'], now: string): RightView['state'] {
  if (state.state !== 'in-force') return state.state;
  if (now < state.terms.window.from) return 'not-yet';
  return now < state.terms.window.until ? 'in-force' : 'ended';
}

/** Who ended it, when and as what; why stands in the statement, and is read for one right alone. */
function endOf(state: Found<'right'>['state'], departments: Map<string, Found<'department'>>): Pick<RightView, 'end'> {
  const { endedAt: at, endCode: code = '', endedBy: by = '' } = state;
  return at === undefined ? {} : { end: { code, reason: '', at, by, byName: departments.get(by)?.state.name ?? '' } };
}

async function endReason(stores: Stores, right: string): Promise<string> {
  const { items } = await stores.trail.query({ right, types: ['right.suspended', 'right.terminated'] }, { limit: 1 });
  const said = items[0] && openEntry(items[0].bytes).entry.statement;
  if (said?.type !== 'right.suspended' && said?.type !== 'right.terminated') return '';
  return (await readProse(stores, [said.body.reason]))(said.body.reason);
}

/** Rights as their parties see them, in the order given. */
export async function rightViews(stores: Stores, rights: readonly Found<'right'>[], now: string): Promise<RightView[]> {
  const datasets = await stores.states.getMany(
    'dataset',
    rights.map(({ state }) => state.terms.dataset),
  );
  const departments = await stores.states.getMany(
    'department',
    rights.flatMap(({ state }) => [
      state.terms.grantor,
      state.terms.grantee,
      ...(state.endedBy === undefined ? [] : [state.endedBy]),
    ]),
  );
  const prose = await readProse(
    stores,
    rights.flatMap(({ state }) => [state.terms.purpose.basis, state.terms.purpose.scenario]),
  );
  const waiting = await rightsThatWait(stores, rights);
  return rights.map(({ id, state }) => {
    const waits = waiting.get(id);
    const { purpose, ...terms } = state.terms;
    const words = { basis: prose(purpose.basis), scenario: prose(purpose.scenario) };
    const dataset = datasets.get(terms.dataset)?.state;
    const names = {
      dataset: dataset?.entry.title ?? '',
      grantor: departments.get(terms.grantor)?.state.name ?? '',
      grantee: departments.get(terms.grantee)?.state.name ?? '',
      items: dataset?.entry.items ?? [],
      purpose: words,
    };
    return {
      id,
      request: state.request,
      ...terms,
      datasetTitle: names.dataset,
      grantorName: names.grantor,
      granteeName: names.grantee,
      decision: state.decision,
      state: stateNow(state, now),
      purpose: words,
      used: { pulls: state.usedPulls, rows: state.usedRows, pullsToday: pullsOnDay(state, civilDate(now)) },
      sentence: { zh: describeRight(state.terms, names, 'zh'), en: describeRight(state.terms, names, 'en') },
      grantedAt: state.grantedAt,
      ...endOf(state, departments),
      ...(waits ? { waits } : {}),
    };
  });
}
