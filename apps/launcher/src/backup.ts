// quanlian backup DIR: a copy of database and encrypted objects that `quanlian restore` makes an exchange of again.
import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { readSettings } from '#settings';
import { runProgram, Stop, type Desk, type Sentence } from './backup-command.js';
import { withExistingDatabase } from './backup-database.js';
import { makeBackup, type MadeBackup } from './backup-make.js';
import { sizeText } from './backup-meter.js';
import { copyVaultKey, requireFree, vaultKeyIdOf, type KeyCopy } from './backup-vault-key.js';

/** The clone: this file runs as dist/apps/launcher/src/backup.js. */
const root = resolve(import.meta.dirname, '../../../..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

const help: Sentence = {
  zh: `用法：quanlian backup 目录 [--vault-key 文件 [--to age1…]] [--despite-damage] [--json]

在“目录”下新建 quanlian-backup-<UTC 时间>，内含数据库的一个快照与全部密文。权链运行与否均可备份。
备份中有姓名、文本与口令散列，只允许本人读取，请与数据库同等保管。保管库密钥不在其中，须另行保存。

  --vault-key 文件   另将保管库密钥写入此文件（仅本人可读），请与备份分开存放
  --to age1…         以此 age 公钥加密该文件；可多次给出
  --despite-damage   即使权链自身缺少密文或有损坏也照常备份，并在清单中注明
  --json             结果以 JSON 写到标准输出

例：
  quanlian backup /srv/backup
  quanlian backup /srv/backup --vault-key /mnt/usb/vault.key.age --to age1…

退出码：0 完成  1 拒绝或失败  2 用法  4 权链自身有损坏  130 中断`,
  en: `Usage: quanlian backup DIR [--vault-key FILE [--to age1…]] [--despite-damage] [--json]

Makes quanlian-backup-<UTC time> in DIR: one snapshot of the database and every encrypted object. The exchange
may run or not. The backup holds names, texts and password hashes; only you may read it: keep it as safe as the
database. The vault key is not in it and must be kept apart.

  --vault-key FILE   also write the vault key to this file (readable by you only); keep it apart from the backup
  --to age1…         encrypt that file to this age recipient; may be given more than once
  --despite-damage   make the backup even when the exchange itself lacks objects or has damaged ones; it names them
  --json             the result as JSON on stdout

Examples:
  quanlian backup /srv/backup
  quanlian backup /srv/backup --vault-key /mnt/usb/vault.key.age --to age1…

Exit codes: 0 done  1 refused or failed  2 usage  4 the exchange itself is damaged  130 interrupted`,
};

await runProgram({
  help,
  interrupted: { zh: '已中断，未留下半成品。', en: 'Interrupted; nothing half made was left.' },
  options: {
    'vault-key': { type: 'string' },
    to: { type: 'string', multiple: true },
    'despite-damage': { type: 'boolean' },
  },
  async run({ positionals, values }, desk) {
    const [folder, ...rest] = positionals;
    const recipients = values.to ?? [];
    const keyFile = values['vault-key'];
    if (!folder || rest.length > 0) {
      throw new Stop('usage', 'usage', { zh: '请给出一个目录（见 --help）。', en: 'Name one folder (see --help).' });
    }
    if (recipients.length > 0 && keyFile === undefined) {
      throw new Stop('usage', 'usage', { zh: '--to 须与 --vault-key 同用。', en: '--to goes with --vault-key.' });
    }
    const settings = readSettings(process.env, root);
    const keyId = vaultKeyIdOf(settings.vaultKeyFile);
    const copy = keyFile === undefined ? undefined : await prepareKey(settings.vaultKeyFile, keyFile, recipients);
    let made: MadeBackup;
    try {
      made = await withExistingDatabase(settings, ({ owner }) =>
        makeBackup(
          {
            settings,
            databaseUrl: owner,
            folder: resolve(folder),
            product: version,
            despiteDamage: values['despite-damage'] ?? false,
          },
          desk,
        ),
      );
      // After the backup: a key without one misleads nobody.
      await copy?.keep();
    } finally {
      await copy?.discard();
    }
    tell(made, desk, { place: settings.vaultKeyFile, keyId, file: keyFile, isEncrypted: recipients.length > 0 });
  },
});

async function prepareKey(source: string, target: string, recipients: readonly string[]): Promise<KeyCopy> {
  await requireFree(target);
  return copyVaultKey(source, target, recipients);
}

interface KeyFacts {
  readonly place: string;
  readonly keyId: string | undefined;
  readonly file: string | undefined;
  readonly isEncrypted: boolean;
}

function tell({ path, manifest, manifestSha256 }: MadeBackup, desk: Desk, key: KeyFacts): void {
  const { ledger, tables, objects, disposed, damaged, vaultKey } = manifest;
  const sum = (list: readonly { sizeBytes: number }[]) => list.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
  const rows = tables.reduce((total, table) => total + table.rows, 0);
  const value = {
    backup: path,
    manifestSha256,
    takenAt: manifest.takenAt,
    ...(manifest.origin === undefined ? {} : { origin: manifest.origin }),
    ledger: { size: ledger.size, head: ledger.head },
    tables: { count: tables.length, rows, sizeBytes: sum(tables) },
    objects: { count: objects.length, sizeBytes: sum(objects) },
    disposed: disposed.length,
    damaged,
    vaultKey: { keyId: vaultKey ?? key.keyId ?? '', file: key.file ?? '', encrypted: key.isEncrypted },
  };
  desk.result(value, [
    { zh: `备份完成：${path}`, en: `Backup made: ${path}` },
    {
      zh: `  账本 ${ledger.size} 条，末条 ${ledger.head}`,
      en: `  ledger: ${ledger.size} entries, head ${ledger.head}`,
    },
    {
      zh: `  数据库 ${tables.length} 张表，${rows} 行，${sizeText(sum(tables))}`,
      en: `  database: ${tables.length} tables, ${rows} rows, ${sizeText(sum(tables))}`,
    },
    {
      zh: `  密文 ${objects.length} 个，${sizeText(sum(objects))}`,
      en: `  objects: ${objects.length}, ${sizeText(sum(objects))}`,
    },
    {
      zh: `  清单 SHA-256 ${manifestSha256}（另行记下，可据此发现改动）`,
      en: `  manifest: SHA-256 ${manifestSha256} (note it elsewhere, to notice a change)`,
    },
    ...damaged.map(({ name, problem }) => ({
      zh: `  权链自身${problem === 'missing' ? '缺少' : '已损坏'}密文 ${name}，备份中没有它`,
      en: `  object ${name} ${problem === 'missing' ? 'is missing' : 'is damaged'} in the exchange itself and not in the backup`,
    })),
    ...keyLines(path, vaultKey, key),
  ]);
}

function keyLines(path: string, needed: string | undefined, { place, keyId, file, isEncrypted }: KeyFacts): Sentence[] {
  const lines: Sentence[] = [];
  if (file === undefined) {
    lines.push({
      zh: `保管库密钥不在备份中，它在 ${place}。没有它，数据版本与代管密钥永远无法打开：请另行保存（--vault-key）。`,
      en: `The vault key is NOT in the backup; it lies in ${place}. Without it versions and keys in custody can never be opened: keep it apart (--vault-key).`,
    });
  } else {
    lines.push({ zh: `保管库密钥已写入 ${file}`, en: `The vault key is in ${file}` });
    if (!isEncrypted) {
      lines.push({
        zh: '警告：该文件未加密，得到它与备份者即得到一切。请分开存放，或用 --to 加密。',
        en: 'WARNING: that file is not encrypted. Who has it and the backup has everything: keep them apart, or encrypt it with --to.',
      });
    }
    if (!relative(resolve(path, '..'), resolve(file)).startsWith('..')) {
      lines.push({
        zh: '警告：密钥文件与备份在同一目录下，请移往别处。',
        en: 'WARNING: the key lies beside the backup; move it elsewhere.',
      });
    }
  }
  if (needed !== undefined && keyId !== undefined && needed !== keyId) {
    lines.push({
      zh: `警告：${place} 是另一把密钥（${keyId}），数据库中的秘密由 ${needed} 封存。`,
      en: `WARNING: ${place} is another key (${keyId}); the secrets in the database are sealed under ${needed}.`,
    });
  }
  return lines;
}
