import type { Role } from '#contracts';
import type { ReactNode } from 'react';
import type { RouteObject } from 'react-router';

/** A page of the console: where it is, who may see it, and whether the navigation shows it. Each feature lists its own. */
export interface Place {
  readonly path: string;
  /** Who finds it; left out: everybody logged in. The API decides in any case. */
  readonly roles?: readonly Role[];
  readonly page: () => Promise<{ Component: React.ComponentType }>;
  readonly nav?: {
    readonly label: { readonly zh: string; readonly en: string };
    readonly icon: ReactNode;
    readonly order: number;
  };
}

/** A page as the router wants it; its code is loaded when it is first shown. */
export function routeOfPlace(place: Place): RouteObject {
  return { path: place.path, lazy: place.page, handle: place };
}
