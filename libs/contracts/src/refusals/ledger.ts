/** Why a statement is not admitted or not sealed, and what a verifier may find. */
export const ledgerRefusals = {
  'evidence-empty': {
    status: 409,
    zh: '目前没有已签封的记录可供取证。',
    en: 'There is nothing to give evidence of yet: no published checkpoint covers an entry about it.',
  },
  'evidence-too-large': {
    status: 413,
    zh: '证据包将超过 {limit} 条记录；请缩小范围。',
    en: 'The bundle would hold more than {limit} entries; ask for less.',
  },
  'statement-malformed': { status: 400, zh: '签署记录格式不正确：{reason}。', en: 'The statement is malformed: {reason}.' },
  'statement-not-canonical': {
    status: 400,
    zh: '签署记录字节不是规范形式。',
    en: 'The bytes of the statement are not in canonical form.',
  },
  'statement-too-large': { status: 413, zh: '签署记录超过 32 KiB。', en: 'The statement is larger than 32 KiB.' },
  'log-key-lost': {
    status: 503,
    zh: '平台手中没有有效的账本密钥，暂不能受理签署记录；请运维人员按《运维》申报新的账本密钥。',
    en: 'The exchange holds no log key in force, so nothing can be admitted; the operator finds in OPERATE how a new one is nominated.',
  },
  'statement-conflict': {
    status: 409,
    zh: '同一编号已有不同内容的签署记录。',
    en: 'Another statement with the same id was admitted before.',
  },
  'wrong-origin': {
    status: 409,
    zh: '签署记录属于另一账本 {origin}。',
    en: 'The statement belongs to another ledger, {origin}.',
  },
  'stale-after': {
    status: 409,
    zh: '签署记录未承接最新一条记录。',
    en: 'The statement does not follow the last one about its object.',
  },
  'bad-signature': { status: 400, zh: '签名验证失败。', en: 'The signature does not verify.' },
  'unknown-algorithm': { status: 400, zh: '不支持的签名算法 {alg}。', en: 'The signature algorithm {alg} is not supported.' },
  'key-not-in-force': { status: 409, zh: '签名密钥 {keyId} 当前无效。', en: 'The signing key {keyId} is not in force.' },
  'wrong-issuer': { status: 403, zh: '该部门无权签发此类记录。', en: 'This department may not issue such a statement.' },
  'approval-missing': { status: 403, zh: '缺少共享工作机构负责人审批。', en: 'The approval of the office head is missing.' },
  'stale-decision': {
    status: 409,
    zh: '决定所依据的状态已变化，将重新判定。',
    en: 'What the decision was based on has changed; it will be decided again.',
  },
  'transition-not-allowed': {
    status: 409,
    zh: '对象当前状态（{state}）不接受此记录（{type}）。',
    en: 'In its state ({state}) the object does not accept this statement ({type}).',
  },
} as const;
