import { routes, shortId, type RightView, decisionWords, word } from '#contracts';
import { Argument, Option, type Command } from 'commander';
import { act, examples, type Bench, type Desk } from '../desk.js';
import { findDataset, findRight } from '../find/find.js';
import { allPages, firstOf } from '../find/pages.js';
import { tellOutcome } from '../sign/outcome.js';
import { passwordOption, withPasswordAgain, type PasswordOptions } from '../sign/password-again.js';
import { askedFields } from '../show/asked.js';
import { lastDayText, timeText } from '../show/times.js';
import { transformationText } from '../show/transformation.js';
import { rightStateWords } from '../show/words.js';
import { countText } from '../terminal/progress.js';
import { countOf } from './inbox.js';

const endCodes = ['misuse', 'purpose-reached', 'purpose-ended', 'data-changed', 'security', 'agreed', 'other'] as const;
const fullRight = (bench: Bench) => bench.say({ zh: '编号或其开头', en: 'id, or its beginning' });

/** rights: what was granted, and its ends; uses: the account of it. */
export function rights(program: Command, bench: Bench): void {
  const { say } = bench;
  const group = program
    .command('rights')
    .helpGroup(say({ zh: '申请与授权', en: 'Requests and rights' }))
    .description(say({ zh: '使用权', en: 'Usage rights' }));
  listRights(group, bench);
  showRight(group, bench);
  showChanges(group, bench);
  endings(group, bench);
  uses(program, bench);
}

function listRights(group: Command, bench: Bench): void {
  const { say } = bench;
  const list = group
    .command('list')
    .description(say({ zh: '列出使用权', en: 'List usage rights' }))
    .addOption(
      new Option(
        '--side <side>',
        say({ zh: 'grantor 我方授予的，grantee 我方持有的', en: 'grantor: that we granted; grantee: that we hold' }),
      )
        .choices(['grantor', 'grantee', 'any'])
        .default('any'),
    )
    .option('--dataset <dataset>', say({ zh: '某数据资源的', en: 'for this dataset' }))
    .option('--limit <n>', say({ zh: '最多列出几项', en: 'list at most so many' }), '100');
  examples(list, bench, 'quanlian rights list', 'quanlian rights list --side grantee');
  act<{ side: 'grantor' | 'grantee' | 'any'; dataset?: string; limit: string }>(list, bench, async (desk, _, options) => {
    const filters = {
      side: options.side,
      ...(options.dataset === undefined ? {} : { dataset: (await findDataset(desk, options.dataset)).id }),
    };
    const pages = allPages((page) => desk.client.call(routes.rights, { query: { ...filters, ...page } }));
    const { items, more } = await firstOf(pages, countOf(options.limit));
    desk.out.result({ items, more }, () => {
      if (items.length === 0) return desk.out.print(say({ zh: '没有使用权。', en: 'There are no rights.' }));
      desk.out.table(
        [
          { title: say({ zh: '编号', en: 'Id' }), of: (one) => shortId(one.id) },
          { title: say({ zh: '状态', en: 'State' }), of: (one) => say(word(rightStateWords, one.state)) },
          { title: say({ zh: '数据资源', en: 'Dataset' }), of: (one) => one.datasetTitle, flexible: true },
          { title: say({ zh: '授权部门', en: 'Grantor' }), of: (one) => one.grantorName, flexible: true },
          { title: say({ zh: '被授权部门', en: 'Grantee' }), of: (one) => one.granteeName, flexible: true },
          { title: say({ zh: '数据项', en: 'Items' }), of: (one) => one.items.length, align: 'right' },
          { title: say({ zh: '已提取', en: 'Pulls' }), of: (one) => `${one.used.pulls}/${one.quota.pulls}`, align: 'right' },
          { title: say({ zh: '至', en: 'Until' }), of: (one) => lastDayText(one.window.until) },
        ],
        items,
      );
      if (more) desk.out.note({ zh: '还有更多；用 --limit 多列。', en: 'There are more; raise --limit.' });
    });
  });
}

