import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createPrivateKey } from 'node:crypto';
import {
  generateAgeIdentity,
  generateSigningKey,
  importSigningKey,
  randomPassword,
  signingKeyOf,
  type AgeIdentity,
  type SigningKey,
} from '#crypto';
import { departments, type DepartmentKey } from './departments.js';

/** A person of the demo city with the password that they log in with. */
export interface DemoAccount {
  readonly department: DepartmentKey;
  readonly departmentName: string;
  readonly code: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly login: string;
  readonly password: string;
}

/**
 * `demo` in the data folder: what the city's departments and people would keep on their own side. Everything in it is for its owner
 * alone. Secrets are written here before the exchange hears of their public halves, so a crash never leaves a key that nobody holds.
 */
export class DemoFolder {
  readonly path: string;

  constructor(dataDir: string) {
    this.path = join(dataDir, 'demo');
  }

  /** The list of accounts, with passwords drawn on the first call and the same ever after. */
  accounts(): DemoAccount[] {
    const file = join(this.path, 'people.json');
    if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { people: DemoAccount[] }).people;
    const people = departments.flatMap((department) =>
      department.people.map((person) => ({
        department: department.key,
        departmentName: department.name,
        code: department.code,
        ...person,
        password: randomPassword(),
      })),
    );
    this.write('people.json', `${JSON.stringify({ people }, null, 2)}\n`);
    return people;
  }

  /** The department's age identity, made on the first call, as `age-keygen` writes it: `age -d -i FILE` takes it. */
  async identity(key: DepartmentKey, which: 'desk' | 'safe' | 'former' = 'desk'): Promise<AgeIdentity> {
    const name = this.identityName(key, which);
    const file = join(this.path, name);
    if (!existsSync(file)) {
      const { identity, recipient } = await generateAgeIdentity();
      this.write(name, `# ${key}\n# public key: ${recipient}\n${identity}\n`);
    }
    const lines = readFileSync(file, 'utf8').split('\n');
    return {
      identity: lines.find((line) => line.startsWith('AGE-SECRET-KEY-')) ?? '',
      recipient: lines.find((line) => line.startsWith('# public key: '))?.slice(14) ?? '',
    };
  }

  private identityName(key: DepartmentKey, which: string): string {
    return join('identities', which === 'desk' ? `${key}.txt` : `${key}-${which}.txt`);
  }

  /** The signing key of a department that keeps its own, made on the first call: PKCS#8 in PEM, which `openssl pkey` opens. */
  signingKey(key: DepartmentKey): SigningKey {
    const name = join('identities', `${key}-signing-key.pem`);
    const file = join(this.path, name);
    if (!existsSync(file)) {
      const pem = importSigningKey(generateSigningKey().privateSeed).export({ format: 'pem', type: 'pkcs8' });
      this.write(name, pem as string);
    }
    const der = createPrivateKey(readFileSync(file)).export({ format: 'der', type: 'pkcs8' });
    // The seed is the end of the key's DER form (RFC 8410 §7).
    return signingKeyOf(der.subarray(-32));
  }

  /** Writes a file whole or not at all, for its owner alone. */
  write(name: string, content: string): void {
    const file = join(this.path, name);
    mkdirSync(join(this.path, 'identities'), { recursive: true, mode: 0o700 });
    const draft = `${file}.new`;
    const handle = openSync(draft, 'w', 0o600);
    try {
      writeSync(handle, content);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(draft, file);
  }

  /** Keeps a file out of the way under another name. */
  setAside(name: string): void {
    const file = join(this.path, name);
    if (existsSync(file)) renameSync(file, `${file}.${Date.now()}.old`);
  }

  read(name: string): string | undefined {
    const file = join(this.path, name);
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  }
}
