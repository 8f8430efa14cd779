import type { Place } from '../../app/place';

export const deliveryPlaces: readonly Place[] = [
  {
    path: '/deliveries/:id',
    roles: ['requester', 'steward', 'office-head', 'supervisor'],
    page: async () => ({ Component: (await import('./delivery-page')).DeliveryPage }),
  },
];
