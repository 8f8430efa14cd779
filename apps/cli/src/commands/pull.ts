import { formatSchema, routes, type Format } from '#contracts';
import { Option, type Command } from 'commander';
import { existsSync } from 'node:fs';
import { act, examples, type Bench, type Desk } from '../desk.js';
import { Stop, usage } from '../exits.js';
import { findRight, findVersion } from '../find/find.js';
import { formatFor, isBegun, pull, type PulledData, type PullOrder } from '../pull/pull.js';
import { rowsStated } from '../rows/option.js';
import { countText, sizeText } from '../terminal/progress.js';
import { countOf } from './inbox.js';
import { listOf } from './terms.js';

interface PullOptions {
  out: string;
  items?: string;
  rows?: string;
  rowsFile?: string;
  format?: Format;
  excel?: boolean;
  dataVersion?: string;
  identity?: string[];
  key?: string;
  trust?: string;
  keepAge?: boolean;
  receipt: boolean;
  force?: boolean;
  timeout: string;
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
    .addOption(
      new Option('--format <format>', say({ zh: '格式，默认按文件名', en: 'format; by the file’s name when left out' })).choices(
        formatSchema.options,
      ),
    )
    .addOption(
      new Option('--excel', say({ zh: '可由 Excel 直接打开的 CSV（带 BOM）', en: 'CSV that Excel opens (with BOM)' })).conflicts(
        'format',
      ),
    )
    .option('--data-version <version>', say({ zh: '数据版本（版本号或编号）', en: 'version of the data (number or id)' }))
    .option('--identity <file...>', say({ zh: 'age 身份文件（QUANLIAN_IDENTITY）', en: 'age identity file (QUANLIAN_IDENTITY)' }))
    .option(
      '--key <file>',
      say({ zh: '部门自持密钥时的密钥文件（QUANLIAN_KEY）', en: 'key file, where the department holds its key (QUANLIAN_KEY)' }),
    )
    .option('--trust <file>', say({ zh: '信任根文件，代替已记住的', en: 'trust root file, instead of the pinned one' }))
    .option('--keep-age', say({ zh: '保留密文 FILE.age', en: 'keep the ciphertext, FILE.age' }))
    .option('--no-receipt', say({ zh: '暂不签署回执；再次运行时补签', en: 'do not sign the receipt yet; running it again does' }))
    .option('--force', say({ zh: '覆盖已有文件', en: 'overwrite the file if it exists' }))
    .option('--timeout <seconds>', say({ zh: '最多等待几秒', en: 'wait at most so many seconds' }), '3600');
  examples(
    command,
    bench,
    'quanlian pull 3fa94c21 -o villages.csv',
    'quanlian pull 3fa94c21 -o villages.csv --items code,name --rows "provinceCode = 42" --excel',
    'quanlian pull 3fa94c21 -o villages.parquet --identity gongan-identity.txt --keep-age',
    [
      'age -d -i gongan-identity.txt villages.parquet.age > villages.parquet',
      { zh: '密文也可用通用的 age 命令打开', en: 'the stock age command opens the ciphertext as well' },
    ],
  );
  act<PullOptions>(command, bench, async (desk, [text], options) => {
    const order = await orderOf(desk, text ?? '', options);
    if (existsSync(order.output) && !options.force && !isBegun(desk, order))
      throw new Stop('file', 'exists', {
        zh: `${order.output} 已存在；加 --force 覆盖。`,
        en: `${order.output} exists; --force overwrites it.`,
      });
    const pulled = await pull(desk, order);
    desk.out.result(pulled, () => tell(desk, pulled, order));
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
    format: formatFor(right, options.out, options),
    version: options.dataVersion === undefined ? right.version : (await findVersion(desk, right.dataset, options.dataVersion)).id,
    output: options.out,
    identityFiles: options.identity ?? [],
    keyFile: options.key,
    trust: options.trust,
    keepAge: options.keepAge === true,
    withReceipt: options.receipt,
    timeoutMs: countOf(options.timeout, '--timeout') * 1000,
  };
}

function tell(desk: Desk, pulled: PulledData, order: PullOrder): void {
  const { say } = desk;
  desk.out.fields([
    [say({ zh: '数据资源', en: 'Dataset' }), order.right.datasetTitle],
    [say({ zh: '文件', en: 'File' }), `${pulled.file}  (${order.format})`],
    [say({ zh: '行数', en: 'Rows' }), countText(pulled.rows)],
    [say({ zh: '大小', en: 'Size' }), sizeText(pulled.sizeBytes)],
    [say({ zh: '密文', en: 'Ciphertext' }), pulled.ageFile],
    [
      say({ zh: '密文摘要', en: 'Ciphertext SHA-256' }),
      `${pulled.ciphertextSha256}  ${say({ zh: '与账本一致', en: 'as sealed' })}  #${pulled.deliveredAt}`,
    ],
    [say({ zh: '明文校验值', en: 'Plaintext HMAC' }), `${pulled.plaintextHmac}  ${say({ zh: '与账本一致', en: 'as sealed' })}`],
    [say({ zh: '数据提供', en: 'Delivery' }), pulled.delivery],
    [
      say({ zh: '回执', en: 'Receipt' }),
      pulled.receiptAt !== undefined
        ? `${say({ zh: '已签署并存证', en: 'signed and sealed' })}  #${pulled.receiptAt}`
        : order.withReceipt
          ? say({ zh: '此前已签署', en: 'signed before' })
          : say({ zh: '未签署；去掉 --no-receipt 再运行一次即补签', en: 'not signed; run this again without --no-receipt' }),
    ],
  ]);
}
