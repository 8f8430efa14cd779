import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { CanonicalError, cryptoSentences, decodeCanonical } from './index.js';

const source = resolve(import.meta.dirname, '../../../../libs/crypto/src');
const files = readdirSync(source).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
const read = (name: string): string => readFileSync(join(source, name), 'utf8');

describe('refusals of the crypto library', () => {
  it('have a sentence in both languages, ended like one', () => {
    for (const [code, { zh, en }] of Object.entries(cryptoSentences)) {
      assert.match(code, /^[a-z0-9]+(-[a-z0-9]+)+$/);
      assert.match(zh, /\p{Script=Han}.*。$/u, code);
      assert.match(en, /^[\x20-\x7e…]+\.$/, code);
    }
  });

  it('have no code that nothing throws', () => {
    const thrown = files
      .filter((name) => name !== 'sentences.ts')
      .map(read)
      .join('\n');
    for (const code of Object.keys(cryptoSentences)) assert.ok(thrown.includes(`'${code}'`), code);
  });

  it('carry code, sentence and place', () => {
    assert.throws(
      () => decodeCanonical(Buffer.from('{"a":null}')),
      (error) => {
        assert.ok(error instanceof CanonicalError);
        assert.deepEqual([error.name, error.code, error.path], ['CanonicalError', 'canonical-null', '/a']);
        assert.equal(error.sentence('en'), 'The document holds null, which is not allowed.');
        assert.equal(error.sentence('zh'), '文档中不允许出现 null。');
        return true;
      },
    );
  });
});
