import { defineWords } from '../../../lib/words';

export const checkWords = defineWords('check', {
  title: { zh: '查验这条记录', en: 'Check this entry' },
  lead: {
    zh: '查验在本浏览器内进行：取回这条记录的原始字节，自行计算与核对，不采信平台的结论。',
    en: 'The check runs in this browser: it takes the entry’s exact bytes and computes everything itself; what the exchange concludes is not believed.',
  },
  start: { zh: '查验', en: 'Check' },
  again: { zh: '再查验一次', en: 'Check again' },
  cancel: { zh: '停止', en: 'Stop' },
  whole: { zh: '查验整个账本', en: 'Check the whole ledger' },
  wholeLead: {
    zh: '导出账本并在本浏览器内逐条核对：字节、链条、每个签名、登记与使用权规则。与命令 quanlian verify 是同一套代码。',
    en: 'Exports the ledger and checks it here entry by entry: bytes, chain, every signature, the rules of register and rights. It is the same code as the command quanlian verify.',
  },
  walking: { zh: '已核对 {{done}} / {{total}} 条（{{bytes}}）', en: '{{done}} of {{total}} entries checked ({{bytes}})' },
  speed: { zh: '{{count}} 条，{{seconds}} 秒，每秒 {{rate}} 条', en: '{{count}} entries in {{seconds}} s, {{rate}} a second' },
  noAnswer: {
    zh: '没有取到账本导出，查验未完成。请再试一次。',
    en: 'The export of the ledger could not be read; nothing was concluded. Try again.',
  },
  ok: { zh: '通过', en: 'holds' },
  bad: { zh: '不符', en: 'does not hold' },
  unknown: { zh: '未能判断', en: 'cannot be told' },
  running: { zh: '进行中', en: 'running' },
  bytes: { zh: '字节与叶哈希', en: 'Bytes and leaf hash' },
  bytesOk: {
    zh: '字节为规范形式，由其算出的叶哈希与所示一致：{{hash}}',
    en: 'The bytes are canonical, and the leaf hash computed from them is the one shown: {{hash}}',
  },
  bytesBad: {
    zh: '由字节算出的叶哈希是 {{hash}}，与所示不一致。',
    en: 'The leaf hash computed from the bytes is {{hash}}; it is not the one shown.',
  },
  bytesNone: { zh: '平台没有给出这条记录的原始字节。', en: 'The exchange gave no exact bytes of the entry.' },
  malformed: { zh: '所给字节不是一条存证记录：{{reason}}', en: 'The bytes given are no entry: {{reason}}' },
  shown: { zh: '页面所示', en: 'What this page shows' },
  shownOk: { zh: '页面所示的内容与字节一致。', en: 'What the page shows is what the bytes say.' },
  shownBad: { zh: '页面所示的内容与字节不一致。', en: 'What the page shows is not what the bytes say.' },
  texts: { zh: '文字内容', en: 'Texts' },
  textsOk: {
    zh: '出示的 {{count}} 段文字与账本中的承诺值相符。',
    en: {
      one: 'The text shown is the one that the ledger commits to.',
      other: 'The {{count}} texts shown are those that the ledger commits to.',
    },
  },
  textsBad: { zh: '有文字与账本中的承诺值不符。', en: 'A text shown is not the one that the ledger commits to.' },
  signature: { zh: '签名', en: 'Signature' },
  signatureGood: {
    zh: '{{issuer}} 的签名有效，密钥 {{key}} 在第 {{index}} 条处有效。',
    en: 'The signature of {{issuer}} is valid, and its key {{key}} was in force at entry {{index}}.',
  },
  signatureBad: { zh: '{{issuer}} 的签名无效（密钥 {{key}}）。', en: 'The signature of {{issuer}} is not valid (key {{key}}).' },
  signatureNoKey: {
    zh: '不知道 {{issuer}} 的密钥 {{key}}，签名未能核对。',
    en: 'The key {{key}} of {{issuer}} is not known; its signature cannot be checked.',
  },
  signatureNotInForce: {
    zh: '{{issuer}} 的签名有效，但其密钥 {{key}} 在第 {{index}} 条处不在有效期内。',
    en: 'The signature of {{issuer}} is valid, but its key {{key}} was not in force at entry {{index}}.',
  },
  keysFrom: {
    zh: '此处的公钥由平台的登记信息给出；查验整个账本时，改用账本自身逐条推出的密钥。',
    en: 'The public keys here are those that the exchange’s register names; the walk over the whole ledger uses those that the ledger itself admits.',
  },
  root: { zh: '信任根', en: 'Trust root' },
  rootFile: {
    zh: '使用从文件载入的信任根，指纹 {{print}}。',
    en: 'The trust root is the one loaded from a file, fingerprint {{print}}.',
  },
  rootExchange: {
    zh: '信任根由平台自报，只能证明前后一致，不能证明它就是主管部门公布的账本。请载入从主管部门取得的信任根文件。',
    en: 'The trust root came from the exchange itself: this proves only that the ledger is consistent, not that it is the one the competent department opened. Load the root obtained from the competent department.',
  },
  chain: { zh: '链条与全部签名', en: 'Chain and all signatures' },
  chainOk: {
    zh: '账本共 {{count, number}} 条，逐条核对无误：字节、链条、每个签名、登记与使用权规则。',
    en: {
      one: 'The one entry of the ledger holds.',
      other: 'All {{count, number}} entries of the ledger hold: bytes, chain, every signature, the rules of register and rights.',
    },
  },
  chainUnreached: { zh: '在到达本条之前链条已断，未能判断。', en: 'The chain broke before this entry was reached.' },
  place: { zh: '账本中的位置', en: 'Its place in the ledger' },
  placeOk: { zh: '账本第 {{index}} 条正是这些字节。', en: 'Entry {{index}} of the ledger is exactly these bytes.' },
  placeBad: {
    zh: '账本第 {{index}} 条是另外的字节：出示给您的不是存证的那一条。',
    en: 'Entry {{index}} of the ledger is other bytes: what you were shown is not what was sealed.',
  },
  placeMissing: { zh: '账本中没有第 {{index}} 条。', en: 'The ledger has no entry {{index}}.' },
  seen: { zh: '与上次相比', en: 'Since last time' },
  seenFirst: {
    zh: '本浏览器首次查验这个账本；已记住长度 {{count}} 与末条摘要，下次可以发现删改。',
    en: 'This browser checks this ledger for the first time. Size {{count}} and head are remembered, so that the next check notices what is cut off or changed.',
  },
  seenSame: {
    zh: '上次所见的 {{before}} 条均未改变，新增 {{added}} 条。',
    en: 'The {{before}} entries seen last time are unchanged; {{added}} are new.',
  },
  seenShrank: {
    zh: '上次看到 {{before}} 条，现在更短：历史被删减。',
    en: '{{before}} entries were seen last time, and there are fewer now: history shrank.',
  },
  seenChanged: { zh: '上次看到的历史已被改写。', en: 'The history seen last time was changed.' },
  cannot: { zh: '本次查验不能发现的', en: 'What this check cannot tell' },
  walk: { zh: '再核对整个账本', en: 'Walk the whole ledger too' },
  inclusion: { zh: '在账本的树中', en: 'In the log’s tree' },
  inclusionOk: {
    zh: '由账本密钥签署的签封（共 {{size}} 条）包含这条记录，正在第 {{index}} 条处。',
    en: 'A checkpoint of {{size}} entries, signed with the log’s key, includes it as entry {{index}}.',
  },
  inclusionCosigned: {
    zh: '信任根所载的 {{count}} 个见证节点已联署。',
    en: {
      one: 'One witness that the trust root names cosigned it.',
      other: '{{count}} witnesses that the trust root names cosigned it.',
    },
  },
  inclusionNone: {
    zh: '没有取到包含证明：签封尚未覆盖这条记录，账本密钥新于信任根（可查验整个账本），或无法连接。请稍后再查验。',
    en: 'There was no proof to be had: no checkpoint covers the entry yet, the log has a newer key than the trust root (check the whole ledger then), or the line is down. Check again in a moment.',
  },
  cannotEntry: {
    zh: '其他记录是否合乎规则：只核对了这一条，以及它在树中的位置。',
    en: 'Whether the other entries keep to the rules: only this one was checked, and its place in the tree.',
  },
  cannotFork: {
    zh: '账本是否向不同的人出示不同的历史：须有信任根所载的见证节点联署，或两人比对签封。',
    en: 'Whether different people are shown different histories: that takes witnesses that the trust root names, or two people who compare checkpoints.',
  },
  passed: { zh: '查验通过', en: 'Everything checked holds' },
  passedOnly: {
    zh: '前后一致；信任根由平台自报，尚未核对',
    en: 'Consistent; but the trust root is the exchange’s own word',
  },
  failed: { zh: '查验未通过', en: 'The check found a fault' },
  ledgerHead: { zh: '末条摘要', en: 'Head' },
  lastSealed: { zh: '末条时间', en: 'Last sealed' },
  byType: { zh: '各类记录', en: 'Entries by type' },
  custody: {
    zh: '签名密钥由平台托管的部门（平台运维在技术上可以代签）',
    en: 'Departments whose keys the exchange holds (its operator could sign for them)',
  },
  compromised: {
    zh: '其后已声明泄露的签名密钥（此前的签名仍按当时有效的密钥查验）',
    en: 'Keys declared compromised since (what they had signed is judged by the keys in force then)',
  },
  compromisedKey: {
    zh: '密钥 {{key}}：第 {{index}} 条声明泄露，此前签署 {{entries}} 条，最后为第 {{last}} 条',
    en: 'key {{key}}: declared at #{{index}}; it had signed {{entries}}, the last #{{last}}',
  },
  custodyNone: { zh: '没有部门的签名密钥由平台托管。', en: 'The exchange holds no department’s key.' },
  openFault: { zh: '打开第 {{index}} 条', en: 'Open entry {{index}}' },
  steps: { zh: '查验步骤', en: 'Steps of the check' },
});
