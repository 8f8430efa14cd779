/** What the door says. The console's own words need its library of languages, for which nobody should wait before the password. */
export const doorWords = {
  title: { zh: '登录 · 权链', en: 'Log in · Quanlian' },
  name: { zh: '权链', en: 'Quanlian' },
  hint: { zh: '政务数据在可验证的使用权之下共享。', en: 'Departments share data under rights that anyone can check.' },
  login: { zh: '登录名', en: 'Login' },
  password: { zh: '密码', en: 'Password' },
  logIn: { zh: '登录', en: 'Log in' },
  language: { zh: 'English', en: '中文' },
  code: { zh: '代码', en: 'Code' },
  unreachable: { zh: '没有收到平台的答复，请再试一次。', en: 'The exchange did not answer; please try again.' },
  bug: { zh: '出了意外，请再试一次。', en: 'Something went wrong; please try again.' },
} as const;
