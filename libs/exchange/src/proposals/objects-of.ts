import type { ProposalView, StateKind } from '#contracts';
import { subjectOf } from '#ledger';
import { replyDue, WorkingCalendar } from '#rights';
import type { Found, Proposal, Stores } from '../ports.js';
import { replyTypes } from '../proposing.js';

/** What a proposal is about, and until when it should be answered. */
export type Objects = Pick<ProposalView, 'about' | 'due' | 'workingDaysLeft'>;

/** The object of each proposal with its title and the departments on its sides. The same few queries for any number of them. */
export async function objectsOf(stores: Stores, proposals: readonly Proposal[], now: string): Promise<Objects[]> {
  const named = proposals.map(namedIn);
  const idsOf = (name: keyof Named) => named.flatMap((one) => one[name] ?? []);
  const requests = await stores.states.getMany('request', idsOf('request'));
  const rights = await stores.states.getMany('right', idsOf('right'));
  const datasets = await stores.states.getMany('dataset', idsOf('dataset'));
  const people = await stores.people.names(idsOf('person'));
  const sides = named.map((one) => sidesOf(one, requests, rights, datasets));
  const departments = await stores.states.getMany('department', sides.flat());
  const nameOf = (code: string) => departments.get(code)?.state.name ?? '';
  const calendar = new WorkingCalendar(await stores.calendars.all());

  return proposals.map((proposal, i) => {
    const one = named[i] as Named;
    const request = requests.get(one.request ?? '')?.state;
    const dataset = datasets.get(one.dataset ?? '')?.state;
    const title = dataset?.entry.title ?? one.title ?? people.get(one.person ?? '') ?? nameOf(one.department ?? '');
    const isReply = replyTypes.includes(proposal.type) && request?.state === 'submitted' && dataset !== undefined;
    return {
      about: {
        kind: one.kind,
        id: one.id,
        title,
        ...(one.dataset === undefined ? {} : { dataset: one.dataset }),
        departments: (sides[i] ?? []).map((code) => ({ code, name: nameOf(code) })),
      },
      ...(isReply ? replyDue(calendar, dataset.entry.shareType, request.receivedAt, now) : {}),
    };
  });
}

interface Named {
  readonly kind: StateKind;
  readonly id: string;
  readonly request?: string;
  readonly right?: string;
  readonly dataset?: string;
  readonly person?: string;
  readonly department?: string;
  /** Who asks, of a request that is not in the ledger yet. */
  readonly from?: string;
  /** Of a dataset that is not in the catalogue yet. */
  readonly title?: string;
}

function namedIn({ statement }: Proposal): Named {
  const body: Readonly<Record<string, unknown>> = statement.body;
  const id = (name: string): Record<string, string> => {
    const value = body[name];
    return typeof value === 'string' ? { [name]: value } : {};
  };
  const added = typeof body['right'] === 'string' ? body['right'] : statement.id;
  const subject = subjectOf(statement) ?? { kind: 'right' as const, id: added };
  const title = statement.type === 'dataset.entered' ? { title: statement.body.entry.title } : {};
  return {
    kind: subject.kind,
    id: subject.id,
    ...id('request'),
    ...id('right'),
    ...id('dataset'),
    ...id('person'),
    ...id('department'),
    ...title,
    ...(statement.type === 'request.submitted' ? { from: statement.issuer } : {}),
    ...(typeof body['provider'] === 'string' ? { department: body['provider'] } : {}),
  };
}

/** The provider's side last: whoever asks comes first, as a sentence says it. */
function sidesOf(
  one: Named,
  requests: Map<string, Found<'request'>>,
  rights: Map<string, Found<'right'>>,
  datasets: Map<string, Found<'dataset'>>,
): string[] {
  const request = requests.get(one.request ?? '')?.state;
  if (request) return [request.from, request.to];
  const terms = rights.get(one.right ?? '')?.state.terms;
  if (terms) return [terms.grantee, terms.grantor];
  const provider = datasets.get(one.dataset ?? '')?.state.provider;
  return [one.from, one.department ?? provider].filter((code) => code !== undefined);
}
