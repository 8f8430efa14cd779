import { idSchema } from '../vocabulary.js';
import { routes } from './index.js';
import type { Route } from './route.js';
import { proposalViewSchema, type ProposalView } from './views.js';

/** 32 hex digits that the caller made up for one act. They become the statement's id: the signed id is the ledger's idempotency key. */
export const idempotencyHeader = 'idempotency-key';
export const idempotencyKeySchema = idSchema;

/** What a route answers of a proposal that an earlier, equal call has made. */
const answers = new Map<Route, (proposal: ProposalView) => unknown>([
  [routes.pull, (proposal) => ({ delivery: proposal.id, proposal })],
  // The first password was shown once, to the first call: it is kept by nobody and cannot be shown again.
  [routes.addPerson, (proposal) => ({ person: (proposal.statement.body as { person?: string }).person, password: '', proposal })],
]);
for (const route of Object.values(routes) as Route[]) {
  // Approving, returning and signing change a proposal that is there; they make none.
  if (route.method !== 'GET' && route.response === proposalViewSchema && !route.path.startsWith('/api/proposals/'))
    answers.set(route, (proposal) => proposal);
}

/** How a route that makes a statement answers an equal call again; undefined for routes that make none and take no key. */
export function answersAgain(route: Route): ((proposal: ProposalView) => unknown) | undefined {
  return answers.get(route);
}
