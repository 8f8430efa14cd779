import { BlockOutlined } from '@ant-design/icons';
import type { Place } from '../../app/place';

export const ledgerPlaces: readonly Place[] = [
  {
    path: '/ledger',
    page: async () => ({ Component: (await import('./ledger-page')).LedgerPage }),
    nav: { label: { zh: '账本', en: 'Ledger' }, icon: <BlockOutlined />, order: 75 },
  },
];
