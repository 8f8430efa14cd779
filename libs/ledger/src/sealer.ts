import { equalBytes, keyIdOf, randomId } from '#crypto';
import { refuse, Refusal } from '#contracts';
import { CachedStates } from './cached-states.js';
import { encodeEntry, leafHash, readSignatures } from './entry.js';
import { GoodSignatures } from './good-signatures.js';
import { applyEntry, type Law } from './law.js';
import { loadTouched } from './load-touched.js';
import { signCheckpoint } from './log/checkpoint.js';
import { readRoot } from './log/prove.js';
import { EMPTY_ROOT, type HashReader } from './log/hashes.js';
import type { NoteSigner } from './log/sign-note.js';
import type { FullTile, TreeEdge } from './log/tree-edge.js';
import { mentionsOf } from './mentions.js';
import { keysInForce, LOG } from './register.js';
import { openStatement } from './statement.js';
import type { LedgerHead, LedgerStore, RejectedStatement, SealedStatement, SealTransaction, WaitingStatement } from './store.js';
import type { Touches } from './touches.js';
import type { StateChange } from './states.js';

export const BATCH_MAX = 500;

/** Writes what follows from a batch (tasks, notices) in the sealing transaction. If it fails, the batch fails and is tried again. */
export type SealHook<Tx> = (
  tx: Tx,
  batch: { readonly sealed: readonly SealedStatement[]; readonly rejected: readonly RejectedStatement[] },
) => Promise<void>;

/** Where a batch stands: for tests that kill the sealer there. */
export type SealStep =
  | 'drained'
  | 'judged'
  | 'gates-closed'
  | 'appended'
  | 'tiled'
  | 'projected'
  | 'marked'
  | 'hooked'
  | 'announced'
  | 'committed'
  | 'checkpoint-signed'
  | 'checkpoint-stored';

/** Opens the keys of the log that are in hand; what is not among them was lost, or is somebody else's to hold. */
export type LogSigners = (keyIds: readonly string[]) => Promise<readonly NoteSigner[]>;

/** The signers of keys that are in hand as they are. */
export const signersAmong =
  (...held: readonly NoteSigner[]): LogSigners =>
  (keyIds) =>
    Promise.resolve(held.filter(({ key }) => keyIds.includes(keyIdOf(key.publicKey))));

export interface SealerOptions<Tx extends SealTransaction> {
  readonly store: LedgerStore<Tx>;
  readonly law: Law;
  /** Those of the log's keys that this process holds, by key id, under the log's name. */
  readonly signersOf: LogSigners;
  /** Beside the register's own: those of the law's folds. */
  readonly touches?: readonly Touches[];
  readonly hooks?: readonly SealHook<Tx>[];
  readonly now?: () => Date;
  /** How long the lease lasts without being renewed; another sealer takes over after it. */
  readonly leaseMs?: number;
  /** How long to sleep when nobody rings: only a safety net. */
  readonly pollMs?: number;
  readonly batchMax?: number;
  /** The least time between two checkpoints: however many batches there are, each of these is kept for ever. */
  readonly checkpointEveryMs?: number;
  /**
   * Asked on taking the lease, before anything is signed or sealed: throws a Refusal that says why not. The sealer then gives the lease
   * back, and asks again by itself.
   */
  readonly mayBegin?: (held: { readonly size: number; readonly hashes: HashReader }) => Promise<void>;
  /** How far the clock may run away from the machine's steady one before all is asked again that was asked on taking the lease. */
  readonly clockSkewMs?: number;
  /** The lease was taken, or it is not held any more. */
  readonly onHeld?: (isHeld: boolean) => void;
  /** Whether it seals: why not, or undefined from when it does. Said at each try. */
  readonly onStanding?: (problem: Refusal | undefined) => Promise<void>;
  /** States kept between batches; above it all are forgotten and loaded again as needed. */
  readonly cachedStatesMax?: number;
  /** What went wrong and was survived: log it. `stage` says where. */
  readonly onTrouble?: (stage: 'judge' | 'seal' | 'checkpoint', error: unknown) => void;
  readonly onStep?: (step: SealStep) => void | Promise<void>;
}

export type SealOutcome =
  | { readonly state: 'sealed'; readonly sealed: number; readonly rejected: number }
  | { readonly state: 'idle' }
  | { readonly state: 'fenced' }
  /** Nothing was sealed: all must be asked again that is asked on taking the lease. */
  | { readonly state: 'doubted' };

