import {
  routes,
  shortId,
  type DatasetView,
  type Item,
  itemTypeWords,
  methodWords,
  shareTypeWords,
  updateCycleWords,
  word,
} from '#contracts';
import { describeAsked } from '#rights';
import { Option, type Command } from 'commander';
import { act, examples, type Bench, type Desk } from '../desk.js';
import { findDataset, findDepartment } from '../find/find.js';
import { allPages, firstOf } from '../find/pages.js';
import { readForm } from '../publish/form.js';
import { tellOutcome } from '../sign/outcome.js';
import { timeText } from '../show/times.js';
import { transformationText } from '../show/transformation.js';
import { countText } from '../terminal/progress.js';
import { checkNoSecrets, datasetArgument } from './dataset-argument.js';
import { newDataset } from './datasets-new.js';
import { publish } from './datasets-publish.js';
import { report } from './datasets-report.js';
import { countOf } from './inbox.js';

/** datasets: the catalogue and its versions. */
export function datasets(program: Command, bench: Bench): void {
  const { say } = bench;
  const group = program
    .command('datasets')
    .helpGroup(say({ zh: '目录与数据', en: 'Catalogue and data' }))
    .description(say({ zh: '政务数据资源目录与数据版本', en: 'The catalogue of datasets, and their versions' }));
  listDatasets(group, bench);
  showDataset(group, bench);
  newDataset(group, bench);
  enterDataset(group, bench);
  publish(group, bench);
  report(group, bench);
}

function listDatasets(group: Command, bench: Bench): void {
  const { say } = bench;
  const list = group
    .command('list')
    .description(say({ zh: '检索目录', en: 'Search the catalogue' }))
    .argument('[text]', say({ zh: '名称、摘要中的文字', en: 'words of the title or abstract' }))
    .option('--provider <department>', say({ zh: '提供部门', en: 'the providing department' }))
    .addOption(
      new Option('--share <type>', say({ zh: '共享属性', en: 'the sharing attribute' })).choices([
        'unconditional',
        'conditional',
        'not-shared',
      ]),
    )
    .option('--limit <n>', say({ zh: '最多列出几条', en: 'list at most so many' }), '100');
  examples(
    list,
    bench,
    'quanlian datasets list',
    'quanlian datasets list 婚姻',
    'quanlian datasets list --provider 公安局 --share conditional',
  );
  act<{ provider?: string; share?: 'unconditional' | 'conditional' | 'not-shared'; limit: string }>(
    list,
    bench,
    async (desk, [text], options) => {
      const filters = {
        ...(text === undefined ? {} : { text }),
        ...(options.provider === undefined ? {} : { provider: (await findDepartment(desk, options.provider)).code }),
        ...(options.share === undefined ? {} : { shareType: options.share }),
      };
      const pages = allPages((page) => desk.client.call(routes.datasets, { query: { ...filters, ...page } }));
      const { items, more } = await firstOf(pages, countOf(options.limit));
      desk.out.result({ items, more }, () => {
        if (items.length === 0) return desk.out.print(say({ zh: '没有找到数据资源。', en: 'No dataset was found.' }));
        desk.out.table(
          [
            { title: say({ zh: '编号', en: 'Id' }), of: (one) => shortId(one.id) },
            { title: say({ zh: '资源代码', en: 'Code' }), of: (one) => one.entry.resourceCode },
            { title: say({ zh: '名称', en: 'Title' }), of: (one) => one.entry.title, flexible: true },
            { title: say({ zh: '提供部门', en: 'Provider' }), of: (one) => one.providerName, flexible: true },
            { title: say({ zh: '共享', en: 'Sharing' }), of: (one) => say(word(shareTypeWords, one.entry.shareType)) },
            { title: say({ zh: '数据项', en: 'Items' }), of: (one) => one.entry.items.length, align: 'right' },
            { title: say({ zh: '版本', en: 'Versions' }), of: (one) => one.versions, align: 'right' },
            {
              title: say({ zh: '行数', en: 'Rows' }),
              of: (one) => one.latestVersion && countText(one.latestVersion.rows),
              align: 'right',
            },
          ],
          items,
        );
        if (more) desk.out.note({ zh: '还有更多；用 --limit 多列。', en: 'There are more; raise --limit.' });
      });
    },
  );
}

function showDataset(group: Command, bench: Bench): void {
  const { say } = bench;
  const show = group
    .command('show')
    .description(say({ zh: '显示目录条目', en: 'Show an entry' }))
    .argument('<dataset>', datasetArgument(bench))
    .option(
      '--form',
      say({ zh: '以表单 JSON 输出，改后用 datasets change 提交', en: 'as the JSON form, to edit and hand to datasets change' }),
    );
  examples(show, bench, 'quanlian datasets show 婚姻登记信息', 'quanlian datasets show 3fa94c21 --form > form.json');
  act<{ form?: boolean }>(show, bench, async (desk, [text], options) => {
    const found = await findDataset(desk, text ?? '');
    if (options.form) return void desk.out.raw(`${JSON.stringify(found.entry, null, 2)}\n`);
    desk.out.result(found, () => showEntry(desk, found));
  });

  const versions = group
    .command('versions')
    .description(say({ zh: '列出数据版本', en: 'List the versions of a dataset' }))
    .argument('<dataset>', datasetArgument(bench));
  examples(versions, bench, 'quanlian datasets versions 婚姻登记信息');
  act(versions, bench, async (desk, [text]) => {
    const { id } = await findDataset(desk, text ?? '');
    const { items } = await desk.client.call(routes.versions, { params: { id } });
    desk.out.result({ items }, () =>
      desk.out.table(
        [
          { title: say({ zh: '版本', en: 'Version' }), of: (one) => one.number, align: 'right' },
          { title: say({ zh: '编号', en: 'Id' }), of: (one) => shortId(one.id) },
          { title: say({ zh: '行数', en: 'Rows' }), of: (one) => countText(one.rows), align: 'right' },
          { title: say({ zh: '分片', en: 'Parts' }), of: (one) => one.parts, align: 'right' },
          { title: say({ zh: '发布时间', en: 'Published' }), of: (one) => timeText(one.publishedAt) },
          {
            title: say({ zh: '内容摘要（仅提供部门可见）', en: 'Content digest (provider only)' }),
            of: (one) => one.contentDigest,
          },
        ],
        items,
      ),
    );
  });
}

