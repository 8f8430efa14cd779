import { KeyOutlined } from '@ant-design/icons';
import type { Place } from '../../app/place';

export const rightsPlaces: readonly Place[] = [
  {
    path: '/rights',
    roles: ['requester', 'steward', 'office-head', 'supervisor'],
    page: async () => ({ Component: (await import('./rights-page')).RightsPage }),
    nav: { label: { zh: '使用权', en: 'Rights' }, icon: <KeyOutlined />, order: 40 },
  },
  {
    path: '/rights/:id',
    roles: ['requester', 'steward', 'office-head', 'supervisor'],
    page: async () => ({ Component: (await import('./right-page')).RightPage }),
  },
];
