import { routes, shortId, type DatasetView, type RequestView, type Sent, word } from '#contracts';
import { Argument, Option, type Command } from 'commander';
import { act, examples, type Bench, type Desk } from '../desk.js';
import { usage } from '../exits.js';
import { findDataset, findProposal, findRequest, findVersion } from '../find/find.js';
import { allPages, firstOf } from '../find/pages.js';
import { namedLists, withLists } from '../publish/send-list.js';
import { rowsStated } from '../rows/option.js';
import { tellOutcome } from '../sign/outcome.js';
import { askedFields } from '../show/asked.js';
import { timeText } from '../show/times.js';
import { readTransformation } from '../show/transformation.js';
import { requestStateWords } from '../show/words.js';
import { countText } from '../terminal/progress.js';
import { datasetArgument } from './dataset-argument.js';
import { countOf } from './inbox.js';
import { formatsOf, listOf, quotaOf, termOptions, windowOf, type TermOptions } from './terms.js';

const states = ['submitted', 'supplement-asked', 'refused', 'withdrawn', 'granted'] as const;
const refusalCodes = [
  'purpose-outside-duties',
  'scope-not-necessary',
  'law-forbids',
  'data-not-held',
  'security',
  'other',
] as const;
const decisions = ['agree', 'agree-in-part', 'supplement', 'refuse'] as const;
const rowsExample = '"provinceCode = 42 and streetCode prefix 4201"';

/** requests: ask, answer, supplement, withdraw. */
export function requests(program: Command, bench: Bench): void {
  const { say } = bench;
  const group = program
    .command('requests')
    .helpGroup(say({ zh: '申请与授权', en: 'Requests and rights' }))
    .description(say({ zh: '共享申请及其答复', en: 'Requests for usage rights, and their answers' }));
  listRequests(group, bench);
  showRequest(group, bench);
  newRequest(group, bench);
  decide(group, bench);
  afterwards(group, bench);
}

function requestArgument(bench: Bench): string {
  return bench.say({ zh: '编号或其开头', en: 'id, or its beginning' });
}

function listRequests(group: Command, bench: Bench): void {
  const { say } = bench;
  const list = group
    .command('list')
    .description(say({ zh: '列出申请：收到日、答复期限、剩余工作日', en: 'List requests: received, due, working days left' }))
    .addOption(
      new Option('--side <side>', say({ zh: 'from 我方提出的，to 我方收到的', en: 'from: that we made; to: that we received' }))
        .choices(['from', 'to', 'any'])
        .default('any'),
    )
    .addOption(new Option('--state <state>', say({ zh: '状态', en: 'in this state' })).choices(states))
    .option('--dataset <dataset>', say({ zh: '某数据资源的', en: 'for this dataset' }))
    .option('--limit <n>', say({ zh: '最多列出几件', en: 'list at most so many' }), '100');
  examples(list, bench, 'quanlian requests list', 'quanlian requests list --side to --state submitted');
  act<{ side: 'from' | 'to' | 'any'; state?: (typeof states)[number]; dataset?: string; limit: string }>(
    list,
    bench,
    async (desk, _, options) => {
      const filters = {
        side: options.side,
        ...(options.state === undefined ? {} : { state: options.state }),
        ...(options.dataset === undefined ? {} : { dataset: (await findDataset(desk, options.dataset)).id }),
      };
      const pages = allPages((page) => desk.client.call(routes.requests, { query: { ...filters, ...page } }));
      const { items, more } = await firstOf(pages, countOf(options.limit));
      desk.out.result({ items, more }, () => {
        if (items.length === 0) return desk.out.print(say({ zh: '没有申请。', en: 'There are no requests.' }));
        desk.out.table(
          [
            { title: say({ zh: '编号', en: 'Id' }), of: (one) => shortId(one.id) },
            { title: say({ zh: '状态', en: 'State' }), of: (one) => say(word(requestStateWords, one.state)) },
            { title: say({ zh: '数据资源', en: 'Dataset' }), of: (one) => one.datasetTitle, flexible: true },
            { title: say({ zh: '申请部门', en: 'From' }), of: (one) => one.fromName, flexible: true },
            { title: say({ zh: '提供部门', en: 'To' }), of: (one) => one.toName, flexible: true },
            { title: say({ zh: '收到', en: 'Received' }), of: (one) => timeText(one.receivedAt).slice(0, 10) },
            { title: say({ zh: '期限', en: 'Due' }), of: (one) => one.due },
            { title: say({ zh: '剩余工作日', en: 'Days left' }), of: (one) => one.workingDaysLeft, align: 'right' },
          ],
          items,
        );
        if (more) desk.out.note({ zh: '还有更多；用 --limit 多列。', en: 'There are more; raise --limit.' });
      });
    },
  );
}

