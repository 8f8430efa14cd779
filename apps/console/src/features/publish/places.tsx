import { CloudUploadOutlined } from '@ant-design/icons';
import type { Place } from '../../app/place';

export const publishPlaces: readonly Place[] = [
  {
    path: '/publish',
    roles: ['steward', 'office-head'],
    page: async () => ({ Component: (await import('./publish-page')).PublishPage }),
    nav: { label: { zh: '发布', en: 'Publish' }, icon: <CloudUploadOutlined />, order: 30 },
  },
  {
    path: '/publish/new',
    roles: ['steward'],
    page: async () => ({ Component: (await import('./entry-page')).NewEntryPage }),
  },
  {
    path: '/publish/:dataset/entry',
    roles: ['steward'],
    page: async () => ({ Component: (await import('./entry-page')).ChangeEntryPage }),
  },
  {
    path: '/publish/:dataset',
    roles: ['steward', 'office-head'],
    page: async () => ({ Component: (await import('./dataset-page')).DatasetPage }),
  },
];
