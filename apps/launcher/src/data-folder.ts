import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { canEnter, serverAccount, systemDirectory } from './postgres-binaries.js';

const keysFile = 'database.json';

const keptSchema = z.object({
  /** The embedded server's folder: relative to the data folder where its account can reach that, else absolute. */
  directory: z.string(),
  passwords: z.object({ superuser: z.string(), migrator: z.string(), api: z.string(), worker: z.string() }),
});

/** What the launcher knows about its database and nobody else may read. */
export interface DatabaseKeys extends z.infer<typeof keptSchema> {
  /** Absolute. */
  readonly directory: string;
}

/**
 * Makes the data folder on the first start. Others may walk through it only where the database's own account must
 * (we are root); nothing in it is readable to them.
 */
export function makeDataFolder(folder: string): void {
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, serverAccount() ? 0o711 : 0o700);
  }
  if (!statSync(folder).isDirectory()) throw new Error(`${folder} is not a folder.`);
  mkdirSync(join(folder, 'log'), { recursive: true, mode: 0o700 });
}

/** The database's passwords as an earlier start drew them; undefined before the first start. */
export function readDatabaseKeys(folder: string): DatabaseKeys | undefined {
  const file = join(folder, keysFile);
  if (!existsSync(file)) return undefined;
  const kept = keptSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  return { ...kept, directory: isAbsolute(kept.directory) ? kept.directory : join(folder, kept.directory) };
}

/**
 * Draws the database's passwords on the first start and keeps them ever after. They are on disk before the database
 * that they open is made: a crash in between costs nothing.
 */
export function openDatabaseKeys(folder: string): DatabaseKeys {
  const kept = readDatabaseKeys(folder);
  if (kept) return kept;
  const draw = (): string => randomBytes(24).toString('base64url');
  const reachable = canEnter(serverAccount(), folder);
  writeWhole(join(folder, keysFile), {
    directory: reachable ? 'postgres' : join(systemDirectory, randomBytes(6).toString('hex'), 'postgres'),
    passwords: { superuser: draw(), migrator: draw(), api: draw(), worker: draw() },
  });
  return openDatabaseKeys(folder);
}

/** Beside, synced, renamed: the file is there whole or not at all. */
function writeWhole(file: string, content: z.infer<typeof keptSchema>): void {
  const draft = `${file}.new`;
  const handle = openSync(draft, 'w', 0o600);
  try {
    writeSync(handle, `${JSON.stringify(content, null, 2)}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(draft, file);
}
