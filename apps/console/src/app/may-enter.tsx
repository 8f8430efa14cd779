import { Outlet, useMatches } from 'react-router';
import { NotFound } from './broken';
import type { Place } from './place';
import { useSession } from './session';

/** A page that is not part of one's duties looks like one that does not exist. */
export function MayEnter() {
  const { has } = useSession();
  const roles = (useMatches().at(-1)?.handle as Place | undefined)?.roles;
  return !roles || has(...roles) ? <Outlet /> : <NotFound />;
}
