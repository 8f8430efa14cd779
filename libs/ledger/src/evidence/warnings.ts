import type { Warning } from '../verify.js';
import { demoWords } from './demo-witnesses.js';

const texts = {
  omission: {
    zh: '本包是否漏列记录（例如某密钥或某权利其后的结束）无法由包本身判定；须查验账本全本。',
    en: 'Whether an entry was left out, such as a later end of a key or of a right, cannot be told from a bundle: that takes the whole ledger.',
  },
  'rights-not-checked': {
    zh: '本次未校验使用权规则，仅校验字节、包含证明、签名、密钥与登记。',
    en: 'The rules of rights were not checked, only bytes, inclusion, signatures, keys and the register.',
  },
  'no-witnesses': {
    zh: '信任根未指明见证节点：若账本向不同的人出示不同的历史，本次查验无法发现。',
    en: 'The trust root names no witnesses: a log that shows different histories to different people cannot be detected by this check.',
  },
  'demo-witnesses': demoWords,
  'timestamp-not-checked': {
    zh: '时间戳机构的签名未在此校验，请用 openssl ts -verify。',
    en: 'The signature of the timestamp authority was not checked here: use openssl ts -verify.',
  },
  'pages-not-checked': {
    zh: 'index.html、README.txt 与 check.sh 出自另一版本，未予比对，请勿采信。',
    en: 'index.html, README.txt and check.sh are of another version and were not compared: do not rely on them.',
  },
  'not-published': {
    zh: '尚未有账本签封覆盖该记录：平台只承诺了它的位置，树尚未证明。',
    en: 'No checkpoint covers the entry yet: the exchange says where it stands, and no tree shows it.',
  },
  'not-sealed': {
    zh: '该签署记录尚未存证；逾期仍未存证或拒收的，受理回执即为证据。',
    en: 'The statement is not sealed yet; if its time goes by without a seal or a rejection, the receipt is proof against the exchange.',
  },
  'sealed-late': {
    zh: '存证晚于平台承诺的时限。',
    en: 'It was sealed later than the exchange had promised.',
  },
  'signers-not-checked': {
    zh: '签署记录本身的签名未在此校验；请取证据包，或查验账本全本。',
    en: 'The signatures of the statement itself were not checked here: take an evidence bundle, or verify the whole ledger.',
  },
  'log-key-end': {
    zh: '回执附有账本后来的密钥；该密钥其后是否结束，无法由回执判定。',
    en: 'The receipt shows a later key of the log; whether that has ended since cannot be told from it.',
  },
  partial: {
    zh: '本包只含涉及该部门的记录。',
    en: 'The bundle holds only entries that name this department.',
  },
  'exchange-custody': {
    zh: '部分部门的签名密钥由交换平台保管，平台运维方在技术上可以代其签名。',
    en: 'Signing keys of some departments are in the custody of the exchange: its operator could sign for them.',
  },
} as const;

/** What a clean report of a bundle does not say. */
export function evidenceWarnings(of: {
  readonly isWitnessed: boolean;
  readonly isDemo: boolean;
  readonly isTimestamped: boolean;
  readonly isPagesKnown: boolean;
  readonly isPartial: boolean;
  readonly isCustody: boolean;
}): Warning[] {
  const codes: (keyof typeof texts)[] = ['omission', 'rights-not-checked'];
  if (!of.isWitnessed) codes.push('no-witnesses');
  if (of.isDemo) codes.push('demo-witnesses');
  if (of.isTimestamped) codes.push('timestamp-not-checked');
  if (!of.isPagesKnown) codes.push('pages-not-checked');
  if (of.isPartial) codes.push('partial');
  if (of.isCustody) codes.push('exchange-custody');
  return worded(codes);
}

/** What a clean report of a receipt does not say. */
export function receiptWarnings(of: {
  readonly isSealed: boolean;
  readonly isPublished: boolean;
  readonly isWitnessed: boolean;
  readonly isDemo: boolean;
  readonly isLate: boolean;
  readonly hasLaterKeys: boolean;
}): Warning[] {
  const codes: (keyof typeof texts)[] = [of.isSealed ? 'signers-not-checked' : 'not-sealed'];
  if (of.isSealed && !of.isPublished) codes.push('not-published');
  if (!of.isWitnessed) codes.push('no-witnesses');
  if (of.isDemo) codes.push('demo-witnesses');
  if (of.isLate) codes.push('sealed-late');
  if (of.hasLaterKeys) codes.push('log-key-end');
  return worded(codes);
}

function worded(codes: readonly (keyof typeof texts)[]): Warning[] {
  return codes.map((code) => ({ code, ...texts[code] }));
}
