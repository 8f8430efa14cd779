/** What the launcher says. Chinese where the locale is Chinese, English elsewhere. */
type Sentence = Readonly<Record<'zh' | 'en', string>>;

/** The language of the first locale variable that is set, as POSIX orders them. */
export function speaksChinese(env: NodeJS.ProcessEnv): boolean {
  return /^zh/i.test(env['QUANLIAN_LANG'] || env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '');
}

export const language = speaksChinese(process.env) ? 'zh' : 'en';

/** Chooses the sentence for this terminal. */
export function say(sentence: Sentence): string {
  return sentence[language];
}

export const words = {
  settings: { zh: '读取设置', en: 'Settings read' },
  lock: { zh: '占用数据目录', en: 'Data folder taken' },
  postgres: { zh: 'PostgreSQL 已启动', en: 'PostgreSQL started' },
  postgresAdopted: { zh: 'PostgreSQL 仍在运行，已接管', en: 'PostgreSQL was still running and is taken over' },
  database: { zh: '数据库已连接', en: 'Database reached' },
  migrated: { zh: '数据库结构已就绪', en: 'Database schema ready' },
  api: { zh: 'API 已就绪', en: 'API ready' },
  worker: { zh: '工作进程已启动', en: 'Worker started' },
  demo: { zh: '示范城市已装入', en: 'Demo city loaded' },
  howToStop: { zh: '按 Ctrl-C 停止。', en: 'Ctrl-C stops it.' },
  alreadySetUp: { zh: '权链已初始化，不再提供初始化链接。', en: 'The exchange is set up already; there is no link any more.' },
  stopping: { zh: '正在依次停止：API、工作进程、数据库……', en: 'Stopping in order: API, worker, database …' },
  stopped: { zh: '已停止。', en: 'Stopped.' },
  databaseDied: { zh: '数据库进程已退出，正在重新启动……', en: 'The database died; starting it again …' },
  databaseBack: { zh: '数据库已恢复', en: 'The database is back' },
  singleRole: {
    zh: '警告：QUANLIAN_DATABASE_URL 的角色不能创建角色，API 与工作进程将共用该角色；数据库不再替账本把关，任何持有该口令者可改写。',
    en: 'WARNING: the role of QUANLIAN_DATABASE_URL may not create roles, so API and workers share it: the database no longer keeps them from rewriting the ledger.',
  },
} as const satisfies Record<string, Sentence>;

export function sayReady(address: string, seconds: string): string {
  return say({ zh: `\n权链已就绪（${seconds} 秒）：${address}`, en: `\nQuanlian is ready (${seconds} s): ${address}` });
}

export function saySetUp(link: string): string {
  return say({
    zh: `尚未初始化。一次性链接（7 天内有效，只能用一次）：\n  ${link}\n或在命令行：npx quanlian setup`,
    en: `Not set up yet. One-time link (good for 7 days and one use):\n  ${link}\nor on the command line: npx quanlian setup`,
  });
}

export function sayDemoLoaded(people: string, file: string): string {
  return say({
    zh: `\n${people.trim()}\n以上口令只显示这一次，保存在 ${file}（仅属主可读）。登录：npx quanlian login`,
    en: `\n${people.trim()}\nThese passwords are shown this once and kept in ${file}, which only its owner can read. Log in: npx quanlian login`,
  });
}

export function sayDemoThere(file: string): string {
  return say({
    zh: `示范城市的人员与口令见 ${file}。登录：npx quanlian login`,
    en: `The demo city's people and passwords are in ${file}. Log in: npx quanlian login`,
  });
}

export function sayDemoFailed(reason: string): string {
  return say({
    zh: `示范城市未能装完（${reason}），下次启动时继续。`,
    en: `The demo city was not loaded to the end (${reason}); the next start goes on with it.`,
  });
}

export function sayHeld(folder: string, pid: number, address: string): string {
  return say({
    zh: `数据目录 ${folder} 已由正在运行的权链使用（进程 ${pid}，${address}）。要另起一套，请设置 QUANLIAN_DATA_DIR 与 QUANLIAN_PORT。`,
    en: `The data folder ${folder} is in use by an exchange that is running (process ${pid}, ${address}). For another one set QUANLIAN_DATA_DIR and QUANLIAN_PORT.`,
  });
}

export function sayPortTaken(host: string, port: number): string {
  return say({
    zh: `端口 ${host}:${port} 已被占用。请停止占用它的程序，或设置 QUANLIAN_PORT。`,
    en: `The port ${host}:${port} is taken. Stop what uses it, or set QUANLIAN_PORT.`,
  });
}

export function sayRestart(name: string, reason: string, waitMs: number): string {
  return say({
    zh: `${name} 意外退出（${reason}），${(waitMs / 1000).toFixed(1)} 秒后重新启动。`,
    en: `${name} ended unexpectedly (${reason}); started again in ${(waitMs / 1000).toFixed(1)} s.`,
  });
}

export function sayNotReady(name: string, log: string, tail: string): string {
  return say({
    zh: `${name} 未能启动。日志在 ${log}，最后几行：\n${tail}`,
    en: `${name} did not start. Its log is ${log}; the last lines:\n${tail}`,
  });
}
