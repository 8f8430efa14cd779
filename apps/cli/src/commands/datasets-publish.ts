import {
  CallError,
  delimiterSchema,
  detectedWords,
  encodingSchema,
  fileFormatSchema,
  foundKindSchema,
  routes,
  type DelimiterName,
  type Encoding,
  type FileFormat,
} from '#contracts';
import { Option, type Command } from 'commander';
import { act, examples, type Bench, type Desk } from '../desk.js';
import { usage } from '../exits.js';
import { findDataset } from '../find/find.js';
import { digestOfFile, sendFile } from '../publish/send-file.js';
import { tellOutcome } from '../sign/outcome.js';
import { writeWhole } from '../store/folder.js';
import { violationLines } from '../terminal/output.js';
import { countText, sizeText } from '../terminal/progress.js';
import { checkNoSecrets, datasetArgument } from './dataset-argument.js';

/** datasets publish: a version from a file of any form. */
export function publish(group: Command, bench: Bench): void {
  const { say } = bench;
  const command = group
    .command('publish')
    .description(
      say({
        zh: '由文件发布数据版本：CSV、JSON Lines、Parquet、XLSX，可用 gzip 或 ZIP 压缩；编码、分隔符等自行识别并说明',
        en: 'Publish a version from a file: CSV, JSON lines, Parquet, XLSX, packed by gzip or ZIP or not; its encoding and the like are found out, and told',
      }),
    )
    .argument('<dataset>', datasetArgument(bench))
    .argument('<file>', say({ zh: '数据文件', en: 'the file' }))
    .option(
      '--no-secrets',
      say({ zh: '确认不含国家秘密、工作秘密', en: 'you confirm: it holds no state secrets and no work secrets' }),
    )
    .option(
      '--announce-digest [sha256]',
      say({
        zh: '先声明文件的 SHA-256，内容不符即被拒收；不写值则由本机计算',
        en: 'announce the file’s SHA-256 first, so that other content is refused; computed here when no value is given',
      }),
    )
    .addOption(new Option('--format <format>', say({ zh: '格式', en: 'its format' })).choices(fileFormatSchema.options))
    .addOption(new Option('--encoding <encoding>', say({ zh: '编码', en: 'its encoding' })).choices(encodingSchema.options))
    .addOption(new Option('--delimiter <name>', say({ zh: '分隔符', en: 'its separator' })).choices(delimiterSchema.options))
    .option('--sheet <name>', say({ zh: '工作表名称或序号', en: 'a sheet, by name or number' }))
    .option('--header-row <row>', say({ zh: '工作表中表头所在行', en: 'the row of the sheet that holds the names' }))
    .option(
      '--skip <kinds>',
      say({ zh: '略过或照用这些：', en: 'leave out, or take as they are: ' }) + foundKindSchema.options.join(','),
    )
    .option('--as-found', say({ zh: '凡查出的均略过或照用', en: 'whatever is found is left out or taken as it is' }))
    .option(
      '--leave-out-faulty',
      say({
        zh: '剔除不合格的行并记入版本；默认整份拒收',
        en: 'leave faulty rows out, which the version records; otherwise they refuse the file',
      }),
    )
    .option('--faulty-rows <file>', say({ zh: '将不合格的行保存为 XLSX', en: 'write the rows that do not fit to this XLSX' }));
  examples(
    command,
    bench,
    'quanlian datasets publish 行政村 villages.csv --no-secrets',
    'quanlian datasets publish 行政村 villages.xlsx --sheet 名录 --skip title,footer --no-secrets',
    [
      'quanlian datasets publish 行政村 villages.csv --no-secrets --announce-digest 9f86d0…',
      { zh: '声明数据生产方给出的摘要', en: 'a digest that the data’s producer gave you' },
    ],
  );
  act<PublishOptions>(command, bench, async (desk, [text, path = ''], options) => {
    checkNoSecrets(options.secrets);
    const dataset = await findDataset(desk, text ?? '');
    const announce = options.announceDigest === true ? await digestOfFile(desk, path) : options.announceDigest?.toLowerCase();
    if (announce !== undefined && !/^[0-9a-f]{64}$/.test(announce))
      throw usage('摘要为 64 位十六进制。', 'A digest is 64 hex digits.');
    let id = '';
    const onBegun = (begun: string) => (id = begun);
    const upload = await sendFile(desk, { dataset: dataset.id, path, announce, onBegun, form: formOf(options) }).catch(
      async (error: unknown) => {
        if (error instanceof CallError && error.problem?.violations) await writeFaultyRows(desk, id, options.faultyRows);
        throw error;
      },
    );
    if (upload.leftOut) await writeFaultyRows(desk, id, options.faultyRows);
    if (!upload.proposal) throw usage('平台没有给出待办事项。', 'The exchange gave no proposal.');
    if (!desk.out.json)
      desk.out.fields([
        [say({ zh: '数据资源', en: 'Dataset' }), dataset.entry.title],
        [say({ zh: '行数', en: 'Rows' }), countText(upload.rows)],
        [say({ zh: '大小', en: 'Size' }), sizeText(upload.bytes)],
        [say({ zh: '文件摘要', en: 'File SHA-256' }), upload.fileSha256],
        ...(upload.detected ?? []).map(({ what, value, why }) => [say(detectedWords[what]), `${value}  (${say(why)})`] as const),
      ]);
    if (upload.leftOut && !desk.out.json) {
      const { rows } = upload.leftOut;
      desk.out.note({ zh: `剔除了 ${countText(rows)} 行：`, en: `${countText(rows)} rows were left out:` });
      desk.out.print(...violationLines(upload.leftOut, desk.language));
    }
    const done = { zh: '数据版本已提交。', en: 'The version is handed in.' };
    await tellOutcome(desk, upload.proposal, done, (proposal) => ({ ...upload, proposal }));
  });
}

interface PublishOptions {
  readonly secrets: boolean;
  readonly announceDigest?: string | true;
  readonly format?: FileFormat;
  readonly encoding?: Encoding;
  readonly delimiter?: DelimiterName;
  readonly sheet?: string;
  readonly headerRow?: string;
  readonly skip?: string;
  readonly asFound?: boolean;
  readonly leaveOutFaulty?: boolean;
  readonly faultyRows?: string;
}

function formOf({ format, encoding, delimiter, sheet, headerRow, skip, asFound, leaveOutFaulty }: PublishOptions) {
  const said = { format, encoding, delimiter, sheet, headerRow, skip: asFound ? 'all' : skip };
  const given = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) as Partial<typeof said>;
  return { ...given, ...(leaveOutFaulty ? { leaveOutFaulty: 'true' as const } : {}) };
}

/** The exchange's workbook of the rows that do not fit, to a file. */
async function writeFaultyRows(desk: Desk, upload: string, path: string | undefined): Promise<void> {
  if (path === undefined) return;
  const response = await desk.client.open(routes.faultyRows, { params: { id: upload } }, { signal: desk.signal });
  writeWhole(path, new Uint8Array(await response.arrayBuffer()));
  desk.out.note({ zh: `不合格的行已写入 ${path}。`, en: `The rows that do not fit are written to ${path}.` });
}
