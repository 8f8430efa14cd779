import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

// For tests only: a client of the log that is not ours, on golang.org/x/mod/sumdb.

const root = resolve(import.meta.dirname, '../../..');
// Where Debian puts the sources of Go's libraries; there is no module to fetch.
const gopath = '/usr/share/gocode';
const hasGo = spawnSync('go', ['version']).status === 0 && existsSync(join(gopath, 'src/golang.org/x/mod/sumdb/tlog/tlog.go'));

/** Why tests with it are skipped, or false. */
export const skipGo = hasGo ? false : 'golang-go or golang-golang-x-mod-dev is not installed';

/** Builds `check-log.go` into a folder; answers the program's path. Throws with what the compiler said. */
export function buildGoClient(folder: string): string {
  const program = join(folder, 'check-log');
  const env = {
    ...process.env,
    GO111MODULE: 'off',
    GOPATH: gopath,
    GOCACHE: join(folder, 'cache'),
    CGO_ENABLED: '0',
    GOFLAGS: '',
  };
  const built = spawnSync('go', ['build', '-o', program, join(root, 'tests/outside/check-log.go')], { encoding: 'utf8', env });
  if (built.status !== 0) throw new Error(built.stderr);
  return program;
}

/** Runs the program beside this process, which may be what it asks. */
export async function runGoClient(
  program: string,
  ...words: string[]
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, ...said };
}
