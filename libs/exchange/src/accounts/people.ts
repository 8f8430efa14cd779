import { refuse, type PersonView, type Role } from '#contracts';
import { hashPassword, randomId, randomPassword } from '#crypto';
import { requireRole, seesEverything, type Actor } from '../actor.js';
import { instantNow, type ExchangeContext } from '../context.js';
import type { Page, PageRequest, Proposal, Stores } from '../ports.js';
import { propose } from '../proposing.js';
import { confirmedBy } from './confirmed.js';

/** An office head looks after the people of their own department; the one of the competent department after everybody's. */
function requirePersonnelOffice(actor: Actor, department: string): void {
  requireRole(actor, 'office-head');
  if (actor.department !== department && !actor.competent) throw refuse('unknown');
}

function checkRoles(roles: readonly Role[], competent: boolean): void {
  if (roles.includes('supervisor') && roles.includes('operator')) throw refuse('roles-exclude');
  // Supervision is the competent department's office (Art. 29).
  if (roles.includes('supervisor') && !competent) throw refuse('not-allowed');
}

/** Adds a person: account and name outside the ledger, the membership in it. */
export class AddPerson {
  constructor(private readonly context: ExchangeContext) {}

  /** Answers the first password, which is shown once. Throws Refusal unknown, roles-exclude, already-exists. */
  async execute(
    actor: Actor,
    request: { login: string; name: string; department: string; roles: Role[] },
  ): Promise<{ person: string; password: string; proposal: Proposal }> {
    requirePersonnelOffice(actor, request.department);
    const password = randomPassword();
    const passwordHash = await hashPassword(password);
    return this.context.transactions.run(async (stores) => {
      const department = await stores.states.get('department', request.department);
      if (!department) throw refuse('unknown');
      checkRoles(request.roles, department.state.competent);
      if (await stores.people.byLogin(request.login)) throw refuse('already-exists', { what: request.login }, { field: 'login' });
      const person = randomId();
      await stores.people.add({ id: person, login: request.login, name: request.name, passwordHash });
      const proposal = await proposeMembership(this.context, stores, actor, person, request.department, request.roles);
      return { person, password, proposal };
    });
  }
}

/** Sets the roles of a person in a department; none ends the membership. */
export class SetRoles {
  constructor(private readonly context: ExchangeContext) {}

  async execute(actor: Actor, request: { person: string; department: string; roles: Role[] }): Promise<Proposal> {
    requirePersonnelOffice(actor, request.department);
    return this.context.transactions.run(async (stores) => {
      const department = await stores.states.get('department', request.department);
      if (!department || !(await stores.people.get(request.person))) throw refuse('unknown');
      checkRoles(request.roles, department.state.competent);
      return proposeMembership(this.context, stores, actor, request.person, request.department, request.roles);
    });
  }
}

/** Nobody supervises what they operate, in whichever departments they hold the two roles. */
async function checkExclusion(stores: Stores, person: string, department: string, roles: readonly Role[]): Promise<void> {
  const elsewhere = (await stores.states.memberships({ person })).filter((held) => held.state.department !== department);
  const all = new Set([...roles, ...elsewhere.flatMap((held) => held.state.roles)]);
  if (all.has('supervisor') && all.has('operator')) throw refuse('roles-exclude');
}

async function proposeMembership(
  context: ExchangeContext,
  stores: Stores,
  actor: Actor,
  person: string,
  department: string,
  roles: Role[],
): Promise<Proposal> {
  await checkExclusion(stores, person, department, roles);
  const held = await stores.states.get('membership', `${person}:${department}`);
  const after = held ? { after: held.state.last } : {};
  const issuer = actor.department;
  if (roles.length === 0) {
    return propose(context, stores, actor, {
      type: 'membership.ended',
      issuer,
      body: { department, person },
      ...after,
      sentence: { zh: '免去人员角色', en: 'End a person’s roles' },
    });
  }
  return propose(context, stores, actor, {
    type: 'membership.granted',
    issuer,
    body: { department, person, roles },
    ...after,
    sentence: { zh: `赋予人员角色：${roles.join('、')}`, en: `Give a person the roles ${roles.join(', ')}` },
  });
}

/** Gives a new first password and ends the person's sessions. */
export class ResetPassword {
  constructor(private readonly context: ExchangeContext) {}

  async execute(actor: Actor, person: string): Promise<string> {
    const password = randomPassword();
    const hash = await hashPassword(password);
    await this.context.transactions.run(async (stores) => {
      await requireOfficeOver(stores, actor, person);
      await stores.people.setPassword(person, hash);
      await stores.people.clearFailures(person);
      await stores.credentials.revokeAll(person);
    });
    return password;
  }
}

/** Erases a person's name and account (PIPL Art. 47). The random id in the ledger then means nobody. */
export class ErasePerson {
  constructor(private readonly context: ExchangeContext) {}

  /** Throws Refusal bad-login, locked-out, not-allowed, unknown. */
  async execute(actor: Actor, person: string, password: string): Promise<void> {
    await confirmedBy(this.context, actor, password);
    await this.context.transactions.run(async (stores) => {
      await requireOfficeOver(stores, actor, person);
      await stores.credentials.revokeAll(person);
      await stores.people.erase(person, instantNow(this.context));
    });
  }
}

async function requireOfficeOver(stores: Stores, actor: Actor, person: string): Promise<void> {
  requireRole(actor, 'office-head');
  const departments = (await stores.states.memberships({ person })).map((held) => held.state.department);
  const one = actor.competent || departments.includes(actor.department);
  if (!one || !(await stores.people.get(person))) throw refuse('unknown');
}

/** People of one's own department; of any, for those who see everything. */
export class ListPeople {
  constructor(private readonly context: ExchangeContext) {}

  execute(actor: Actor, department: string | undefined, page: PageRequest): Promise<Page<PersonView>> {
    const asked = department ?? actor.department;
    if (asked !== actor.department && !seesEverything(actor)) throw refuse('unknown');
    return this.context.transactions.run(async (stores) => {
      const memberships = await stores.states.memberships({ department: asked });
      const ids = memberships.filter((held) => held.state.roles.length > 0).map((held) => held.state.person);
      const from = page.cursor === undefined ? 0 : ids.indexOf(page.cursor) + 1;
      const shown = ids.slice(from, from + page.limit);
      const items = await Promise.all(shown.map((id) => readPerson(stores, id)));
      const more = from + page.limit < ids.length;
      return { items: items.filter((item) => item !== undefined), ...(more ? { next: shown.at(-1) as string } : {}) };
    });
  }
}

/** A person with every membership; undefined when erased or unknown. */
export async function readPerson(stores: Stores, id: string): Promise<PersonView | undefined> {
  const person = await stores.people.get(id);
  if (!person) return undefined;
  const memberships = (await stores.states.memberships({ person: id })).filter((held) => held.state.roles.length > 0);
  const departments = await stores.states.getMany(
    'department',
    memberships.map((held) => held.state.department),
  );
  return {
    id,
    login: person.login,
    name: person.name,
    memberships: memberships.map((held) => ({
      department: held.state.department,
      departmentName: departments.get(held.state.department)?.state.name ?? '',
      roles: [...held.state.roles],
    })),
  };
}
