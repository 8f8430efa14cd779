import type pg from 'pg';

/**
 * Listens to a channel on a connection of its own and wakes whoever waits. What rang while nobody waited is remembered, so a ring
 * between looking and sleeping is not lost. While the connection is down nothing rings; it is opened anew, and waits end by their time.
 */
export class Bell {
  private client: pg.Client | undefined;
  private hasRung = false;
  private readonly sleepers = new Set<() => void>();
  private isClosed = false;

  private constructor(
    private readonly channel: string,
    private readonly open: () => Promise<pg.Client>,
    private readonly onRing: ((payload: string) => void) | undefined,
  ) {}

  /** `open` makes a connected client that is nobody else's. */
  static async listen(channel: string, open: () => Promise<pg.Client>, onRing?: (payload: string) => void): Promise<Bell> {
    const bell = new Bell(channel, open, onRing);
    await bell.connect();
    return bell;
  }

  /** From here on only a new ring counts. Call it before looking for work. */
  forget(): void {
    this.hasRung = false;
  }

  async untilRing(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    if (this.hasRung || signal?.aborted) return;
    if (!this.client) void this.connect().catch(() => {});
    await new Promise<void>((done) => {
      const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        this.sleepers.delete(end);
        done();
      };
      const timer = setTimeout(end, timeoutMs);
      signal?.addEventListener('abort', end);
      this.sleepers.add(end);
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.wakeAll();
    const { client } = this;
    this.client = undefined;
    await client?.end().catch(() => {});
  }

  private wakeAll(): void {
    for (const wake of this.sleepers) wake();
  }

  private async connect(): Promise<void> {
    const client = await this.open();
    const drop = () => {
      if (this.client === client) this.client = undefined;
      void client.end().catch(() => {});
    };
    client.on('error', drop);
    client.on('end', drop);
    client.on('notification', ({ payload }) => {
      this.hasRung = true;
      this.wakeAll();
      this.onRing?.(payload ?? '');
    });
    await client.query(`LISTEN ${client.escapeIdentifier(this.channel)}`);
    if (this.isClosed || this.client) return drop();
    this.client = client;
    // It may have rung while nobody listened.
    this.hasRung = true;
  }
}
