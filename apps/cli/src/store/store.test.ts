import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Stop } from '../exits.js';
import { storeFolder, writeWhole } from './folder.js';
import { Pulls } from './pulls.js';
import { Sessions, type Session } from './sessions.js';

const parent = mkdtempSync(join(tmpdir(), 'quanlian-store-'));
after(() => rmSync(parent, { recursive: true }));
const later = new Date(Date.now() + 86_400_000).toISOString();
const session = (login: string, server = 'http://127.0.0.1:8080'): Session => ({
  server,
  login,
  person: '0'.repeat(32),
  token: `secret of ${login}`,
  expiresAt: later,
});

test('log-ins are readable by their owner alone', () => {
  const folder = join(parent, 'mode');
  new Sessions(folder).keep(session('li'));
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
});

test('several log-ins are kept; the last is current until it logs out', () => {
  const sessions = new Sessions(join(parent, 'several'));
  assert.equal(sessions.find(undefined, undefined), undefined);
  sessions.keep(session('li'));
  sessions.keep(session('wang'));
  assert.equal(sessions.find(undefined, undefined)?.login, 'wang');
  assert.equal(sessions.find(undefined, 'li')?.token, 'secret of li');
  assert.equal(sessions.find('http://other', 'li'), undefined);
  sessions.keep({ ...session('li'), token: 'another' });
  assert.equal(sessions.all().length, 2);
  sessions.forget(session('li'));
  assert.equal(sessions.find(undefined, 'li'), undefined);
  assert.equal(sessions.find(undefined, 'wang')?.login, 'wang');
});

test('a log-in that is over is dropped when another is kept', () => {
  const sessions = new Sessions(join(parent, 'over'));
  sessions.keep({ ...session('old'), expiresAt: '2020-01-01T00:00:00.000Z' });
  sessions.keep(session('new'));
  assert.deepEqual(
    sessions.all().map((one) => one.login),
    ['new'],
  );
});

test('a damaged file is named, not silently replaced', () => {
  const folder = join(parent, 'damaged');
  const sessions = new Sessions(folder);
  sessions.keep(session('li'));
  writeFileSync(join(folder, 'sessions.json'), '{"sessions": [');
  assert.throws(
    () => sessions.all(),
    (error) => error instanceof Stop && error.code === 'store-damaged' && error.sentence.en.includes('sessions.json'),
  );
});

test('a pull that was begun is found again by the same question only', () => {
  const folder = join(parent, 'pulls');
  const asked = { right: 'a', rows: { op: 'all' } };
  new Pulls(folder, asked).keep({ pull: 'p1', at: new Date().toISOString() });
  assert.equal(new Pulls(folder, { rows: { op: 'all' }, right: 'a' }).begun?.pull, 'p1');
  assert.equal(new Pulls(folder, { ...asked, right: 'b' }).begun, undefined);
  new Pulls(folder, asked).forget();
  assert.equal(new Pulls(folder, asked).begun, undefined);
});

test('a whole file or none: a failed write leaves the old one and nothing beside it', () => {
  const path = join(parent, 'whole.json');
  writeWhole(path, 'old');
  assert.throws(() => writeWhole(path, 5 as unknown as string));
  assert.deepEqual(
    readdirSync(parent).filter((name) => name.startsWith('whole')),
    ['whole.json'],
  );
  assert.ok(existsSync(path));
});

test('the folder is the one named, else the user’s configuration folder', () => {
  assert.equal(storeFolder({ QUANLIAN_CONFIG_DIR: '/x/y' }), '/x/y');
  assert.equal(storeFolder({ XDG_CONFIG_HOME: '/x', HOME: '/h' }), '/x/quanlian');
  assert.equal(storeFolder({ HOME: '/h' }), '/h/.config/quanlian');
});
