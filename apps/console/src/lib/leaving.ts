import type { DataRouter } from 'react-router';

let router: DataRouter | undefined;

/** Tells this module the console's one router. */
export function leaveBy(one: DataRouter): void {
  router = one;
}

/**
 * Whether somebody is on the way to another page whose code is still coming. Asked of the router itself: what its hooks say comes later,
 * when the machine is busy.
 */
export function isLeaving(): boolean {
  const to = router?.state.navigation.location?.pathname;
  return to !== undefined && to !== router?.state.location.pathname;
}
