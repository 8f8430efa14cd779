import { useEffect } from 'react';
import { Navigate, type DataRouter, type RouteObject } from 'react-router';
import { noteHome } from '../lib/who';
import { Broken, NotFound } from './broken';
import { homeOf } from './home';
import { MayEnter } from './may-enter';
import { routeOfPlace } from './place';
import { places } from './places';
import { RequireSession, useSession } from './session';
import { Shell } from './shell';

/** Where a person's day begins. */
function Home() {
  const path = homeOf(useSession().roles);
  useEffect(() => noteHome(path), [path]);
  return <Navigate to={path} replace />;
}

/** Every address of the console. */
export const consoleRoutes: RouteObject[] = [
  { path: '/setup', lazy: () => import('./set-up-page'), errorElement: <Broken />, HydrateFallback: () => null },
  {
    element: (
      <RequireSession>
        <Shell />
      </RequireSession>
    ),
    errorElement: <Broken />,
    HydrateFallback: () => null,
    children: [
      { path: '/', element: <Home /> },
      {
        element: <MayEnter />,
        errorElement: <Broken />,
        children: places.map(routeOfPlace),
      },
      { path: '*', element: <NotFound /> },
    ],
  },
];

/** Waits until the code of the first page is there. */
export function whenLoaded(router: DataRouter): Promise<void> {
  return new Promise((done) => {
    if (router.state.initialized) return done();
    const end = router.subscribe(({ initialized }) => {
      if (!initialized) return;
      end();
      done();
    });
  });
}
