import { meansId, routes, shortId, type Answer, roleWords, word } from '#contracts';
import type { Command } from 'commander';
import { hostname } from 'node:os';
import { act, examples, serverUrl, type Bench, type Desk } from '../desk.js';
import { usage } from '../exits.js';
import { timeText } from '../show/times.js';
import type { Session } from '../store/sessions.js';

type Me = Answer<typeof routes.me>;

/** login, logout, whoami, use, passwd, sessions. */
export function accounts(program: Command, bench: Bench): void {
  const { say } = bench;
  const group = say({ zh: '账号', en: 'Your account' });

  const login = program
    .command('login')
    .helpGroup(group)
    .description(say({ zh: '登录交换平台，记住令牌', en: 'Log in and remember the token' }))
    .argument('[url]', say({ zh: '平台地址，默认为本机', en: 'address of the exchange; this machine when left out' }))
    .option(
      '--password-file <file>',
      say({ zh: '密码取自文件首行，- 为标准输入', en: 'take the password from a file’s first line; - is stdin' }),
    )
    .option('--days <n>', say({ zh: '令牌有效天数', en: 'days until the token ends' }), String(standingDays))
    .option('--label <text>', say({ zh: '令牌名称，便于日后辨认', en: 'a name for the token, to know it again' }));
  examples(
    login,
    bench,
    'quanlian login --as li.steward',
    'quanlian login https://share.example.gov.cn --as li.steward --days 7',
    [
      'QUANLIAN_PASSWORD=… quanlian login --as li.steward',
      { zh: '密码从不写在命令行上', en: 'a password is never given on the command line' },
    ],
    [
      'quanlian --as wang.head inbox',
      { zh: '可同时保持多人登录，以 --as 选择', en: 'several log-ins may be kept; --as chooses' },
    ],
  );
  act<{ passwordFile?: string; days: string; label?: string }>(login, bench, logIn);

  act(
    examples(
      program
        .command('logout')
        .helpGroup(group)
        .description(say({ zh: '退出，撤销令牌', en: 'Log out and revoke the token' })),
      bench,
      'quanlian logout',
      'quanlian --as li.steward logout',
    ),
    bench,
    async (desk) => {
      const { session } = desk;
      await desk.client.call(routes.logOut, {});
      desk.sessions.forget(session);
      desk.out.result({ loggedOut: session.login }, () =>
        desk.out.print(say({ zh: `${session.login} 已退出。`, en: `${session.login} is logged out.` })),
      );
    },
  );

  act(
    examples(
      program
        .command('whoami')
        .helpGroup(group)
        .description(say({ zh: '显示当前身份、部门与角色', en: 'Show who you are, for which department, in which roles' })),
      bench,
      'quanlian whoami',
      'quanlian whoami --json',
    ),
    bench,
    async (desk) => {
      const me = await desk.client.call(routes.me, {});
      desk.out.result({ ...me, server: desk.session.server }, () => showMe(desk, me));
    },
  );

  act(
    examples(
      program
        .command('use')
        .helpGroup(group)
        .description(say({ zh: '选择代表哪个部门办事', en: 'Choose the department to act for' }))
        .argument(
          '<department>',
          say({ zh: '部门代码、其开头或名称', en: 'code of the department, its beginning, or its name' }),
        ),
      bench,
      'quanlian use 公安局',
      'quanlian --department 119901000000003268 requests list',
    ),
    bench,
    async (desk, [text]) => {
      const { person } = await desk.client.call(routes.me, {});
      const wanted = text ?? '';
      const mine = person.memberships.filter(
        (one) => one.department.startsWith(wanted.toUpperCase()) || one.departmentName === wanted,
      );
      const [membership] = mine;
      if (!membership || mine.length > 1)
        throw usage(
          `您任职的部门：${person.memberships.map((one) => `${one.department} ${one.departmentName}`).join('，')}`,
          `You serve in: ${person.memberships.map((one) => `${one.department} ${one.departmentName}`).join(', ')}`,
        );
      const session: Session = { ...desk.session, department: membership.department };
      const me = await desk.clientOf(session).call(routes.me, {});
      desk.sessions.keep(session);
      desk.out.result(me, () => showMe(desk, me));
    },
  );

  const passwd = program
    .command('passwd')
    .helpGroup(group)
    .description(say({ zh: '修改自己的密码', en: 'Change your password' }));
  examples(passwd, bench, 'quanlian passwd', [
    'QUANLIAN_PASSWORD=… QUANLIAN_NEW_PASSWORD=… quanlian passwd',
    { zh: '脚本中', en: 'in a script' },
  ]);
  act(passwd, bench, async (desk) => {
    const current = await desk.ask.password({ zh: '现密码', en: 'Present password' });
    const next = await desk.ask.password(
      { zh: '新密码（至少 12 位）', en: 'New password (12 characters or more)' },
      { variable: 'QUANLIAN_NEW_PASSWORD' },
    );
    if (desk.ask.interactive && !desk.env['QUANLIAN_NEW_PASSWORD']) {
      const again = await desk.ask.password({ zh: '再输一次', en: 'Once more' }, { variable: 'QUANLIAN_NEW_PASSWORD' });
      if (again !== next) throw usage('两次输入不一致。', 'The two differ.');
    }
    const { session } = desk;
    await desk.client.call(routes.changePassword, { body: { current, next } });
    // Every session and token ends with the old password; whoever just proved to know both goes on.
    if (session.login) {
      const { token, expiresAt } = await tokenFor(desk, session.server, session.login, next);
      desk.sessions.keep({ ...session, token, expiresAt });
    }
    desk.out.result({ changed: true }, () => desk.out.print(say({ zh: '密码已修改。', en: 'The password is changed.' })));
  });

  sessions(program, bench, group);
}

