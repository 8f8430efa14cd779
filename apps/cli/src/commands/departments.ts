import { departmentCodeSchema, routes, levelWords, word } from '#contracts';
import { Option, type Command } from 'commander';
import { act, examples, type Bench } from '../desk.js';
import { usage } from '../exits.js';
import { findDepartment } from '../find/find.js';
import { tellOutcome } from '../sign/outcome.js';
import { showKeys } from './keys.js';

type Level = 'province' | 'city' | 'district' | 'street';

/** departments: list, show, admit. */
export function departments(program: Command, bench: Bench): void {
  const { say } = bench;
  const group = program
    .command('departments')
    .helpGroup(say({ zh: '部门、人员、密钥', en: 'Departments, people, keys' }))
    .description(say({ zh: '部门', en: 'Departments' }));

  const list = group.command('list').description(say({ zh: '列出部门', en: 'List departments' }));
  examples(list, bench, 'quanlian departments list');
  act(list, bench, async (desk) => {
    const { items } = await desk.client.call(routes.departments, {});
    desk.out.result({ items }, () =>
      desk.out.table(
        [
          { title: say({ zh: '代码', en: 'Code' }), of: (one) => one.code },
          {
            title: say({ zh: '名称', en: 'Name' }),
            of: (one) => one.name + (one.competent ? say({ zh: '（主管部门）', en: ' (competent)' }) : ''),
            flexible: true,
          },
          { title: say({ zh: '层级', en: 'Level' }), of: (one) => say(word(levelWords, one.level)) },
          { title: say({ zh: '区划', en: 'Region' }), of: (one) => one.region },
          {
            title: say({ zh: '密钥', en: 'Keys' }),
            of: (one) => one.keys.filter((key) => key.endedAt === undefined).length,
            align: 'right',
          },
          {
            title: say({ zh: '接收公钥', en: 'Recipients' }),
            of: (one) => one.recipients.filter((recipient) => recipient.endedAt === undefined).length,
            align: 'right',
          },
        ],
        items,
      ),
    );
  });

  const show = group
    .command('show')
    .description(say({ zh: '显示一个部门及其密钥', en: 'Show a department with its keys' }))
    .argument('<department>', say({ zh: '部门代码、其开头或名称', en: 'code of the department, its beginning, or its name' }))
    .option('--ended', say({ zh: '连同已结束的密钥', en: 'with keys that have ended' }));
  examples(show, bench, 'quanlian departments show 公安局');
  act<{ ended?: boolean }>(show, bench, async (desk, [text], options) => {
    const found = await findDepartment(desk, text ?? '');
    desk.out.result(found, () => {
      desk.out.fields([
        [say({ zh: '代码', en: 'Code' }), found.code],
        [say({ zh: '名称', en: 'Name' }), found.name],
        [say({ zh: '层级', en: 'Level' }), say(word(levelWords, found.level))],
        [say({ zh: '区划', en: 'Region' }), found.region],
        [say({ zh: '上级', en: 'Parent' }), found.parent],
        [say({ zh: '主管部门', en: 'Competent' }), found.competent ? say({ zh: '是', en: 'yes' }) : undefined],
      ]);
      showKeys(desk, found, options.ended === true);
    });
  });

  const admit = group
    .command('admit')
    .description(say({ zh: '主管部门准入一个部门', en: 'The competent department admits a department' }))
    .argument('<code>', say({ zh: '统一社会信用代码（18 位）', en: 'its unified social credit code (18 characters)' }))
    .requiredOption('--name <text>', say({ zh: '名称', en: 'its name' }))
    .addOption(
      new Option('--level <level>', say({ zh: '层级', en: 'its level' }))
        .choices(['province', 'city', 'district', 'street'])
        .makeOptionMandatory(),
    )
    .requiredOption('--region <code>', say({ zh: '区划代码', en: 'its region code' }))
    .option('--parent <department>', say({ zh: '上级部门', en: 'its parent' }));
  examples(admit, bench, 'quanlian departments admit 11990100000000123K --name 示例市档案局 --level city --region 990100');
  act<{ name: string; level: Level; region: string; parent?: string }>(admit, bench, async (desk, [text], options) => {
    const code = departmentCodeSchema.safeParse((text ?? '').toUpperCase());
    if (!code.success)
      throw usage(
        `统一社会信用代码不正确：${text}（18 位，含校验位）`,
        `This is no unified social credit code: ${text} (18 characters, the last a check)`,
      );
    const parent = options.parent === undefined ? {} : { parent: (await findDepartment(desk, options.parent)).code };
    const { name, level, region } = options;
    const proposal = await desk.client.call(routes.admitDepartment, {
      body: { code: code.data, name, level, region, ...parent },
    });
    await tellOutcome(desk, proposal, { zh: `准入${name}。`, en: `Admit ${name}.` });
  });
}
