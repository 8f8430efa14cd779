import {
  issuerWords,
  routes,
  statementTypeSchema,
  shortId,
  type EntryView,
  type StatementType,
  statementWords,
} from '#contracts';
import { Option, type Command } from 'commander';
import { act, examples, type Bench, type Desk } from '../desk.js';
import { usage } from '../exits.js';
import { findDataset, findDelivery, findDepartment, findPerson, findRight } from '../find/find.js';
import { allPages, firstOf } from '../find/pages.js';
import { instantFrom, instantUntil, timeText } from '../show/times.js';
import { writeWhole } from '../store/folder.js';
import { countOf } from './inbox.js';

interface TrailOptions {
  dataset?: string;
  right?: string;
  delivery?: string;
  of?: string;
  person?: string;
  type?: StatementType;
  from?: string;
  until?: string;
  html?: string;
  limit: string;
}

/** trail, and the notices that point into it. */
export function trail(program: Command, bench: Bench): void {
  const { say } = bench;
  const group = say({ zh: '监管', en: 'Supervision' });
  const command = program
    .command('trail')
    .helpGroup(group)
    .description(say({ zh: '共享留痕：谁、依据什么、取走了什么', en: 'The trail: who was allowed what, and what was taken' }))
    .option('--dataset <dataset>', say({ zh: '数据资源', en: 'about this dataset' }))
    .option('--right <right>', say({ zh: '使用权', en: 'about this right' }))
    .option('--delivery <delivery>', say({ zh: '某次数据提供', en: 'about this delivery' }))
    .option('--of <department>', say({ zh: '涉及某部门', en: 'that concern this department' }))
    .option(
      '--person <person>',
      say({ zh: '涉及某人员（编号、用户名或姓名）', en: 'that name this person (id, user name or name)' }),
    )
    .addOption(new Option('--type <type>', say({ zh: '记录类型，如 right.granted', en: 'of this type, such as right.granted' })))
    .option('--from <date>', say({ zh: '自哪天', en: 'from this day on' }))
    .option('--until <date>', say({ zh: '至哪天（含）', en: 'to the end of this day' }))
    .option('--limit <n>', say({ zh: '最多列出几条', en: 'list at most so many' }), '200')
    .option('--html <file>', say({ zh: '写成可打印归档的中文网页', en: 'write a page in Chinese, to print and file' }));
  examples(
    command,
    bench,
    'quanlian trail --right 3fa94c21',
    'quanlian trail --of 公安局 --from 2026-01-01 --until 2026-03-31 --html 2026-q1.html',
    'quanlian trail --type pull.refused --json',
  );
  act<TrailOptions>(command, bench, async (desk, _, options) => {
    const query = await queryOf(desk, options);
    if (options.html !== undefined) return writePage(desk, query, options.html);
    const pages = allPages((page) => desk.client.call(routes.trail, { query: { ...query, ...page } }));
    const { items, more } = await firstOf(pages, countOf(options.limit));
    desk.out.result({ items, more }, () => showTrail(desk, items, more));
  });
  notices(program, bench, group);
}

async function queryOf(desk: Desk, options: TrailOptions) {
  const type = options.type === undefined ? undefined : statementTypeSchema.safeParse(options.type);
  if (type && !type.success)
    throw usage(
      `没有记录类型 ${options.type}；有：${statementTypeSchema.options.join('、')}`,
      `There is no type ${options.type}; there are: ${statementTypeSchema.options.join(', ')}`,
    );
  return {
    ...(options.dataset === undefined ? {} : { dataset: (await findDataset(desk, options.dataset)).id }),
    ...(options.right === undefined ? {} : { right: (await findRight(desk, options.right)).id }),
    ...(options.delivery === undefined ? {} : { delivery: (await findDelivery(desk, options.delivery)).id }),
    ...(options.of === undefined ? {} : { department: (await findDepartment(desk, options.of)).code }),
    ...(options.person === undefined ? {} : { person: await personId(desk, options.person, options.of) }),
    ...(type === undefined ? {} : { type: type.data }),
    ...(options.from === undefined ? {} : { from: instantFrom(options.from, '--from') }),
    ...(options.until === undefined ? {} : { until: instantUntil(options.until, '--until') }),
  };
}

