import type { RequestView } from '../routes/views.js';
import type { Workflow } from './workflow.js';

/** 共享申请. Articles 20 and 21 of the decree. */
export const requestWorkflow = {
  states: {
    submitted: {
      label: { zh: '待答复', en: 'Awaiting a decision' },
      tone: 'active',
      next: {
        zh: '提供部门的数据专员拟定答复，其共享工作机构负责人审批。',
        en: 'A steward of the provider prepares the decision, and its office head approves it.',
      },
      turn: 'to',
    },
    'supplement-asked': {
      label: { zh: '待补充材料', en: 'Supplement asked for' },
      tone: 'warning',
      next: {
        zh: '需求部门一次性补齐材料；补齐后由提供部门继续答复。',
        en: 'The requesting department supplies everything that is missing; then the provider decides.',
      },
      turn: 'from',
    },
    granted: {
      label: { zh: '已同意', en: 'Granted' },
      tone: 'good',
      next: {
        zh: '使用权已授予，需求部门在使用时限内可以提取数据。',
        en: 'The right is granted; the requesting department can pull data within its term.',
      },
      turn: 'nobody',
    },
    refused: {
      label: { zh: '不同意', en: 'Refused' },
      tone: 'bad',
      next: {
        zh: '需求部门可以查看理由，修改后重新提出申请。',
        en: 'The requesting department can read the reason and ask anew.',
      },
      turn: 'nobody',
    },
    withdrawn: {
      label: { zh: '已撤回', en: 'Withdrawn' },
      tone: 'neutral',
      next: { zh: '申请已由需求部门撤回，无需处理。', en: 'The requesting department took it back; nothing is to be done.' },
      turn: 'nobody',
    },
  },
  actions: {
    agree: {
      label: { zh: '同意', en: 'Agree' },
      states: ['submitted'],
      sides: ['to'],
      roles: ['steward'],
      route: 'decideRequest',
      dangerous: false,
    },
    'agree-in-part': {
      label: { zh: '部分同意', en: 'Agree in part' },
      states: ['submitted'],
      sides: ['to'],
      roles: ['steward'],
      route: 'decideRequest',
      dangerous: false,
    },
    supplement: {
      label: { zh: '补充材料', en: 'Ask for a supplement' },
      states: ['submitted'],
      sides: ['to'],
      roles: ['steward'],
      route: 'decideRequest',
      dangerous: false,
      only: 'supplement-not-asked',
    },
    refuse: {
      label: { zh: '不同意', en: 'Refuse' },
      // What was asked for may never come.
      states: ['submitted', 'supplement-asked'],
      sides: ['to'],
      roles: ['steward'],
      route: 'decideRequest',
      dangerous: true,
      effect: {
        zh: '申请到此办结；需求部门可以查看理由，修改后重新申请。',
        en: 'The request is done with; the requesting department can read the reason and ask anew.',
      },
    },
    'answer-supplement': {
      label: { zh: '提交补充材料', en: 'Supply what is missing' },
      states: ['supplement-asked'],
      sides: ['from'],
      roles: ['requester'],
      route: 'supplementRequest',
      dangerous: false,
    },
    withdraw: {
      label: { zh: '撤回申请', en: 'Withdraw' },
      states: ['submitted', 'supplement-asked'],
      sides: ['from'],
      roles: ['requester'],
      route: 'withdrawRequest',
      dangerous: true,
      effect: {
        zh: '申请到此办结，不能恢复；仍需要时请重新申请。',
        en: 'The request is done with and cannot be taken up again; ask anew if the data is still needed.',
      },
    },
  },
} as const satisfies Workflow<RequestView['state']>;
