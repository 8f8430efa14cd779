import './boot';
import 'virtual:look/base.css';
import './app/console.css';
import { hydrate, type DehydratedState } from '@tanstack/react-query';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { createBrowserRouter } from 'react-router';
import { RouterProvider } from 'react-router/dom';
import { App } from './app/app';
import { consoleRoutes, whenLoaded } from './app/routes';
import { drawnState, isDrawn, rootNow } from './lib/drawing';
import { queryClient } from './lib/api';
import { leaveBy } from './lib/leaving';

const router = createBrowserRouter(consoleRoutes);
leaveBy(router);

const root = rootNow();
const console = (
  <App>
    <RouterProvider router={router} />
  </App>
);
if (root && isDrawn()) {
  const { queries, mutations } = drawnState() as DehydratedState;
  // Another clock wrote when it was read: by ours it is new.
  const read = queries.map((query) => ({ ...query, state: { ...query.state, dataUpdatedAt: Date.now() } }));
  hydrate(queryClient, { queries: read, mutations });
  await whenLoaded(router);
  // What differs after all, such as a minute that passed, React draws anew without a word.
  hydrateRoot(root, console, { onRecoverableError: () => undefined });
} else if (root) createRoot(root).render(console);
