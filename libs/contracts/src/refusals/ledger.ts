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
    zh: '签署期间同一事项已有新的记录存证，本次未生效；请查看现状后再办。',
    en: 'Something newer about the same matter was sealed meanwhile, so this did not take effect; see how things stand and do it again if need be.',
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
  'witness-unreachable': {
    status: 503,
    zh: '见证节点 {witness} 无应答（{reason}）。',
    en: 'The witness {witness} does not answer ({reason}).',
  },
  'timestamp-unreachable': {
    status: 503,
    zh: '时间戳机构没有应答（{reason}）。',
    en: 'The timestamp authority does not answer ({reason}).',
  },
  'timestamp-answer-wrong': {
    status: 503,
    zh: '时间戳机构的应答不可采信（{reason}）。',
    en: 'The answer of the timestamp authority cannot be believed ({reason}).',
  },
  'witness-refused': {
    status: 503,
    zh: '见证节点 {witness} 拒绝联署（{status}：{answer}）。',
    en: 'The witness {witness} refuses to cosign ({status}: {answer}).',
  },
  'witness-answer-wrong': {
    status: 503,
    zh: '见证节点 {witness} 的应答不可采信（{reason}）。',
    en: 'The answer of the witness {witness} cannot be believed ({reason}).',
  },
  'witness-ahead': {
    status: 503,
    zh: '见证节点 {witness} 已联署到 {witnessed} 条，而账本只有 {size} 条：数据库曾被恢复到较早的备份。停止存证。',
    en: 'The witness {witness} cosigned {witnessed} entries and the ledger has {size}: the database was set back to an older backup. Nothing is sealed.',
  },
  'witness-other-root': {
    status: 503,
    zh: '见证节点 {witness} 联署的前 {witnessed} 条与账本不同：历史被改写。停止存证。',
    en: 'The first {witnessed} entries that the witness {witness} cosigned are not those of the ledger: history was rewritten. Nothing is sealed.',
  },
  'witnesses-too-few': {
    status: 503,
    zh: '{of} 个见证节点中仅 {answered} 个有应答，不足以确认账本未被回退。暂停存证，将自动重试。',
    en: 'Only {answered} of {of} witnesses answer: too few to rule out that the ledger was set back. Nothing is sealed for now; it is tried again by itself.',
  },
  'clock-off': {
    status: 503,
    zh: '本机时钟与见证节点相差 {seconds} 秒，超过 {limit} 秒。暂停存证，时钟校正后自动恢复。',
    en: 'The clock differs by {seconds} seconds from those of the witnesses; {limit} are allowed. Nothing is sealed until it is right again.',
  },
  'ledger-damaged': {
    status: 503,
    zh: '账本与已签署的内容不符（{reason}）：数据已损坏，不可采信。请运行审计。',
    en: 'The ledger is not what was signed ({reason}): it is damaged and must not be believed. Run the audit.',
  },
  'disk-full': {
    status: 503,
    zh: '数据库的磁盘已满：未写入任何内容，暂停存证；腾出空间后自动恢复。',
    en: 'The disk of the database is full: nothing was written, and nothing is sealed until there is room again; then it goes on by itself.',
  },
  'seal-overdue': {
    status: 503,
    zh: '{overdue} 条签署记录已超过承诺的存证时限，最早的时限为 {sealBy}。',
    en: '{overdue} statements wait beyond the time that was promised for their seal; the first of these times was {sealBy}.',
  },
  'not-witnessed': {
    status: 409,
    zh: '尚待见证节点联署，联署后自动继续。',
    en: 'This waits for the cosignatures of the witnesses and goes on by itself.',
  },
} as const;
