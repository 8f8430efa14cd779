import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, test } from 'node:test';

/** The clone: this file runs as dist/tests/house/import-rule.test.js. */
const root = resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'quanlian-import-rule-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What the project's own linter configuration says about one file of a house that holds the given files. */
function lint(files: Record<string, string>): string[] {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  for (const name of ['.oxlintrc.json', 'tsconfig.json']) copyFileSync(join(root, name), join(folder, name));
  const linted = spawnSync(process.execPath, [join(root, 'node_modules/oxlint/bin/oxlint'), '--format=json', '.'], {
    cwd: folder,
    encoding: 'utf8',
  });
  const { diagnostics } = JSON.parse(linted.stdout) as { diagnostics: { code: string; filename: string }[] };
  return diagnostics
    .filter(({ code }) => code === 'eslint(no-restricted-imports)' || code === 'import(no-cycle)')
    .map(({ filename }) => filename);
}

const allowed: [path: string, specifier: string][] = [
  ['libs/crypto/src/a.ts', '#contracts'],
  ['libs/crypto/src/a.ts', '#platform'],
  ['libs/ledger/src/a.ts', '#crypto'],
  ['libs/delivery/src/a.ts', '@duckdb/node-api'],
  ['libs/exchange/src/a.ts', '#rights'],
  ['libs/witnesses/src/a.ts', '#ledger'],
  ['libs/postgres/src/a.ts', '#witnesses'],
  ['libs/nest/src/a.ts', '@nestjs/common'],
  ['libs/postgres/src/a.ts', 'typeorm'],
  ['libs/postgres/src/a.ts', '#migrations'],
  ['libs/queue/src/a.ts', 'bullmq'],
  ['libs/testing/src/a.ts', '#postgres'],
  ['libs/ledger/src/inside/a.ts', '../b.js'],
  ['libs/ledger/src/a.test.ts', '#testing'],
  ['tests/journeys/a.test.ts', '#testing'],
  ['tests/journeys/a.test.ts', '../../apps/launcher/src/embedded-postgres.js'],
  ['apps/api/src/a.ts', '#queue'],
  ['apps/launcher/src/a.ts', 'pg'],
  ['apps/launcher/src/a.ts', '#settings'],
  ['apps/cli/src/a.ts', '#ledger'],
  ['apps/witness/src/a.ts', '#machine'],
];

const forbidden: [path: string, specifier: string][] = [
  ['libs/contracts/src/a.ts', '#crypto'],
  ['libs/machine/src/a.ts', '#contracts'],
  ['libs/ledger/src/a.ts', '#machine'],
  ['libs/crypto/src/a.ts', '#ledger'],
  ['libs/ledger/src/a.ts', '#rights'],
  ['libs/ledger/src/a.ts', '#platform'],
  ['apps/console/src/a.ts', '#platform'],
  ['libs/rights/src/a.ts', '#delivery'],
  ['libs/delivery/src/a.ts', '#exchange'],
  ['libs/delivery/src/a.ts', '@nestjs/common'],
  ['libs/ledger/src/a.ts', 'pg'],
  ['libs/rights/src/a.ts', 'typeorm'],
  ['libs/witnesses/src/a.ts', '#rights'],
  ['libs/witnesses/src/a.ts', '#exchange'],
  ['libs/ledger/src/a.ts', '#witnesses'],
  ['libs/exchange/src/a.ts', 'bullmq'],
  ['libs/exchange/src/a.ts', 'ioredis'],
  ['libs/exchange/src/a.ts', '#postgres'],
  ['libs/exchange/src/a.ts', '#testing'],
  ['libs/nest/src/a.ts', '#postgres'],
  ['libs/nest/src/a.ts', 'pg'],
  ['libs/queue/src/a.ts', 'pg'],
  ['libs/queue/src/a.ts', '@nestjs/typeorm'],
  ['libs/postgres/src/a.ts', 'ioredis'],
  ['libs/postgres/src/a.ts', '#queue'],
  ['libs/ledger/src/a.ts', '../../rights/src/b.js'],
  ['migrations/a.ts', '#postgres'],
  ['apps/api/src/a.ts', '#testing'],
  ['apps/api/src/a.ts', 'pg'],
  ['apps/worker/src/a.ts', 'bullmq'],
  ['apps/worker/src/a.ts', '../../api/src/b.js'],
  ['apps/cli/src/a.ts', '#exchange'],
  ['apps/cli/src/a.ts', '#postgres'],
  ['apps/cli/src/a.ts', '#settings'],
  ['libs/exchange/src/a.ts', '#settings'],
  ['apps/witness/src/a.ts', '@nestjs/common'],
  ['apps/witness/src/a.ts', '#nest'],
  ['apps/console/src/a.ts', '#nest'],
];

/** One house a direction, so that the linter starts twice and not once a line. */
function house(cases: typeof allowed): Record<string, string> {
  return Object.fromEntries(
    cases.map(([path, specifier], index) => [
      path.replace('a.', `case-${index}.`),
      `import { x } from '${specifier}';\nexport const y = x;\n`,
    ]),
  );
}

test('imports that go down the house pass', () => {
  assert.deepEqual(lint(house(allowed)), []);
});

test('every import that goes up, sideways or to a foreign engine is found', () => {
  const files = house(forbidden);
  assert.deepEqual(lint(files).toSorted(), Object.keys(files).toSorted());
});

test('neither a type, a re-export nor a late import slips through', () => {
  const found = lint({
    'libs/ledger/src/a.ts': "import type { x } from '#exchange';\nexport type Y = x;\n",
    'libs/ledger/src/b.ts': "export { x } from '#exchange';\n",
    'libs/ledger/src/c.ts': "export const x = () => import('pg');\n",
  });
  assert.deepEqual(found.toSorted(), ['libs/ledger/src/a.ts', 'libs/ledger/src/b.ts', 'libs/ledger/src/c.ts']);
});

test('a circle of imports is found', () => {
  const found = lint({
    'libs/ledger/src/a.ts': "import { b } from './b.js';\nexport const a = () => b;\n",
    'libs/ledger/src/b.ts': "import { a } from './a.js';\nexport const b = () => a;\n",
  });
  assert.deepEqual(found.toSorted(), ['libs/ledger/src/a.ts', 'libs/ledger/src/b.ts']);
});