/** One writer of the ledger. Any number may run; the one that holds the lease seals, the others wait. */
export class Sealer<Tx extends SealTransaction> {
  private readonly holder = randomId();
  private readonly states = new CachedStates();
  private readonly leaseMs: number;
  private readonly now: () => Date;
  /** Undefined: the lease is not held, or it is not known how the last commit ended. */
  private head: LedgerHead | undefined;
  private renewAtMs = 0;
  /** The tree of the entries up to the head. While a batch is under way it is ahead, and after an error it is forgotten. */
  private tree: TreeEdge | undefined;
  /** Root at the head. */
  private root: Uint8Array = EMPTY_ROOT;
  /** The log's keys in force at the head, the newest first, and those of them that sign. */
  private logKeys: readonly string[] = [];
  private signers: { readonly of: readonly string[]; readonly held: readonly NoteSigner[] } | undefined;
  /** Size of the last checkpoint. */
  private signedSize = 0;
  private signedAtMs = -Infinity;
  private isSigning = false;
  private signing: Promise<void> = Promise.resolve();
  /** Something was learned that forbids to go on before all was asked again. */
  private isDoubted = false;
  /** Since the lease was taken a look found nothing to seal, or a batch was sealed, and it was said that all is well. */
  private isSealingTold = false;
  /** The clock less the machine's steady one, as it was when the lease was taken. */
  private clockAtMs = 0;
  /** Why the last checkpoint failed: nothing is sealed on top of that before head and tree were read again. */
  private signingFailure: { readonly error: unknown } | undefined;

  constructor(private readonly options: SealerOptions<Tx>) {
    this.leaseMs = options.leaseMs ?? 10_000;
    this.now = options.now ?? (() => new Date());
  }

  /** Seals until the signal aborts, then gives the lease back. Survives a lost database: it waits and begins from the head again. */
  async run(signal: AbortSignal): Promise<void> {
    const { store, onTrouble, pollMs = 2_000 } = this.options;
    let failures = 0;
    while (!signal.aborted) {
      try {
        this.forgetAfterSigningFailure();
        await this.giveUpIfDoubted();
        if (!this.head && !(await this.takeLease())) {
          await sleep(this.leaseMs / 2, signal);
          continue;
        }
        const { state } = await this.sealBatch();
        failures = 0;
        await this.tellSealing(state);
        this.keepSigned(signal);
        if (state === 'idle') await store.untilWork(Math.min(pollMs, this.leaseMs / 3), signal);
      } catch (error) {
        onTrouble?.('seal', error);
        await this.tellStanding(error instanceof Refusal ? error : undefined, error);
        failures++;
        await sleep(Math.min(5_000, 50 * 2 ** failures), signal);
      }
    }
    await this.signing;
    // So that who stops it in good order leaves nothing without a checkpoint.
    if (!this.isDoubted) await this.signCheckpoint().catch((error: unknown) => onTrouble?.('checkpoint', error));
    if (this.head) await store.releaseLease(this.head.epoch).catch((error: unknown) => onTrouble?.('seal', error));
    this.forget();
  }

  /**
   * Takes the lease, or says false. Reads the head anew: whatever this sealer believed before is void. What was signed before, here or as
   * the witnesses know it, must be the beginning of what is there; if it is not, nothing is signed or sealed, and the lease goes back.
   * Throws a Refusal that says why, or the error of a database that does not answer.
   */
  async takeLease(): Promise<boolean> {
    const { store, mayBegin, onHeld } = this.options;
    this.forget();
    const head = await store.takeLease(this.holder, this.leaseMs);
    if (!head) return false;
    this.isDoubted = false;
    this.clockAtMs = this.clockOff();
    try {
      const tree = await store.treeEdge(head.size);
      await this.checkLastCheckpoint(head, tree);
      await mayBegin?.({ size: head.size, hashes: store.hashes(head.size) });
      // Asking takes its time; who was overtaken meanwhile begins again.
      if (!(await store.renewLease(head.epoch, this.leaseMs))) return false;
      this.renewAtMs = performance.now() + this.leaseMs / 3;
      await this.loadTouched([]);
      this.logKeys = this.logKeysNow();
      this.tree = tree;
      this.root = tree.root();
    } catch (error) {
      // Who was overtaken compared its head with what another has sealed and signed since: nothing is wrong with the ledger.
      const isOvertaken = error instanceof Refusal && !(await store.renewLease(head.epoch, this.leaseMs).catch(() => true));
      if (isOvertaken) return false;
      // So that another, whom nothing keeps from it, need not wait. If that fails as well the lease runs out by itself.
      await store.releaseLease(head.epoch).catch(() => {});
      throw error;
    }
    this.head = head;
    onHeld?.(true);
    return true;
  }

