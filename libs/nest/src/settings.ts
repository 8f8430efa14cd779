import { existsSync, readFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { z } from 'zod';
import { settingsTable, type Both, type Setting } from './settings-table.js';

// This file is also a door of its own, `#settings`: the launcher needs it at once and nothing else of this library,
// whose framework takes most of a second to load.
export { settingsTable } from './settings-table.js';

type Table = typeof settingsTable;
type Read = { readonly [K in keyof Table]: z.output<Table[K]['schema']> };

/** All settings, checked. Paths are absolute. */
export interface Settings extends Omit<Read, 'vaultKeyFile' | 'workDir' | 'publicUrl'> {
  readonly vaultKeyFile: string;
  readonly workDir: string;
  readonly publicUrl: string;
  /** Whether an empty embedded database gets the demo city. */
  readonly wantsDemo: boolean;
  readonly demoSize: 'full' | 'small';
}

/** Names every wrong setting in both languages; never a value, which may be a secret. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  constructor(readonly problems: readonly Both[]) {
    super(problems.map(({ zh, en }) => `${zh} ${en}`).join('\n'));
  }
}

/** Whether only this machine can connect to the address. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8, 'ipv4');
  loopback.addAddress('::1', 'ipv6');
  const version = isIP(host);
  return version !== 0 && loopback.check(host, version === 4 ? 'ipv4' : 'ipv6');
}

/** Plaintext on its way belongs in memory: Linux has a folder for that. */
function memoryFolder(): string {
  return existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
}

/** What would let others connect in the clear, or speak for somebody else. */
function checkListening({ host, tlsCertFile, tlsKeyFile, trustedProxies }: Read): Both[] {
  if (Boolean(tlsCertFile) !== Boolean(tlsKeyFile)) {
    return [
      {
        zh: 'QUANLIAN_TLS_CERT 与 QUANLIAN_TLS_KEY 必须同时设置。',
        en: 'QUANLIAN_TLS_CERT and QUANLIAN_TLS_KEY go together.',
      },
    ];
  }
  if (isLoopback(host) || tlsCertFile || trustedProxies.length) return [];
  return [
    {
      zh: '监听本机以外的地址（QUANLIAN_HOST）必须有证书（QUANLIAN_TLS_CERT、QUANLIAN_TLS_KEY）或指明可信代理（QUANLIAN_TRUSTED_PROXY）。',
      en: 'Listening beyond this machine (QUANLIAN_HOST) needs a certificate (QUANLIAN_TLS_CERT, QUANLIAN_TLS_KEY) or a named trusted proxy (QUANLIAN_TRUSTED_PROXY).',
    },
  ];
}

/** The text of a setting, from the environment or, for a secret, from the file that `<name>_FILE` names. */
function readText(env: NodeJS.ProcessEnv, { name, isSecret }: Setting): string | undefined {
  const direct = env[name];
  const file = isSecret ? env[`${name}_FILE`] : undefined;
  if (direct && file) throw new Error('set both directly and as a file');
  if (file) return readFileSync(file, 'utf8').trim() || undefined;
  return direct || undefined;
}

/**
 * Reads all settings from the environment. An empty value counts as not set.
 *
 * @param root what relative paths are relative to.
 * @throws SettingsError naming every problem at once.
 */
export function readSettings(env: NodeJS.ProcessEnv, root = process.cwd()): Settings {
  const problems: Both[] = [];
  const values: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries<Setting>(settingsTable)) {
    let reason: string | undefined;
    try {
      const parsed = setting.schema.safeParse(readText(env, setting));
      if (parsed.success) values[key] = parsed.data;
      else reason = parsed.error.issues[0]?.message;
    } catch (error) {
      reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    }
    if (reason !== undefined) {
      problems.push({
        zh: `设置 ${setting.name} 无效（${reason}）。`,
        en: `The setting ${setting.name} is not valid: ${reason}.`,
      });
    }
  }
  const read = values as unknown as Read;
  if (!problems.length) problems.push(...checkListening(read));
  if (problems.length) throw new SettingsError(problems);

  const dataDir = resolve(root, read.dataDir);
  const isProduction = env['NODE_ENV'] === 'production';
  const scheme = read.tlsCertFile ? 'https' : 'http';
  const host = isIP(read.host) === 6 ? `[${read.host}]` : read.host;
  return {
    ...read,
    dataDir,
    tlsCertFile: read.tlsCertFile && resolve(root, read.tlsCertFile),
    tlsKeyFile: read.tlsKeyFile && resolve(root, read.tlsKeyFile),
    vaultKeyFile: read.vaultKeyFile ? resolve(root, read.vaultKeyFile) : join(dataDir, 'vault.key'),
    witnessPolicy: read.witnessPolicy && resolve(root, read.witnessPolicy),
    ledgerFolder: read.ledgerFolder && resolve(root, read.ledgerFolder),
    workDir: read.workDir ? resolve(root, read.workDir) : memoryFolder(),
    publicUrl: (read.publicUrl ?? `${scheme}://${host}:${read.port}`).replace(/\/+$/, ''),
    wantsDemo: !read.databaseUrl && (read.demo ? read.demo !== 'none' : !isProduction),
    demoSize: read.demo === 'small' ? 'small' : 'full',
  };
}
