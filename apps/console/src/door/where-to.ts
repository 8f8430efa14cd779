const parameter = 'to';

/** The address of the door for somebody who was on the way to a page of the console. */
export function doorTo(path: string): string {
  return path === '/' ? '/login' : `/login?${new URLSearchParams({ [parameter]: path }).toString()}`;
}

/** Where to go from the door: the page asked for, if it is one of this origin, else the first one. A link from outside leads nowhere else. */
export function whereTo(door: Location): string {
  const wanted = new URLSearchParams(door.search).get(parameter) ?? '/';
  if (!wanted.startsWith('/')) return '/';
  const { origin, pathname, search, hash } = new URL(wanted, door.origin);
  return origin === door.origin && pathname !== door.pathname ? pathname + search + hash : '/';
}
