import { accountRoutes } from './accounts.js';
import { oversightRoutes } from './oversight.js';
import { sharingRoutes } from './sharing.js';
import { uploadRoutes } from './uploads.js';

export * from './route.js';
export * from './views.js';

/** Every operation of the API by name. */
export const routes = { ...accountRoutes, ...sharingRoutes, ...uploadRoutes, ...oversightRoutes } as const;
export type RouteName = keyof typeof routes;
