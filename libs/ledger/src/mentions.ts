import type { Statement, StateView } from '#contracts';
import { LOG } from './register.js';
import { subjectOf } from './subject.js';

/** What the trail finds an entry by. */
export interface Mentions {
  /** The object that the statement creates or is about: a delivery, a request, a key id, a recipient, `person:department` … */
  readonly subject: string;
  readonly dataset?: string;
  readonly right?: string;
  /** On any side: issuer, grantor and grantee, provider, the one that is admitted, offices that approved. Sorted. */
  readonly departments: readonly string[];
  /** Random ids of persons: members and those who approved. Sorted. */
  readonly persons: readonly string[];
}

/**
 * Says what an entry is about, from the statement and from the states after it was applied (`registerTouches` names them all). A
 * function of the ledger alone, so audit can compute it again.
 */
export function mentionsOf(view: StateView, statement: Statement): Mentions {
  const body: Readonly<Record<string, unknown>> = statement.body;
  const departments = new Set<string>();
  const persons = new Set<string>();
  const name = (department: unknown) => {
    if (typeof department === 'string' && department !== 'exchange' && department !== LOG) departments.add(department);
  };
  const text = (key: string) => {
    const value = body[key];
    return typeof value === 'string' ? value : undefined;
  };

  name(statement.issuer);
  name(body['department']);
  name(body['provider']);
  name(body['grantee']);
  for (const { office, person } of statement.approvals ?? []) {
    name(office);
    persons.add(person);
  }
  if (typeof body['person'] === 'string') persons.add(body['person']);
  if (statement.type === 'ledger.opened') name(statement.body.competent.department);
  if (statement.type === 'department.admitted') name(statement.body.parent);

  const dataset = statement.type === 'dataset.entered' ? statement.id : text('dataset');
  if (dataset !== undefined) name(view.get('dataset', dataset)?.state.provider);
  const request = text('request');
  if (request !== undefined) {
    const held = view.get('request', request)?.state;
    name(held?.from);
    name(held?.to);
  }
  const right = statement.type === 'right.granted' ? statement.id : text('right');
  const terms = statement.type === 'right.granted' ? statement.body.terms : right && view.get('right', right)?.state.terms;
  if (terms) {
    name(terms.grantor);
    name(terms.grantee);
  }
  return {
    subject: subjectOf(statement)?.id ?? text('delivery') ?? right ?? statement.id,
    ...(dataset === undefined ? {} : { dataset }),
    ...(right === undefined ? {} : { right }),
    departments: [...departments].sort(),
    persons: [...persons].sort(),
  };
}
