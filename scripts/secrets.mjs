// `node scripts/secrets.mjs FOLDER`: draws the database's passwords for docker-compose.yml, one file a secret.
// Never draws again what is there: the database knows the old ones.
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
if (!folder) {
  console.error('Usage: node scripts/secrets.mjs FOLDER');
  process.exit(2);
}
if (existsSync(join(folder, 'postgres_password'))) {
  console.error(`${folder} holds secrets already; they stay as they are.`);
  process.exit(1);
}
const draw = () => randomBytes(24).toString('base64url');
const address = (role, password) => `postgres://${role}:${password}@postgres:5432/quanlian`;
const password = draw();

mkdirSync(folder, { recursive: true });
// Only its owner enters; the files are readable inside containers, whose accounts have other numbers.
chmodSync(folder, 0o700);
const secrets = {
  database_url: address('postgres', password),
  api_database_url: address('quanlian_api', draw()),
  worker_database_url: address('quanlian_worker', draw()),
  postgres_password: password,
};
for (const [name, value] of Object.entries(secrets)) writeFileSync(join(folder, name), `${value}\n`, { mode: 0o444, flag: 'wx' });
console.log(`${Object.keys(secrets).length} secrets written to ${folder}`);
