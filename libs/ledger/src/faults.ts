import { refusalTexts, Refusal, type RefusalCode } from '#contracts';

/** What can be wrong with a ledger, apart from an entry that the rules refuse (those keep the code of their refusal). */
export const faultTexts = {
  empty: { zh: '账本为空。', en: 'The ledger is empty.' },
  'export-cut': { zh: '导出文件不完整。', en: 'The export is cut off.' },
  'entry-not-canonical': { zh: '存证记录字节不是规范形式。', en: 'The bytes of the entry are not in canonical form.' },
  'entry-malformed': { zh: '存证记录格式不正确。', en: 'The entry is malformed.' },
  'index-gap': { zh: '序号不连续。', en: 'The index does not follow the one before it.' },
  'chain-broken': {
    zh: '该记录的字节与后一条记录所载摘要不符，或链条在此中断。',
    en: 'The bytes of the entry are not those that the chain goes on from.',
  },
  'leaf-differs': { zh: '存证记录与存储的叶摘要不符。', en: 'The entry does not match its stored leaf hash.' },
  'time-went-back': { zh: '存证时间早于前一条记录。', en: 'The time of sealing is before that of the entry before.' },
  'trust-root-differs': {
    zh: '首条记录与给定的信任根不符。',
    en: 'Entry 0 is not the one that the trust root names.',
  },
  'statement-repeated': { zh: '同一签署记录出现两次。', en: 'The same statement is sealed twice.' },
  'history-shrank': {
    zh: '账本比上次所见更短，历史已被删减。',
    en: 'The ledger is shorter than when it was last seen: history shrank.',
  },
  'history-changed': {
    zh: '上次所见的历史已被改写。',
    en: 'History up to this entry is not the one that was last seen.',
  },
  'head-differs': { zh: '账本首部与最后一条记录不符。', en: 'The head of the ledger does not match its last entry.' },
  'mentions-differ': {
    zh: '留痕索引与存证记录不符。',
    en: 'The columns that the trail is searched by do not match the entry.',
  },
  'fold-failed': { zh: '处理该记录时发生内部错误。', en: 'Applying the entry failed for an internal reason.' },
} as const;

export type FaultCode = keyof typeof faultTexts | RefusalCode;

/** The first wrong entry of a ledger. Not a polite no: somebody altered something, or something is broken. */
export class LedgerFault extends Error {
  override readonly name = 'LedgerFault';

  constructor(
    readonly code: FaultCode,
    /** The entry at fault. */
    readonly index: number,
    /** What the entry was refused for, when the rules refuse it. */
    readonly refusal?: Refusal,
    options?: ErrorOptions,
  ) {
    super('', options);
    this.message = this.sentence('en');
  }

  /** For a person: which entry, and what is wrong with it. */
  sentence(locale: 'zh' | 'en'): string {
    const text = this.refusal?.sentence(locale) ?? textOf(this.code)[locale];
    return locale === 'zh' ? `第 ${this.index} 条记录：${text}` : `Entry ${this.index}: ${text}`;
  }
}

function textOf(code: FaultCode): { zh: string; en: string } {
  return code in faultTexts ? faultTexts[code as keyof typeof faultTexts] : refusalTexts[code as RefusalCode];
}
