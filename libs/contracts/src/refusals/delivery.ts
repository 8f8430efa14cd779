/** What can be wrong with a file that is published, and why a delivery ends without one. */
export const deliveryRefusals = {
  'file-empty': { status: 400, zh: '文件为空，没有数据行。', en: 'The file is empty: it has no rows.' },
  'file-name-is-path': { status: 400, zh: '文件名不得包含路径。', en: 'The file name must not be a path.' },
  'file-digest-differs': {
    status: 400,
    zh: '文件摘要与声明的不一致。',
    en: 'The digest of the file differs from the one announced.',
  },
  'file-too-large': { status: 413, zh: '文件超过上限 {limit} 字节。', en: 'The file is larger than {limit} bytes.' },
  'upload-cut': { status: 400, zh: '上传中断，未保存任何内容。', en: 'The upload was cut off; nothing was kept.' },
  'csv-not-utf8': { status: 400, zh: '第 {line} 行不是有效的 UTF-8。', en: 'Line {line} is not valid UTF-8.' },
  'csv-nul': { status: 400, zh: '第 {line} 行含有 NUL 字节。', en: 'Line {line} holds a NUL byte.' },
  'csv-ragged': {
    status: 400,
    zh: '第 {line} 行有 {found} 列，应为 {expected} 列。',
    en: 'Line {line} has {found} fields where {expected} are expected.',
  },
  'csv-quote': { status: 400, zh: '第 {line} 行的引号不完整。', en: 'A quote on line {line} is broken.' },
  'csv-line-end': {
    status: 400,
    zh: '第 {line} 行含有单独的回车符；行尾应为换行或回车换行。',
    en: 'Line {line} holds a lone carriage return; lines end with LF or CRLF.',
  },
  'csv-header': {
    status: 400,
    zh: '表头与目录数据项不一致：{difference}。',
    en: 'The header differs from the entry: {difference}.',
  },
  'csv-field-too-large': { status: 400, zh: '第 {line} 行的字段过长。', en: 'A field on line {line} is too long.' },
  'value-misfit': {
    status: 400,
    zh: '第 {line} 行 {item} 的值不符合类型 {type}。',
    en: 'On line {line} the value of {item} does not fit its type {type}.',
  },
  'value-missing': {
    status: 400,
    zh: '第 {line} 行缺少必填项 {item}。',
    en: 'On line {line} the required item {item} is missing.',
  },
  'item-names-alike': {
    status: 409,
    zh: '数据项名称仅大小写不同：{items}。该格式无法区分，请改用 CSV。',
    en: 'Names of items differ only in case: {items}. This format cannot tell them apart; take CSV.',
  },
  'memory-folder': {
    status: 503,
    zh: '内存暂存目录不可用：{reason}。',
    en: 'The memory-backed folder cannot be used: {reason}.',
  },
  'preparer-failed': { status: 500, zh: '数据处理进程异常退出。', en: 'The process that prepares data ended abnormally.' },
  'part-damaged': { status: 500, zh: '存储的数据分片已损坏。', en: 'A stored part of the version is damaged.' },
  'recipient-ended': {
    status: 403,
    zh: '交付文件所用的加密接收公钥已结束，请重新提取。',
    en: 'The payload is encrypted to a recipient that has ended; pull again.',
  },
  'payload-gone': { status: 410, zh: '交付文件已按规定清除。', en: 'The payload has been disposed of as set.' },
  'payload-not-ready': { status: 409, zh: '数据尚在准备中。', en: 'The delivery is not ready yet.' },
  'delivery-cancelled': { status: 409, zh: '该次数据提供已取消。', en: 'The delivery was cancelled.' },
  'delivery-failed': { status: 409, zh: '该次数据提供失败：{reason}。', en: 'The delivery failed: {reason}.' },
  'range-not-satisfiable': { status: 416, zh: '请求的字节范围无效。', en: 'The byte range asked for does not exist.' },
  'identity-not-recipient': {
    status: 409,
    zh: '所给的解密身份不是该文件的接收者。',
    en: 'The file is not encrypted to any of the identities given.',
  },
  'digest-mismatch': {
    status: 409,
    zh: '文件与账本记录的摘要不一致，请勿使用。',
    en: 'The file does not match the digest sealed in the ledger; do not use it.',
  },
} as const;
