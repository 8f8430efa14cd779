// `npm run pack [x64] [arm64]`: one archive a processor in dist-pack/ for Linux machines without a registry. It
// holds the built output and the packages, and runs by `npm start` (or `node scripts/start.mjs`) after unpacking.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, checkNode, install, isInstalled, root } from './prepare.mjs';

const processors = ['x64', 'arm64'];
const asked = process.argv.slice(2);
/** Falls back to plain JavaScript without its binary. */
const dispensable = new Set(['msgpackr-extract']);
const programs = ['start.mjs', 'prepare.mjs', 'run-built.mjs', 'quanlian.mjs', 'quanlian-witness.mjs', 'settings.mjs'].map(
  (name) => `scripts/${name}`,
);
const contents = ['package.json', 'package-lock.json', ...programs, 'README.md', 'README.zh-CN.md', 'LICENSE', 'docs', 'deploy'];

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Built output without tests and what only they need. */
const isShipped = (path) => !/\.test\.js(\.map)?$|\/dist\/(tests|bench)(\/|$)|\/dist\/libs\/testing(\/|$)|\/dist\/\./.test(path);

/** Packages that come in one part a platform and whose part for this one the registry did not have. */
function findMissing(folder, cpu) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const fits = (name) => {
    const { os, cpu: fitting, libc } = packages[`node_modules/${name}`] ?? {};
    return os?.includes('linux') && fitting?.includes(cpu) && !libc?.includes('musl');
  };
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {}, dev }]) => {
    if (dev || !existsSync(join(folder, path)) || dispensable.has(path.replace('node_modules/', ''))) return [];
    const parts = Object.keys(optionalDependencies).filter(fits);
    return parts.length && !parts.some((name) => existsSync(join(folder, 'node_modules', name))) ? parts : [];
  });
}

/** Makes the archive; returns its path, or throws naming what it would lack. */
function pack(cpu) {
  const name = `quanlian-${manifest.version}-linux-${cpu}`;
  const work = mkdtempSync(join(tmpdir(), 'quanlian-pack-'));
  const folder = join(work, name);
  try {
    mkdirSync(folder);
    for (const path of contents)
      if (existsSync(join(root, path))) cpSync(join(root, path), join(folder, path), { recursive: true });
    cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true, filter: isShipped });
    const flags = ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    execFileSync('npm', [...flags, '--os=linux', `--cpu=${cpu}`, '--libc=glibc'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const missing = findMissing(folder, cpu);
    if (missing.length) throw new Error(`not made: the registry does not have ${missing.join(', ')}`);
    mkdirSync(join(root, 'dist-pack'), { recursive: true });
    const archive = join(root, 'dist-pack', `${name}.tar.gz`);
    const owner = ['--owner=0', '--group=0', '--numeric-owner', '--sort=name', '--mode=u+rwX,go+rX,go-w'];
    execFileSync('tar', ['-czf', `${archive}.new`, ...owner, '-C', work, name], { stdio: ['ignore', 'ignore', 'inherit'] });
    renameSync(`${archive}.new`, archive);
    return archive;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

checkNode();
const unknown = asked.filter((cpu) => !processors.includes(cpu));
if (unknown.length) {
  console.error(`Unknown processor ${unknown.join(', ')}; there are ${processors.join(' and ')}.`);
  process.exit(2);
}
if (!isInstalled()) await install();
const built = await build();
if (!built.ok) {
  console.error(built.output);
  process.exit(1);
}
for (const cpu of asked.length ? asked : processors) {
  const since = Date.now();
  try {
    const archive = pack(cpu);
    const digest = createHash('sha256').update(readFileSync(archive)).digest('hex');
    const mebibytes = (statSync(archive).size / 2 ** 20).toFixed(1);
    console.log(`✓ ${archive} (${mebibytes} MiB, ${((Date.now() - since) / 1000).toFixed(1)} s)\n  sha256 ${digest}`);
  } catch (error) {
    console.error(`✗ linux ${cpu}: ${error.message}`);
    process.exitCode = 1;
  }
}
