// Who was here: nothing secret, only what spares a page that nobody is logged in for a refused call.
const knownKey = 'quanlian.logged-in';

/** Whether somebody logged in in this browser and did not log out. The session itself is a cookie that script cannot see. */
export const wasLoggedIn = (): boolean => localStorage.getItem(knownKey) !== null;
export function noteLoggedIn(isLoggedIn: boolean): void {
  if (isLoggedIn) localStorage.setItem(knownKey, '1');
  else localStorage.removeItem(knownKey);
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
