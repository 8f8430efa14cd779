import { Refusal } from '#contracts';
import { LedgerFault } from '../faults.js';
import { LogFault } from '../log/faults.js';

/** What can be wrong with a file of evidence, beside what can be wrong with its entries, notes and proofs. */
export const evidenceFaultTexts = {
  'zip-none': { zh: '文件不是证据包（zip）。', en: 'The file is no evidence bundle (zip).' },
  'zip-cut': { zh: '证据包不完整，被截断。', en: 'The bundle is cut off.' },
  'zip-trailing': { zh: '证据包之后还有多余的字节。', en: 'There are bytes after the end of the bundle.' },
  'zip-too-large': { zh: '证据包超出允许的大小或文件数。', en: 'The bundle is larger, or has more files, than a bundle may.' },
  'zip-name': { zh: '证据包内的文件名不允许。', en: 'A file in the bundle has a name that is not allowed.' },
  'zip-name-twice': { zh: '证据包内有两个同名文件。', en: 'Two files in the bundle have the same name.' },
  'zip-compressed': {
    zh: '证据包内有压缩的文件；证据包只原样存放。',
    en: 'A file in the bundle is compressed; bundles store files as they are.',
  },
  'zip-checksum': { zh: '文件与其校验和不符。', en: 'The file does not match its checksum.' },
  'zip-unusual': { zh: '压缩包的结构不是证据包应有的。', en: 'The archive is not built as a bundle is.' },
  'file-missing': { zh: '证据包缺少文件。', en: 'A file is missing from the bundle.' },
  'file-unknown': { zh: '证据包内有不属于它的文件。', en: 'A file does not belong in the bundle.' },
  'file-differs': {
    zh: '文件与由其余内容重新生成的不一致，不可采信。',
    en: 'The file is not the one that follows from the rest of the bundle: it must not be believed.',
  },
  'manifest-malformed': { zh: '证据包目录的格式不正确。', en: 'The manifest of the bundle is malformed.' },
  'object-missing': {
    zh: '证据包不含所述对象的首条记录。',
    en: 'The entry that makes the object of the bundle is not in it.',
  },
  'object-other': { zh: '所列记录与证据包的主题无关。', en: 'An entry is listed for a question that it does not answer.' },
  'key-entry-missing': {
    zh: '证据包缺少签名密钥的准入记录，无法判定签名。',
    en: 'The admission of a key that signed is not in the bundle: its signature cannot be judged.',
  },
  'timestamp-other': {
    zh: '时间戳不是针对所附签封的。',
    en: 'The timestamp is not one of the checkpoint beside it.',
  },
  'receipt-malformed': { zh: '回执文件的格式不正确。', en: 'The receipt file is malformed.' },
  'receipt-differs': {
    zh: '回执各部分所述不是同一签署记录。',
    en: 'The parts of the receipt do not speak of the same statement.',
  },
} as const;

export type EvidenceFaultCode = keyof typeof evidenceFaultTexts;

/** Evidence that does not hold; names the file of the bundle that is at fault. */
export class EvidenceFault extends Error {
  override readonly name = 'EvidenceFault';

  constructor(
    readonly reason: EvidenceFaultCode | LedgerFault | LogFault | Refusal,
    /** Its path in the bundle; empty: the bundle itself. */
    readonly file = '',
    readonly detail = '',
    options?: ErrorOptions,
  ) {
    super('', options);
    this.message = this.sentence('en') + (detail === '' ? '' : ` (${detail})`);
  }

  /** Stable, for programs. */
  get code(): string {
    return typeof this.reason === 'string' ? this.reason : this.reason.code;
  }

  /** For a person: which file, and what is wrong with it. */
  sentence(locale: 'zh' | 'en'): string {
    const text = typeof this.reason === 'string' ? evidenceFaultTexts[this.reason][locale] : this.reason.sentence(locale);
    return this.file === '' ? text : `${this.file}${locale === 'zh' ? '：' : ': '}${text}`;
  }
}

/** Runs a check of a file's content; what it throws then names the file. */
export function inFile<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof LedgerFault || error instanceof LogFault || error instanceof Refusal) {
      throw new EvidenceFault(error, file, error instanceof LogFault ? error.detail : '', { cause: error });
    }
    throw error;
  }
}
