/** Refusals about accounts, departments and their keys. */
export const peopleRefusals = {
  'bad-login': { status: 401, zh: '用户名或密码不正确。', en: 'The user name or password is wrong.' },
  'password-needed': {
    status: 403,
    zh: '这一步存证后不能撤回，须再次输入登录密码。',
    en: 'This cannot be taken back once it is done: your password is needed again.',
  },
  'locked-out': {
    status: 429,
    zh: '登录失败次数过多，请在 {minutes} 分钟后再试。',
    en: 'Too many failures; try again in {minutes} minutes.',
  },
  'weak-password': {
    status: 400,
    zh: '密码至少 12 个字符，且不得包含用户名。',
    en: 'A password has at least 12 characters and not the user name.',
  },
  'setup-closed': { status: 404, zh: '初始化链接无效或已使用。', en: 'The set-up link is not valid or has been used.' },
  'roles-exclude': { status: 409, zh: '监管人员与运维不得由同一人担任。', en: 'Nobody may be supervisor and operator together.' },
  'bad-uscc': {
    status: 400,
    zh: '统一社会信用代码 {code} 的校验位不正确。',
    en: 'The check character of the credit code {code} is wrong.',
  },
  'bad-key': { status: 400, zh: '公钥格式不正确。', en: 'The public key is malformed.' },
  'bad-recipient': {
    status: 400,
    zh: '加密接收公钥不是有效的 age X25519 公钥。',
    en: 'The recipient is not a valid age X25519 recipient.',
  },
  'bad-proof': { status: 400, zh: '未能证明持有该密钥。', en: 'Possession of the key is not proved.' },
  'no-key': {
    status: 409,
    zh: '部门 {department} 没有有效的签名密钥。',
    en: 'Department {department} has no signing key in force.',
  },
  'no-recipient': {
    status: 409,
    zh: '部门 {department} 没有有效的加密接收公钥，无法交付。',
    en: 'Department {department} has no encryption recipient in force, so nothing can be delivered.',
  },
} as const;
