import { equalBytes, utf8Bytes } from '#crypto';
import {
  encodeTilePath,
  faultTexts,
  LogFault,
  openCheckpoint,
  TreeEdge,
  type FullTile,
  type LogFaultCode,
  type SignedCheckpoint,
  type VerifierKey,
} from '#ledger';
import type pg from 'pg';
import { readCheckpoints } from './checkpoints.js';

/** A tile or a checkpoint that the entries do not lead to. */
export interface TreeFinding {
  readonly what: 'tree';
  /** `tile/0/000`, `checkpoint/70000`. */
  readonly id: string;
  readonly code: LogFaultCode | 'history-shrank';
  readonly sentence: { readonly zh: string; readonly en: string };
}

/** Builds the tree anew from the leaves as they are kept, and compares every tile and every checkpoint. Memory: the tree's edge. */
export class TreeAudit {
  private readonly edge = new TreeEdge(0, []);
  private readonly full: FullTile[] = [];
  private readonly checkpoints: AsyncIterator<SignedCheckpoint>;
  private next: SignedCheckpoint | undefined;
  /** Once an entry is missing, no tree can be built: the missing entry is what is wrong, and it has been named. */
  private isBroken = false;

  constructor(
    private readonly client: pg.ClientBase,
    private readonly report: (finding: TreeFinding) => void,
    /** The keys by which the log speaks at the entry added last: one of them must have signed a checkpoint that ends there. */
    private readonly keysOfLog: () => readonly VerifierKey[],
  ) {
    this.checkpoints = readCheckpoints(client)[Symbol.asyncIterator]();
  }

  /** Takes in an entry's stored leaf; answers what to wait for when there is something to compare with. */
  add(index: number, leafHash: Uint8Array): Promise<void> | undefined {
    this.isBroken ||= index !== this.edge.size;
    if (this.isBroken) return undefined;
    this.edge.append(leafHash, (tile) => this.full.push(tile));
    if (index > 0 && this.full.length === 0 && this.next?.size !== this.edge.size) return undefined;
    return this.compare();
  }

  private async compare(): Promise<void> {
    if (this.edge.size === 1) this.next = await this.nextCheckpoint();
    for (const tile of this.full.splice(0)) await this.compareTile(tile);
    if (this.next?.size !== this.edge.size) return;
    this.compareCheckpoint(this.next);
    this.next = await this.nextCheckpoint();
  }

  /** Names what is there beyond the entries. */
  async end(): Promise<void> {
    if (this.isBroken) return;
    if (this.edge.size === 0) this.next = await this.nextCheckpoint();
    for (; this.next; this.next = await this.nextCheckpoint()) {
      const { zh, en } = faultTexts['history-shrank'];
      this.report({ what: 'tree', id: `checkpoint/${this.next.size}`, code: 'history-shrank', sentence: { zh, en } });
    }
    const { rows } = await this.client.query<{ level: number; index: string }>(
      'SELECT level, index FROM ledger.ledger_tile WHERE (index + 1) * 256::numeric ^ (level + 1) > $1 ORDER BY level, index LIMIT 100',
      [this.edge.size],
    );
    for (const { level, index } of rows) this.name(pathOf({ level, index: Number(index) }), new LogFault('tile-differs'));
  }

  private async compareTile(tile: FullTile): Promise<void> {
    const { rows } = await this.client.query<{ root: Buffer; bytes: Buffer }>({
      name: 'audit-tile',
      text: 'SELECT root, bytes FROM ledger.ledger_tile WHERE level = $1 AND index = $2',
      values: [tile.level, tile.index],
    });
    const [kept] = rows;
    if (!kept) this.name(pathOf(tile), new LogFault('tile-missing'));
    else if (!kept.bytes.equals(tile.bytes) || !kept.root.equals(tile.root))
      this.name(pathOf(tile), new LogFault('tile-differs'));
  }

  private compareCheckpoint({ size, root, note }: SignedCheckpoint): void {
    const built = this.edge.root();
    try {
      if (!equalBytes(built, root)) throw new LogFault('consistency-wrong');
      const keys = this.keysOfLog();
      const [key] = keys;
      // Entry 0 cannot be read, which has been named.
      if (!key) return;
      const signed = openCheckpoint(utf8Bytes(note), key.name, keys);
      if (signed.size !== size || !equalBytes(signed.root, root)) throw new LogFault('consistency-wrong');
    } catch (error) {
      if (!(error instanceof LogFault)) throw error;
      this.name(`checkpoint/${size}`, error);
    }
  }

  private name(id: string, fault: LogFault): void {
    this.report({ what: 'tree', id, code: fault.code, sentence: { zh: fault.sentence('zh'), en: fault.sentence('en') } });
  }

  private async nextCheckpoint(): Promise<SignedCheckpoint | undefined> {
    const next = await this.checkpoints.next();
    return next.done ? undefined : next.value;
  }
}

const pathOf = ({ level, index }: { level: number; index: number }): string => encodeTilePath({ level, index, width: 256 });
