// quanlian restore DIR: makes an exchange of a backup, in an empty database and data folder, and verifies it.
import { resolve } from 'node:path';
import { readSettings, type Settings } from '#settings';
import { checkBackup } from './backup-check.js';
import { runProgram, Stop, type Desk, type Sentence } from './backup-command.js';
import type { Manifest } from './backup-manifest.js';
import { sizeText } from './backup-meter.js';
import { restoreBackup, type Restored } from './backup-restore.js';
import { readTrustRoot } from './backup-verify.js';

/** The clone: this file runs as dist/apps/launcher/src/restore.js. */
const root = resolve(import.meta.dirname, '../../../..');

const help: Sentence = {
  zh: `用法：quanlian restore 备份目录 [--vault-key 文件 [--identity 文件]] [--trust 文件] [--check] [--json]

由 quanlian backup 的备份（quanlian-backup-…）恢复到空的权链：空的数据目录（QUANLIAN_DATA_DIR）或空的数据库
（QUANLIAN_DATABASE_URL）。先查验备份的每个文件，最后不经服务器校验账本、数据库与全部密文。
备份之后发生的一切不复存在；备份中的登录会话、令牌与初始化链接一律作废。

  --vault-key 文件   备份时另存的保管库密钥，放入权链（仅本人可读）
  --identity 文件    打开该密钥的 age 私钥文件，密钥已加密时需要
  --trust 文件       另行取得的信任根，账本据此校验；不给出则用备份自带的
  --check            只查验备份文件，不恢复
  --json             结果以 JSON 写到标准输出

例：
  quanlian restore /srv/backup/quanlian-backup-20260304T050607Z --check
  quanlian restore /srv/backup/quanlian-backup-20260304T050607Z --vault-key /mnt/usb/vault.key.age --identity key.txt

退出码：0 完成且查验无误  1 拒绝或失败  2 用法  4 查验有误  130 中断`,
  en: `Usage: quanlian restore BACKUP [--vault-key FILE [--identity FILE]] [--trust FILE] [--check] [--json]

Restores a backup of quanlian backup (quanlian-backup-…) into an empty exchange: an empty data folder
(QUANLIAN_DATA_DIR) or an empty database (QUANLIAN_DATABASE_URL). Every file of the backup is checked first; ledger,
database and all objects are verified at the end, without the server. What happened after the backup is gone;
log-ins, tokens and set-up links that are in it are ended.

  --vault-key FILE   the vault key that was kept apart; it is put in its place, readable by you only
  --identity FILE    the file of the age identity that opens it, when it is encrypted
  --trust FILE       a trust root obtained elsewhere, to verify the ledger against; else the backup's own
  --check            check the files of the backup and restore nothing
  --json             the result as JSON on stdout

Examples:
  quanlian restore /srv/backup/quanlian-backup-20260304T050607Z --check
  quanlian restore /srv/backup/quanlian-backup-20260304T050607Z --vault-key /mnt/usb/vault.key.age --identity key.txt

Exit codes: 0 restored and verified  1 refused or failed  2 usage  4 something is wrong, and named  130 interrupted`,
};

await runProgram({
  help,
  interrupted: {
    zh: '已中断：数据库或仍为空，或已完整恢复但未经校验。请再次恢复；若提示非空，则已恢复，请用 quanlian verify 校验。',
    en: 'Interrupted: the database is still empty, or whole but not verified. Restore again; if that says it is not empty, it is restored: check it with quanlian verify.',
  },
  options: {
    'vault-key': { type: 'string' },
    identity: { type: 'string' },
    trust: { type: 'string' },
    check: { type: 'boolean' },
  },
  async run({ positionals, values }, desk) {
    const [folder, ...rest] = positionals;
    const { identity, trust } = values;
    const keyFile = values['vault-key'];
    if (!folder || rest.length > 0) {
      throw new Stop('usage', 'usage', { zh: '请给出一个备份目录（见 --help）。', en: 'Name one backup (see --help).' });
    }
    if (identity !== undefined && keyFile === undefined) {
      throw new Stop('usage', 'usage', { zh: '--identity 须与 --vault-key 同用。', en: '--identity goes with --vault-key.' });
    }
    const settings = readSettings(process.env, root);
    const trustRoot = trust === undefined ? undefined : readTrustRoot(trust);
    const backup = await checkBackup(resolve(folder), desk);
    const { manifest } = backup;
    if (values.check) {
      tellChecked(backup.manifestSha256, manifest, backup.sizeBytes, desk);
      return 'done';
    }
    checkOrigin(settings, manifest);
    const vaultKey = keyFile === undefined ? undefined : { file: keyFile, identityFile: identity };
    const restored = await restoreBackup({ settings, folder: resolve(folder), backup, trustRoot, vaultKey }, desk);
    tell(restored, { settings, manifest, manifestSha256: backup.manifestSha256, isTrustOwn: trustRoot === undefined }, desk);
    return restored.verification.wrongCount > 0 ? 'verification' : 'done';
  },
});

function checkOrigin({ ledgerOrigin }: Settings, { origin }: Manifest): void {
  if (ledgerOrigin === undefined || origin === undefined || ledgerOrigin === origin) return;
  throw new Stop('refused', 'origin-differs', {
    zh: `备份的账本是 ${origin}，而 QUANLIAN_ORIGIN 为 ${ledgerOrigin}。`,
    en: `The backup is of the ledger ${origin}, but QUANLIAN_ORIGIN is ${ledgerOrigin}.`,
  });
}

