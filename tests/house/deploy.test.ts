import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { settingsTable } from '#nest';

/** The clone: this file runs as dist/tests/house/deploy.test.js. */
const root = resolve(import.meta.dirname, '../../..');
const files = ['Dockerfile', 'docker-compose.yml', 'deploy/quanlian.service', 'deploy/quanlian-witness.service'];
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

test('every program that the deployment files start is built', () => {
  const programs = files.flatMap((path) => read(path).match(/dist\/apps\/[\w/-]+\.js/g) ?? []);
  assert.ok(programs.length >= 5, 'the files start programs');
  for (const program of programs) assert.ok(existsSync(join(root, program)), program);
});

test('every setting that the deployment files give exists', () => {
  const known = new Set(Object.values(settingsTable).flatMap(({ name }) => [name, `${name}_FILE`]));
  for (const path of files) {
    for (const [, name = ''] of read(path).matchAll(/\b(QUANLIAN_\w+)(?:=|:)/g)) assert.ok(known.has(name), `${path}: ${name}`);
  }
});
