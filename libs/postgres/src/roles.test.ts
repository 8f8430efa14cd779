import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { freshDatabase, type TestDatabase } from '#testing';
import { asRole, databaseRoles, ensureRoles, mayCreateRoles, withClient } from './roles.js';
import { encodeScramVerifier } from './scram.js';

let database: TestDatabase;
before(async () => {
  database = await freshDatabase('roles');
});

test('a password goes to the server as the verifier that the server itself would make', async () => {
  // The server keeps a verifier as it is given and hashes a password; both roles must then open to the password.
  await withClient(database.url, async (client) => {
    await client.query("create role scram_by_server login password 'correct horse'");
    const { rows } = await client.query<{ verifier: string }>(
      "select rolpassword as verifier from pg_authid where rolname = 'scram_by_server'",
    );
    const theirs = rows[0]?.verifier ?? '';
    const [, iterations = '', salt = ''] = /^SCRAM-SHA-256\$(\d+):([^$]+)\$/.exec(theirs) ?? [];
    assert.equal(encodeScramVerifier('correct horse', Buffer.from(salt, 'base64'), Number(iterations)), theirs);
    await client.query('drop role scram_by_server');
  });
  assert.throws(() => encodeScramVerifier('密码'), /ASCII/);
});

test('what the migrator makes belongs to the owner, and the runtime roles may not touch it unless granted', async () => {
  await withClient(database.migratorUrl, async (client) => {
    await client.query('create table thing (name text)');
    await client.query("insert into thing values ('kept')");
    const { rows } = await client.query<{ owner: string }>("select tableowner as owner from pg_tables where tablename = 'thing'");
    assert.equal(rows[0]?.owner, databaseRoles.owner);
  });
  for (const url of [database.apiUrl, database.workerUrl]) {
    await assert.rejects(
      withClient(url, (client) => client.query('select * from thing')),
      /permission denied/,
    );
    await assert.rejects(
      withClient(url, (client) => client.query('create table mine (name text)')),
      /permission denied/,
    );
  }
});

test('the owner cannot log in, and no runtime role may make roles', async () => {
  const password = decodeURIComponent(new URL(database.url).password);
  await assert.rejects(
    withClient(asRole(database.url, databaseRoles.owner, password), (client) => client.query('select 1')),
    /not permitted to log in|authentication failed/,
  );
  assert.equal(await mayCreateRoles(database.url), true);
  for (const url of [database.migratorUrl, database.apiUrl, database.workerUrl]) assert.equal(await mayCreateRoles(url), false);
});

test('works for an administrator who is no superuser, as on a hosted database', async () => {
  const name = new URL(database.url).pathname.slice(1);
  await withClient(database.url, async (client) => {
    await client.query("create role hosted_admin login createrole password 'hosted'");
    await client.query(`alter database "${name}" owner to hosted_admin`);
    for (const role of Object.values(databaseRoles)) await client.query(`grant ${role} to hosted_admin with admin option`);
  });
  const admin = asRole(database.url, 'hosted_admin', 'hosted');
  assert.equal(await mayCreateRoles(admin), true);
  const password = decodeURIComponent(new URL(database.url).password);
  await ensureRoles(admin, { migrator: password, api: password, worker: password });
  await withClient(database.migratorUrl, (client) => client.query('create table later (name text)'));
});
