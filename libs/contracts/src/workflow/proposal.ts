import type { ProposalView } from '../routes/views.js';
import type { Workflow } from './workflow.js';

/** 拟稿: a statement on its way into the ledger. */
export const proposalWorkflow = {
  states: {
    'awaiting-approval': {
      label: { zh: '待审批', en: 'Awaiting approval' },
      tone: 'warning',
      next: {
        zh: '共享工作机构负责人审批；经办人不得审批本人拟稿。',
        en: 'The office head approves; whoever prepared it may not.',
      },
      turn: 'approver',
    },
    'awaiting-signature': {
      label: { zh: '待签名', en: 'Awaiting signature' },
      tone: 'warning',
      next: {
        zh: '由本部门保管的密钥签名后存证。',
        en: 'The department signs it with the key that it holds itself; then it is sealed.',
      },
      turn: 'issuer',
    },
    'awaiting-seal': {
      label: { zh: '待存证', en: 'Awaiting seal' },
      tone: 'active',
      next: { zh: '已签名，账本正在存证。', en: 'It is signed; the ledger is sealing it.' },
      turn: 'exchange',
    },
    sealed: {
      label: { zh: '已存证', en: 'Sealed' },
      tone: 'good',
      next: { zh: '已记入账本，不可更改。', en: 'It stands in the ledger and is never changed.' },
      turn: 'nobody',
    },
    returned: {
      label: { zh: '已退回', en: 'Returned' },
      tone: 'neutral',
      next: { zh: '未记入账本；经办人可以重新拟定。', en: 'Nothing of it is in the ledger; it can be prepared anew.' },
      turn: 'preparer',
    },
    rejected: {
      label: { zh: '未能存证', en: 'Not sealed' },
      tone: 'bad',
      next: {
        zh: '账本未接受，请查看原因后重新拟定。',
        en: 'The ledger did not accept it; see why, then prepare it anew.',
      },
      turn: 'preparer',
    },
  },
  actions: {
    approve: {
      label: { zh: '审批同意', en: 'Approve' },
      states: ['awaiting-approval'],
      sides: ['approver'],
      roles: ['office-head'],
      route: 'approve',
      dangerous: false,
      only: 'not-preparer',
    },
    sign: {
      label: { zh: '签名', en: 'Sign' },
      states: ['awaiting-signature'],
      sides: ['issuer'],
      roles: ['office-head', 'steward', 'requester', 'supervisor', 'operator'],
      route: 'sign',
      dangerous: false,
    },
    return: {
      label: { zh: '退回', en: 'Return' },
      states: ['awaiting-approval', 'awaiting-signature'],
      sides: ['approver', 'issuer'],
      roles: ['office-head'],
      route: 'returnProposal',
      dangerous: false,
      only: 'not-preparer',
    },
    'take-back': {
      label: { zh: '撤下', en: 'Take back' },
      states: ['awaiting-approval', 'awaiting-signature'],
      sides: ['preparer'],
      roles: ['office-head', 'steward', 'requester', 'supervisor'],
      route: 'returnProposal',
      dangerous: false,
    },
  },
} as const satisfies Workflow<ProposalView['state']>;