function showRequest(group: Command, bench: Bench): void {
  const { say } = bench;
  const show = group
    .command('show')
    .description(say({ zh: '显示一件申请', en: 'Show a request' }))
    .argument('<request>', requestArgument(bench))
    .option(
      '--preview',
      say({
        zh: '统计行数，并显示几行脱敏后将离开的数据（提供部门）',
        en: 'count the rows and show some as they would leave (provider)',
      }),
    )
    .option('--items <list>', say({ zh: '预览：如只给这些数据项', en: 'preview: if only these items were given' }))
    .option('--rows <scope>', say({ zh: '预览：如再限于这些行', en: 'preview: if only these rows of them were given' }))
    .option('--mask <item=how...>', say({ zh: '预览：如这样脱敏', en: 'preview: if it were masked like this' }))
    .option('--clear <list>', say({ zh: '预览：如这些数据项不脱敏', en: 'preview: if these items left as they are' }))
    .option('--proposal <id>', say({ zh: '预览：按这件已拟定的答复', en: 'preview: on the terms of this prepared answer' }))
    .option('--skip <n>', say({ zh: '预览：先跳过几行', en: 'preview: pass over so many rows' }))
    .option('--first <n>', say({ zh: '预览：显示几行，至多 200', en: 'preview: show so many rows, 200 at most' }), '5');
  examples(
    show,
    bench,
    'quanlian requests show 3fa94c21',
    'quanlian requests show 3fa94c21 --preview',
    'quanlian requests show 3fa94c21 --preview --items code,name --mask name=keep:1,0 --first 20',
  );
  act<PreviewOptions>(show, bench, async (desk, [text], options) => {
    const request = await findRequest(desk, text ?? '');
    const preview = options.preview
      ? await desk.client.call(routes.previewRequest, { params: { id: request.id }, body: await previewBody(desk, options) })
      : undefined;
    desk.out.result({ ...request, ...(preview ? { preview } : {}) }, () => {
      showFields(desk, request);
      if (!preview) return;
      if (preview.keys) {
        const { listed, matched } = preview.keys;
        const [all, some, rest] = [countText(listed), countText(matched), countText(listed - matched)];
        desk.out.print(
          say({
            zh: `名单 ${all} 个键：${some} 个有数据，${rest} 个没有`,
            en: `Of ${all} listed keys ${some} have rows, ${rest} have none`,
          }),
        );
      }
      desk.out.heading(say({ zh: `预览：共 ${countText(preview.rows)} 行`, en: `Preview: ${countText(preview.rows)} rows` }));
      if (preview.sample.length > 0)
        desk.out.table(
          preview.items.map((title, i) => ({ title, of: (row: (string | null)[]) => row[i] ?? '', flexible: true })),
          preview.sample,
        );
    });
  });
}

interface PreviewOptions extends Pick<TermOptions, 'items' | 'rows'> {
  preview?: boolean;
  mask?: string[];
  clear?: string;
  proposal?: string;
  skip?: string;
  first: string;
}

async function previewBody(desk: Desk, options: PreviewOptions): Promise<Sent<typeof routes.previewRequest>['body']> {
  const items = listOf(options.items);
  const rows = rowsStated(options);
  const clear = listOf(options.clear);
  return {
    ...(items ? { items } : {}),
    ...(rows ? { rows } : {}),
    ...(options.mask === undefined ? {} : { transformations: options.mask.map(readTransformation) }),
    ...(clear ? { clear } : {}),
    ...(options.proposal === undefined ? {} : { proposal: (await findProposal(desk, options.proposal)).id }),
    ...(options.skip === undefined ? {} : { from: countOf(options.skip, '--skip') }),
    limit: countOf(options.first, '--first'),
  };
}

