import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

/** The console's sources; this file runs as dist/tests/house/styles.test.js. */
const source = resolve(import.meta.dirname, '../../../apps/console/src');

// A style sheet stays once its page was seen. A class that two of them style looks one way before and another after.
test('no two style sheets of the console style one class', () => {
  const sheets = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.css'));
  assert.ok(sheets.length > 10, 'the console has style sheets');
  const homes = new Map<string, string>();
  for (const sheet of sheets) {
    const rules = readFileSync(join(source, sheet), 'utf8').replaceAll(/\/\*[^]*?\*\//g, '');
    for (const [, selectors = ''] of rules.matchAll(/([^{}]+)\{/g)) {
      for (const selector of selectors.split(',')) {
        const name = /^\s*\.([\w-]+)\s*$/.exec(selector)?.[1];
        if (name === undefined) continue;
        const home = homes.get(name) ?? sheet;
        assert.equal(home, sheet, `.${name} is styled in ${home} and ${sheet}`);
        homes.set(name, sheet);
      }
    }
  }
});
