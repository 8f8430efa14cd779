import { InboxOutlined } from '@ant-design/icons';
import type { Place } from '../../app/place';

const roles = ['steward', 'office-head', 'requester', 'supervisor'] as const;

export const inboxPlaces: readonly Place[] = [
  {
    path: '/inbox',
    roles,
    page: async () => ({ Component: (await import('./inbox-page')).InboxPage }),
    nav: { label: { zh: '待办', en: 'Inbox' }, icon: <InboxOutlined />, order: 10 },
  },
  {
    path: '/inbox/requests/:id',
    roles: ['steward', 'office-head'],
    page: async () => ({ Component: (await import('./review-page')).ReviewPage }),
  },
  {
    path: '/inbox/proposals/:id',
    roles,
    page: async () => ({ Component: (await import('./proposal-page')).ProposalPage }),
  },
];
