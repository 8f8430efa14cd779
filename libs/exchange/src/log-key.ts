import { refuse } from '#contracts';
import { generateSigningKey, signingKeyOf, type SigningKey, type Vault } from '#crypto';
import type { Secrets, Transactions } from './ports.js';

const FIRST = 'log-key';
const further = (keyId: string) => `log-key:${keyId}`;
const NOMINATED = 'log-key-nominated';

/** The key that entry 0 names. Made at first use; two at once agree on one. Never called once there is an entry: a lost key is not replaced unseen. */
export async function makeFirstLogKey(vault: Vault, secrets: Secrets): Promise<SigningKey> {
  const kept = await secrets.get(FIRST);
  if (kept) return signingKeyOf(vault.open(FIRST, kept));
  await secrets.putIfAbsent(FIRST, vault.seal(FIRST, generateSigningKey().privateSeed));
  return makeFirstLogKey(vault, secrets);
}

/** Makes a key that is to be the log's. It counts once the competent department's admission of it is sealed. */
export async function makeLogKey(vault: Vault, secrets: Secrets): Promise<SigningKey> {
  const key = generateSigningKey();
  await secrets.put(further(key.keyId), vault.seal(further(key.keyId), key.privateSeed));
  await secrets.put(NOMINATED, Buffer.from(key.keyId));
  return key;
}

/** The keys of the log that the vault holds: they sign receipts and checkpoints, and nothing else. */
export class LogKeys {
  private readonly opened = new Map<string, SigningKey>();

  constructor(
    private readonly vault: Vault,
    private readonly transactions: Pick<Transactions, 'run'>,
  ) {}

  /** Of these keys those that are held, in the order given. Throws VaultError when one was sealed under another vault key. */
  async held(keyIds: readonly string[]): Promise<SigningKey[]> {
    if (keyIds.some((keyId) => !this.opened.has(keyId))) await this.transactions.run(({ secrets }) => this.open(secrets, keyIds));
    return keyIds.flatMap((keyId) => this.opened.get(keyId) ?? []);
  }

  /**
   * The key for receipts: the newest in force that is held. When none is, the one nominated last, or a lost key could never be replaced:
   * the admission of its successor would find nobody to sign its receipt. Throws Refusal `log-key-lost`.
   */
  async forReceipts(keyIds: readonly string[]): Promise<SigningKey> {
    const [newest] = await this.held(keyIds);
    if (newest) return newest;
    const next = await this.transactions.run(({ secrets }) => this.next(secrets, keyIds));
    if (!next) throw refuse('log-key-lost');
    return next;
  }

  /** Before there is an entry, the key that it will name. */
  private async next(secrets: Secrets, keyIds: readonly string[]): Promise<SigningKey | undefined> {
    if (keyIds.length === 0) return makeFirstLogKey(this.vault, secrets);
    const nominated = (await secrets.get(NOMINATED))?.toString('utf8');
    if (nominated === undefined) return undefined;
    await this.open(secrets, [nominated]);
    return this.opened.get(nominated);
  }

  private async open(secrets: Secrets, keyIds: readonly string[]): Promise<void> {
    const first = await secrets.get(FIRST);
    if (first) this.keep(signingKeyOf(this.vault.open(FIRST, first)));
    for (const keyId of keyIds) {
      const sealed = await secrets.get(further(keyId));
      if (sealed) this.keep(signingKeyOf(this.vault.open(further(keyId), sealed)));
    }
  }

  private keep(key: SigningKey): void {
    this.opened.set(key.keyId, key);
  }
}