  /**
   * Says that something is known which may forbid to seal: before its next batch the sealer gives the lease back, and asks all again that
   * is asked on taking it. A batch that is under way is finished.
   */
  doubt(): void {
    this.isDoubted = true;
  }

  private async giveUpIfDoubted(): Promise<void> {
    const { head } = this;
    if (!head || !this.isDoubted) return;
    await this.signing;
    this.forget();
    await this.options.store.releaseLease(head.epoch);
  }

  /** A clock that was set since the lease was taken: nobody compared it with any other yet. */
  private checkClock(): void {
    const { clockSkewMs } = this.options;
    if (clockSkewMs !== undefined && Math.abs(this.clockOff() - this.clockAtMs) > clockSkewMs) this.isDoubted = true;
  }

  private clockOff(): number {
    return this.now().getTime() - performance.now();
  }

  /** Said after the first batch, not on taking the lease: on a full disk a lease can often be taken, and nothing be sealed. */
  private async tellSealing(state: SealOutcome['state']): Promise<void> {
    if (this.isSealingTold || (state !== 'sealed' && state !== 'idle')) return;
    this.isSealingTold = true;
    await this.tellStanding(undefined);
  }

  /** `error`: why it is not sealing, when that is no refusal: then nothing is said, for a database that is away takes no word. */
  private async tellStanding(problem: Refusal | undefined, error?: unknown): Promise<void> {
    if (problem === undefined && error !== undefined) return;
    await this.options.onStanding?.(problem).catch((failure: unknown) => this.options.onTrouble?.('seal', failure));
  }

  /** What was signed must be the beginning of what is here. If it is not, entries or tiles are damaged, or an old backup was restored. */
  private async checkLastCheckpoint({ size }: LedgerHead, tree: TreeEdge): Promise<void> {
    const { store } = this.options;
    const last = await store.lastCheckpoint();
    this.signedSize = last?.size ?? 0;
    if (!last) return;
    if (last.size > size) throw refuse('ledger-damaged', { reason: `${last.size} > ${size}` });
    const root = last.size === size ? tree.root() : await readRoot(store.hashes(size), last.size);
    if (!equalBytes(root, last.root)) throw refuse('ledger-damaged', { reason: `root ${last.size}` });
  }

  /**
   * Signs a checkpoint for the head, unless it has one: after the commit and beside the sealing, never on the way to it. What is signed is
   * committed and cannot change any more, whoever holds the lease now; and no size ever gets a second root, for the store keeps the first.
   * A crash before it is kept leaves a size without a checkpoint: nobody saw it, and the next one covers it.
   */
  async signCheckpoint(): Promise<'signed' | 'none' | 'fenced'> {
    const { store, onStep = () => {} } = this.options;
    const { head, root, logKeys } = this;
    if (!head || head.size <= this.signedSize) return 'none';
    const [signer, ...others] = await this.openSigners(logKeys);
    if (!signer) return 'none';
    const note = signCheckpoint({ size: head.size, root }, signer, ...others);
    await onStep('checkpoint-signed');
    const isKept = await store.putCheckpoint(head.epoch, { size: head.size, root, note, signedAt: this.now().toISOString() });
    if (!isKept) return 'fenced';
    this.signedSize = Math.max(this.signedSize, head.size);
    await onStep('checkpoint-stored');
    return 'signed';
  }

  /**
   * All that are held of the keys in force sign. When none is, the ledger goes on without checkpoints, for its next entries may be the
   * admission of a new key: to stop would make a lost key the end of the log.
   */
  private async openSigners(keyIds: readonly string[]): Promise<readonly NoteSigner[]> {
    if (this.signers?.of !== keyIds) {
      this.signers = { of: keyIds, held: await this.options.signersOf(keyIds) };
      if (this.signers.held.length === 0)
        this.options.onTrouble?.('checkpoint', new Error(`None of the log's keys is held: ${keyIds.join(' ')}`));
    }
    return this.signers.held;
  }