function showRight(group: Command, bench: Bench): void {
  const { say } = bench;
  const show = group
    .command('show')
    .description(say({ zh: '显示一项使用权', en: 'Show a usage right' }))
    .argument('<right>', fullRight(bench));
  examples(show, bench, 'quanlian rights show 3fa94c21');
  act(show, bench, async (desk, [text]) => {
    const right = await findRight(desk, text ?? '');
    desk.out.result(right, () => showFields(desk, right));
  });

  const odrl = group
    .command('odrl')
    .description(say({ zh: '以 ODRL 2.2 策略（JSON-LD）输出', en: 'Print it as an ODRL 2.2 policy (JSON-LD)' }))
    .argument('<right>', fullRight(bench));
  examples(odrl, bench, 'quanlian rights odrl 3fa94c21 > right.jsonld');
  act(odrl, bench, async (desk, [text]) => {
    const { id } = await findRight(desk, text ?? '');
    const policy = await desk.client.call(routes.rightPolicy, { params: { id } });
    desk.out.raw(`${JSON.stringify(policy, null, 2)}\n`);
  });
}

function showChanges(group: Command, bench: Bench): void {
  const { say } = bench;
  const changes = group
    .command('changes')
    .description(
      say({ zh: '自上次提供以来变化了多少行', en: 'How many rows changed since the last delivery that has a receipt' }),
    )
    .argument('<right>', fullRight(bench));
  examples(changes, bench, 'quanlian rights changes 3fa94c21');
  act(changes, bench, async (desk, [text]) => {
    const { id } = await findRight(desk, text ?? '');
    const told = await desk.client.call(routes.rightChanges, { params: { id } });
    desk.out.result(told, () =>
      desk.out.fields([
        [
          say({ zh: '比较', en: 'Compared' }),
          say({ zh: `第 ${told.since.number} 版 → 第 ${told.number} 版`, en: `version ${told.since.number} → ${told.number}` }),
        ],
        [say({ zh: '上次提供', en: 'Last delivery' }), told.since.delivery],
        [say({ zh: '新增', en: 'Added' }), countText(told.added)],
        [say({ zh: '变更', en: 'Changed' }), countText(told.changed)],
        [say({ zh: '删除', en: 'Removed' }), countText(told.removed)],
      ]),
    );
  });
}

function showFields(desk: Desk, right: RightView): void {
  const { say } = desk;
  const { quota, used, obligations } = right;
  desk.out.fields([
    [say({ zh: '编号', en: 'Id' }), right.id],
    [say({ zh: '状态', en: 'State' }), say(word(rightStateWords, right.state))],
    [say({ zh: '等待', en: 'Waits' }), right.waits && say(right.waits.sentence)],
    [say({ zh: '数据资源', en: 'Dataset' }), `${right.datasetTitle}  ${right.dataset}`],
    [
      say({ zh: '数据版本', en: 'Version' }),
      right.version === 'latest' ? say({ zh: '每次取最新', en: 'the latest at each pull' }) : right.version,
    ],
    [say({ zh: '授权部门', en: 'Grantor' }), `${right.grantorName}  ${right.grantor}`],
    [say({ zh: '被授权部门', en: 'Grantee' }), `${right.granteeName}  ${right.grantee}`],
    [say({ zh: '答复', en: 'Decision' }), say(word(decisionWords, right.decision))],
    ...askedFields(say, { ...right, quota: right.quota }),
    [
      say({ zh: '脱敏', en: 'Masking' }),
      right.transformations.map((one) => `${one.item}: ${say(transformationText(one.transformation))}`).join('\n'),
    ],
    [
      say({ zh: '已使用', en: 'Used' }),
      say({
        zh: `${used.pulls}/${quota.pulls} 次，${countText(used.rows)}/${countText(quota.rows)} 行，今日 ${used.pullsToday}/${quota.pullsPerDay} 次`,
        en: `${used.pulls}/${quota.pulls} pulls, ${countText(used.rows)}/${countText(quota.rows)} rows, ${used.pullsToday}/${quota.pullsPerDay} today`,
      }),
    ],
    [say({ zh: '须销毁于', en: 'Delete by' }), obligations.deleteBy],
    [say({ zh: '记录使用', en: 'Account for use' }), obligations.accountForUse ? say({ zh: '是', en: 'yes' }) : undefined],
    [say({ zh: '授予时间', en: 'Granted' }), timeText(right.grantedAt)],
    [say({ zh: '终止', en: 'Ended' }), right.end && `${timeText(right.end.at)}  ${right.end.reason}  [${right.end.code}]`],
    [say({ zh: '申请', en: 'Request' }), right.request],
  ]);
  desk.out.print('', say(right.sentence));
}

interface EndOptions {
  code: (typeof endCodes)[number];
  reason: string;
  article?: string;
  filing?: string;
}

