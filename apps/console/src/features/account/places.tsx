import type { Place } from '../../app/place';

export const accountPlaces: readonly Place[] = [
  { path: '/account', page: async () => ({ Component: (await import('./account-page')).AccountPage }) },
];
