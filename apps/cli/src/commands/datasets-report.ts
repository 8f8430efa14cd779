import { itemTypeWords, routes, word, type QualityReport, type ReportedItem } from '#contracts';
import type { Command } from 'commander';
import { act, examples, type Bench, type Desk } from '../desk.js';
import { findDataset, findVersion } from '../find/find.js';
import { countText } from '../terminal/progress.js';
import { datasetArgument } from './dataset-argument.js';

/** datasets report: what a version's values are like, for the department that published it. */
export function report(group: Command, bench: Bench): void {
  const { say } = bench;
  const command = group
    .command('report')
    .description(
      say({
        zh: '显示数据版本的质量报告：缺失、取值、离群、重复及与上一版的差异',
        en: 'Show the quality report of a version: missing, distinct and outlying values, repetitions, what changed',
      }),
    )
    .argument('<dataset>', datasetArgument(bench))
    .argument('[version]', say({ zh: '版本号或编号，默认最新', en: 'number or id; the latest when left out' }));
  examples(command, bench, 'quanlian datasets report 行政村名录', 'quanlian datasets report 行政村名录 2 --json');
  act(command, bench, async (desk, [text, named]) => {
    const { id, latestVersion } = await findDataset(desk, text ?? '');
    const version = named === undefined ? latestVersion?.id : (await findVersion(desk, id, named)).id;
    if (version === undefined) return desk.out.print(say({ zh: '尚无数据版本。', en: 'There is no version yet.' }));
    const view = await desk.client.call(routes.versionReport, { params: { id, version } });
    desk.out.result(view, () => {
      if (view.report) return show(desk, view.number, view.report);
      if (view.state === 'failed')
        return desk.out.print(
          say({ zh: '质量报告未能生成：', en: 'The report could not be made: ' }) + (view.problem ? say(view.problem.title) : ''),
        );
      return desk.out.print(say({ zh: '质量报告正在生成，请稍后再看。', en: 'The report is being made; look again shortly.' }));
    });
  });
}

function show(desk: Desk, number: number, report: QualityReport): void {
  const { say } = desk;
  const { rows, duplicates, changes, notCompared } = report;
  const share = (count: number) =>
    count === 0 ? '0' : `${countText(count)} (${((100 * count) / Math.max(1, rows)).toFixed(1)}%)`;
  desk.out.fields([
    [say({ zh: '版本', en: 'Version' }), String(number)],
    [say({ zh: '行数', en: 'Rows' }), countText(rows)],
    [
      duplicates.of === 'key' ? say({ zh: '主键重复', en: 'Keys that repeat' }) : say({ zh: '整行重复', en: 'Rows that repeat' }),
      countText(duplicates.count),
    ],
    [
      say({ zh: '与上一版相比', en: 'Since the version before' }),
      changes &&
        say({
          zh: `新增 ${countText(changes.added)}，变更 ${countText(changes.changed)}，删除 ${countText(changes.removed)}（对第 ${changes.number} 版）`,
          en: `${countText(changes.added)} added, ${countText(changes.changed)} changed, ${countText(changes.removed)} removed (against version ${changes.number})`,
        }),
    ],
    [
      say({ zh: '未比较', en: 'Not compared' }),
      notCompared &&
        (notCompared === 'changes-no-key'
          ? say({ zh: '未声明主键', en: 'no key is stated' })
          : say({ zh: '数据项不同', en: 'its items differ' })),
    ],
  ]);
  desk.out.print('');
  desk.out.table(
    [
      { title: say({ zh: '数据项', en: 'Item' }), of: (one) => one.name, flexible: true },
      { title: say({ zh: '类型', en: 'Type' }), of: (one) => say(word(itemTypeWords, one.type)) },
      { title: say({ zh: '缺失', en: 'Missing' }), of: (one) => share(one.missing), align: 'right' },
      {
        title: say({ zh: '不同取值', en: 'Distinct' }),
        of: ({ distinct }) => `${distinct.exact ? '' : '≈ '}${countText(distinct.count)}`,
        align: 'right',
      },
      { title: say({ zh: '范围', en: 'Range' }), of: (one) => rangeText(one, say), flexible: true },
      { title: say({ zh: '离群', en: 'Outliers' }), of: ({ outliers }) => outlierText(outliers), align: 'right' },
      {
        title: say({ zh: '变更', en: 'Changed' }),
        of: ({ changed }) => (changed === undefined ? '' : countText(changed)),
        align: 'right',
      },
    ],
    report.items,
  );
}

function rangeText({ personal, lengths, range }: ReportedItem, say: Desk['say']): string {
  if (personal) return say({ zh: '（个人信息不显示）', en: '(personal: not shown)' });
  if (range) return `${range.min} – ${range.max}`;
  if (!lengths) return '';
  return say({ zh: `${lengths.shortest}–${lengths.longest} 字`, en: `${lengths.shortest}–${lengths.longest} characters` });
}

function outlierText(outliers: ReportedItem['outliers']): string {
  if (outliers === undefined) return '';
  const { count, rows = [] } = outliers;
  if (count === 0 || rows.length === 0) return countText(count);
  return `${countText(count)} @ ${rows.join(', ')}${count > rows.length ? ' …' : ''}`;
}