function endings(group: Command, bench: Bench): void {
  const { say } = bench;
  const endOptions = (command: Command) =>
    command
      .argument('<right>', fullRight(bench))
      .addOption(
        new Option('--code <code>', say({ zh: '理由代码', en: 'code of the reason' })).choices(endCodes).makeOptionMandatory(),
      )
      .requiredOption('--reason <text>', say({ zh: '理由', en: 'the reason' }))
      .option(
        '--article <text>',
        say({ zh: '依据条款，默认第二十七条', en: 'the article that it rests on; Art. 27 when left out' }),
      )
      .option('--filing <number>', say({ zh: '向主管部门备案的编号', en: 'number of the filing with the competent department' }));
  const bodyOf = ({ code, reason, article = '第二十七条', filing }: EndOptions) => ({
    code,
    reason,
    article,
    ...(filing === undefined ? {} : { filing }),
  });

  const suspend = endOptions(
    group.command('suspend').description(say({ zh: '暂停共享权限：即刻生效', en: 'Suspend a right: it takes effect at once' })),
  );
  examples(suspend, bench, 'quanlian rights suspend 3fa94c21 --code misuse --reason 超范围使用，责令整改 --filing 备2026-17');
  act<EndOptions>(suspend, bench, async (desk, [text], options) => {
    const { id } = await findRight(desk, text ?? '');
    const proposal = await desk.client.call(routes.suspendRight, { params: { id }, body: bodyOf(options) });
    await tellOutcome(desk, proposal, { zh: '暂停共享权限。', en: 'Suspend the right.' });
  });

  const resume = group
    .command('resume')
    .description(say({ zh: '恢复共享权限', en: 'Resume a right' }))
    .argument('<right>', fullRight(bench))
    .requiredOption('--reason <text>', say({ zh: '理由', en: 'the reason' }));
  examples(resume, bench, 'quanlian rights resume 3fa94c21 --reason 整改完成');
  act<{ reason: string }>(resume, bench, async (desk, [text], options) => {
    const { id } = await findRight(desk, text ?? '');
    const proposal = await desk.client.call(routes.resumeRight, { params: { id }, body: { reason: options.reason } });
    await tellOutcome(desk, proposal, { zh: '恢复共享权限。', en: 'Resume the right.' });
  });

  const terminate = endOptions(
    group.command('terminate').description(
      say({
        zh: '终止共享：即刻生效，不可恢复（须再次输入密码）',
        en: 'Terminate a right: at once and for good; the password is asked again',
      }),
    ),
  );
  examples(terminate, bench, 'quanlian rights terminate 3fa94c21 --code purpose-reached --reason 核对工作结束');
  passwordOption(terminate, bench);
  act<EndOptions & PasswordOptions>(terminate, bench, async (desk, [text], options) => {
    const { id } = await findRight(desk, text ?? '');
    const proposal = await withPasswordAgain(desk, options, (again) =>
      desk.client.call(routes.terminateRight, { params: { id }, body: { ...bodyOf(options), ...again } }),
    );
    await tellOutcome(desk, proposal, { zh: '终止共享。', en: 'Terminate the right.' });
  });
}

function uses(program: Command, bench: Bench): void {
  const { say } = bench;
  const group = program
    .command('uses')
    .helpGroup(say({ zh: '提取数据', en: 'Data received' }))
    .description(say({ zh: '使用与销毁情况', en: 'The account of use and disposal' }));
  const record = group
    .command('record')
    .description(
      say({ zh: '记录使用（use）或销毁（disposal）情况', en: 'Record the use, or the disposal, of what was received' }),
    )
    .argument('<right>', fullRight(bench))
    .addArgument(new Argument('<kind>', say({ zh: '使用或销毁', en: 'use or disposal' })).choices(['use', 'disposal']))
    .requiredOption(
      '--text <text>',
      say({ zh: '情况说明（不写身份证号、电话）', en: 'what was done (no ID or telephone numbers)' }),
    );
  examples(
    record,
    bench,
    'quanlian uses record 3fa94c21 use --text 完成2026年二季度低保核对',
    'quanlian uses record 3fa94c21 disposal --text 已粉碎全部副本',
  );
  act<{ text: string }>(record, bench, async (desk, [text, kind], options) => {
    const { id } = await findRight(desk, text ?? '');
    const proposal = await desk.client.call(routes.recordUse, {
      params: { id },
      body: { kind: kind as 'use' | 'disposal', record: options.text },
    });
    await tellOutcome(desk, proposal, { zh: '已记录。', en: 'Recorded.' });
  });
}
