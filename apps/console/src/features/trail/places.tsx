import { AuditOutlined } from '@ant-design/icons';
import type { Place } from '../../app/place';

export const trailPlaces: readonly Place[] = [
  {
    path: '/trail',
    page: async () => ({ Component: (await import('./trail-page')).TrailPage }),
    nav: { label: { zh: '共享留痕', en: 'Trail' }, icon: <AuditOutlined />, order: 60 },
  },
  { path: '/trail/:index', page: async () => ({ Component: (await import('./entry-page')).EntryPage }) },
];
