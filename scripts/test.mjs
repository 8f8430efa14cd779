// `npm test [part of a path …]`: everything that must hold, from a fresh clone, on a real PostgreSQL and a real Redis.
//
// Installs what is missing, type-checks and builds, checks format, lint and the import rule, then runs every test
// file in a process of its own against one throw-away cluster. With words after it, runs only the test files whose
// path contains one of them (and no format or lint). `npm run faults` runs tests/faults alone, at length.
// The last line reads `N passed, N failed`, and `, N skipped` when tests could not run here; each skip is listed
// with its reason, and with CI=true a skip fails the run.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, checkNode, install, isInstalled, root, runTool } from './prepare.mjs';

const isLong = process.argv.includes('--faults');
const wanted = process.argv.slice(2).filter((word) => word !== '--faults');
const isWhole = !isLong && wanted.length === 0;
const timeoutMs = (isLong ? 90 : 10) * 60_000;
const count = { passed: 0, failed: 0 };
const skips = [];
const begun = Date.now();

const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;
const indent = (text) => text.replace(/^/gm, '    ').trimEnd();

/** One line for a step that counts as a test; its output only when it failed. */
function report(name, since, ok, output = '') {
  count[ok ? 'passed' : 'failed']++;
  console.log(`${ok ? '✓' : '✗'} ${name} (${seconds(since)})`);
  if (!ok && output.trim()) console.log(indent(output));
}

// ── what the machine needs ──────────────────────────────────────────────────────────────────────────────────────

// Debian's packages by what tells that one is there: a program, or a file. Without the fonts a page shows no Chinese.
const debianPackages = {
  'redis-server': 'redis-server',
  age: 'age',
  openssl: 'openssl',
  jq: 'jq',
  chromium: 'chromium',
  go: 'golang-go',
  '/usr/share/gocode/src/golang.org/x/mod/sumdb': 'golang-golang-x-mod-dev',
  '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc': 'fonts-noto-cjk',
};

// Far too large to be installed for one test. Where nothing may be skipped the run says that it is left out.
const largePackage = { program: 'soffice', name: 'libreoffice-calc' };

const isOnPath = (command) => (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)));
const isThere = (sign) => (sign.startsWith('/') ? existsSync(sign) : isOnPath(sign));

const missingPackages = () =>
  Object.keys(debianPackages)
    .filter((sign) => !isThere(sign))
    .map((sign) => debianPackages[sign]);

/** Debian's packages for the programs that tests use. Without root, or elsewhere, those tests are skipped and say so. */
function installDebianPackages() {
  if (process.env.CI === 'true' && !isOnPath(largePackage.program))
    console.log(`- not installed, so its one test is left out: ${largePackage.name}`);
  const missing = missingPackages();
  if (!missing.length) return;
  if (process.getuid?.() !== 0 || !isOnPath('apt-get')) {
    console.log(`- not installed, so tests that use them are skipped: ${missing.join(', ')}`);
    return;
  }
  const since = Date.now();
  const options = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  spawnSync('apt-get', ['update', '-qq'], options);
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], options);
  const still = missingPackages();
  console.log(
    `- Debian packages: ${missing.join(', ')} (${seconds(since)})${still.length ? `; not to be had: ${still.join(', ')}` : ''}`,
  );
}

// ── build, format, lint, import rule ────────────────────────────────────────────────────────────────────────────

const isImportRule = ({ code }) => code === 'eslint(no-restricted-imports)' || code === 'import(no-cycle)';

function describe({ filename, labels, message, help, code }) {
  const { line, column } = labels?.[0]?.span ?? {};
  return `${filename}${line ? `:${line}:${column}` : ''}: ${message} ${help ?? ''} ${code ?? ''}`;
}

/** The linter runs once; what it says about imports is counted apart from the rest. */
async function checkStyle() {
  const since = Date.now();
  const [format, lint, types] = await Promise.all([
    runTool('oxfmt/bin/oxfmt', ['--check', '.']),
    runTool('oxlint/bin/oxlint', ['--type-aware', '--format=json', '.']),
    runTool('typescript/bin/tsc', ['-p', 'apps/console/tsconfig.json']),
  ]);
  report('type check of the console', since, types.ok, types.output);
  report('format', since, format.ok, `${format.output}\nRun: npm run format`);
  let diagnostics;
  try {
    ({ diagnostics } = JSON.parse(lint.output.slice(lint.output.indexOf('{'))));
  } catch {
    report('lint', since, false, lint.output);
    report('import rule', since, false, 'The linter did not answer.');
    return;
  }
  const imports = diagnostics.filter(isImportRule);
  const others = diagnostics.filter((found) => !isImportRule(found));
  report('lint', since, others.length === 0 && (lint.ok || imports.length > 0), others.map(describe).join('\n'));
  report('import rule', since, imports.length === 0, imports.map(describe).join('\n'));
}

// ── test files ──────────────────────────────────────────────────────────────────────────────────────────────────

function* testFiles(folder = join(root, 'dist')) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* testFiles(path);
    else if (entry.name.endsWith('.test.js')) yield path;
  }
}

