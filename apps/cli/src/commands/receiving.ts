import type { Format } from '#contracts';
import { Option, type Command } from 'commander';
import { existsSync } from 'node:fs';
import type { Bench, Desk } from '../desk.js';
import { exists, type PulledData, type ReceiveOptions } from '../pull/receive.js';
import { countText, sizeText } from '../terminal/progress.js';
import { countOf } from './inbox.js';

/** What a command that receives a delivery is told of it. */
export interface ReceivingOptions {
  out: string;
  identity?: string[];
  key?: string;
  trust?: string;
  keepAge?: boolean;
  manifest?: boolean;
  receipt: boolean;
  force?: boolean;
  timeout: string;
}

/** Adds the options of receiving to a command. */
export function receivingOptions(command: Command, { say }: Bench): Command {
  return (
    command
      .option(
        '--identity <file...>',
        say({ zh: 'age 身份文件（QUANLIAN_IDENTITY）', en: 'age identity file (QUANLIAN_IDENTITY)' }),
      )
      .option(
        '--key <file>',
        say({
          zh: '部门自持密钥时的密钥文件（QUANLIAN_KEY）',
          en: 'key file, where the department holds its key (QUANLIAN_KEY)',
        }),
      )
      .option('--trust <file>', say({ zh: '信任根文件，代替已记住的', en: 'trust root file, instead of the pinned one' }))
      .option('--keep-age', say({ zh: '保留密文 FILE.age', en: 'keep the ciphertext, FILE.age' }))
      .option(
        '--no-manifest',
        say({
          zh: '不保留清单 FILE.manifest.json（它含明文校验密钥，与数据同等保密）',
          en: 'do not keep the manifest, FILE.manifest.json (it holds the key of the HMAC: as secret as the data)',
        }),
      )
      // What used to ask for it.
      .addOption(new Option('--manifest').hideHelp())
      .option(
        '--no-receipt',
        say({ zh: '暂不签署回执；再次运行时补签', en: 'do not sign the receipt yet; running it again does' }),
      )
      .option('--force', say({ zh: '覆盖已有文件', en: 'overwrite the file if it exists' }))
      .option('--timeout <seconds>', say({ zh: '最多等待几秒', en: 'wait at most so many seconds' }), '3600')
  );
}

export function receiveOptionsOf(options: ReceivingOptions): ReceiveOptions {
  return {
    output: options.out,
    identityFiles: options.identity ?? [],
    keyFile: options.key,
    trust: options.trust,
    keepAge: options.keepAge === true,
    withManifest: options.manifest !== false,
    withReceipt: options.receipt,
    force: options.force === true,
    timeoutMs: countOf(options.timeout, '--timeout') * 1000,
  };
}

/** Throws Stop when a file would overwrite one that is not the work of the same command; `isOpened` says that the rows in it are. */
export function checkFree({ out, force, keepAge }: ReceivingOptions, isOpened: boolean): void {
  if (force || isOpened) return;
  const taken = [out, ...(keepAge === true ? [`${out}.age`] : [])].find((path) => existsSync(path));
  if (taken !== undefined) throw exists(taken);
}

export function tellReceived(
  desk: Desk,
  pulled: PulledData,
  { datasetTitle, format, withReceipt }: { datasetTitle: string; format: Format; withReceipt: boolean },
): void {
  const { say } = desk;
  desk.out.fields([
    [say({ zh: '数据资源', en: 'Dataset' }), datasetTitle],
    [say({ zh: '文件', en: 'File' }), `${pulled.file}  (${format})`],
    [say({ zh: '行数', en: 'Rows' }), countText(pulled.rows)],
    [say({ zh: '大小', en: 'Size' }), sizeText(pulled.sizeBytes)],
    [say({ zh: '密文', en: 'Ciphertext' }), pulled.ageFile],
    [say({ zh: '清单', en: 'Manifest' }), pulled.manifestFile],
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
        : withReceipt
          ? say({ zh: '此前已签署', en: 'signed before' })
          : say({ zh: '未签署；去掉 --no-receipt 再运行一次即补签', en: 'not signed; run this again without --no-receipt' }),
    ],
  ]);
}
