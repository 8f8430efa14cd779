import type { Sentence } from '../language.js';

/** Words for the states of things. A value that is not listed is shown as it is. */
export const requestStateWords: Record<string, Sentence> = {
  submitted: { zh: '待答复', en: 'waiting for an answer' },
  'supplement-asked': { zh: '待补充材料', en: 'supplement asked' },
  refused: { zh: '不同意', en: 'refused' },
  withdrawn: { zh: '已撤回', en: 'withdrawn' },
  granted: { zh: '已授权', en: 'granted' },
};
export const rightStateWords: Record<string, Sentence> = {
  'in-force': { zh: '有效', en: 'in force' },
  suspended: { zh: '已暂停', en: 'suspended' },
  terminated: { zh: '已终止', en: 'terminated' },
  ended: { zh: '已到期', en: 'ended' },
  'not-yet': { zh: '未生效', en: 'not yet in force' },
};
export const deliveryStateWords: Record<string, Sentence> = {
  pulled: { zh: '已提出', en: 'pulled' },
  refused: { zh: '已拒绝', en: 'refused' },
  decided: { zh: '准备中', en: 'being prepared' },
  prepared: { zh: '待取回', en: 'ready' },
  failed: { zh: '失败', en: 'failed' },
  cancelled: { zh: '已取消', en: 'cancelled' },
  received: { zh: '已签收', en: 'received' },
};
export const stageWords: Record<string, Sentence> = {
  sealing: { zh: '等待存证', en: 'Sealing the pull' },
  deciding: { zh: '判定使用权', en: 'Deciding under the right' },
  waiting: { zh: '等待处理', en: 'Waiting for a worker' },
  selecting: { zh: '筛选、脱敏', en: 'Selecting and masking' },
  encrypting: { zh: '加密', en: 'Encrypting' },
  storing: { zh: '存储密文', en: 'Storing the ciphertext' },
  recording: { zh: '存证', en: 'Sealing the record' },
  ready: { zh: '可以下载', en: 'Ready' },
  ended: { zh: '已结束', en: 'Ended' },
};
export const proposalStateWords: Record<string, Sentence> = {
  'awaiting-approval': { zh: '待审批', en: 'awaits approval' },
  'awaiting-signature': { zh: '待签名', en: 'awaits signature' },
  'awaiting-seal': { zh: '待存证', en: 'awaits its seal' },
  sealed: { zh: '已存证', en: 'sealed' },
  returned: { zh: '已退回', en: 'returned' },
  rejected: { zh: '未予存证', en: 'rejected' },
};
