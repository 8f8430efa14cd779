import { formatSchema, meansId, refuse, routes, type Format } from '#contracts';
import { Option, type Command } from 'commander';
import { act, examples, type Bench, type Desk } from '../desk.js';
import { usage } from '../exits.js';
import { findRight, findVersion } from '../find/find.js';
import { formatFor, isOpened, pull, type PullOrder } from '../pull/pull.js';
import { namedLists } from '../publish/send-list.js';
import { rowsStated } from '../rows/option.js';
import { checkFree, receiveOptionsOf, receivingOptions, tellReceived, type ReceivingOptions } from './receiving.js';
import { listOf } from './terms.js';

interface PullOptions extends ReceivingOptions {
  items?: string;
  rows?: string;
  rowsFile?: string;
  format?: Format;
  excel?: boolean;
  gzip?: boolean;
  list?: string[];
  dataVersion?: string;
  changes?: string | true;
}

/** pull: the requester's whole path from right to receipt. */
export function pullCommand(program: Command, bench: Bench): void {
  const { say } = bench;
  const command = program
    .command('pull')
    .helpGroup(say({ zh: '提取数据', en: 'Data received' }))
    .summary(say({ zh: '提取数据，从请求直到回执', en: 'Pull data, from the request to the receipt' }))
    .description(
      say({
        zh: '提取数据：提出、等待、下载、与账本核对、解密、校验、签署回执。中断后再次运行同一命令即继续，不会重复提取',
        en: 'Pull data: ask, wait, download, match to the ledger, decrypt, check, sign the receipt. Cut short, the same command goes on and takes nothing twice',
      }),
    )
    .argument('<right>', say({ zh: '使用权编号或其开头', en: 'id of the right, or its beginning' }))
    .requiredOption('-o, --out <file>', say({ zh: '写入此文件', en: 'write the rows to this file' }))
    .option('--items <list>', say({ zh: '只要这些数据项，逗号分隔', en: 'these items only, with commas between' }))
    .option(
      '--rows <scope>',
      say({ zh: '只要这些行，如 "streetCode prefix 4201"', en: 'these rows only, such as "streetCode prefix 4201"' }),
    )
    .option('--rows-file <file>', say({ zh: '行范围取自文件（文字或 JSON）', en: 'which rows, from a file (text or JSON)' }))
    .option(
      '--list <item=file...>',
      say({
        zh: '只要在此名单上的行：每行一个键，或带表头的 CSV',
        en: 'only rows whose item is on this list: one key a line, or a CSV with a header',
      }),
    )
    .addOption(
      new Option('--format <format>', say({ zh: '格式，默认按文件名', en: 'format; by the file’s name when left out' })).choices(
        formatSchema.options,
      ),
    )
    .addOption(
      new Option(
        '--excel',
        say({
          zh: '可由 Excel 直接打开：CSV（带 BOM）；文件名为 .xlsx 时为工作簿',
          en: 'what Excel opens: CSV with BOM, or a workbook when the file’s name ends in .xlsx',
        }),
      ).conflicts('format'),
    )
    .option(
      '--gzip',
      say({
        zh: '传输时压缩（CSV、JSON Lines），打开时自动解开',
        en: 'packed on its way (CSV, JSON lines) and unpacked when it is opened',
      }),
    )
    .option(
      '--changes [delivery]',
      say({
        zh: '只要此次提供之后的变化（新增、变更、删除的行）；不写编号则为最近一次已签收的提供',
        en: 'only what changed since this delivery (rows added, changed, removed); the last one with a receipt when none is named',
      }),
    )
    .option('--data-version <version>', say({ zh: '数据版本（版本号或编号）', en: 'version of the data (number or id)' }));
  receivingOptions(command, bench);
  examples(
    command,
    bench,
    'quanlian pull 3fa94c21 -o villages.csv',
    'quanlian pull 3fa94c21 -o villages.csv --items code,name --rows "provinceCode = 42" --excel',
    [
      'quanlian pull 3fa94c21 -o cars.csv --list ownerId=applicants.csv',
      { zh: '只要名单所列人员的行', en: 'only the rows of those who are on the list' },
    ],
    'quanlian pull 3fa94c21 -o villages.xlsx',
    [
      'quanlian pull 3fa94c21 -o changes.csv --changes',
      { zh: '首列 _change 写明每行是新增、变更还是删除', en: 'the first column, _change, says what became of each row' },
    ],
    'quanlian pull 3fa94c21 -o villages.parquet --identity gongan-identity.txt --keep-age',
    [
      'age -d -i gongan-identity.txt villages.parquet.age > villages.parquet',
      { zh: '密文也可用通用的 age 命令打开', en: 'the stock age command opens the ciphertext as well' },
    ],
  );
  act<PullOptions>(command, bench, async (desk, [text], options) => {
    const order = await orderOf(desk, text ?? '', options);
    checkFree(options, isOpened(desk, order));
    const pulled = await pull(desk, order);
    const { format, withReceipt } = order;
    desk.out.result(pulled, () => tellReceived(desk, pulled, { datasetTitle: order.right.datasetTitle, format, withReceipt }));
  });
}

async function orderOf(desk: Desk, text: string, options: PullOptions): Promise<PullOrder> {
  const right = await findRight(desk, text);
  const { department } = await desk.client.call(routes.me, {});
  if (right.grantee !== department)
    throw usage('该使用权不属于本部门。', 'The right is not held by the department that you act for.');
  return {
    right,
    items: listOf(options.items) ?? right.items,
    rows: rowsStated(options) ?? { op: 'all' },
    lists: await namedLists(desk, options.list),
    format: formatFor(right, options.out, options),
    ...(options.gzip ? { compression: 'gzip' as const } : {}),
    ...(options.changes === undefined ? {} : { since: await earlierDelivery(desk, right.id, options.changes) }),
    version: options.dataVersion === undefined ? right.version : (await findVersion(desk, right.dataset, options.dataVersion)).id,
    ...receiveOptionsOf(options),
  };
}

/** The delivery that changes are told since: the one that is named, or the last of the right that has a receipt. */
async function earlierDelivery(desk: Desk, right: string, named: string | true): Promise<string> {
  const query = { right, ...(named === true ? { state: 'received' as const } : {}), limit: named === true ? 1 : 200 };
  const { items } = await desk.client.call(routes.deliveries, { query });
  const found = items.filter(({ id }) => named === true || meansId(named.toLowerCase(), id));
  if (found.length === 1) return (found[0] as { id: string }).id;
  throw refuse('changes-no-earlier', {}, { field: 'since' });
}
