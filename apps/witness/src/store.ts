import { lockFolder, type FolderLock } from '#machine';
import { sha256Hex } from '#crypto';
import { decodeCheckpoint, LogFault, openNote, type VerifierKey, type WitnessedCheckpoint } from '#ledger';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile, syncFolder } from './durable.js';
import { fileStop, Stop } from './stop.js';

/** Where keeping a checkpoint stands: for tests that kill the witness there. */
export type KeepStep = 'read' | 'decided' | 'written' | 'flushed' | 'moved' | 'kept';

/** The name under which a log's checkpoint is kept and served: the hex of SHA-256 of its origin. */
export const originHash = (origin: string): string => sha256Hex(origin);

/** Where a store keeps the mirror of a log: what `/log/` of the log holds. */
export const mirrorFolderIn = (store: string, origin: string): string => join(store, 'mirror', originHash(origin));

/**
 * What the witness remembers: one file a log, the last checkpoint that it cosigned, with its own cosignature over it. One process at a
 * time works on a store.
 */
export class WitnessStore {
  /** After a failed sync nobody knows what the disk holds; then nothing more may be answered. */
  private failed: Error | undefined;

  private constructor(
    private readonly folder: string,
    private readonly lock: FolderLock,
    private readonly key: VerifierKey,
    readonly onStep: (step: KeepStep) => void,
  ) {}

  /** Takes the store. `key`: the witness's own. `address`: where it listens, for whoever comes second. Throws Stop. */
  static open(
    store: string,
    key: VerifierKey,
    origins: Iterable<string>,
    { address = '', onStep = () => {} }: { address?: string; onStep?: (step: KeepStep) => void } = {},
  ): WitnessStore {
    const lock = lockFolder(join(store, 'witness.lock'), address);
    if (!('release' in lock)) {
      throw new Stop('refused', {
        zh: `${store} 正由另一个见证进程使用（进程 ${lock.pid}${lock.address && `，${lock.address}`}）。`,
        en: `${store} is in use by another witness (process ${lock.pid}${lock.address && `, ${lock.address}`}).`,
      });
    }
    try {
      const opened = new WitnessStore(store, lock, key, onStep);
      opened.prepare(origins);
      return opened;
    } catch (error) {
      lock.release();
      throw fileStop(error, store);
    }
  }

  /** Makes what is missing and reads what is there, so that a damaged store is noticed before anything is promised. */
  private prepare(origins: Iterable<string>): void {
    const logs = join(this.folder, 'logs');
    for (const origin of origins) {
      const folder = this.folderOf(origin);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      // A killed process may have moved a file whose name is not on the disk yet; it counts from here on.
      for (const one of [folder, logs, this.folder]) syncFolder(one);
      rmSync(join(folder, 'checkpoint.new'), { force: true, recursive: true });
      this.last(origin);
    }
  }

  /**
   * The last checkpoint of this log that was cosigned, undefined before the first. Throws Stop when the file does not hold what this
   * witness wrote: to guess would be to forget.
   */
  last(origin: string): WitnessedCheckpoint | undefined {
    if (this.failed) throw this.failed;
    const path = join(this.folderOf(origin), 'checkpoint');
    let bytes: Buffer;
    try {
      bytes = readFileSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw fileStop(error, path);
    }
    try {
      const { text } = openNote(bytes, [this.key]);
      const { size, root, origin: written } = decodeCheckpoint(text);
      if (written !== origin) throw new LogFault('checkpoint-origin-other', written);
      return { origin, size, root, note: bytes.toString('utf8') };
    } catch (error) {
      if (!(error instanceof LogFault)) throw error;
      throw new Stop(
        'file',
        { zh: `${path} 已损坏：${error.sentence('zh')}`, en: `${path} is damaged: ${error.sentence('en')}` },
        { cause: error },
      );
    }
  }

  /**
   * Keeps a checkpoint in place of the last one; when this returns it is on the disk. Whoever calls has read, decided and calls without
   * waiting in between: nothing else of this process comes between then, and the lock keeps other processes out. Throws Stop: the old
   * one stands, or, when the disk would not say, nothing can be read or kept any more.
   */
  keep({ origin, note }: WitnessedCheckpoint): void {
    const folder = this.folderOf(origin);
    const path = join(folder, 'checkpoint');
    const beside = `${path}.new`;
    try {
      // A crash from here to the move leaves the old file, and one beside it that the next start removes.
      const file = openSync(beside, 'w', 0o600);
      try {
        writeFileSync(file, note);
        this.onStep('written');
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      this.onStep('flushed');
      renameSync(beside, path);
    } catch (error) {
      rmSync(beside, { force: true, recursive: true });
      throw fileStop(error, path);
    }
    // A crash here leaves the new file, cosigned and never answered: the log asks again, and is told the new size.
    this.onStep('moved');
    try {
      syncFolder(folder);
    } catch (error) {
      this.failed = fileStop(error, folder);
      throw this.failed;
    }
    this.onStep('kept');
  }

  /** The entries that showed the log's keys so far; undefined before the first. Throws Stop. */
  keys(origin: string): Buffer | undefined {
    const path = this.keysFile(origin);
    try {
      return readFileSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw fileStop(error, path);
    }
  }

  /** Keeps them, so that a start knows which key ended. Throws Stop. */
  keepKeys(origin: string, entries: Uint8Array): void {
    const path = this.keysFile(origin);
    replaceFile(path, entries);
    try {
      syncFolder(this.folderOf(origin));
    } catch (error) {
      throw fileStop(error, path);
    }
  }

  keysFile(origin: string): string {
    return join(this.folderOf(origin), 'keys');
  }

  /** Where the mirror of a log lies. */
  mirrorFolder(origin: string): string {
    return mirrorFolderIn(this.folder, origin);
  }

  close(): void {
    this.lock.release();
  }

  private folderOf(origin: string): string {
    return join(this.folder, 'logs', originHash(origin));
  }
}
