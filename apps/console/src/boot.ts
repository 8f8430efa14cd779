import { doorTo } from './door/where-to';
import { isDrawn } from './lib/drawing';
import { askEarly } from './lib/early';
import { keepLook } from './lib/look';
import { onShade } from './lib/shade-now';
import { homeNow, wasLoggedIn } from './lib/who';

// Whoever opens the one-time link has no account yet.
const needsNobody = location.pathname === '/setup';

// What can begin before the console's libraries are there, in a file of its own that is run first (build/vite.config.mjs). Nobody waits for
// the console only to be sent to its door; what a page was drawn with need not be asked for.
if (!wasLoggedIn()) {
  if (!needsNobody) location.replace(doorTo(location.pathname + location.search));
} else if (!isDrawn()) askEarly('/api/me', '/api/departments');

// Most days begin where the last one did: that page's code comes while the session is still asked for.
const beginnings: Readonly<Record<string, () => Promise<unknown>>> = {
  '/find': () => import('./features/find/find-page'),
  '/inbox': () => import('./features/inbox/inbox-page'),
  '/trail': () => import('./features/trail/trail-page'),
};
// Where it does not come, the page that needs it says so.
if (wasLoggedIn()) beginnings[location.pathname === '/' ? (homeNow() ?? '') : location.pathname]?.().catch(() => undefined);

// The next page may be drawn by the server. Of a page that is loaded anew the request leaves before the old one does, so a choice is told
// at once; what changed otherwise, such as the window, when the page is left.
keepLook();
onShade(keepLook);
addEventListener('pagehide', keepLook);
