/** What can be wrong with a part of the log: its tree, its tiles, its notes, its proofs. */
export const logFaultTexts = {
  'position-outside': { zh: '序号或大小不在树的范围内。', en: 'The index or the size lies outside the tree.' },
  'inclusion-wrong': {
    zh: '该叶不在此树中：包含证明不成立。',
    en: 'The inclusion proof does not lead from this leaf to this root.',
  },
  'consistency-wrong': {
    zh: '两个树根不属于同一历史：一致性证明不成立。',
    en: 'The consistency proof does not lead from the older root to the newer one: not one history.',
  },
  'tile-path-malformed': { zh: '分片路径的写法不正确。', en: 'The path of the tile is malformed.' },
  'tile-missing': { zh: '缺少分片。', en: 'A tile is missing.' },
  'tile-differs': { zh: '分片与树根不符，不可采信。', en: 'The tile does not lead to the root: it must not be believed.' },
  'entries-malformed': { zh: '存证记录包的格式不正确。', en: 'The bundle of entries is malformed.' },
  'entries-differ': { zh: '存证记录与树中的叶不符。', en: 'An entry is not the one in the tree.' },
  'key-malformed': { zh: '验证公钥的写法不正确。', en: 'The verifier key is malformed.' },
  'key-unsupported': { zh: '验证公钥的算法不受支持。', en: 'The verifier key is of a type that is not supported.' },
  'note-malformed': { zh: '签名文本的格式不正确。', en: 'The signed note is malformed.' },
  'note-unsigned': { zh: '没有可信密钥的签名。', en: 'No trusted key signed the note.' },
  'note-signature-wrong': { zh: '可信密钥名下的签名不成立。', en: 'A signature in the name of a trusted key is wrong.' },
  'checkpoint-malformed': { zh: '账本签封的格式不正确。', en: 'The checkpoint is malformed.' },
  'checkpoint-origin-other': { zh: '账本签封属于另一账本。', en: 'The checkpoint is of another log.' },
  'proof-malformed': { zh: '存证证明的格式不正确。', en: 'The proof is malformed.' },
  'policy-malformed': { zh: '见证策略的格式不正确。', en: 'The witness policy is malformed.' },
  'quorum-missing': { zh: '见证节点的联署未达到策略要求。', en: 'The cosignatures of the witnesses do not reach the quorum.' },
} as const;

export type LogFaultCode = keyof typeof logFaultTexts;

/** Evidence that does not hold, or bytes that are not what they should be. Not a polite no: thrown, so that nobody forgets to look. */
export class LogFault extends Error {
  override readonly name = 'LogFault';

  /** `detail` is for logs: which line, which tile. */
  constructor(
    readonly code: LogFaultCode,
    readonly detail = '',
    options?: ErrorOptions,
  ) {
    super(detail ? `${logFaultTexts[code].en} (${detail})` : logFaultTexts[code].en, options);
  }

  /** For a person. */
  sentence(locale: 'zh' | 'en'): string {
    return logFaultTexts[this.code][locale];
  }
}