function sessions(program: Command, bench: Bench, group: string): void {
  const { say } = bench;
  const list = program
    .command('sessions')
    .helpGroup(group)
    .description(say({ zh: '列出会话与令牌', en: 'List your sessions and tokens' }));
  examples(list, bench, 'quanlian sessions', 'quanlian sessions end 3fa94c21');
  act(list, bench, async (desk) => {
    const { items } = await desk.client.call(routes.sessions, {});
    desk.out.result({ items }, () =>
      desk.out.table(
        [
          { title: say({ zh: '编号', en: 'Id' }), of: (one) => shortId(one.id) + (one.current ? ' *' : '') },
          {
            title: say({ zh: '种类', en: 'Kind' }),
            of: (one) => (one.kind === 'token' ? say({ zh: '令牌', en: 'token' }) : say({ zh: '会话', en: 'session' })),
          },
          { title: say({ zh: '名称', en: 'Label' }), of: (one) => one.label, flexible: true },
          { title: say({ zh: '建立', en: 'Since' }), of: (one) => timeText(one.createdAt) },
          { title: say({ zh: '最近使用', en: 'Last used' }), of: (one) => one.lastUsedAt && timeText(one.lastUsedAt) },
          { title: say({ zh: '到期', en: 'Ends' }), of: (one) => timeText(one.expiresAt) },
        ],
        items,
      ),
    );
  });

  const end = list
    .command('end')
    .description(say({ zh: '撤销一个会话或令牌', en: 'Revoke a session or token' }))
    .argument('<id>', say({ zh: '编号或其开头', en: 'id, or its beginning' }));
  examples(end, bench, 'quanlian sessions end 3fa94c21');
  act(end, bench, async (desk, [text]) => {
    const { items } = await desk.client.call(routes.sessions, {});
    const found = items.filter((one) => meansId(text ?? '', one.id));
    const [session] = found;
    if (!session || found.length > 1) throw usage(`没有唯一对应的会话：${text}`, `${text} means no single session.`);
    await desk.client.call(routes.endSession, { params: { id: session.id } });
    if (session.current && desk.session.login) desk.sessions.forget(desk.session);
    desk.out.result({ ended: session.id }, () =>
      desk.out.print(say({ zh: `已撤销：${session.label}`, en: `Revoked: ${session.label}` })),
    );
  });
}

async function logIn(
  desk: Desk,
  [url]: readonly (string | undefined)[],
  options: { passwordFile?: string; days: string; label?: string },
): Promise<void> {
  const server = url ? serverUrl(url) : desk.server;
  const days = Number(options.days);
  if (!Number.isInteger(days) || days < 1 || days > 366) throw usage('--days 为 1 至 366。', '--days is 1 to 366.');
  const login = desk.global.as ?? (await desk.ask.line({ zh: '用户名', en: 'User name' }));
  const password = await desk.ask.password({ zh: `${login} 的密码`, en: `Password of ${login}` }, { file: options.passwordFile });
  const { person, ...kept } = await tokenFor(desk, server, login, password, { days, label: options.label });
  const [membership] = person.memberships;
  const session: Session = {
    server,
    login,
    person: person.id,
    ...kept,
    ...(membership ? { department: desk.global.department ?? membership.department } : {}),
  };
  const me = await desk.clientOf(session).call(routes.me, {});
  desk.sessions.keep(session);
  desk.out.result({ ...me, server, expiresAt: kept.expiresAt }, () => {
    showMe(desk, me, server, kept.expiresAt);
  });
}

const standingDays = 30;

async function tokenFor(
  desk: Desk,
  server: string,
  login: string,
  password: string,
  options: { days?: number; label?: string | undefined } = {},
) {
  const { days = standingDays, label = `quanlian@${hostname()}` } = options;
  const { person, token, expiresAt } = await desk
    .publicClient(server)
    .call(routes.logIn, { body: { login, password, as: 'token', days, label } });
  if (!token) throw usage('平台没有给出令牌。', 'The exchange gave no token.');
  return { person, token, expiresAt };
}

function showMe(desk: Desk, me: Me, server = desk.session.server, until?: string): void {
  const { say } = desk;
  const roles = (list: readonly string[]) => list.map((role) => say(word(roleWords, role))).join(say({ zh: '、', en: ', ' }));
  desk.out.fields([
    [say({ zh: '姓名', en: 'Name' }), `${me.person.name} (${me.person.login})`],
    ...me.person.memberships.map((one): readonly [string, string] => [
      one.department === me.department ? say({ zh: '部门', en: 'Department' }) : say({ zh: '另任职', en: 'Also' }),
      `${one.departmentName}  ${one.department}  ${roles(one.roles)}`,
    ]),
    [say({ zh: '平台', en: 'Exchange' }), server],
    [say({ zh: '登录有效至', en: 'Logged in until' }), until && timeText(until)],
  ]);
}
