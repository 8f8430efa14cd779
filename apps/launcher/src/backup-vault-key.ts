import { constants } from 'node:fs';
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { AgeError, checkAgeRecipient, decryptAge, encryptAge, loadVaultKey, openVault, randomId, VaultError } from '#crypto';
import { Stop } from './backup-command.js';
import { syncFolder } from './backup-files.js';

/** The id of the vault key in a file; undefined when there is no file. Throws VaultError. */
export function vaultKeyIdOf(path: string): string | undefined {
  try {
    return openVault(loadVaultKey(path)).keyId;
  } catch (error) {
    if (error instanceof VaultError && error.code === 'vault-key-file-missing') return undefined;
    throw error;
  }
}

/** A copy of the vault key beside its place: `keep` gives it its name, `discard` takes it away. */
export interface KeyCopy {
  keep(): Promise<void>;
  discard(): Promise<void>;
}

/**
 * Copies the vault key's file, encrypted to age recipients when there are any. Nothing has the wanted name before `keep`, and nothing is
 * ever replaced. Throws Stop.
 */
export async function copyVaultKey(source: string, target: string, recipients: readonly string[]): Promise<KeyCopy> {
  for (const recipient of recipients) checkRecipient(recipient);
  // Its own checks first: mode, form.
  loadVaultKey(source);
  const content = await readFile(source);
  const bytes = recipients.length > 0 ? await buffer(encryptAge(recipients, [content])) : content;
  const draft = await writeDraft(target, bytes);
  return { keep: () => keep(draft, target), discard: () => rm(draft, { force: true }) };
}

/**
 * Puts a kept vault key in its place, readable by its owner only. A key that is already there is left alone if it is the same one.
 *
 * @param source as the backup wrote it: plain, or an age file that one of the identities opens.
 * @param wanted the id of the key that the backup needs. Throws Stop when this is another, before anything is written.
 */
export async function takeVaultKey(
  source: string,
  identityFile: string | undefined,
  target: string,
  wanted: string | undefined,
): Promise<KeyCopy> {
  const bytes = await openKeyFile(await readFile(source), source, identityFile);
  const draft = await writeDraft(target, bytes);
  try {
    const keyId = vaultKeyIdOf(draft);
    if (wanted !== undefined && keyId !== wanted) {
      throw new Stop('refused', 'vault-key-other', {
        zh: `${source} 是另一把保管库密钥（${keyId}），备份需要 ${wanted}。`,
        en: `${source} is another vault key (${keyId}); the backup needs ${wanted}.`,
      });
    }
  } catch (error) {
    await rm(draft, { force: true });
    if (error instanceof VaultError && error.code === 'vault-key-file-malformed') {
      throw new Stop('refused', error.code, {
        zh: `${source} 中不是保管库密钥。`,
        en: `${source} does not hold a vault key.`,
      });
    }
    throw error;
  }
  return {
    keep: async () => {
      if (vaultKeyIdOf(target) === undefined) await keep(draft, target);
      else await rm(draft);
    },
    discard: () => rm(draft, { force: true }),
  };
}

const ageMagic = 'age-encryption.org/v1\n';

async function openKeyFile(content: Buffer, source: string, identityFile: string | undefined): Promise<Buffer> {
  if (!content.toString('latin1', 0, ageMagic.length).startsWith(ageMagic)) return content;
  if (identityFile === undefined) {
    throw new Stop('usage', 'identity-missing', {
      zh: `${source} 已加密；请用 --identity 指定 age 私钥文件。`,
      en: `${source} is encrypted; name the file of the age identity with --identity.`,
    });
  }
  const lines = (await readFile(identityFile, 'utf8')).split('\n').map((line) => line.trim());
  try {
    return await buffer(
      decryptAge(
        lines.filter((line) => line.startsWith('AGE-SECRET-KEY-')),
        [content],
      ),
    );
  } catch (error) {
    if (!(error instanceof AgeError)) throw error;
    throw new Stop('refused', error.code, {
      zh: `${identityFile} 打不开 ${source}：${error.sentence('zh')}`,
      en: `${identityFile} does not open ${source}: ${error.sentence('en')}`,
    });
  }
}

function checkRecipient(recipient: string): void {
  try {
    checkAgeRecipient(recipient);
  } catch (error) {
    if (!(error instanceof AgeError)) throw error;
    throw new Stop('usage', error.code, { zh: error.sentence('zh'), en: error.sentence('en') });
  }
}

async function writeDraft(target: string, bytes: Uint8Array): Promise<string> {
  await mkdir(dirname(resolve(target)), { recursive: true, mode: 0o700 });
  const draft = `${target}.${randomId()}.draft`;
  const file = await open(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  return draft;
}

// link fails when the name exists, so a key never replaces a key.
async function keep(draft: string, target: string): Promise<void> {
  try {
    await link(draft, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw fileExists(target);
  } finally {
    await rm(draft, { force: true });
  }
  await syncFolder(dirname(resolve(target)));
}

/** Throws Stop when something has the name already. */
export async function requireFree(path: string): Promise<void> {
  if (await stat(path).catch(() => undefined)) throw fileExists(path);
}

function fileExists(path: string): Stop {
  return new Stop('refused', 'file-exists', {
    zh: `${path} 已存在，不予覆盖。`,
    en: `${path} exists already and is not overwritten.`,
  });
}
