// Who was here, by the person's id: it spares a page that nobody is logged in for a refused call, and tells the browser's other tabs.
const knownKey = 'quanlian.logged-in';

/** Whether somebody logged in in this browser and did not log out. The session itself is a cookie that script cannot see. */
export const wasLoggedIn = (): boolean => localStorage.getItem(knownKey) !== null;
/** Notes the id of who logged in; without one, that nobody is. */
export function noteLoggedIn(person?: string): void {
  if (person === undefined) localStorage.removeItem(knownKey);
  else if (localStorage.getItem(knownKey) !== person) localStorage.setItem(knownKey, person);
}

/** Calls when somebody else logs in in another tab: the session is the browser's, so from then on this tab would act in their name. */
export function onOtherPerson(person: string, act: () => void): () => void {
  const listen = ({ key, newValue }: StorageEvent) => {
    if (key === knownKey && newValue !== null && newValue !== person) act();
  };
  addEventListener('storage', listen);
  return () => removeEventListener('storage', listen);
}

// Which department the person acts for, in this tab: two tabs may act for two departments.
const storageKey = 'quanlian.department';

/** The department chosen in this tab; undefined: the person's only one. */
export function departmentNow(): string | undefined {
  return sessionStorage.getItem(storageKey) ?? undefined;
}

export function chooseDepartment(code: string | undefined): void {
  if (code === undefined) sessionStorage.removeItem(storageKey);
  else sessionStorage.setItem(storageKey, code);
}

const homeKey = 'quanlian.home';

/** The page where the person's day began last time. */
export function homeNow(): string | undefined {
  return localStorage.getItem(homeKey) ?? undefined;
}

export function noteHome(path: string): void {
  localStorage.setItem(homeKey, path);
}
