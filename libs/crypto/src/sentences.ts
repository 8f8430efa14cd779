/** Every code of this library, with the sentence that a person reads. A code, once released, keeps its meaning. */
export const cryptoSentences = {
  'canonical-null': { zh: '文档中不允许出现 null。', en: 'The document holds null, which is not allowed.' },
  'canonical-undefined': { zh: '文档中有一项没有值。', en: 'The document has a field without a value.' },
  'canonical-number-not-integer': { zh: '文档中的数字必须是整数。', en: 'Numbers in the document must be integers.' },
  'canonical-number-too-large': {
    zh: '文档中的整数超出范围，应写成数字字符串。',
    en: 'An integer in the document is too large: write it as a string of digits.',
  },
  'canonical-lone-surrogate': { zh: '文本中有残缺的字符。', en: 'A text holds half of a character.' },
  'canonical-key-not-ascii': { zh: '文档中的键名必须是 ASCII 字符。', en: 'Keys in the document must be ASCII.' },
  'canonical-type-unknown': { zh: '文档中有一个值无法写成 JSON。', en: 'The document holds a value that JSON has no form for.' },
  'canonical-too-deep': { zh: '文档嵌套层数过多。', en: 'The document is nested too deeply.' },
  'canonical-too-long': { zh: '文档过长。', en: 'The document is too long.' },
  'canonical-not-utf8': { zh: '文档不是有效的 UTF-8。', en: 'The document is not valid UTF-8.' },
  'canonical-not-json': { zh: '文档不是 JSON。', en: 'The document is not JSON.' },
  'canonical-bytes-differ': {
    zh: '文档的字节与其规范形式不一致。',
    en: 'The bytes of the document are not its canonical form.',
  },

  'commitment-key-malformed': { zh: '文本承诺的密钥格式不正确。', en: 'The key of the text commitment is malformed.' },
  'commitment-text-malformed': { zh: '文本中有残缺的字符。', en: 'The text holds half of a character.' },
  'commitment-differs': { zh: '文本与存证时的不一致。', en: 'The text is not the one that was sealed.' },

  'signature-key-length': { zh: '签名密钥的长度不正确。', en: 'The signing key has the wrong length.' },
  'signature-key-malformed': { zh: '签名密钥的格式不正确。', en: 'The signing key is malformed.' },
  'signature-key-not-canonical': { zh: '签名公钥不是规范编码。', en: 'The public key is not in its canonical encoding.' },
  'signature-key-low-order': { zh: '签名公钥不安全，不能使用。', en: 'The public key is weak and cannot be used.' },
  'signature-malformed': { zh: '签名的格式不正确。', en: 'The signature is malformed.' },
  'signature-wrong': { zh: '签名验证失败。', en: 'The signature does not verify.' },

  'vault-key-length': { zh: '保管库密钥的长度不正确。', en: 'The vault key has the wrong length.' },
  'vault-key-file-missing': { zh: '找不到保管库密钥文件。', en: 'The vault key file is missing.' },
  'vault-key-file-readable': {
    zh: '保管库密钥文件可被其他用户读写，应改为仅所有者可读写，并视该密钥为已泄露。',
    en: 'Others may read or write the vault key file: give it mode 600 and consider the key known.',
  },
  'vault-key-file-malformed': { zh: '文件中不是保管库密钥。', en: 'The file does not hold a vault key.' },
  'vault-purpose-malformed': { zh: '密封用途的写法不正确。', en: 'The purpose of the sealed bytes is malformed.' },
  'vault-sealed-malformed': { zh: '数据不是由保管库密封的。', en: 'The bytes were not sealed by the vault.' },
  'vault-key-other': { zh: '数据由另一把保管库密钥密封。', en: 'The bytes were sealed under another vault key.' },
  'vault-sealed-refused': {
    zh: '密封数据已被改动，或不属于此用途。',
    en: 'The sealed bytes were altered, or belong to another purpose.',
  },

  'age-recipient-malformed': {
    zh: '接收方公钥不是可用的 age X25519 公钥（age1…）。',
    en: 'The recipient is not a usable age X25519 recipient (age1…).',
  },
  'age-recipients-count': { zh: '加密文件应有 1 至 256 个接收方。', en: 'An encrypted file has 1 to 256 recipients.' },
  'age-identity-malformed': {
    zh: '解密私钥不是 age X25519 私钥（AGE-SECRET-KEY-1…）。',
    en: 'The identity is not an age X25519 identity (AGE-SECRET-KEY-1…).',
  },
  'age-not-an-age-file': { zh: '文件不是 age 加密文件。', en: 'The file is not an age file.' },
  'age-armored': { zh: '文件是文本封装的 age 文件，请先解除封装。', en: 'The file is armored: take the armor off first.' },
  'age-header-malformed': { zh: '加密文件的文件头不正确。', en: 'The header of the encrypted file is malformed.' },
  'age-header-altered': { zh: '加密文件的文件头已被改动。', en: 'The header of the encrypted file was altered.' },
  'age-no-identity-matches': { zh: '文件不是加密给此私钥的。', en: 'The file is not encrypted to this identity.' },
  'age-truncated': { zh: '加密文件不完整。', en: 'The encrypted file is incomplete.' },
  'age-payload-altered': {
    zh: '加密文件的内容已被改动或不完整。',
    en: 'The content of the encrypted file was altered or cut short.',
  },
  'age-range-outside': { zh: '读取范围超出文件内容。', en: 'The range lies outside the content of the file.' },
} as const satisfies Record<string, { readonly zh: string; readonly en: string }>;

export type CryptoCode = keyof typeof cryptoSentences;
