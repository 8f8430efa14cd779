import assert from 'node:assert/strict';
import { test } from 'node:test';
import { languageAsked, languageOf } from './language.js';

test('the language is the one asked for, else the one of the locale', () => {
  assert.equal(languageOf({ LANG: 'zh_CN.UTF-8' }), 'zh');
  assert.equal(languageOf({ LANG: 'zh_CN.UTF-8', LC_ALL: 'C' }), 'en');
  assert.equal(languageOf({ LC_ALL: 'C', QUANLIAN_LANG: 'zh' }), 'zh');
  assert.equal(languageOf({ QUANLIAN_LANG: 'zh' }, 'en'), 'en');
  assert.equal(languageOf({}), 'en');
  assert.equal(languageAsked(['datasets', '--lang', 'zh', 'list']), 'zh');
  assert.equal(languageAsked(['--lang=zh']), 'zh');
  assert.equal(languageAsked(['demo', '--', '--lang', 'zh']), undefined);
});
