import { issuerWords, type EntryView, type Sentence, type StatementType } from '#contracts';

/** What each type of entry says, in one phrase of the field's own words. */
export const entrySentences: Record<StatementType, Sentence> = {
  'ledger.opened': { zh: '账本启用', en: 'The ledger was opened' },
  'department.admitted': { zh: '部门准入', en: 'A department was admitted' },
  'key.admitted': { zh: '签名密钥准入', en: 'A signing key was admitted' },
  'key.ended': { zh: '签名密钥结束', en: 'A signing key was ended' },
  'recipient.admitted': { zh: '加密接收公钥准入', en: 'An encryption recipient was admitted' },
  'recipient.ended': { zh: '加密接收公钥结束', en: 'An encryption recipient was ended' },
  'membership.granted': { zh: '人员任职', en: 'A person was given roles' },
  'membership.ended': { zh: '人员免职', en: 'A person’s roles were ended' },
  'dataset.entered': { zh: '政务数据资源登记', en: 'A dataset was entered' },
  'dataset.changed': { zh: '目录条目更新', en: 'An entry was changed' },
  'version.published': { zh: '数据版本发布', en: 'A version was published' },
  'request.submitted': { zh: '共享申请提出', en: 'A request was submitted' },
  'request.supplement-asked': { zh: '一次性告知补充材料', en: 'A supplement was asked for' },
  'request.supplemented': { zh: '申请材料补充', en: 'A request was supplemented' },
  'request.refused': { zh: '答复：不同意', en: 'A request was refused' },
  'request.withdrawn': { zh: '申请撤回', en: 'A request was withdrawn' },
  'right.granted': { zh: '使用权授予', en: 'A usage right was granted' },
  'right.suspended': { zh: '共享权限暂停', en: 'A right was suspended' },
  'right.resumed': { zh: '共享权限恢复', en: 'A right was resumed' },
  'right.terminated': { zh: '共享终止', en: 'A right was terminated' },
  'pull.signed': { zh: '数据提取请求', en: 'Data was asked for under a right' },
  'pull.refused': { zh: '提取被拒绝', en: 'A pull was refused' },
  'delivery.decided': { zh: '决定提供数据', en: 'A delivery was decided' },
  'delivery.prepared': { zh: '交付文件备妥', en: 'A payload was prepared' },
  'delivery.failed': { zh: '数据提供失败', en: 'A delivery failed' },
  'delivery.cancelled': { zh: '数据提供取消', en: 'A delivery was cancelled' },
  'delivery.served': { zh: '交付文件下载', en: 'Bytes of a payload were served' },
  'receipt.signed': { zh: '回执签署', en: 'A receipt was signed' },
  'use.recorded': { zh: '使用或销毁情况记录', en: 'A use or disposal was recorded' },
};

/** Who signed an entry, as it stands in files that people read. The exchange is no department and has its name here. */
export function issuerText({ issuer, issuerName }: Pick<EntryView, 'issuer' | 'issuerName'>, locale: 'zh' | 'en'): string {
  return issuer === 'exchange' ? issuerWords.exchange[locale] : issuerName;
}