function showFields(desk: Desk, request: RequestView): void {
  const { say } = desk;
  desk.out.fields([
    [say({ zh: '编号', en: 'Id' }), request.id],
    [say({ zh: '状态', en: 'State' }), say(word(requestStateWords, request.state))],
    [say({ zh: '数据资源', en: 'Dataset' }), `${request.datasetTitle}  ${request.dataset}`],
    [say({ zh: '申请部门', en: 'From' }), `${request.fromName}  ${request.from}`],
    [say({ zh: '提供部门', en: 'To' }), `${request.toName}  ${request.to}`],
    ...askedFields(say, request.asked),
    [say({ zh: '收到', en: 'Received' }), timeText(request.receivedAt)],
    [say({ zh: '答复期限', en: 'Due' }), request.due],
    [say({ zh: '剩余工作日', en: 'Working days left' }), request.workingDaysLeft],
    [say({ zh: '需补充', en: 'Missing' }), request.missing],
    [say({ zh: '补充说明', en: 'Answer' }), request.answer],
    [
      say({ zh: '不同意的理由', en: 'Refused because' }),
      request.refusal && `${request.refusal.reason}  [${request.refusal.code}]`,
    ],
    [say({ zh: '使用权', en: 'Right' }), request.right],
  ]);
}

function newRequest(group: Command, bench: Bench): void {
  const { say } = bench;
  const command = termOptions(
    group
      .command('new')
      .description(
        say({ zh: '提出共享申请；须经本部门负责人审批', en: 'Ask for a usage right; your office head approves it first' }),
      )
      .requiredOption('--dataset <dataset>', datasetArgument(bench))
      .requiredOption('--basis <text>', say({ zh: '使用依据（法律法规条款）', en: 'legal basis' }))
      .requiredOption('--scenario <text>', say({ zh: '使用场景', en: 'scenario of use' }))
      .option(
        '--list <item=file...>',
        say({
          zh: '名单：只要该数据项的值在文件中的行，每行一个值或带表头的 CSV',
          en: 'only rows whose item is on this list: one key a line, or a CSV with a header',
        }),
      ),
    bench,
  );
  examples(
    command,
    bench,
    `quanlian requests new --dataset 行政村 --basis 社会救助暂行办法第十一条 --scenario 低保核对 --items code,name --rows ${rowsExample} --until 2027-06-30`,
    [
      'quanlian requests new --dataset 婚姻登记信息 --basis … --scenario … --until 2027-06-30',
      { zh: '不写 --items、--rows 即全部数据项、全部行', en: 'without --items and --rows: all items, all rows' },
    ],
    [
      'quanlian requests new --dataset 机动车登记信息 --basis … --scenario … --list ownerId=applicants.csv --until 2027-06-30',
      { zh: '只要名单所列人员的行', en: 'only the rows of those who are on the list' },
    ],
  );
  act<TermOptions & { dataset: string; basis: string; scenario: string; list?: string[] }>(
    command,
    bench,
    async (desk, _, options) => {
      const dataset = await findDataset(desk, options.dataset);
      const rows = await withLists(desk, dataset.id, await namedLists(desk, options.list), rowsStated(options));
      const proposal = await desk.client.call(routes.submitRequest, {
        body: {
          dataset: dataset.id,
          asked: {
            purpose: { basis: options.basis, scenario: options.scenario },
            items: listOf(options.items) ?? dataset.entry.items.map((item) => item.name),
            rows: rows ?? { op: 'all' },
            method: 'file',
            formats: formatsOf(options.formats) ?? ['csv', 'csv-bom', 'csv-gb18030', 'xlsx', 'parquet', 'jsonl'],
            window: windowOf(options, { from: new Date().toISOString() }),
            quota: quotaOf(options, standingQuota(dataset, options)),
          },
        },
      });
      await tellOutcome(desk, proposal, { zh: `申请使用“${dataset.entry.title}”。`, en: `Ask for “${dataset.entry.title}”.` });
    },
  );
}

