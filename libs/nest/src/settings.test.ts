import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeSettings, settingsTable } from './settings-table.js';
import { isLoopback, readSettings, SettingsError } from './settings.js';

function problemsOf(env: NodeJS.ProcessEnv): string {
  try {
    readSettings(env);
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    return error.message;
  }
  return '';
}

test('an empty environment gives the documented defaults, on loopback only', () => {
  const settings = readSettings({ QUANLIAN_PORT: '', QUANLIAN_REDIS_URL: '' }, '/srv/quanlian');
  assert.equal(settings.port, 8080);
  assert.equal(settings.host, '127.0.0.1');
  assert.equal(settings.publicUrl, 'http://127.0.0.1:8080');
  assert.equal(settings.dataDir, '/srv/quanlian/.data');
  assert.equal(settings.vaultKeyFile, '/srv/quanlian/.data/vault.key');
  assert.equal(settings.redisUrl, undefined);
  assert.equal(settings.payloadDays, 7);
  assert.equal(settings.wantsDemo, true);
});

test('listening beyond this machine needs a certificate or a named proxy', () => {
  for (const host of ['0.0.0.0', '::', '192.0.2.7', 'exchange.example']) {
    assert.match(problemsOf({ QUANLIAN_HOST: host }), /QUANLIAN_TLS_CERT/);
    assert.equal(problemsOf({ QUANLIAN_HOST: host, QUANLIAN_TLS_CERT: 'a.pem', QUANLIAN_TLS_KEY: 'b.pem' }), '');
    assert.equal(problemsOf({ QUANLIAN_HOST: host, QUANLIAN_TRUSTED_PROXY: '192.0.2.1, 2001:db8::/32' }), '');
  }
  assert.match(problemsOf({ QUANLIAN_HOST: '0.0.0.0', QUANLIAN_TRUSTED_PROXY: 'any' }), /QUANLIAN_TRUSTED_PROXY/);
  assert.match(problemsOf({ QUANLIAN_TLS_CERT: 'a.pem' }), /go together/);
  assert.deepEqual(['127.0.0.1', '127.8.8.8', '::1', 'localhost'].map(isLoopback), [true, true, true, true]);
  assert.deepEqual(['0.0.0.0', '::', '128.0.0.1', '127.0.0.1.example'].map(isLoopback), [false, false, false, false]);
});

test('every wrong setting is named at once, and no value is repeated', () => {
  const said = problemsOf({
    QUANLIAN_PORT: '99999',
    QUANLIAN_DEMO: 'perhaps',
    QUANLIAN_DATABASE_URL: 'mysql://root:hunter2@db/x',
    QUANLIAN_ORIGIN: 'Not An Origin',
  });
  for (const name of ['QUANLIAN_PORT', 'QUANLIAN_DEMO', 'QUANLIAN_DATABASE_URL', 'QUANLIAN_ORIGIN'])
    assert.match(said, new RegExp(name));
  assert.doesNotMatch(said, /hunter2/);
});

test('a secret may come from a file, but not from both', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'quanlian-settings-')), 'url');
  writeFileSync(file, 'postgres://app:secret@db.example/quanlian\n');
  assert.equal(readSettings({ QUANLIAN_DATABASE_URL_FILE: file }).databaseUrl, 'postgres://app:secret@db.example/quanlian');
  assert.match(problemsOf({ QUANLIAN_DATABASE_URL_FILE: file, QUANLIAN_DATABASE_URL: 'postgres://db/x' }), /both/);
  assert.match(problemsOf({ QUANLIAN_DATABASE_URL_FILE: `${file}.missing` }), /ENOENT/);
});

test('the demo city is for an embedded database that nobody runs in production', () => {
  assert.equal(readSettings({ QUANLIAN_DEMO: '0' }).wantsDemo, false);
  assert.equal(readSettings({ NODE_ENV: 'production' }).wantsDemo, false);
  const small = readSettings({ QUANLIAN_DEMO: 'small' });
  assert.deepEqual([small.wantsDemo, small.demoSize], [true, 'small']);
  assert.match(problemsOf({ QUANLIAN_DEMO: 'big' }), /0, 1 or small/);
  assert.equal(readSettings({ NODE_ENV: 'production', QUANLIAN_DEMO: '1' }).wantsDemo, true);
  assert.equal(readSettings({ QUANLIAN_DEMO: '1', QUANLIAN_DATABASE_URL: 'postgres://db.example/quanlian' }).wantsDemo, false);
});

test('the table for the operator names every setting in both languages', () => {
  for (const language of ['zh', 'en'] as const) {
    const table = describeSettings(language);
    for (const { name } of Object.values(settingsTable)) assert.match(table, new RegExp(`\`${name}\``));
  }
});
