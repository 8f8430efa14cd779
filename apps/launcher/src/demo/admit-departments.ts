import { routes, type PersonView, type Role } from '#contracts';
import { proveKeyPossession, proveRecipientDeclaration } from '#ledger';
import { bringToSeal, carryOut, inParallel, type Loading } from './carry-out.js';
import { competentKey, departmentOf, departments, loginOf, type DemoDepartment, type DemoPerson } from './departments.js';

/** The competent department's office head: whoever the set-up link made. */
export const admitter = loginOf(competentKey, 'office-head');
const setUpBy = departmentOf(competentKey).people.slice(0, 2);

/** Admits the city's departments, their keys, recipients and people, each step by who may take it. */
export async function admitDepartments(loading: Loading, onDepartment: (done: number, of: number) => void): Promise<void> {
  const others = departments.filter((each) => each.key !== competentKey);
  // A parent is admitted before its children.
  for (const department of others) await admit(loading, department);
  let done = 0;
  await inParallel(3, departments, async (department) => {
    await equip(loading, department);
    onDepartment(++done, departments.length);
  });
}

async function admit(loading: Loading, department: DemoDepartment): Promise<void> {
  const { code, name, level, region, parent } = department;
  await carryOut(loading, {
    key: `admit:${department.key}`,
    by: admitter,
    type: 'department.admitted',
    matches: ({ body }) => body.department === code,
    prepare: () =>
      loading.desks.call(admitter, routes.admitDepartment, {
        body: { code, name, level, region, ...(parent ? { parent: departmentOf(parent).code } : {}) },
      }),
  });
}

/** Its office head first: from then on the department speaks for itself, and the competent department only approves. */
async function equip(loading: Loading, department: DemoDepartment): Promise<void> {
  const head = department.people.find((each) => each.roles.includes('office-head')) as DemoPerson;
  if (department.key !== competentKey) {
    await appoint(loading, department, head, admitter);
    await admitKey(loading, department, head.login, 'first');
  }
  await admitRecipient(loading, department, head.login, 'desk');
  for (const person of department.people) {
    const isKnown = person === head || (department.key === competentKey && setUpBy.includes(person));
    if (!isKnown) await appoint(loading, department, person, head.login);
  }
  // Two stories of keys: a second recipient in the safe, and a signing key and a recipient that were replaced.
  if (department.key === 'minzheng') await admitRecipient(loading, department, head.login, 'safe');
  if (department.key === 'weijian') await replaceKeys(loading, department, head.login);
}

/** Adds a person and gives them the password that is kept for them; the exchange's own first password is used once. */
async function appoint(loading: Loading, department: DemoDepartment, person: DemoPerson, by: string): Promise<void> {
  const { desks, journal } = loading;
  const { login, name } = person;
  const roles: Role[] = [...person.roles];
  await journal.once(`person:${login}`, async (again) => {
    if (again && (await desks.opens(login))) return;
    const earlier = again ? await findPerson(loading, department, by, login) : undefined;
    let first: string;
    if (earlier) {
      first = (await desks.call(by, routes.resetPassword, { params: { id: earlier.id } })).password;
    } else {
      const added = await desks.call(by, routes.addPerson, { body: { login, name, department: department.code, roles } });
      await bringToSeal(loading, by, added.proposal);
      first = added.password;
    }
    const { password } = desks.account(login);
    await desks.withPassword(login, first, (client) =>
      client.call(routes.changePassword, { body: { current: first, next: password } }),
    );
  });
}

async function findPerson(
  loading: Loading,
  department: DemoDepartment,
  by: string,
  login: string,
): Promise<PersonView | undefined> {
  const { desks } = loading;
  // A membership may have been prepared and not signed when the load was cut off; the person is listed once it is sealed.
  const waiting = await desks.call(by, routes.proposals, { query: { state: 'waiting', limit: 500 } });
  for (const each of waiting.items) {
    if (each.statement.type === 'membership.granted' && each.statement.body.department === department.code)
      await bringToSeal(loading, by, each);
  }
  const page = await desks.call(by, routes.people, { query: { department: department.code, limit: 500 } });
  return page.items.find((each) => each.login === login);
}

async function admitKey(loading: Loading, department: DemoDepartment, head: string, which: string): Promise<string> {
  const { desks, folder, origin } = loading;
  const { code, custody, key } = department;
  const own = custody === 'department' ? folder.signingKey(key) : undefined;
  return carryOut(loading, {
    key: `key:${key}:${which}`,
    by: head,
    type: 'key.admitted',
    matches: ({ body }) => body.department === code && (!own || body.keyId === own.keyId),
    prepare: () =>
      desks.call(head, routes.nominateKey, {
        params: { code },
        body: own
          ? {
              custody: 'department',
              publicKey: own.publicKey,
              proof: proveKeyPossession(origin, code, own.publicKey, own.privateSeed),
            }
          : { custody: 'exchange' },
      }),
  });
}

const labels = { desk: '共享工作机构', safe: '保险柜备份', former: '共享工作机构（已更换）' } as const;

async function admitRecipient(
  loading: Loading,
  department: DemoDepartment,
  head: string,
  which: 'desk' | 'safe' | 'former',
): Promise<void> {
  const { desks, folder, origin } = loading;
  const { code, custody, key } = department;
  const { recipient } = await folder.identity(key, which);
  const own = custody === 'department' ? folder.signingKey(key) : undefined;
  await carryOut(loading, {
    key: `recipient:${key}:${which}`,
    by: head,
    type: 'recipient.admitted',
    matches: ({ body }) => body.recipient === recipient,
    prepare: () =>
      desks.call(head, routes.nominateRecipient, {
        params: { code },
        body: {
          recipient,
          label: labels[which],
          ...(own ? { keyId: own.keyId, proof: proveRecipientDeclaration(origin, code, recipient, own.privateSeed) } : {}),
        },
      }),
  });
}

/** A key and a recipient in use are replaced; what the old key signed stays verifiable. */
async function replaceKeys(loading: Loading, department: DemoDepartment, head: string): Promise<void> {
  const { desks, folder } = loading;
  const { code, key } = department;
  await admitRecipient(loading, department, head, 'former');
  const { recipient } = await folder.identity(key, 'former');
  const { password } = desks.account(head);
  await carryOut(loading, {
    key: `recipient-end:${key}`,
    by: head,
    type: 'recipient.ended',
    matches: ({ body }) => body.recipient === recipient,
    prepare: () => desks.call(head, routes.endRecipient, { params: { code }, body: { recipient, reason: 'rotated', password } }),
  });
  const former = await loading.journal.once(`key-former:${key}`, async () => {
    const { keys } = await desks.call(head, routes.department, { params: { code } });
    return keys.find((each) => each.endedAt === undefined)?.keyId ?? '';
  });
  await admitKey(loading, department, head, 'second');
  await carryOut(loading, {
    key: `key-end:${key}`,
    by: head,
    type: 'key.ended',
    matches: ({ body }) => body.keyId === former,
    prepare: () => desks.call(head, routes.endKey, { params: { code, keyId: former }, body: { reason: 'rotated', password } }),
  });
}
