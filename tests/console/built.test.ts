import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { before, describe, test } from 'node:test';
import { consolePlaces } from './places.js';

/** The clone: this file runs as dist/tests/console/built.test.js. */
const root = resolve(import.meta.dirname, '../../..');
const built = join(root, 'dist/console');
const sources = join(root, 'apps/console/src');
const firstLoadLimitBytes = 350_000;

/** What Chromium of two years ago (131, November 2024) lacks, and how a bundle that uses it must ask for it first. */
const newerThan131: readonly { readonly name: string; readonly use: RegExp; readonly asked?: RegExp }[] = [
  { name: 'Uint8Array hex (140)', use: /\.toHex\(|Uint8Array\.fromHex/, asked: /typeof Uint8Array\.from\(\[\]\)\.toHex==/ },
  { name: 'Uint8Array base64 (140)', use: /\.toBase64\(|Uint8Array\.fromBase64/ },
  { name: 'Promise.try (128, and polyfilled wrongly elsewhere)', use: /\bPromise\.try\(/ },
  { name: 'RegExp.escape (136)', use: /\bRegExp\.escape\(/ },
  { name: 'Temporal (144)', use: /\bTemporal\.(?:Now|Instant|Plain\w+|Zoned\w+|Duration)\b/ },
  { name: 'Float16Array (135)', use: /\bFloat16Array\b|\.[gs]etFloat16\(|\bMath\.f16round\(/, asked: /typeof Float16Array/ },
  { name: 'Iterator.concat, zip (141 and later)', use: /\bIterator\.(?:concat|zip)\(/ },
  { name: 'Error.isError (134)', use: /\bError\.isError\(/ },
  { name: 'Math.sumPrecise (147)', use: /\bMath\.sumPrecise\(/ },
  { name: 'Map.getOrInsert (145)', use: /\.getOrInsert(?:Computed)?\(/ },
  { name: 'using (134)', use: /\bSymbol\.(?:asyncD|d)ispose\b/, asked: /Symbol\.(?:asyncD|d)ispose(?:\?\?|\|\|)/ },
  { name: 'Element.moveBefore (133)', use: /\.moveBefore\(/ },
  // 133 and 137: lib/held-keys.ts makes one and says what to do where that fails; nothing else may touch them.
  {
    name: 'WebCrypto Ed25519, X25519',
    use: /(?:generateKey|importKey)\([^)]{0,80}[`'"](?:Ed|X)25519/,
    asked: /NotSupportedError|generateKey/,
  },
];

const assets = () => readdirSync(join(built, 'assets')).map((name) => join(built, 'assets', name));

/** The files that these modules of the console cannot do without, as the build listed them. */
function filesOf(...modules: readonly string[]): readonly string[] {
  const manifest = JSON.parse(readFileSync(join(built, '.vite/manifest.json'), 'utf8')) as Record<
    string,
    { readonly file: string; readonly imports?: readonly string[]; readonly css?: readonly string[] }
  >;
  const seen = new Set<string>();
  const see = (name: string): readonly string[] => {
    const chunk = manifest[name];
    assert.ok(chunk, `${name} is not in the build`);
    if (seen.has(name)) return [];
    seen.add(name);
    return [chunk.file, ...(chunk.css ?? []), ...(chunk.imports ?? []).flatMap(see)];
  };
  return [...new Set(modules.flatMap(see))];
}

function* files(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else yield path;
  }
}

describe('the console as it was built', () => {
  before(() => assert.ok(existsSync(join(built, 'index.html')), 'the console was not built'));

  test('nothing in it needs a browser of less than two years without asking whether it is there', () => {
    const scripts = assets().filter((path) => path.endsWith('.js'));
    if (existsSync(join(built, 'open.html'))) scripts.push(join(built, 'open.html'));
    assert.ok(scripts.length > 10);
    const found = scripts.flatMap((path) => {
      const text = readFileSync(path, 'utf8');
      return newerThan131
        .filter(({ use, asked }) => use.test(text) && !asked?.test(text))
        .map(({ name }) => `${path.slice(built.length + 1)} uses ${name}`);
    });
    assert.deepEqual(found, []);
  });

  // Where a day begins: the first page of each role.
  for (const page of ['features/find/find-page', 'features/inbox/inbox-page', 'features/trail/trail-page'])
    test(`what comes before the first screen is at most ${firstLoadLimitBytes / 1000} kB compressed: ${page}`, () => {
      const files = filesOf('src/main.tsx', `src/${page}.tsx`);
      const bytes = files.map((name) => statSync(join(built, `${name}.br`)).size).reduce((a, b) => a + b);
      assert.ok(bytes > 100_000 && bytes <= firstLoadLimitBytes, `${bytes} bytes: ${files.join(', ')}`);
    });

  test('every file has its compressed copies', () => {
    for (const path of assets().filter((name) => /\.(?:js|css)$/.test(name)))
      for (const ending of ['br', 'gz']) assert.ok(existsSync(`${path}.${ending}`), `${path}.${ending}`);
  });

  test('every link inside the console leads to one of its pages', async () => {
    const places = await consolePlaces();
    const known = [...places.map(({ path }) => path), '/login', '/'];
    const patterns = known.map((path) => new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`));
    const firstWords = new Set(places.map(({ path }) => path.split('/')[1]));
    let seen = 0;
    for (const path of files(sources)) {
      if (!/\.tsx?$/.test(path)) continue;
      // A value in a path stands for one part of it, whatever it is made of.
      const text = readFileSync(path, 'utf8').replaceAll(/\$\{[^{}]*\}/g, 'x');
      for (const [, link = ''] of text.matchAll(/[`'"](\/[a-z][\w/:.-]*)(?:\?[^`'"]*)?[`'"]/g)) {
        if (!firstWords.has(link.split('/')[1]) || link.includes(':')) continue;
        seen++;
        assert.ok(
          patterns.some((pattern) => pattern.test(link)),
          `${path.slice(root.length + 1)} leads to ${link}, where no page is`,
        );
      }
    }
    assert.ok(seen > 20, `only ${seen} links were found`);
  });

  test('what opens above a page has a height above it', () => {
    const sheets = filesOf('src/main.tsx')
      .filter((name) => name.endsWith('.css'))
      .map((name) => readFileSync(join(built, name), 'utf8'));
    const heights = sheets.flatMap((sheet) =>
      [...sheet.matchAll(/--ant-z-index-popup-base:\s*(\d+)/g)].map(([, px]) => Number(px)),
    );
    assert.ok(heights.length > 0, 'no sheet says it');
    assert.ok(Math.min(...heights) >= 1000, `dialogs stand at ${heights.join(', ')}`);
  });
});
