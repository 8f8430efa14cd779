import { SearchOutlined } from '@ant-design/icons';
import type { Place } from '../../app/place';

export const findPlaces: readonly Place[] = [
  {
    path: '/find',
    page: async () => ({ Component: (await import('./find-page')).FindPage }),
    nav: { label: { zh: '找数据', en: 'Find data' }, icon: <SearchOutlined />, order: 20 },
  },
  { path: '/find/:dataset', page: async () => ({ Component: (await import('./dataset-page')).DatasetPage }) },
];