// Twelve whole pulls, twice a day: enough for a monthly need, little enough to notice misuse.
function standingQuota(dataset: DatasetView, options: TermOptions) {
  const pulls = options.pulls === undefined ? 12 : countOf(options.pulls, '--pulls');
  return { pulls, rows: Math.max(1, dataset.latestVersion?.rows ?? 1_000_000) * pulls, pullsPerDay: 2 };
}

interface DecideOptions extends TermOptions {
  mask?: string[];
  clear?: string;
  deleteBy?: string;
  accountForUse?: boolean;
  version?: string;
  condition?: string;
  missing?: string;
  code?: (typeof refusalCodes)[number];
  reason?: string;
}

function decide(group: Command, bench: Bench): void {
  const { say } = bench;
  const command = termOptions(
    group
      .command('decide')
      .description(
        say({
          zh: '拟定答复：同意、部分同意、补充材料、不同意；须经本部门负责人审批',
          en: 'Prepare the answer: agree, agree-in-part, supplement, refuse; your office head approves it',
        }),
      )
      .argument('<request>', requestArgument(bench))
      .addArgument(new Argument('<decision>', say({ zh: '答复', en: 'the answer' })).choices(decisions))
      .option(
        '--mask <item=how...>',
        say({
          zh: '脱敏：item=keep:6,4、year、prefix:6、band:10、pseudonym',
          en: 'masking: item=keep:6,4, year, prefix:6, band:10, pseudonym',
        }),
      )
      .option(
        '--clear <list>',
        say({ zh: '不脱敏的个人信息数据项，逗号分隔', en: 'personal items that leave as they are, with commas between' }),
      )
      .option('--delete-by <date>', say({ zh: '须在此日前销毁', en: 'what was received is deleted by this day' }))
      .option('--account-for-use', say({ zh: '须记录使用情况', en: 'its use is accounted for' }))
      .option(
        '--data-version <version>',
        say({
          zh: '只限此数据版本（版本号或编号），默认最新',
          en: 'this version only (number or id); the latest at each pull when left out',
        }),
      )
      .option(
        '--condition <text>',
        say({ zh: '部分同意所依的目录使用条件', en: 'agree-in-part: the condition of the entry that it rests on' }),
      )
      .option(
        '--missing <text>',
        say({ zh: '补充材料：一次性告知全部缺项', en: 'supplement: everything that is missing, named once' }),
      )
      .addOption(
        new Option('--code <code>', say({ zh: '不同意：理由代码', en: 'refuse: the code of the reason' })).choices(refusalCodes),
      )
      .option('--reason <text>', say({ zh: '不同意：理由', en: 'refuse: the reason' })),
    bench,
  );
  examples(
    command,
    bench,
    'quanlian requests decide 3fa94c21 agree --mask idNumber=keep:6,4 --account-for-use',
    'quanlian requests decide 3fa94c21 agree-in-part --condition 仅限低保核对 --items code,name --until 2027-01-31',
    'quanlian requests decide 3fa94c21 supplement --missing 使用依据未写条款；未附授权书样式',
    'quanlian requests decide 3fa94c21 refuse --code scope-not-necessary --reason 所需范围超出职责',
  );
  act<DecideOptions & { dataVersion?: string }>(command, bench, async (desk, [text, decision], options) => {
    const request = await findRequest(desk, text ?? '');
    const body = await decisionBody(desk, request, decision ?? '', {
      ...options,
      ...(options.dataVersion ? { version: options.dataVersion } : {}),
    });
    const proposal = await desk.client.call(routes.decideRequest, { params: { id: request.id }, body });
    await tellOutcome(desk, proposal, { zh: '答复已拟定。', en: 'The answer is prepared.' });
  });
}

type DecisionBody = Sent<typeof routes.decideRequest>['body'];

