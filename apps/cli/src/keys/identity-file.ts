import { ageRecipientOf, AgeError, type AgeIdentity } from '#crypto';
import { readFileSync } from 'node:fs';
import { Stop } from '../exits.js';
import { writeSecret } from '../store/folder.js';

/** Writes an age identity as `age-keygen` does, readable by its owner alone. Never overwrites a file. */
export function writeIdentity(path: string, { identity, recipient }: AgeIdentity, now = new Date()): void {
  writeSecret(path, `# created: ${now.toISOString()}\n# public key: ${recipient}\n${identity}\n`);
}

/** The identities of a file: one a line, `#` begins a remark. Throws Stop when there is none or one is malformed. */
export async function readIdentities(path: string): Promise<AgeIdentity[]> {
  const lines = readFileSync(path, 'utf8')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (lines.length === 0) throw notAnIdentity(path);
  return Promise.all(
    lines.map(async (identity) => {
      try {
        return { identity, recipient: await ageRecipientOf(identity) };
      } catch (error) {
        // The message never repeats the line: it may be a secret with one letter wrong.
        if (error instanceof AgeError) throw notAnIdentity(path);
        throw error;
      }
    }),
  );
}

/** The recipient that a file stands for: a public `age1…`, or that of the identity in it. */
export async function readRecipient(path: string): Promise<string> {
  const text = readFileSync(path, 'utf8');
  const [publicLine] = text.split(/\r?\n/).filter((line) => /^age1[a-z0-9]+$/.test(line.trim()));
  if (publicLine) return publicLine.trim();
  const [identity] = await readIdentities(path);
  if (!identity) throw notAnIdentity(path);
  return identity.recipient;
}

function notAnIdentity(path: string): Stop {
  return new Stop('file', 'not-an-identity', {
    zh: `${path} 不是 age X25519 身份文件（AGE-SECRET-KEY-1…）。`,
    en: `${path} is no age X25519 identity file (AGE-SECRET-KEY-1…).`,
  });
}