  /** A new list only when the keys changed: what was opened for the old one is good for it. */
  private logKeysNow(): readonly string[] {
    const keyIds = keysInForce(this.states, LOG).map(({ id }) => id);
    return keyIds.join(' ') === this.logKeys.join(' ') ? this.logKeys : keyIds;
  }

  /** Starts signing, unless it is under way; it goes on until the head has its checkpoint. */
  private keepSigned(signal: AbortSignal): void {
    if (this.isSigning || this.isDoubted || !this.head || this.head.size <= this.signedSize) return;
    this.isSigning = true;
    this.signing = this.signUntilHead(signal);
  }

  private async signUntilHead(signal: AbortSignal): Promise<void> {
    const { checkpointEveryMs = 200 } = this.options;
    try {
      while (this.head && this.head.size > this.signedSize && !signal.aborted) {
        const restMs = this.signedAtMs + checkpointEveryMs - performance.now();
        if (restMs > 0) await sleep(restMs, signal);
        if (this.isDoubted) break;
        if ((await this.signCheckpoint()) !== 'signed') break;
        this.signedAtMs = performance.now();
      }
    } catch (error) {
      this.signingFailure = { error };
    } finally {
      this.isSigning = false;
    }
  }

  private forgetAfterSigningFailure(): void {
    const failure = this.signingFailure;
    if (!failure) return;
    this.signingFailure = undefined;
    this.options.onTrouble?.('checkpoint', failure.error);
    this.forget();
  }