// An erased person has no name to be found by, but the trail still knows the id.
async function personId(desk: Desk, text: string, department: string | undefined): Promise<string> {
  if (/^[0-9a-f]{32}$/.test(text)) return text;
  const of = department === undefined ? [] : [(await findDepartment(desk, department)).code];
  return (await findPerson(desk, text, of)).id;
}

async function writePage(desk: Desk, query: Awaited<ReturnType<typeof queryOf>>, path: string): Promise<void> {
  const response = await desk.client.open(routes.trailPage, { query }, { signal: desk.signal });
  const page = new Uint8Array(await response.arrayBuffer());
  if (path === '-') return void desk.out.raw(page);
  writeWhole(path, page);
  desk.out.result({ file: path, bytes: page.length }, () =>
    desk.out.print(desk.say({ zh: `已写入 ${path}`, en: `Written to ${path}` })),
  );
}

function showTrail(desk: Desk, items: readonly EntryView[], more: boolean): void {
  const { say } = desk;
  if (items.length === 0) return desk.out.print(say({ zh: '没有记录。', en: 'There are no entries.' }));
  desk.out.table(
    [
      { title: '#', of: (one) => one.index, align: 'right' },
      { title: say({ zh: '存证时间', en: 'Sealed' }), of: (one) => timeText(one.sealedAt) },
      {
        title: say({ zh: '签署方', en: 'Issuer' }),
        of: (one) => (one.issuer === 'exchange' ? say(issuerWords.exchange) : one.issuerName),
      },
      { title: say({ zh: '事项', en: 'Statement' }), of: (one) => say(statementWords[one.type]) },
      { title: say({ zh: '内容', en: 'About' }), of: (one) => say(one.sentence), flexible: true },
      { title: say({ zh: '编号', en: 'Id' }), of: (one) => shortId(one.statement.id) },
    ],
    items,
  );
  if (more) desk.out.note({ zh: '还有更多；用 --limit 多列。', en: 'There are more; raise --limit.' });
}

function notices(program: Command, bench: Bench, group: string): void {
  const { say } = bench;
  const command = program
    .command('notices')
    .helpGroup(group)
    .description(say({ zh: '列出通知', en: 'List notices' }))
    .option('--unread', say({ zh: '只列未读的', en: 'only those not read' }))
    .option('--mark-read', say({ zh: '列出后标为已读', en: 'mark what is listed as read' }))
    .option('--limit <n>', say({ zh: '最多列出几条', en: 'list at most so many' }), '50');
  examples(command, bench, 'quanlian notices --unread', 'quanlian notices --unread --mark-read');
  act<{ unread?: boolean; markRead?: boolean; limit: string }>(command, bench, async (desk, _, options) => {
    const pages = allPages((page) => desk.client.call(routes.notices, { query: page }));
    const wanted = (async function* () {
      for await (const notice of pages) if (!options.unread || !notice.read) yield notice;
    })();
    const { items, more } = await firstOf(wanted, countOf(options.limit));
    desk.out.result({ items, more }, () => {
      if (items.length === 0) return desk.out.print(say({ zh: '没有通知。', en: 'There are no notices.' }));
      desk.out.table(
        [
          { title: '', of: (one) => (one.read ? ' ' : '*') },
          { title: say({ zh: '时间', en: 'At' }), of: (one) => timeText(one.at) },
          { title: say({ zh: '通知', en: 'Notice' }), of: (one) => say(one.sentence), flexible: true },
          { title: say({ zh: '关于', en: 'About' }), of: (one) => one.subject && shortId(one.subject) },
        ],
        items,
      );
      if (more) desk.out.note({ zh: '还有更多；用 --limit 多列。', en: 'There are more; raise --limit.' });
    });
    if (options.markRead)
      for (const notice of items.filter((one) => !one.read))
        await desk.client.call(routes.readNotice, { params: { id: notice.id } });
  });
}