/** Journeys and faults take longest, so they start first and the short ones fill the gaps. */
function chooseFiles() {
  const paths = [...testFiles()].map((path) => relative(join(root, 'dist'), path));
  const chosen = paths.filter((path) => !isLong || path.startsWith('tests/faults/'));
  const named = wanted.length ? chosen.filter((path) => wanted.some((word) => path.includes(word))) : chosen;
  const rank = (path) =>
    path.startsWith('tests/faults/') ? 0 : path.startsWith('tests/') ? 1 : path.startsWith('apps/') ? 2 : 3;
  return named.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** Starts the throw-away servers; resolves to their addresses and a function that ends them. */
async function startServers() {
  const child = spawn(process.execPath, [join(root, 'scripts/throwaway.mjs')], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (complaints += text));
  const line = await new Promise((done, fail) => {
    child.stdout.setEncoding('utf8').once('data', done);
    child.on('exit', () => fail(new Error(`The test servers did not start:\n${complaints}`)));
  });
  const ended = new Promise((done) => child.on('exit', done));
  return { ...JSON.parse(line), end: () => (child.stdin.end(), ended) };
}

/** Where tests of the console put pictures of every screen (without it they take none), and another Chromium than Debian's for them. */
const passedOn = Object.fromEntries(
  ['QUANLIAN_SHOTS', 'QUANLIAN_CHROMIUM'].flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
);

/** The tests' environment: no setting of this machine's own exchange may leak into them. */
function testEnvironment(servers) {
  const clean = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('QUANLIAN_') && !/^(LANG|LC_.*|NODE_OPTIONS)$/.test(name),
  );
  return {
    ...Object.fromEntries(clean),
    LANG: 'C.UTF-8',
    QUANLIAN_TEST_PG: servers.pg,
    QUANLIAN_TEST_REDIS: servers.redis,
    QUANLIAN_FAULTS: isLong ? 'long' : 'short',
    ...passedOn,
  };
}

async function runFile(path, env, folder) {
  const since = Date.now();
  const results = join(folder, `${path.replaceAll('/', '-')}.jsonl`);
  const flags = [
    '--enable-source-maps',
    `--import=${pathToFileURL(join(root, 'scripts/end-with-runner.mjs')).href}`,
    `--test-reporter=${join(root, 'scripts/report-lines.mjs')}`,
    `--test-reporter-destination=${results}`,
  ];
  const child = spawn(process.execPath, [...flags, join(root, 'dist', path)], {
    cwd: root,
    env,
    // Nothing is said on the fourth: that it closes is what the test's process listens for.
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output = (output + text).slice(-20_000)));
  let timedOut = false;
  const stopGroup = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It is gone already, and its children with it.
    }
  };
  const timer = setTimeout(() => ((timedOut = true), stopGroup()), timeoutMs);
  running.add(stopGroup);
  const code = await new Promise((done) => child.on('exit', done));
  clearTimeout(timer);
  // What a test left running would disturb the next ones.
  stopGroup();
  running.delete(stopGroup);

  const lines = existsSync(results) ? readFileSync(results, 'utf8').split('\n').filter(Boolean).map(JSON.parse) : [];
  const failures = lines.filter((line) => !line.passed && line.todo === undefined);
  const problems = failures.map(({ name, error }) => `✗ ${name}\n${indent(error ?? '')}`);
  const skipped = lines.filter((line) => line.skip !== undefined || line.todo !== undefined);
  skips.push(...skipped.map(({ name, skip, todo }) => `${path}: ${name}: ${skip || todo || 'no reason given'}`));
  if (timedOut) problems.push(`✗ not finished after ${timeoutMs / 60_000} minutes`);
  else if (!lines.length) problems.push(`✗ no test ran (exit code ${code})`);
  else if (code !== 0 && !failures.length) problems.push(`✗ the process ended with exit code ${code}`);
  const passed = lines.length - failures.length - skipped.length;
  count.passed += passed;
  count.failed += problems.length;
  console.log(`${problems.length ? '✗' : '✓'} ${path.replace(/\.test\.js$/, '')}: ${passed} (${seconds(since)})`);
  if (problems.length)
    console.log(indent([...problems, output.trim() && `output:\n${indent(output)}`].filter(Boolean).join('\n')));
}

const running = new Set();

async function runTests() {
  const files = chooseFiles();
  if (!files.length) {
    report(`test files matching ${wanted.join(', ')}`, Date.now(), false, 'There are none.');
    return;
  }
  const servers = await startServers();
  const folder = mkdtempSync(join(tmpdir(), 'quanlian-results-'));
  const env = testEnvironment(servers);
  try {
    const lane = async () => {
      for (let path = files.shift(); path; path = files.shift()) await runFile(path, env, folder);
    };
    await Promise.all(Array.from({ length: isLong ? 1 : Math.min(4, Math.max(2, availableParallelism())) }, lane));
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await servers.end();
  }
}

// Test files run in process groups of their own, which a Ctrl-C at the terminal does not reach.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    for (const stop of running) stop();
    process.exit(130);
  });
}

checkNode();
try {
  if (!isInstalled()) {
    const since = Date.now();
    await install();
    console.log(`- npm packages (${seconds(since)})`);
  }
  installDebianPackages();
  const since = Date.now();
  const built = await build();
  report('type check and build', since, built.ok, built.output);
  const sinceDoors = Date.now();
  const doors = await runTool('typescript/bin/tsc', ['-p', 'tsconfig.browser.json']);
  report('type check of the browser doors', sinceDoors, doors.ok, doors.output);
  if (isWhole) await checkStyle();
  await runTests();
} catch (error) {
  count.failed++;
  console.log(`✗ ${error.message}`);
}
if (skips.length) console.log(`Skipped:\n${indent(skips.join('\n'))}`);
if (skips.length && process.env.CI === 'true') console.log('With CI=true no test may be skipped.');
console.log(`Took ${seconds(begun)}.`);
console.log(`${count.passed} passed, ${count.failed} failed${skips.length ? `, ${skips.length} skipped` : ''}`);
process.exitCode = count.failed || (skips.length && process.env.CI === 'true') ? 1 : 0;
