// What `npm start` and `npm test` do before anything else: packages installed, sources built. Plain Node without
// dependencies, since it runs before there are any.
import { spawn } from 'node:child_process';
import { existsSync, lstatSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '..');
const sourceFolders = ['apps', 'libs', 'migrations', 'tests', 'bench'];

/** Ends the process with a sentence when this Node is too old. */
export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Quanlian needs Node 20.19 or newer; this is ${process.versions.node}. 权链需要 Node 20.19 或更新版本。`);
  process.exit(1);
}

/** True in an archive made by `npm run pack`: built output and packages are there, sources and compiler are not. */
export const isPacked = () => !existsSync(join(root, 'tsconfig.json'));

/**
 * Whether node_modules holds what the lock says, judged by names and versions: file times say nothing after a
 * checkout. Packages that are optional may be absent (another platform's).
 */
export function isInstalled() {
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  let found;
  try {
    found = JSON.parse(readFileSync(join(root, 'node_modules/.package-lock.json'), 'utf8')).packages;
  } catch {
    return false;
  }
  for (const [path, { version, optional }] of Object.entries(wanted)) {
    if (path && !optional && found[path]?.version !== version) return false;
  }
  return Object.entries(found).every(([path, { version }]) => wanted[path]?.version === version);
}

/** Installs exactly what the lock says. No package's install script runs: none is needed. */
export async function install() {
  const folder = lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false });
  if (folder?.isSymbolicLink())
    throw new Error('node_modules is a link and does not fit package-lock.json: install where it points.');
  const { ok, output } = await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  if (!ok) throw new Error(`npm ci failed:\n${output}`);
}

function* walk(folder) {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return;
  }
  for (const entry of entries) {
    if (entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else yield path;
  }
}

const isSource = (path) => path.endsWith('.ts') && !path.endsWith('.d.ts');
const excluded = () => JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')).exclude ?? [];

function* sources() {
  const skip = excluded().map((path) => join(root, path));
  for (const folder of sourceFolders) {
    for (const path of walk(join(root, folder))) {
      if (isSource(path) && !skip.some((prefix) => path.startsWith(`${prefix}/`))) yield path;
    }
  }
}

const outputOf = (source) => join(root, 'dist', relative(root, source).replace(/\.ts$/, '.js'));

/**
 * Removes output whose source is gone: it would still be imported and its tests still run. When output is missing
 * (somebody removed part of dist), forgets what the compiler remembers, since it would not write it again.
 */
export function tidyOutput() {
  const expected = new Set([...sources()].map(outputOf));
  for (const folder of sourceFolders) {
    for (const path of walk(join(root, 'dist', folder))) {
      if (/\.js(\.map)?$/.test(path) && !expected.has(path.replace(/\.map$/, ''))) rmSync(path);
    }
  }
  if ([...expected].some((path) => !existsSync(path))) rmSync(join(root, 'dist/.tsbuildinfo'), { force: true });
}

// Its time is that of the last build without errors; the compiler's own notes are also written after a failed one.
const builtMark = join(root, 'dist/.built');

/** Whether every source is older than the last good build. */
export function isBuilt() {
  const built = statSync(builtMark, { throwIfNoEntry: false })?.mtimeMs;
  if (!built) return false;
  for (const name of ['tsconfig.json', 'package.json', 'package-lock.json'])
    if (statSync(join(root, name)).mtimeMs > built) return false;
  for (const path of sources()) if (statSync(path).mtimeMs > built || !existsSync(outputOf(path))) return false;
  return isConsoleBuilt();
}

const consoleFolder = join(root, 'apps/console');
const consoleOutput = join(root, 'dist/console/index.html');

/** Whether the console's sources, or those of the libraries in it, are older than its last build. */
function isConsoleBuilt() {
  const built = statSync(consoleOutput, { throwIfNoEntry: false })?.mtimeMs;
  if (!built) return false;
  const inputs = [join(root, 'package-lock.json'), ...walk(consoleFolder), ...walk(join(root, 'libs'))];
  return inputs.every((path) => path.endsWith('.test.ts') || statSync(path).mtimeMs <= built);
}

/** Runs a program in the clone; whether it ended well and everything that it printed. */
async function run(command, args) {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const code = await new Promise((done, fail) => child.on('error', fail).on('close', done));
  return { ok: code === 0, output };
}

/** Runs a program of an installed package with this Node. */
export const runTool = (script, args) => run(process.execPath, [join(root, 'node_modules', script), ...args]);

/** Bundles the console into dist/console when a source of it is newer. */
async function buildConsole() {
  return isConsoleBuilt() ? { ok: true, output: '' } : run(process.execPath, [join(consoleFolder, 'build/build.mjs')]);
}

/** Type-checks and writes dist/, in one run of the compiler, and the console beside it. */
export async function build() {
  const [server, console] = await Promise.all([buildServer(), buildConsole()]);
  return {
    ok: server.ok && console.ok,
    output: [server, console]
      .filter((one) => !one.ok)
      .map((one) => one.output)
      .join('\n'),
  };
}

async function buildServer() {
  tidyOutput();
  rmSync(builtMark, { force: true });
  const started = new Date();
  const result = await runTool('typescript/bin/tsc', ['-p', 'tsconfig.json']);
  if (result.ok) {
    writeFileSync(builtMark, '');
    // A source that was saved while the compiler ran is newer than this and built again next time.
    utimesSync(builtMark, started, started);
  }
  return result;
}
