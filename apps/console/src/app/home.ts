import type { Role } from '#contracts';

/** Where the day of somebody with these roles begins. */
export function homeOf(roles: readonly Role[]): string {
  const has = (...wanted: Role[]) => wanted.some((role) => roles.includes(role));
  return has('steward', 'office-head') ? '/inbox' : has('supervisor') ? '/trail' : has('requester') ? '/find' : '/account';
}