function tellChecked(manifestSha256: string, manifest: Manifest, sizeBytes: number, desk: Desk): void {
  const { takenAt, ledger, tables, objects, origin, damaged } = manifest;
  const files = tables.length + objects.length;
  desk.result({ manifestSha256, takenAt, origin, ledger: { size: ledger.size, head: ledger.head }, files, sizeBytes, damaged }, [
    {
      zh: `备份完好：${files} 个文件，${sizeText(sizeBytes)}；取自 ${takenAt}，账本 ${ledger.size} 条。`,
      en: `The backup is whole: ${files} files, ${sizeText(sizeBytes)}; taken ${takenAt}, ${ledger.size} entries.`,
    },
    { zh: `  清单 SHA-256 ${manifestSha256}`, en: `  manifest: SHA-256 ${manifestSha256}` },
  ]);
}

interface Told {
  readonly settings: Settings;
  readonly manifest: Manifest;
  readonly manifestSha256: string;
  /** The trust root came out of the backup itself. */
  readonly isTrustOwn: boolean;
}

function tell(restored: Restored, told: Told, desk: Desk): void {
  const { loaded, verification, hasVaultKey } = restored;
  const { settings, manifest, manifestSha256, isTrustOwn } = told;
  const { ledger, states, objects, wrong, wrongCount } = verification;
  const { takenAt, ledger: sealed } = manifest;
  const trust = isTrustOwn ? 'backup' : 'file';
  const value = {
    manifestSha256,
    takenAt,
    origin: manifest.origin,
    rows: loaded.rows,
    epoch: loaded.epoch,
    ended: loaded.ended,
    verified: ledger ? { ...ledger, trust } : undefined,
    audit: { states },
    objects,
    vaultKey: { keyId: manifest.vaultKey, present: hasVaultKey, file: settings.vaultKeyFile },
    wrong,
    wrongCount,
  };
  const { sessions, tokens, setUpLinks } = loaded.ended;
  desk.result(value, [
    { zh: `已恢复 ${takenAt} 的备份，${loaded.rows} 行。`, en: `Restored the backup of ${takenAt}, ${loaded.rows} rows.` },
    ...(ledger
      ? [
          {
            zh: `  账本 ${ledger.size} 条已校验，末条 ${ledger.head}，存证于 ${ledger.sealedAt}`,
            en: `  ledger: ${ledger.size} entries verified, head ${ledger.head}, sealed ${ledger.sealedAt}`,
          },
        ]
      : []),
    { zh: `  数据库 ${states} 项状态已与账本比对`, en: `  database: ${states} states compared with the ledger` },
    {
      zh: `  密文 ${objects.count} 个（${sizeText(objects.sizeBytes)}）已校验`,
      en: `  objects: ${objects.count} checked (${sizeText(objects.sizeBytes)})`,
    },
    {
      zh: `  已作废：会话 ${sessions}、令牌 ${tokens}、初始化链接 ${setUpLinks}；所有人须重新登录`,
      en: `  ended: ${sessions} sessions, ${tokens} tokens, ${setUpLinks} set-up links; everybody logs in again`,
    },
    ...wrong.map(({ code, sentence }) => ({ zh: `有误 [${code}] ${sentence.zh}`, en: `WRONG [${code}] ${sentence.en}` })),
    ...(wrongCount > wrong.length ? [{ zh: `……共 ${wrongCount} 处`, en: `… ${wrongCount} in all` }] : []),
    ...cautions(told, hasVaultKey, sealed.size),
  ]);
}

function cautions({ settings, manifest, isTrustOwn }: Told, hasVaultKey: boolean, size: number): Sentence[] {
  const { takenAt, vaultKey } = manifest;
  const lines: Sentence[] = [];
  if (!hasVaultKey) {
    lines.push({
      zh: `注意：缺少保管库密钥（${vaultKey ?? '–'}）。启动之前请将其放到 ${settings.vaultKeyFile}（权限 600），否则数据版本与代管密钥无法打开。`,
      en: `NOTE: the vault key (${vaultKey ?? '–'}) is not here. Put it at ${settings.vaultKeyFile} (mode 600) before the first start, or versions and keys in custody cannot be opened.`,
    });
  }
  if (size > 0) {
    if (isTrustOwn) {
      lines.push({
        zh: '注意：信任根出自备份自身，只证明备份前后一致。请用另行取得的信任根再次校验（--trust，或 quanlian verify）。',
        en: 'NOTE: the trust root came out of the backup itself, so this shows only that the backup fits together. Verify with one obtained elsewhere (--trust, or quanlian verify).',
      });
    }
    lines.push({
      zh: `注意：${takenAt} 之后的存证（第 ${size} 条起）、数据提供与抹除都已不在。请先重新办理其后的暂停、终止、密钥停用与个人信息抹除，再开放使用。`,
      en: `NOTE: what was sealed after ${takenAt} (entry ${size} and later), delivered or erased is not here. Enter suspensions, terminations, ends of keys and erasures of after that time again before anybody pulls.`,
    });
  }
  return lines;
}
