import { equalBytes, randomId } from '#crypto';
import { CachedStates } from './cached-states.js';
import { leafHash, openEntry, type Entry } from './entry.js';
import { applyEntry, type Law } from './law.js';
import { loadTouched } from './load-touched.js';
import { LogFault } from './log/faults.js';
import type { OpenedCheckpoint } from './log/checkpoint.js';
import { encodeNote } from './log/note.js';
import type { FullTile } from './log/tree-edge.js';
import { mentionsOf } from './mentions.js';
import type { SealHook } from './sealer.js';
import type { StateChange } from './states.js';
import type { LedgerHead, LedgerStore, SealedStatement, SealTransaction } from './store.js';
import type { Touches } from './touches.js';

const BATCH_MAX = 500;
const leaseMs = 30_000;
const leaseWaitMs = 15_000;

/** The writes of a batch that was sealed before. */
export interface ReplayTransaction extends SealTransaction {
  /** The inbox then knows these statements as sealed, whether it knew them or not. */
  markReplayed(entries: readonly SealedStatement[]): Promise<void>;
}

export interface ReplayParts<Tx extends ReplayTransaction> {
  readonly store: LedgerStore<Tx>;
  readonly law: Law;
  readonly touches?: readonly Touches[];
  readonly hooks?: readonly SealHook<Tx>[];
  /** Told after each batch: entries that are there now. */
  readonly onProgress?: (size: number) => void;
}

/**
 * Puts entries back that the ledger lost with its database, byte by byte as they were sealed: those from its end to the size of a
 * checkpoint that its own key signed. `entriesFrom` gives them from an index on, and is asked twice: first all are compared with the root
 * of the checkpoint, so that nothing is written of a copy that is not this history; then they are applied as the sealer applied them,
 * in batches of their own transactions. A crash leaves a shorter ledger of the same history, from which the same call goes on.
 *
 * Throws LogFault `entries-differ` or `consistency-wrong`, the Refusal of the first rule that an entry breaks, and an Error while another
 * sealer holds the lease.
 */
export async function replayEntries<Tx extends ReplayTransaction>(
  parts: ReplayParts<Tx>,
  checkpoint: OpenedCheckpoint,
  entriesFrom: (index: number) => AsyncIterable<Uint8Array>,
): Promise<{ readonly from: number; readonly size: number }> {
  const { store } = parts;
  let head = await takeLease(store);
  if (!head) throw new Error('Another sealer holds the lease; stop the exchange first');
  const from = head.size;
  try {
    if (checkpoint.size <= from) return { from, size: from };
    await checkRoot(store, head, checkpoint, entriesFrom(from));
    const tree = await store.treeEdge(from);
    const states = new CachedStates();
    for await (const batch of inBatches(entriesFrom(from), checkpoint.size - from)) {
      const tiles: FullTile[] = [];
      head = await writeBatch(parts, states, head, batch, (leaf) => tree.append(leaf, (tile) => tiles.push(tile)), tiles);
      parts.onProgress?.(head.size);
    }
    const { size, root, note } = checkpoint;
    const signedByLog = note.verified.filter(({ key }) => key.type === 'ed25519');
    await store.putCheckpoint(head.epoch, {
      size,
      root,
      note: encodeNote({ text: note.text, signatures: signedByLog }),
      signedAt: new Date().toISOString(),
    });
    return { from, size };
  } finally {
    await store.releaseLease(head.epoch);
  }
}

/** A sealer that was killed holds its lease until that is over. */
async function takeLease(store: LedgerStore): Promise<LedgerHead | undefined> {
  const holder = randomId();
  for (const begun = performance.now(); ; await new Promise((done) => setTimeout(done, 500))) {
    const head = await store.takeLease(holder, leaseMs);
    if (head || performance.now() - begun > leaseWaitMs) return head;
  }
}

async function checkRoot(
  store: LedgerStore,
  { size, head }: LedgerHead,
  checkpoint: OpenedCheckpoint,
  entries: AsyncIterable<Uint8Array>,
): Promise<void> {
  const tree = await store.treeEdge(size);
  let index = size;
  let prev = head;
  for await (const bytes of entries) {
    if (index === checkpoint.size) break;
    const { entry } = openEntry(bytes);
    if (entry.index !== index || entry.prev !== prev) throw new LogFault('entries-differ', `entry ${index}`);
    const leaf = leafHash(bytes);
    tree.append(leaf, () => {});
    prev = Buffer.from(leaf).toString('hex');
    index++;
  }
  if (index !== checkpoint.size) throw new LogFault('entries-differ', `entry ${index} is missing`);
  if (!equalBytes(tree.root(), checkpoint.root)) throw new LogFault('consistency-wrong', `size ${checkpoint.size}`);
}

interface ReadEntry {
  readonly entry: Entry;
  readonly bytes: Uint8Array;
  readonly statementBytes: Uint8Array;
}

/** As they were sealed: what is in one batch carries one instant. */
async function* inBatches(entries: AsyncIterable<Uint8Array>, count: number): AsyncGenerator<ReadEntry[]> {
  let batch: ReadEntry[] = [];
  let left = count;
  for await (const bytes of entries) {
    if (left-- === 0) break;
    const read = { ...openEntry(bytes), bytes };
    const isFull = batch.length === BATCH_MAX || (batch[0] && batch[0].entry.sealedAt !== read.entry.sealedAt);
    if (isFull) {
      yield batch;
      batch = [];
    }
    batch.push(read);
  }
  if (batch.length > 0) yield batch;
}

async function writeBatch<Tx extends ReplayTransaction>(
  { store, law, touches = [], hooks = [] }: ReplayParts<Tx>,
  states: CachedStates,
  head: LedgerHead,
  batch: readonly ReadEntry[],
  append: (leaf: Uint8Array) => void,
  tiles: readonly FullTile[],
): Promise<LedgerHead> {
  await loadTouched(
    store,
    states,
    batch.map(({ entry }) => entry),
    touches,
  );
  const changes = new Map<string, StateChange>();
  const sealed: SealedStatement[] = [];
  let prev = head.head;
  for (const { entry, bytes, statementBytes } of batch) {
    const { index, sealedAt, statement, signatures } = entry;
    if (index !== head.size + sealed.length || entry.prev !== prev) throw new LogFault('entries-differ', `entry ${index}`);
    for (const change of applyEntry(states, entry, statementBytes, law)) changes.set(`${change.kind} ${change.id}`, change);
    const leaf = Buffer.from(leafHash(bytes));
    const mentions = mentionsOf(states, statement);
    sealed.push({ seq: '', index, leafHash: leaf, bytes: Buffer.from(bytes), sealedAt, statement, signatures, mentions });
    append(leaf);
    prev = leaf.toString('hex');
  }
  const sealedAt = sealed[0]?.sealedAt ?? head.sealedAt;
  const next: LedgerHead = { size: head.size + sealed.length, head: prev, sealedAt, epoch: head.epoch };
  const isCommitted = await store.transaction(async (tx) => {
    if (!(await tx.append(head, next, sealed))) return false;
    await tx.putTiles(tiles);
    await tx.putStates([...changes.values()]);
    await tx.markReplayed(sealed);
    for (const hook of hooks) await hook(tx, { sealed, rejected: [] });
    await tx.announce({ from: head.size, size: next.size, rejected: 0 });
    return true;
  });
  if (!isCommitted) throw new Error('Another sealer took the lease; stop the exchange first');
  return next;
}
