import { checkSignature, SignatureError } from '#crypto';
import { leafHash, openEntry } from '#ledger';

// What any thread of an audit can say of entries by themselves, whatever came before them.

/** Rows of entries as they were read, one after the other, in memory that goes from thread to thread. */
export interface Page {
  readonly memory: ArrayBuffer;
  readonly rows: number;
  /** Where in the memory each row's columns and its entry's bytes begin, and where the row ends: three numbers a row. */
  readonly places: Uint32Array;
}

/** How an entry stands by itself. */
export const standing = {
  /** Not the bytes of an entry: whoever judges it opens it again and hears why. */
  malformed: 0,
  opened: 1,
  /** Opened, and each of its signatures is one by the key of that id among the keys told. */
  signed: 2,
} as const;

export interface PageRead {
  readonly page: Page;
  /** 32 bytes a row. */
  readonly leafHashes: Uint8Array<ArrayBuffer>;
  /** A `standing` a row. */
  readonly standings: Uint8Array<ArrayBuffer>;
}

/** Hashes and opens each entry of a page. `keys`: public keys by their ids to check signatures with; undefined: they are not asked for. */
export function readPage(page: Page, keys: ReadonlyMap<string, string> | undefined): PageRead {
  const leafHashes = new Uint8Array(page.rows * 32);
  const standings = new Uint8Array(page.rows);
  for (let i = 0; i < page.rows; i++) {
    const bytes = entryBytes(page, i);
    leafHashes.set(leafHash(bytes), i * 32);
    standings[i] = standingOf(bytes, keys);
  }
  return { page, leafHashes, standings };
}

/** The bytes of the entry in a row; not a copy. */
export function entryBytes({ memory, places }: Page, row: number): Buffer {
  const [start, end] = [places[row * 3 + 1] as number, places[row * 3 + 2] as number];
  return Buffer.from(memory, start, end - start);
}

function standingOf(bytes: Buffer, keys: ReadonlyMap<string, string> | undefined): number {
  let opened: ReturnType<typeof openEntry>;
  try {
    opened = openEntry(bytes);
  } catch {
    return standing.malformed;
  }
  if (!keys) return standing.opened;
  for (const { keyId, signature } of opened.entry.signatures) {
    const publicKey = keys.get(keyId);
    if (publicKey === undefined) return standing.opened;
    try {
      checkSignature(publicKey, opened.statementBytes, signature);
    } catch (error) {
      if (!(error instanceof SignatureError)) throw error;
      return standing.opened;
    }
  }
  return standing.signed;
}