async function decisionBody(desk: Desk, request: RequestView, decision: string, options: DecideOptions): Promise<DecisionBody> {
  if (decision === 'supplement') return { decision, missing: required(options.missing, '--missing') };
  if (decision === 'refuse') {
    const code = options.code;
    if (code === undefined) throw usage('不同意须写 --code 与 --reason。', 'A refusal needs --code and --reason.');
    return { decision, code, reason: required(options.reason, '--reason') };
  }
  const clear = listOf(options.clear);
  const common = {
    ...(clear ? { clear } : {}),
    ...(options.mask === undefined ? {} : { transformations: options.mask.map(readTransformation) }),
    ...(options.version === undefined ? {} : { version: await versionMeant(desk, request.dataset, options.version) }),
    ...(options.deleteBy === undefined && !options.accountForUse
      ? {}
      : {
          obligations: {
            accountForUse: options.accountForUse === true,
            ...(options.deleteBy === undefined ? {} : { deleteBy: options.deleteBy }),
          },
        }),
  };
  const narrowing = narrowingOf(request, options);
  if (decision === 'agree') {
    if (Object.keys(narrowing).length > 0)
      throw usage(
        '收窄范围属部分同意：agree-in-part --condition …',
        'To narrow what was asked is to agree in part: agree-in-part --condition …',
      );
    return { decision, ...common };
  }
  return { decision: 'agree-in-part', condition: required(options.condition, '--condition'), ...common, ...narrowing };
}

function narrowingOf(request: RequestView, options: TermOptions) {
  const items = listOf(options.items);
  const rows = rowsStated(options);
  const formats = formatsOf(options.formats);
  const hasWindow = options.from !== undefined || options.until !== undefined;
  const hasQuota = options.pulls !== undefined || options.maxRows !== undefined || options.perDay !== undefined;
  return {
    ...(items ? { items } : {}),
    ...(rows ? { rows } : {}),
    ...(formats ? { formats } : {}),
    ...(hasWindow ? { window: windowOf(options, request.asked.window) } : {}),
    ...(hasQuota ? { quota: quotaOf(options, request.asked.quota) } : {}),
  };
}

async function versionMeant(desk: Desk, dataset: string, text: string): Promise<string> {
  return text === 'latest' ? text : (await findVersion(desk, dataset, text)).id;
}

function required(text: string | undefined, option: string): string {
  if (text === undefined || text === '') throw usage(`请写明 ${option}。`, `${option} must be given.`);
  return text;
}

function afterwards(group: Command, bench: Bench): void {
  const { say } = bench;
  const supplement = termOptions(
    group
      .command('supplement')
      .description(say({ zh: '补充材料（申请部门）', en: 'Supplement your request' }))
      .argument('<request>', requestArgument(bench))
      .requiredOption('--answer <text>', say({ zh: '补充说明', en: 'the answer to what was missing' })),
    bench,
  );
  examples(
    supplement,
    bench,
    'quanlian requests supplement 3fa94c21 --answer 依据为第十一条第二款',
    'quanlian requests supplement 3fa94c21 --answer 缩小范围 --items code,name',
  );
  act<TermOptions & { answer: string }>(supplement, bench, async (desk, [text], options) => {
    const request = await findRequest(desk, text ?? '');
    const asked = narrowingOf(request, options);
    const proposal = await desk.client.call(routes.supplementRequest, {
      params: { id: request.id },
      body: { answer: options.answer, ...(Object.keys(asked).length > 0 ? { asked } : {}) },
    });
    await tellOutcome(desk, proposal, { zh: '已补充材料。', en: 'The supplement is prepared.' });
  });

  const withdraw = group
    .command('withdraw')
    .description(say({ zh: '撤回申请（申请部门）', en: 'Withdraw your request' }))
    .argument('<request>', requestArgument(bench));
  examples(withdraw, bench, 'quanlian requests withdraw 3fa94c21');
  act(withdraw, bench, async (desk, [text]) => {
    const { id } = await findRequest(desk, text ?? '');
    const proposal = await desk.client.call(routes.withdrawRequest, { params: { id } });
    await tellOutcome(desk, proposal, { zh: '撤回申请。', en: 'Withdraw the request.' });
  });
}
