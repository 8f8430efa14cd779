import { FormOutlined } from '@ant-design/icons';
import type { Place } from '../../app/place';

export const askPlaces: readonly Place[] = [
  {
    path: '/requests',
    roles: ['requester', 'office-head'],
    page: async () => ({ Component: (await import('./requests-page')).RequestsPage }),
    nav: { label: { zh: '我们的申请', en: 'Our requests' }, icon: <FormOutlined />, order: 25 },
  },
  { path: '/requests/:id', page: async () => ({ Component: (await import('./request-page')).RequestPage }) },
  {
    path: '/requests/:id/supplement',
    roles: ['requester'],
    page: async () => ({ Component: (await import('./supplement-page')).SupplementPage }),
  },
  { path: '/ask/:dataset', roles: ['requester'], page: async () => ({ Component: (await import('./ask-page')).AskPage }) },
];
