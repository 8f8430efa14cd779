import type { DemoAccount } from './demo-folder.js';

export type ProgressStep = 'departments' | 'registers' | 'story';

const steps = {
  departments: { zh: '准入部门与人员', en: 'Admitting departments and people' },
  registers: { zh: '发布数据版本', en: 'Publishing datasets' },
  story: { zh: '办理申请与数据提供', en: 'Requests, rights and deliveries' },
} as const;

/** One line of progress. */
export function progressText(locale: 'zh' | 'en', step: ProgressStep, done: number, of: number, what?: string): string {
  const text = steps[step][locale];
  return done === 0 ? `${text}…` : `${text} ${done}/${of}${what === undefined ? '' : `  ${what}`}`;
}

const roles: Readonly<Record<string, string>> = {
  steward: '数据专员 steward',
  'office-head': '共享工作机构负责人 office head',
  requester: '使用人员 requester',
  supervisor: '监管人员 supervisor',
  operator: '运维 operator',
};

/** The list of people that a person at the machine reads: who to log in as, and what they may do. */
export function accountsTable(accounts: readonly DemoAccount[], baseUrl: string): string {
  const lines = [`权链示例市：可登录人员。仅本机所有者可读。 People of the demo city; readable by its owner alone.`, baseUrl, ''];
  let department = '';
  for (const account of accounts) {
    if (account.department !== department) {
      department = account.department;
      lines.push(`${account.departmentName}  ${account.code}`);
    }
    const role = account.roles.map((each) => roles[each] ?? each).join(', ');
    lines.push(`  ${account.login.padEnd(22)} ${account.password}  ${account.name}  ${role}`);
  }
  return `${lines.join('\n')}\n`;
}
