import { ageRecipientOf, keyIdOf, toBase64 } from '#crypto';

// Keys that this browser holds for a department. They are made by WebCrypto as not extractable and kept in IndexedDB as they are: script
// (ours too) can use them and never read them. Whoever clears the site's data destroys them.

/** An Ed25519 key that signs for a department. */
export interface HeldSigningKey {
  readonly keyId: string;
  /** Base64, as it is admitted in the ledger. */
  readonly publicKey: string;
  readonly department: string;
  readonly madeAt: string;
  readonly privateKey: CryptoKey;
}
/** An X25519 identity that opens what was encrypted to `recipient`; give `privateKey` to `decryptAge`. */
export interface HeldIdentity {
  /** `age1…`. */
  readonly recipient: string;
  readonly department: string;
  readonly madeAt: string;
  readonly privateKey: CryptoKey;
}

const databaseName = 'quanlian-keys';
const stores = { signing: 'keyId', identities: 'recipient' } as const;
type StoreName = keyof typeof stores;

function open(): Promise<IDBDatabase> {
  return new Promise((done, fail) => {
    const opening = indexedDB.open(databaseName, 1);
    opening.addEventListener('upgradeneeded', () => {
      for (const [name, keyPath] of Object.entries(stores)) opening.result.createObjectStore(name, { keyPath });
    });
    opening.addEventListener('success', () => done(opening.result));
    opening.addEventListener('error', () => fail(opening.error ?? new Error('IndexedDB')));
  });
}

async function withStore<T>(
  name: StoreName,
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await open();
  try {
    const transaction = database.transaction(name, mode);
    const asked = act(transaction.objectStore(name));
    await new Promise<void>((done, fail) => {
      transaction.addEventListener('complete', () => done());
      transaction.addEventListener('abort', () => fail(transaction.error ?? new Error('IndexedDB')));
    });
    return asked.result;
  } finally {
    database.close();
  }
}

/** What this browser can do. Those of two years ago know no Ed25519, and none has WebCrypto on a page that came over plain http. */
export async function keysPossible(): Promise<{ readonly signing: boolean; readonly identity: boolean }> {
  const can = async (name: string, usages: KeyUsage[]) => {
    try {
      await crypto.subtle.generateKey({ name }, false, usages);
      return true;
    } catch {
      return false;
    }
  };
  return { signing: await can('Ed25519', ['sign', 'verify']), identity: await can('X25519', ['deriveBits']) };
}

// Asked for so that the browser does not clear the keys when the disk is full.
const keepStorage = () => navigator.storage?.persist?.().catch(() => false);

/** Makes a signing key for the department; it stays in this browser. */
export async function makeSigningKey(department: string): Promise<HeldSigningKey> {
  const pair = await crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify']);
  const raw = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  const key: HeldSigningKey = {
    keyId: keyIdOf(raw),
    publicKey: toBase64(raw),
    department,
    madeAt: new Date().toISOString(),
    privateKey: pair.privateKey,
  };
  await keepStorage();
  await withStore('signing', 'readwrite', (store) => store.add(key));
  return key;
}

/** Those held for a department; of all without one. */
export async function heldSigningKeys(department?: string): Promise<HeldSigningKey[]> {
  const all = (await withStore('signing', 'readonly', (store) => store.getAll())) as HeldSigningKey[];
  return all.filter((key) => department === undefined || key.department === department);
}

/** The key of this id, when this browser holds it. */
export async function heldSigningKey(keyId: string): Promise<HeldSigningKey | undefined> {
  return (await withStore('signing', 'readonly', (store) => store.get(keyId))) as HeldSigningKey | undefined;
}

/** Ed25519 over the bytes: 64 bytes in base64. */
export async function signWith(key: HeldSigningKey, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return toBase64(new Uint8Array(await crypto.subtle.sign({ name: 'Ed25519' }, key.privateKey, bytes)));
}

/** Makes an age identity for the department; it stays in this browser. */
export async function makeIdentity(department: string): Promise<HeldIdentity> {
  const pair = await crypto.subtle.generateKey({ name: 'X25519' }, false, ['deriveBits']);
  const identity: HeldIdentity = {
    recipient: await ageRecipientOf(pair.privateKey),
    department,
    madeAt: new Date().toISOString(),
    privateKey: pair.privateKey,
  };
  await keepStorage();
  await withStore('identities', 'readwrite', (store) => store.add(identity));
  return identity;
}

/** Those held for a department; of all without one. */
export async function heldIdentities(department?: string): Promise<HeldIdentity[]> {
  const all = (await withStore('identities', 'readonly', (store) => store.getAll())) as HeldIdentity[];
  return all.filter((identity) => department === undefined || identity.department === department);
}

/** Destroys a key that this browser holds, for good: nobody can take it out before. Other tabs forget it when they look next. */
export async function forgetKey(key: HeldSigningKey | HeldIdentity): Promise<void> {
  if ('keyId' in key) await withStore('signing', 'readwrite', (store) => store.delete(key.keyId));
  else await withStore('identities', 'readwrite', (store) => store.delete(key.recipient));
}
