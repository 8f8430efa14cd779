import { doorTo } from './door/where-to';
import { askEarly } from './lib/early';
import { homeNow, wasLoggedIn } from './lib/who';

// Whoever opens the one-time link has no account yet.
const needsNobody = location.pathname === '/setup';

// What can begin before the console's libraries are there, in a file of its own that is run first (build/vite.config.mjs). Nobody waits for
// the console only to be sent to its door.
if (wasLoggedIn()) askEarly('/api/me', '/api/departments');
else if (!needsNobody) location.replace(doorTo(location.pathname + location.search));

// Most days begin where the last one did: that page's code comes while the session is still asked for.
const beginnings: Readonly<Record<string, () => Promise<unknown>>> = {
  '/find': () => import('./features/find/find-page'),
  '/inbox': () => import('./features/inbox/inbox-page'),
  '/trail': () => import('./features/trail/trail-page'),
};
if (wasLoggedIn() && location.pathname === '/') void beginnings[homeNow() ?? '']?.();
