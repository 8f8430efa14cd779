import { dehydrate } from '@tanstack/react-query';
import i18next from 'i18next';
import { renderToString } from 'react-dom/server';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { App } from '../app/app';
import { homeOf } from '../app/home';
import { places } from '../app/places';
import { consoleRoutes, whenLoaded } from '../app/routes';
import { client, keyOf, queryClient, routes } from '../lib/api';
import { drawingOf } from '../lib/drawing';
import { type Look } from '../lib/look-word';
import { forgetZone } from '../lib/times';
import type { ToDraw, Told } from './messages';

/** What one reading shows may be asked about by the next; a page that needs more rounds is drawn by the console. */
const mostRounds = 4;

/**
 * Draws the first page of a person with the console's own components: the markup, and what was read for it, which the console goes on
 * from. Nothing when the page is none of those, when the person may not see it, or when a reading was refused: the console then says so.
 */
export async function draw({ path, look: word }: ToDraw, look: Look): Promise<Pick<Told, 'drawing' | 'to'>> {
  queryClient.clear();
  forgetZone();
  await i18next.changeLanguage(look.locale);
  const { pathname } = new URL(path, location.origin);
  const me = await client.call(routes.me, {});
  if (pathname === '/') return { to: homeOf(me.roles) };
  const place = places.find((one) => one.path === pathname);
  if (!place || (place.roles && !place.roles.some((role) => me.roles.includes(role)))) return {};
  queryClient.setQueryData(keyOf(routes.me, {}), me);
  const router = createMemoryRouter(consoleRoutes, { initialEntries: [path] });
  await whenLoaded(router);
  try {
    const html = await settled(() =>
      renderToString(
        <App>
          <RouterProvider router={router} />
        </App>,
      ),
    );
    if (html === undefined) return {};
    return { drawing: drawingOf({ html, look: word, state: dehydrate(queryClient) }) };
  } finally {
    router.dispose();
    queryClient.clear();
  }
}

/** Renders until nothing is asked for any more; undefined when a reading failed. */
async function settled(render: () => string): Promise<string | undefined> {
  for (let round = 0; round < mostRounds; round += 1) {
    const html = render();
    const queries = queryClient
      .getQueryCache()
      .getAll()
      .filter(({ state, options }) => state.data === undefined && (options as Switched).enabled !== false);
    if (queries.length === 0) return html;
    const read = await Promise.allSettled(queries.map((query) => query.fetch()));
    if (read.some(({ status }) => status === 'rejected')) return undefined;
  }
  return undefined;
}

/** Of what a component asked for: one that it asks for only under a condition is kept switched off. */
interface Switched {
  readonly enabled?: unknown;
}
