import type { RightView } from '../routes/views.js';
import type { Workflow } from './workflow.js';

/** 使用权. Article 27 of the decree: suspend first, terminate after; the provider or the competent department. */
export const rightWorkflow = {
  states: {
    'in-force': {
      label: { zh: '有效', en: 'In force' },
      tone: 'good',
      next: { zh: '使用部门可以按授予的范围提取数据。', en: 'The grantee can pull data within what was granted.' },
      turn: 'grantee',
    },
    'not-yet': {
      label: { zh: '未到生效时间', en: 'Not yet in force' },
      tone: 'neutral',
      next: { zh: '到达使用时限的起始时间后即可提取数据。', en: 'Data can be pulled once its term begins.' },
      turn: 'nobody',
    },
    suspended: {
      label: { zh: '已暂停', en: 'Suspended' },
      tone: 'warning',
      next: {
        zh: '暂停期间不再提供数据；由作出暂停的部门决定恢复或终止。',
        en: 'No data leaves; the department that suspended it resumes or terminates it.',
      },
      turn: 'grantor',
    },
    terminated: {
      label: { zh: '已终止', en: 'Terminated' },
      tone: 'bad',
      next: { zh: '使用部门按要求处置已取得的数据并记录。', en: 'The grantee disposes of what it has and records that.' },
      turn: 'grantee',
    },
    ended: {
      label: { zh: '已到期', en: 'Term over' },
      tone: 'neutral',
      next: {
        zh: '使用时限已过，使用部门按要求处置数据并记录；如需继续使用，重新申请。',
        en: 'The term is over: the grantee disposes of the data and records that, or asks anew.',
      },
      turn: 'grantee',
    },
  },
  actions: {
    pull: {
      label: { zh: '提取数据', en: 'Pull data' },
      states: ['in-force'],
      sides: ['grantee'],
      roles: ['requester'],
      route: 'pull',
      dangerous: false,
    },
    'record-use': {
      label: { zh: '记录使用或销毁情况', en: 'Record use or disposal' },
      states: ['in-force', 'suspended', 'terminated', 'ended'],
      sides: ['grantee'],
      roles: ['requester'],
      route: 'recordUse',
      dangerous: false,
    },
    suspend: {
      label: { zh: '暂停共享权限', en: 'Suspend' },
      // One whose term has not begun or is over is in force in the ledger, and stands still from then on all the same.
      states: ['in-force', 'not-yet', 'ended'],
      sides: ['grantor', 'competent'],
      roles: ['office-head', 'steward', 'supervisor'],
      route: 'suspendRight',
      dangerous: true,
      effect: {
        zh: '存证后立即生效，不须审批：不再提供数据，正在进行的下载随即中断。以后可以恢复，也可以终止。',
        en: 'It takes effect once sealed, without an approval: no data leaves, and downloads under way stop. It can be resumed or terminated later.',
      },
    },
    resume: {
      label: { zh: '恢复共享权限', en: 'Resume' },
      states: ['suspended'],
      sides: ['grantor', 'competent'],
      roles: ['office-head', 'steward', 'supervisor'],
      route: 'resumeRight',
      dangerous: false,
      effect: {
        zh: '存证后使用部门可以继续按授予的范围提取数据。',
        en: 'Once it is sealed the grantee can pull data again within what was granted.',
      },
      only: 'who-suspended',
    },
    terminate: {
      label: { zh: '终止共享', en: 'Terminate' },
      states: ['in-force', 'not-yet', 'suspended', 'ended'],
      sides: ['grantor', 'competent'],
      roles: ['office-head', 'steward', 'supervisor'],
      route: 'terminateRight',
      dangerous: true,
      effect: {
        zh: '存证后即告终止，不能恢复：尚未下载的数据随即清除，使用部门须处置已取得的数据并记录。',
        en: 'Once it is sealed it cannot be undone: what was not downloaded is disposed of, and the grantee disposes of what it has and records that.',
      },
    },
  },
} as const satisfies Workflow<RightView['state']>;
