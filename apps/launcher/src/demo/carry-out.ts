import { setTimeout as sleep } from 'node:timers/promises';
import { routes, type ProposalView, type Statement, type StatementType } from '#contracts';
import { encodeStatement, signStatement } from '#ledger';
import type { DemoFolder } from './demo-folder.js';
import { departments, loginOf } from './departments.js';
import type { Desks } from './desks.js';
import type { Journal } from './journal.js';

/** What the loader works with. */
export interface Loading {
  readonly folder: DemoFolder;
  readonly journal: Journal;
  readonly desks: Desks;
  /** Origin of the ledger: what is signed is meant for no other. */
  readonly origin: string;
}

/** How far a proposal is taken: left for its approver, left for its signature, or sealed. */
export type Until = 'prepared' | 'sealed';

export interface Act<T extends StatementType> {
  /** Names the act in the journal. */
  readonly key: string;
  /** The login of who prepares it. */
  readonly by: string;
  readonly type: T;
  /** Is this the statement of this act? Asked only after a crash, of what may have been prepared before it. */
  matches(statement: Statement<T>, texts: readonly string[]): boolean;
  /** Calls the route that prepares it. */
  prepare(): Promise<ProposalView>;
  readonly until?: Until;
}

const sealTimeoutMs = 60_000;

/** Carries out one act once: prepared, approved by the office head, signed where the department keeps its key, sealed. Gives its id. */
export async function carryOut<T extends StatementType>(loading: Loading, act: Act<T>): Promise<string> {
  return loading.journal.once(act.key, async (again) => {
    const proposal = (again ? await find(loading, act) : undefined) ?? (await act.prepare());
    return (act.until ?? 'sealed') === 'sealed' ? bringToSeal(loading, act.by, proposal) : proposal.id;
  });
}

async function find<T extends StatementType>({ desks }: Loading, act: Act<T>): Promise<ProposalView | undefined> {
  let cursor: string | undefined;
  do {
    const page = await desks.call(act.by, routes.proposals, {
      query: { state: 'all', limit: 500, ...(cursor === undefined ? {} : { cursor }) },
    });
    const found = page.items.find(
      (each) =>
        each.type === act.type &&
        each.state !== 'rejected' &&
        each.state !== 'returned' &&
        act.matches(
          each.statement as Statement<T>,
          Object.values(each.texts).map(({ text }) => text),
        ),
    );
    if (found) return found;
    cursor = page.next;
  } while (cursor !== undefined);
  return undefined;
}

/** Takes a proposal through approval and signature into the ledger, each step by who may take it. Gives its id. */
export async function bringToSeal(loading: Loading, by: string, proposal: ProposalView): Promise<string> {
  const { desks } = loading;
  const params = { id: proposal.id };
  let now = proposal;
  if (now.state === 'awaiting-approval') {
    const head = approver(now, by);
    now = await desks.call(head.login, routes.approve, { params, body: { password: desks.account(head.login).password } });
  }
  if (now.state === 'awaiting-signature') now = await signAsDepartment(loading, now);
  const deadline = Date.now() + sealTimeoutMs;
  for (let waitMs = 10; now.state !== 'sealed'; waitMs = Math.min(waitMs * 2, 200)) {
    if (now.state !== 'awaiting-seal' || Date.now() > deadline) {
      throw new Error(`${now.type} ${now.id} is ${now.state}: ${now.problem?.title.en ?? ''}`);
    }
    await sleep(waitMs);
    now = await desks.call(by, routes.proposal, { params });
  }
  return now.id;
}

function approver(proposal: ProposalView, preparedBy: string) {
  const office = departments.find((each) => each.code === proposal.approvalBy);
  const head = office?.people.find((each) => each.roles.includes('office-head') && each.login !== preparedBy);
  if (!head) throw new Error(`Nobody may approve ${proposal.type} ${proposal.id}`);
  return head;
}

/**
 * As a department with a key of its own: what is signed are the bytes made here from the statement, after checking that it speaks for
 * this department, in this ledger, by this key. Never bytes that the server made.
 */
async function signAsDepartment({ folder, desks, origin }: Loading, proposal: ProposalView): Promise<ProposalView> {
  const { statement } = proposal;
  const department = departments.find((each) => each.code === statement.issuer);
  if (!department || proposal.custody !== 'department') throw new Error(`Nobody signs ${proposal.type} ${proposal.id}`);
  const key = folder.signingKey(department.key);
  if (statement.origin !== origin || statement.keyId !== key.keyId || statement.id !== proposal.id) {
    throw new Error(`${department.key} does not sign ${proposal.type}: it names another ledger, key or object`);
  }
  const { keyId, signature } = signStatement(encodeStatement(statement), key.privateSeed);
  return desks.call(loginOf(department.key, 'office-head'), routes.sign, {
    params: { id: proposal.id },
    body: { keyId, signature },
  });
}

/** Lets so many pieces of work run at once, in the order in which they came. After a failure those that wait are not begun. */
export function turns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = most;
  let failure: { readonly error: unknown } | undefined;
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((go) => waiting.push(go));
    try {
      if (failure) throw failure.error;
      return await work();
    } catch (error) {
      failure ??= { error };
      throw error;
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}

/** Works through a list, so many at a time. Ends when everything under way has ended; throws the first failure. */
export async function inParallel<T>(most: number, list: readonly T[], work: (each: T) => Promise<void>): Promise<void> {
  const inTurn = turns(most);
  await allEnded(list.map((each) => inTurn(() => work(each))));
}

/** Waits until every one has ended, and then throws the first failure: nothing goes on behind the back of who hears of it. */
export async function allEnded(works: Iterable<Promise<void>>): Promise<void> {
  const ends = await Promise.allSettled(works);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}
