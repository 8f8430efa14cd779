import type { Sentence } from './routes/views.js';

/** Words of the vocabulary in both languages (docs/ARCHITECTURE.md, words). */
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
  lost: { zh: '遗失', en: 'lost' },
  closed: { zh: '停用', en: 'closed' },
};
export const refusalReasonWords: Record<string, Sentence> = {
  'purpose-outside-duties': { zh: '用途与需求部门职责无关', en: 'the purpose is outside the duties of who asks' },
  'scope-not-necessary': { zh: '申请范围超出履职所需', en: 'more is asked for than the duty needs' },
  'law-forbids': {
    zh: '法律、行政法规或国务院决定不允许共享',
    en: 'law, administrative regulation or a State Council decision forbids it',
  },
  'data-not-held': { zh: '本部门不掌握所申请的数据', en: 'this department does not hold the data' },
  security: { zh: '存在安全风险', en: 'there is a security risk' },
  other: { zh: '其他', en: 'other' },
};
export const endingReasonWords: Record<string, Sentence> = {
  misuse: { zh: '超出使用范围或者用途', en: 'used beyond its scope or purpose' },
  'purpose-reached': { zh: '共享目的已实现', en: 'the purpose is reached' },
  'purpose-ended': { zh: '共享目的无法实现或者不再必要', en: 'the purpose cannot be reached or is no longer needed' },
  'data-changed': { zh: '数据发生变化', en: 'the data changed' },
  security: { zh: '存在安全风险', en: 'there is a security risk' },
  agreed: { zh: '双方协商一致', en: 'both sides agreed' },
  other: { zh: '其他', en: 'other' },
};
/** Who signs entries and is no department. */
export const issuerWords = {
  exchange: { zh: '交换平台', en: 'The exchange' },
  log: { zh: '账本', en: 'The log' },
} as const satisfies Record<string, Sentence>;

/** The word for a value. */
export function word(words: Record<string, Sentence>, value: string): Sentence {
  // A value may be anything, also what every object has.
  return (Object.hasOwn(words, value) ? words[value] : undefined) ?? { zh: value, en: value };
}
