export type Locale = 'zh' | 'en';
export interface Words {
  readonly zh: string;
  readonly en: string;
}

/** All that the page says. `{name}` marks what is filled in. */
export const words = {
  title: { zh: '密钥与解密', en: 'Keys and opening' },
  other: { zh: 'English', en: '中文' },
  offline: {
    zh: '本页在浏览器内完成全部工作：不联网、不上传、不保存，可存到 U 盘离线使用。',
    en: 'Everything happens in this browser: nothing is sent or kept. The page works offline, from a USB stick too.',
  },

  keyTitle: { zh: '一、生成本部门的解密密钥', en: '1. Make a key for your department' },
  keyWhat: {
    zh: '身份文件是私钥：谁持有它，谁就能解开发给本部门的数据。请存放在本部门自管的安全介质上，不要发送给任何人，包括平台运维。',
    en: 'The identity file is the secret: whoever has it opens what is delivered to your department. Keep it on a safe medium of your own and send it to nobody, the operator of the exchange included.',
  },
  keyMake: { zh: '生成密钥并保存身份文件', en: 'Make a key and save its identity file' },
  keySaved: { zh: '身份文件 {name} 已交给浏览器保存。', en: 'The browser was given the identity file {name} to save.' },
  keyAgain: { zh: '再次保存身份文件', en: 'Save the identity file again' },
  recipient: { zh: '接收公钥', en: 'Recipient (public)' },
  copy: { zh: '复制公钥', en: 'Copy the recipient' },
  copied: { zh: '已复制', en: 'Copied' },
  copyFailed: { zh: '未能复制，请手工选取。', en: 'It could not be copied; select it by hand.' },
  keyNext: {
    zh: '下一步：把接收公钥交给本部门共享工作机构负责人，由其在平台提名；主管部门准入后，数据即加密给它。公钥可以公开，身份文件不可以。',
    en: 'Next: hand the recipient to the head of your sharing office, who nominates it at the exchange. Once the competent department has admitted it, data is encrypted to it. The recipient may be public, the identity file may not.',
  },

  openTitle: { zh: '二、解开收到的数据', en: '2. Open what was delivered' },
  choose: { zh: '选择文件', en: 'Choose files' },
  drop: {
    zh: '或把文件拖到这里：数据文件（.age）、数据提供清单（.json）、身份文件，另可加信任根。',
    en: 'or drop them here: the data (.age), its manifest (.json), your identity file, and a trust root if you have one.',
  },
  age: { zh: '数据文件（.age，必需）', en: 'The data (.age, needed)' },
  identity: { zh: '身份文件（必需）', en: 'Your identity file (needed)' },
  manifest: { zh: '数据提供清单（.json）', en: 'The manifest (.json)' },
  trustRoot: { zh: '信任根（可选）', en: 'A trust root (optional)' },
  none: { zh: '未选', en: 'none yet' },
  unknownFile: { zh: '无法识别：{name}', en: 'Not recognised: {name}' },
  badManifest: { zh: '清单 {name} 不能采用：{why}', en: 'The manifest {name} cannot be used: {why}' },
  noManifest: {
    zh: '没有清单：只能解密，无法与账本记录核对这份文件由谁提供、是否就是那次提供的数据。',
    en: 'Without the manifest this page can only decrypt. It cannot tell who made the file, nor whether it is what the ledger recorded.',
  },
  noTrustRoot: {
    zh: '没有信任根：清单中的数值按清单自身采信。把平台的信任根文件一并选入，即可核对平台签名。',
    en: 'Without a trust root the values of the manifest are taken as it states them. Add the trust root file to check the signature of the exchange.',
  },
  notRecipient: {
    zh: '身份文件不在清单所列的接收方之中，很可能解不开。',
    en: 'Your identity is not among the recipients in the manifest: it will most likely not open the file.',
  },

  from: { zh: '提供部门', en: 'From' },
  to: { zh: '接收部门', en: 'To' },
  dataset: { zh: '政务数据资源', en: 'Dataset' },
  right: { zh: '使用权', en: 'Right' },
  items: { zh: '数据项', en: 'Items' },
  scope: { zh: '数据行', en: 'Rows' },
  allRows: { zh: '使用权范围内全部，{rows} 行', en: 'all that the right covers, {rows} rows' },
  someRows: { zh: '{scope}，{rows} 行', en: '{scope}; {rows} rows' },
  since: { zh: '只含此次提供之后的变化', en: 'Only changes since delivery' },
  format: { zh: '格式', en: 'Format' },
  size: { zh: '文件大小', en: 'Size of the file' },
  delivery: { zh: '数据提供编号', en: 'Delivery' },
  unmasked: { zh: '（不脱敏）', en: ' (unmasked)' },

  start: { zh: '解密、核对并保存', en: 'Decrypt, check and save' },
  startOnly: { zh: '仅解密并保存', en: 'Decrypt only, and save' },
  cancel: { zh: '取消', en: 'Cancel' },
  working: { zh: '已处理 {done} / {total}', en: '{done} of {total} done' },
  memory: {
    zh: '此浏览器不能直接写文件：内容先放在内存中再下载，文件不得超过 2 GB。更大的文件请用 Chrome 或 Edge，或用命令行。',
    en: 'This browser cannot write to a file directly: the content is held in memory and then downloaded, up to 2 GB. For more use Chrome or Edge, or the command line.',
  },
  tooLarge: {
    zh: '文件超过 2 GB，此浏览器放不下。请用 Chrome 或 Edge，或用命令 age -d。',
    en: 'The file is larger than 2 GB, more than this browser can hold. Use Chrome or Edge, or the command age -d.',
  },

  results: { zh: '核对结果', en: 'What was checked' },
  checkManifest: { zh: '清单与其中两条存证记录一致', en: 'The manifest agrees with the two ledger entries in it' },
  checkSignature: {
    zh: '两条存证记录由信任根中的平台密钥签署',
    en: 'Both entries are signed by the exchange key of the trust root',
  },
  checkCiphertext: { zh: '文件的大小和 SHA-256 与存证一致', en: 'Size and SHA-256 of the file are those that were sealed' },
  checkDecrypted: { zh: '身份文件能解密，每一段均未被改动', en: 'Your identity opens it, and every part of it is unaltered' },
  checkPlaintext: { zh: '内容的 HMAC-SHA-256 与存证一致', en: 'HMAC-SHA-256 of the content is the one that was sealed' },
  checkRows: { zh: '行数与存证一致', en: 'The number of rows is the one that was sealed' },
  notChecked: { zh: '（未核对）', en: ' (not checked)' },
  saved: { zh: '全部核对通过，已保存为 {name}（{size}）。', en: 'All of it agrees. Saved as {name} ({size}).' },
  savedOnly: {
    zh: '已解密并保存为 {name}（{size}），但未与账本核对。所收 .age 文件的 SHA-256：{sha}',
    en: 'Decrypted and saved as {name} ({size}), but not compared with the ledger. SHA-256 of the .age file that came: {sha}',
  },
  broken: { zh: '文件不完整，或已被改动，请勿使用。', en: 'The file is incomplete or was altered: do not use it.' },
  nothingSaved: { zh: '未保存任何内容。', en: 'Nothing was saved.' },
  cancelled: { zh: '已取消，未保存任何内容。', en: 'Cancelled. Nothing was saved.' },
  failed: { zh: '未能完成：{why}', en: 'It could not be finished: {why}' },
  byHand: {
    zh: '也可不用本页：age -d -i 身份文件 数据文件.age > 输出文件；sha256sum 数据文件.age 应等于清单中的 ciphertextSha256。',
    en: 'Without this page: age -d -i IDENTITY FILE.age > OUTPUT; sha256sum FILE.age must print the manifest’s ciphertextSha256.',
  },
} as const satisfies Record<string, Words>;

export type Word = keyof typeof words;

/** A text of the page with its blanks filled. */
export function say(locale: Locale, word: Word, blanks: Readonly<Record<string, string>> = {}): string {
  return words[word][locale].replace(/\{(\w+)\}/g, (_, name: string) => blanks[name] ?? '');
}
