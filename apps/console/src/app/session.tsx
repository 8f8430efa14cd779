import { routes, type PersonView, type Role } from '#contracts';
import { createContext, lazy, Suspense, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { client, isLoggedOut, onLoggedOut, queryClient, useRead } from '../lib/api';
import { chooseDepartment, departmentNow, noteLoggedIn, onOtherPerson, wasLoggedIn } from '../lib/who';
import { useLive } from '../lib/live';
import { doorTo } from '../door/where-to';
import { Whole } from '../components/whole';

const loadLogInAgain = () => import('./log-in-again');
const LogInAgain = lazy(loadLogInAgain);

/** Who sits before the screen, and for which department. */
export interface Session {
  readonly person: PersonView;
  readonly department: string;
  readonly departmentName: string;
  readonly roles: readonly Role[];
  /** The person acts for the competent department. */
  readonly competent: boolean;
  /** True when the person has one of the roles in this department. */
  readonly has: (...roles: Role[]) => boolean;
}

const SessionContext = createContext<Session | undefined>(undefined);

/** The session; only below `RequireSession`. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('No session here');
  return session;
}

/** Logs out here and everywhere this tab keeps something of the person. */
export async function logOut(): Promise<void> {
  await client.call(routes.logOut, {}).catch((error: unknown) => {
    if (!isLoggedOut(error)) throw error;
  });
  noteLoggedIn();
  chooseDepartment(undefined);
  queryClient.clear();
}

/** Acts for another of the person's departments from here on, in this tab. What was read for the first is forgotten. */
export function switchDepartment(code: string): void {
  chooseDepartment(code);
  queryClient.clear();
  location.assign('/');
}

/** Leads out of the console to its door, and back here from there. */
function ToTheDoor() {
  useEffect(() => location.replace(doorTo(location.pathname + location.search)), []);
  return null;
}

/**
 * What is inside needs a person. Without a session one is sent to log in and comes back; a session that is lost in the middle of work is
 * asked for again in place, above the work, which stays as it is.
 */
export function RequireSession({ children }: { readonly children: ReactNode }) {
  const me = useRead(routes.me, {}, { staleTime: 300_000, enabled: wasLoggedIn() });
  const departments = useRead(routes.departments, {}, { staleTime: 300_000, enabled: me.data !== undefined });
  const [isLost, setLost] = useState(false);
  useEffect(() => onLoggedOut(() => setLost(true)), []);
  const id = me.data?.person.id;
  useEffect(() => {
    if (id === undefined) return undefined;
    noteLoggedIn(id);
    // What was typed here stays the first person's draft.
    return onOtherPerson(id, () => location.reload());
  }, [id]);
  // It may be wanted when nothing can be loaded any more.
  useEffect(() => {
    const idle = requestIdleCallback(() => void loadLogInAgain().catch(() => undefined));
    return () => cancelIdleCallback(idle);
  }, []);
  useLive(me.data && !isLost ? `${me.data.person.id}:${me.data.department}` : undefined);

  const competent = departments.data?.items.find((one) => one.code === me.data?.department)?.competent ?? false;
  const session = useMemo<Session | undefined>(() => {
    if (!me.data) return undefined;
    const { person, department, roles } = me.data;
    const departmentName = person.memberships.find((one) => one.department === department)?.departmentName ?? department;
    return {
      person,
      department,
      departmentName,
      roles,
      competent,
      has: (...wanted) => wanted.some((role) => roles.includes(role)),
    };
  }, [me.data, competent]);

  if (!session) {
    if (isLoggedOut(me.error)) noteLoggedIn();
    if (!wasLoggedIn()) return <ToTheDoor />;
    // A department kept from an earlier log-in may not be this person's.
    if (me.error && departmentNow() !== undefined) chooseDepartment(undefined);
    return <Whole reading={me} />;
  }
  return (
    <SessionContext.Provider value={session}>
      {children}
      {isLost ? (
        <Suspense>
          <LogInAgain
            login={session.person.login}
            onDone={() => {
              setLost(false);
              void queryClient.invalidateQueries();
            }}
          />
        </Suspense>
      ) : null}
    </SessionContext.Provider>
  );
}
