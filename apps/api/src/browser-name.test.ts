import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browserName } from './browser-name.js';

const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)';
const cases: readonly (readonly [agent: string | undefined, name: string | undefined])[] = [
  [`Mozilla/5.0 (X11; Linux x86_64) ${webkit} Chrome/156.0.0.0 Safari/537.36`, 'Chromium 156 · Linux'],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/156.0 Safari/537.36 Edg/156.0.1`, 'Edge 156 · Windows'],
  ['Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox 140 · Windows'],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605 (KHTML, like Gecko) Version/19.1 Safari/605',
    'Safari 19 · macOS',
  ],
  [`Mozilla/5.0 (Linux; Android 16) ${webkit} Chrome/150.0 Mobile Safari/537.36`, 'Chromium 150 · Android'],
  ['curl/8.5.0', undefined],
  [undefined, undefined],
];

test('a browser is called by its name, version and system, and by nothing else that it says', () => {
  for (const [agent, name] of cases) assert.equal(browserName({ 'user-agent': agent }), name, agent);
  const chrome = { 'user-agent': cases[0]?.[0], 'sec-ch-ua': '"Google Chrome";v="156"' };
  assert.equal(browserName(chrome), 'Chrome 156 · Linux');
  assert.equal(browserName({ 'user-agent': `${'x'.repeat(10_000)} Firefox/140.0` }), undefined);
});
