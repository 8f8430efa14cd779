/** Refusals that any part may give. 404 serves both "unknown" and "not yours to know". */
export const commonRefusals = {
  unknown: { status: 404, zh: '查无此项。', en: 'There is no such thing.' },
  'not-logged-in': { status: 401, zh: '请先登录。', en: 'Please log in first.' },
  'not-allowed': { status: 403, zh: '您的角色不能执行此操作。', en: 'Your role may not do this.' },
  'bad-origin': { status: 403, zh: '请求来源不符，已拒绝。', en: 'The request came from another site and was refused.' },
  'bad-input': { status: 400, zh: '输入不符合要求：{field}。', en: 'The input does not fit: {field}.' },
  'bad-json': { status: 400, zh: '正文不是有效的 JSON。', en: 'The body is not valid JSON.' },
  'too-large': { status: 413, zh: '内容超过上限 {limit} 字节。', en: 'The content is larger than {limit} bytes.' },
  'wrong-media-type': { status: 415, zh: '不支持该内容类型。', en: 'This content type is not supported.' },
  'too-many': {
    status: 429,
    zh: '操作过于频繁，请在 {seconds} 秒后再试。',
    en: 'Too many attempts; try again in {seconds} seconds.',
  },
  stale: { status: 409, zh: '该对象已被他人更新，请刷新后再试。', en: 'Somebody changed this meanwhile; reload and try again.' },
  'wrong-state': {
    status: 409,
    zh: '当前状态（{state}）不允许此操作。',
    en: 'This cannot be done in its present state ({state}).',
  },
  'already-exists': { status: 409, zh: '已存在：{what}。', en: 'This exists already: {what}.' },
  'same-person': {
    status: 403,
    zh: '同一事项的经办人与审批人不得为同一人。',
    en: 'The person who prepared this may not approve it too.',
  },
  unavailable: { status: 503, zh: '服务暂不可用，请稍后重试。', en: 'The service is not available just now; try again shortly.' },
  internal: { status: 500, zh: '系统内部错误，编号 {incident}。', en: 'An internal error, number {incident}.' },
  'ledger-unavailable': {
    status: 503,
    zh: '账本暂不可写，未提供任何数据。',
    en: 'The ledger cannot be written just now, so nothing was done.',
  },
  'inbox-full': { status: 503, zh: '待存证队列已满，请稍后重试。', en: 'The ledger inbox is full; try again shortly.' },
} as const;
