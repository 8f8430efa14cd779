import { roleSchema, routes, shortId, type Role, roleWords, word } from '#contracts';
import type { Command } from 'commander';
import { act, examples, type Bench, type Desk } from '../desk.js';
import { usage } from '../exits.js';
import { findDepartment, findPerson } from '../find/find.js';
import { allPages, firstOf } from '../find/pages.js';
import { checkNotRejected, tellOutcome, untilSealed } from '../sign/outcome.js';
import { ownPassword, passwordOption, type PasswordOptions } from '../sign/password-again.js';
import { proposalStateWords } from '../show/words.js';
import { countOf } from './inbox.js';
import { departmentMeant } from './keys.js';

/** people: list, add, roles, reset-password, erase. */
export function people(program: Command, bench: Bench): void {
  const { say } = bench;
  const group = program
    .command('people')
    .helpGroup(say({ zh: '部门、人员、密钥', en: 'Departments, people, keys' }))
    .description(say({ zh: '部门人员及其角色', en: 'People of a department and their roles' }));
  const person = () => say({ zh: '编号、其开头、用户名或姓名', en: 'id, its beginning, user name or name' });

  const list = group
    .command('list')
    .description(say({ zh: '列出人员', en: 'List people' }))
    .option('--of <department>', say({ zh: '哪个部门，默认为本部门', en: 'of which department; yours when left out' }))
    .option('--limit <n>', say({ zh: '最多列出几人', en: 'list at most so many' }), '200');
  examples(list, bench, 'quanlian people list', 'quanlian people list --of 公安局');
  act<{ of?: string; limit: string }>(list, bench, async (desk, _, options) => {
    const department = options.of === undefined ? {} : { department: (await findDepartment(desk, options.of)).code };
    const pages = allPages((page) => desk.client.call(routes.people, { query: { ...department, ...page } }));
    const { items, more } = await firstOf(pages, countOf(options.limit));
    desk.out.result({ items, more }, () =>
      desk.out.table(
        [
          { title: say({ zh: '编号', en: 'Id' }), of: (one) => shortId(one.id) },
          { title: say({ zh: '用户名', en: 'User name' }), of: (one) => one.login },
          { title: say({ zh: '姓名', en: 'Name' }), of: (one) => one.name || say({ zh: '（已抹除）', en: '(erased)' }) },
          {
            title: say({ zh: '任职', en: 'Serves as' }),
            of: (one) => one.memberships.map((each) => `${each.departmentName}: ${rolesText(desk, each.roles)}`).join('; '),
            flexible: true,
          },
        ],
        items,
      ),
    );
  });

  const add = group
    .command('add')
    .description(say({ zh: '新增人员并赋予角色', en: 'Add a person with roles' }))
    .argument(
      '<login>',
      say({ zh: '用户名（小写字母、数字、点、短横）', en: 'user name (lower-case letters, digits, dot, dash)' }),
    )
    .requiredOption('--name <text>', say({ zh: '姓名', en: 'their name' }))
    .requiredOption(
      '--roles <list>',
      say({
        zh: `角色，逗号分隔：${roleSchema.options.join(',')}`,
        en: `roles, with commas between: ${roleSchema.options.join(',')}`,
      }),
    )
    .option('--to <department>', say({ zh: '哪个部门，默认为本部门', en: 'in which department; yours when left out' }));
  examples(
    add,
    bench,
    'quanlian people add li.steward --name 李专员 --roles steward',
    'quanlian people add zhang --name 张三 --roles requester --to 公安局',
  );
  act<{ name: string; roles: string; to?: string }>(add, bench, async (desk, [login], options) => {
    const department = await departmentMeant(desk, options.to);
    const answer = await desk.client.call(routes.addPerson, {
      body: { login: login ?? '', name: options.name, department, roles: rolesOf(options.roles) },
    });
    const proposal = await untilSealed(desk, answer.proposal);
    checkNotRejected(proposal);
    desk.out.result({ ...answer, proposal }, () => {
      desk.out.fields([
        [say({ zh: '用户名', en: 'User name' }), login],
        [say({ zh: '首次密码', en: 'First password' }), answer.password],
        [say({ zh: '编号', en: 'Id' }), answer.person],
        [say({ zh: '任职', en: 'Membership' }), `${say(word(proposalStateWords, proposal.state))}  ${shortId(proposal.id)}`],
      ]);
      desk.out.note({
        zh: '密码只显示这一次，请当面交付，本人登录后用 quanlian passwd 修改。',
        en: 'The password is shown only now: hand it over in person; they change it with quanlian passwd.',
      });
    });
  });

  const roles = group
    .command('roles')
    .description(say({ zh: '调整角色；none 为免去全部', en: 'Set the roles; none ends the membership' }))
    .argument('<person>', person())
    .argument('<roles>', say({ zh: '角色，逗号分隔，或 none', en: 'roles, with commas between, or none' }))
    .option('--in <department>', say({ zh: '哪个部门，默认为本部门', en: 'in which department; yours when left out' }));
  examples(
    roles,
    bench,
    'quanlian people roles li.steward steward,requester',
    'quanlian people roles zhang none',
    'quanlian people roles zhang requester --in 公安局',
  );
  act<{ in?: string }>(roles, bench, async (desk, [text, wanted], options) => {
    const department = await departmentMeant(desk, options.in);
    // Whoever is to serve there as well is somebody here.
    const places = options.in === undefined ? [] : [department, await departmentMeant(desk)];
    const found = await findPerson(desk, text ?? '', places);
    const proposal = await desk.client.call(routes.setRoles, {
      params: { id: found.id },
      body: { department, roles: wanted === 'none' ? [] : rolesOf(wanted ?? '') },
    });
    await tellOutcome(desk, proposal, { zh: `调整 ${found.login} 的角色。`, en: `Set the roles of ${found.login}.` });
  });

  const reset = group
    .command('reset-password')
    .description(say({ zh: '重置密码，显示一次', en: 'Reset a password; the new one is shown once' }))
    .argument('<person>', person());
  examples(reset, bench, 'quanlian people reset-password li.steward');
  act(reset, bench, async (desk, [text]) => {
    const found = await findPerson(desk, text ?? '');
    const { password } = await desk.client.call(routes.resetPassword, { params: { id: found.id } });
    desk.out.result({ person: found.id, login: found.login, password }, () =>
      desk.out.fields([
        [say({ zh: '用户名', en: 'User name' }), found.login],
        [say({ zh: '新密码', en: 'New password' }), password],
      ]),
    );
  });

  const erase = group
    .command('erase')
    .description(
      say({ zh: '抹除姓名与账号；账本中只留随机编号', en: 'Erase name and account; the ledger keeps only a random id' }),
    )
    .argument('<person>', person())
    .option('-y, --yes', say({ zh: '不再询问', en: 'do not ask' }));
  examples(erase, bench, 'quanlian people erase zhang');
  passwordOption(erase, bench);
  act<PasswordOptions & { yes?: boolean }>(erase, bench, async (desk, [text], options) => {
    const found = await findPerson(desk, text ?? '');
    await confirmOr(desk, options.yes, {
      zh: `抹除 ${found.name}（${found.login}），不可恢复？`,
      en: `Erase ${found.name} (${found.login}) for good?`,
    });
    const password = await ownPassword(desk, options);
    await desk.client.call(routes.erasePerson, { params: { id: found.id }, body: { password } });
    desk.out.result({ erased: found.id }, () => desk.out.print(say({ zh: '已抹除。', en: 'Erased.' })));
  });
}

/** Asks before what cannot be taken back; without a terminal `--yes` must say so. */
export async function confirmOr(desk: Desk, yes: boolean | undefined, question: { zh: string; en: string }): Promise<void> {
  if (yes) return;
  if (!desk.ask.interactive) throw usage('没有终端可供确认；请加 --yes。', 'There is no terminal to confirm at; add --yes.');
  if (!(await desk.ask.confirm(question))) throw usage('未执行。', 'Nothing was done.');
}

function rolesText(desk: Desk, roles: readonly string[]): string {
  return roles.map((role) => desk.say(word(roleWords, role))).join(desk.say({ zh: '、', en: ', ' }));
}

function rolesOf(text: string): Role[] {
  const roles = text.split(/[,，、]/).map((role) => roleSchema.safeParse(role.trim()));
  if (roles.some((role) => !role.success))
    throw usage(`角色只能是 ${roleSchema.options.join('、')}。`, `Roles are ${roleSchema.options.join(', ')}.`);
  return [...new Set(roles.flatMap((role) => (role.success ? [role.data] : [])))];
}