function enterDataset(group: Command, bench: Bench): void {
  const { say } = bench;
  const noSecrets = () =>
    say({ zh: '确认不含国家秘密、工作秘密', en: 'you confirm: it holds no state secrets and no work secrets' });
  const enter = group
    .command('enter')
    .description(say({ zh: '由表单登记目录条目', en: 'Enter a dataset from its form' }))
    .argument('<form>', say({ zh: '表单 JSON 文件，- 为标准输入', en: 'the form, a JSON file; - is stdin' }))
    .option('--no-secrets', noSecrets());
  examples(enter, bench, 'quanlian datasets enter form.json --no-secrets');
  act<{ secrets: boolean }>(enter, bench, async (desk, [form], options) => {
    checkNoSecrets(options.secrets);
    const entry = readForm(form ?? '', desk.language);
    const proposal = await desk.client.call(routes.enterDataset, { body: { entry, noSecrets: true } });
    await tellOutcome(desk, proposal, { zh: `登记“${entry.title}”。`, en: `Enter “${entry.title}”.` });
  });

  const change = group
    .command('change')
    .description(say({ zh: '由表单更新目录条目', en: 'Change an entry by its form' }))
    .argument('<dataset>', datasetArgument(bench))
    .argument('<form>', say({ zh: '表单 JSON 文件，- 为标准输入', en: 'the form, a JSON file; - is stdin' }))
    .option('--no-secrets', noSecrets());
  examples(
    change,
    bench,
    'quanlian datasets show 婚姻登记信息 --form > form.json',
    'quanlian datasets change 婚姻登记信息 form.json --no-secrets',
  );
  act<{ secrets: boolean }>(change, bench, async (desk, [text, form], options) => {
    checkNoSecrets(options.secrets);
    const entry = readForm(form ?? '', desk.language);
    const { id } = await findDataset(desk, text ?? '');
    const proposal = await desk.client.call(routes.changeDataset, { params: { id }, body: { entry, noSecrets: true } });
    await tellOutcome(desk, proposal, { zh: `更新“${entry.title}”。`, en: `Change “${entry.title}”.` });
  });
}

function showEntry(desk: Desk, dataset: DatasetView): void {
  const { say } = desk;
  const { entry, latestVersion: latest } = dataset;
  desk.out.fields([
    [say({ zh: '名称', en: 'Title' }), entry.title],
    [say({ zh: '编号', en: 'Id' }), dataset.id],
    [say({ zh: '资源代码', en: 'Resource code' }), entry.resourceCode],
    [say({ zh: '提供部门', en: 'Provider' }), `${dataset.providerName}  ${dataset.provider}`],
    [say({ zh: '分类', en: 'Category' }), entry.category],
    [say({ zh: '摘要', en: 'Abstract' }), entry.abstract],
    [say({ zh: '共享属性', en: 'Sharing' }), say(word(shareTypeWords, entry.shareType))],
    [say({ zh: '共享条件', en: 'Condition' }), entry.shareCondition],
    [
      say({ zh: '共享方式', en: 'Methods' }),
      entry.shareMethods.map((method) => say(word(methodWords, method))).join(say({ zh: '、', en: ', ' })),
    ],
    [say({ zh: '更新周期', en: 'Updated' }), say(word(updateCycleWords, entry.updateCycle))],
    [say({ zh: '分级', en: 'Grade' }), `${entry.classification}  ${entry.grade}`],
    [say({ zh: '登记时间', en: 'Entered' }), timeText(dataset.enteredAt)],
    [
      say({ zh: '最新版本', en: 'Latest version' }),
      latest
        ? say({
            zh: `第 ${latest.number} 版，${countText(latest.rows)} 行，${timeText(latest.publishedAt)}`,
            en: `${latest.number}, ${countText(latest.rows)} rows, ${timeText(latest.publishedAt)}`,
          })
        : say({ zh: '尚无', en: 'none yet' }),
    ],
  ]);
  desk.out.heading(say({ zh: '数据项', en: 'Items' }));
  desk.out.table(
    [
      { title: say({ zh: '数据项', en: 'Item' }), of: (item) => item.name },
      { title: say({ zh: '名称', en: 'Title' }), of: (item) => item.title, flexible: true },
      {
        title: say({ zh: '类型', en: 'Type' }),
        of: (item) => `${item.type} ${say(word(itemTypeWords, item.type))}${item.scale === undefined ? '' : ` .${item.scale}`}`,
      },
      { title: say({ zh: '必填', en: 'Required' }), of: (item) => (item.required ? '*' : '') },
      ...(entry.items.some(({ key, rules }) => key || rules)
        ? [
            {
              title: say({ zh: '主键与规则', en: 'Key and rules' }),
              of: (item: Item) =>
                describeAsked({ ...item, required: false })
                  .map(say)
                  .join('; '),
              flexible: true,
            },
          ]
        : []),
      { title: say({ zh: '个人信息', en: 'Personal' }), of: (item) => (item.personal ? '*' : '') },
      { title: say({ zh: '默认脱敏', en: 'Masked by default' }), of: (item) => item.mask && say(transformationText(item.mask)) },
    ],
    entry.items,
  );
}
