import type { Sentence } from '../language.js';

/** Words of the vocabulary in both languages (docs/ARCHITECTURE.md, words). A value that is not listed is shown as it is. */
export const roleWords: Record<string, Sentence> = {
  steward: { zh: '数据专员', en: 'steward' },
  'office-head': { zh: '机构负责人', en: 'office head' },
  requester: { zh: '使用人员', en: 'requester' },
  supervisor: { zh: '监管人员', en: 'supervisor' },
  operator: { zh: '运维', en: 'operator' },
};
export const levelWords: Record<string, Sentence> = {
  province: { zh: '省级', en: 'province' },
  city: { zh: '市级', en: 'city' },
  district: { zh: '区县', en: 'district' },
  street: { zh: '街道', en: 'street' },
};
export const shareTypeWords: Record<string, Sentence> = {
  unconditional: { zh: '无条件共享', en: 'unconditional' },
  conditional: { zh: '有条件共享', en: 'conditional' },
  'not-shared': { zh: '不予共享', en: 'not shared' },
};
export const custodyWords: Record<string, Sentence> = {
  exchange: { zh: '平台托管', en: 'exchange' },
  department: { zh: '部门自持', en: 'department' },
};
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
export const decisionWords: Record<string, Sentence> = {
  agree: { zh: '同意', en: 'agree' },
  'agree-in-part': { zh: '部分同意', en: 'agree in part' },
  'by-rule': { zh: '依规则授予', en: 'granted by rule' },
};
export const methodWords: Record<string, Sentence> = {
  file: { zh: '文件下载', en: 'file' },
  query: { zh: '服务接口', en: 'query' },
  table: { zh: '批量交换', en: 'table' },
};
export const updateCycleWords: Record<string, Sentence> = {
  '1': { zh: '实时', en: 'in real time' },
  '2': { zh: '每日', en: 'daily' },
  '3': { zh: '每周', en: 'weekly' },
  '4': { zh: '每月', en: 'monthly' },
  '5': { zh: '每季', en: 'quarterly' },
  '6': { zh: '每年', en: 'yearly' },
};
export const itemTypeWords: Record<string, Sentence> = {
  C: { zh: '字符', en: 'text' },
  N: { zh: '数值', en: 'decimal' },
  Y: { zh: '货币', en: 'money' },
  D: { zh: '日期', en: 'date' },
  T: { zh: '日期时间', en: 'instant' },
  L: { zh: '逻辑', en: 'boolean' },
  M: { zh: '备注', en: 'long text' },
  G: { zh: '通用', en: 'general' },
  B: { zh: '双精度', en: 'double' },
  I: { zh: '整型', en: 'integer' },
  F: { zh: '浮点', en: 'float' },
};
export const endReasonWords: Record<string, Sentence> = {
  rotated: { zh: '更换', en: 'rotated' },
  compromised: { zh: '泄露', en: 'compromised' },
  closed: { zh: '停用', en: 'closed' },
};

/** The word for a value. */
export function word(words: Record<string, Sentence>, value: string): Sentence {
  return words[value] ?? { zh: value, en: value };
}