  /**
   * Seals one batch; the lease must have been taken. After an error it is not known whether the batch is in the ledger, and the states
   * in memory may be ahead of it: all is forgotten, and the lease must be taken again, which reads the head.
   */
  async sealBatch(): Promise<SealOutcome> {
    try {
      return await this.sealNext();
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  /** The order of the steps is the safety argument, so they stand here together. */
  private async sealNext(): Promise<SealOutcome> {
    const { store, law, hooks = [], onStep = () => {}, batchMax = BATCH_MAX, cachedStatesMax = 100_000 } = this.options;
    const { head, tree } = this;
    if (!head || !tree) throw new Error('The lease is not held');

    // 1. Drain, ends first. Nothing is taken out: a crash up to the commit leaves every row waiting, and the next sealer finds it.
    const rows = await store.waiting(batchMax);
    if (rows.length === 0) {
      if (performance.now() < this.renewAtMs) return { state: 'idle' };
      if (!(await store.renewLease(head.epoch, this.leaseMs))) return this.fenced();
      this.renewAtMs = performance.now() + this.leaseMs / 3;
      return { state: 'idle' };
    }
    await onStep('drained');
    this.checkClock();
    if (this.isDoubted) return { state: 'doubted' };

    // 2. Open the statements and load, in one go, every state that they touch. Only the holder of the lease changes states, and the
    // write in step 4 fails if we no longer are: so what is read here, or kept from the batch before, is what the entries apply to.
    const rejected: RejectedStatement[] = [];
    const opened = this.open(rows, rejected);
    if (this.states.sizeStates > cachedStatesMax) this.states.clear();
    await this.loadTouched(opened);
    const signatures = law.signatures === 'signatures' ? new GoodSignatures() : law.signatures;
    if (signatures instanceof GoodSignatures) await signatures.check(this.states, opened);

    // 3. Judge one by one, each by the states that the one before left. A refusal hurts only its own statement. Indexes are given to
    // what is accepted, so they have no gaps. All entries of a batch are durable at one instant and carry it; it never goes back.
    const nowAt = this.now().toISOString();
    const sealedAt = nowAt > head.sealedAt ? nowAt : head.sealedAt;
    const sealed: SealedStatement[] = [];
    const changes = new Map<string, StateChange>();
    const gates = new Set<string>();
    let prev = head.head;
    for (const { row, statement, signatures: by } of opened) {
      const index = head.size + sealed.length;
      let changed: readonly StateChange[];
      try {
        changed = applyEntry(this.states, { index, sealedAt, statement, signatures: by }, row.bytes, { ...law, signatures });
      } catch (error) {
        rejected.push({ seq: row.seq, id: row.id, statement, refusal: this.refusalOf(error) });
        continue;
      }
      for (const change of changed) changes.set(`${change.kind} ${change.id}`, change);
      const mentions = mentionsOf(this.states, statement);
      const bytes = encodeEntry({ index, prev, sealedAt, signatures: by }, row.bytes);
      const leaf = leafHash(bytes);
      sealed.push({ seq: row.seq, index, leafHash: leaf, bytes, sealedAt, statement, signatures: by, mentions });
      if (statement.type === 'right.suspended' || statement.type === 'right.terminated') gates.add(statement.body.right);
      // What is encrypted to an ended recipient must not leave either: the gate of its department covers all that goes there.
      if (statement.type === 'recipient.ended') gates.add(statement.body.department);
      prev = leaf.toString('hex');
    }
    const tiles: FullTile[] = [];
    for (const { leafHash: leaf } of sealed) tree.append(leaf, (tile) => tiles.push(tile));
    await onStep('judged');

    // 4. One transaction. Until its commit nothing of the batch can be seen by anybody; a crash anywhere in it leaves the ledger as it
    // was and every row waiting. After its commit the batch is whole: entries, head, states, inbox and tasks say the same.
    const next: LedgerHead = { size: head.size + sealed.length, head: prev, sealedAt, epoch: head.epoch };
    const isCommitted = await store.transaction(async (tx) => {
      // Ends: from here until the commit no chunk is handed over under these rights, and after it none may be (promise 8).
      // Before the head is locked, so that a slow reader delays this sealer alone.
      if (gates.size > 0) await tx.closeGates([...gates].sort());
      await onStep('gates-closed');
      // The fence: writes only if epoch and size are what this batch was judged by. A sealer that was paused while another took over
      // writes nothing here, and one whose last commit succeeded without its knowing neither.
      if (!(await tx.append(head, sealed.length > 0 ? next : head, sealed))) return false;
      await onStep('appended');
      // The tree grows with its entries or not at all; what is not a full tile yet is read from the entries.
      await tx.putTiles(tiles);
      await onStep('tiled');
      await tx.putStates([...changes.values()]);
      await onStep('projected');
      await tx.markSealed(sealed);
      await tx.markRejected(rejected);
      await onStep('marked');
      for (const hook of hooks) await hook(tx, { sealed, rejected });
      await onStep('hooked');
      await tx.announce({ from: head.size, size: next.size, rejected: rejected.length });
      await onStep('announced');
      return true;
    });
    if (!isCommitted) return this.fenced();

    // 5. Durable. If this process dies now, others still hear of it: the announcement was part of the commit. The checkpoint follows the
    // commit (`signCheckpoint`) and is never on the way to it.
    if (sealed.length > 0) {
      this.head = next;
      this.root = tree.root();
      this.logKeys = this.logKeysNow();
    }
    this.renewAtMs = performance.now() + this.leaseMs / 3;
    await onStep('committed');
    return { state: 'sealed', sealed: sealed.length, rejected: rejected.length };
  }

  private open(rows: readonly WaitingStatement[], rejected: RejectedStatement[]) {
    return rows.flatMap((row) => {
      try {
        const statement = openStatement(row.bytes);
        if (statement.id !== row.id) throw refuse('statement-malformed', { reason: 'id' }, { field: 'id' });
        return [{ row, statement, statementBytes: row.bytes, signatures: readSignatures(row.signatures) }];
      } catch (error) {
        rejected.push({ seq: row.seq, id: row.id, refusal: this.refusalOf(error) });
        return [];
      }
    });
  }

  /** The log's keys are needed whatever is sealed: they sign the checkpoint that follows. */
  private async loadTouched(opened: Parameters<typeof loadTouched>[2]): Promise<void> {
    const { store, touches = [] } = this.options;
    await loadTouched(store, this.states, opened, touches, [{ kind: 'key', ofDepartment: LOG }]);
  }

  /** A fold that throws something else than a Refusal has a bug; the statement is set aside so that it does not hold up the others. */
  private refusalOf(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    const incident = randomId();
    this.options.onTrouble?.('judge', new Error(`Statement set aside, incident ${incident}`, { cause: error }));
    return refuse('internal', { incident });
  }

  private fenced(): SealOutcome {
    this.forget();
    return { state: 'fenced' };
  }

  /** Nothing in memory may be believed any more. */
  private forget(): void {
    if (this.head) this.options.onHeld?.(false);
    this.head = undefined;
    this.tree = undefined;
    this.isSealingTold = false;
    this.states.clear();
  }
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((done) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      done();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
