/**
 * Wakes whoever waits. What rang while nobody waited is remembered, so a ring between looking for work and going to sleep is not lost.
 */
export class Bell {
  private hasRung = false;
  private readonly sleepers = new Set<() => void>();

  ring(): void {
    this.hasRung = true;
    for (const wake of this.sleepers) wake();
  }

  /** From here on only a new ring counts. Call it before looking for work. */
  forget(): void {
    this.hasRung = false;
  }

  async untilRing(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (this.hasRung || signal.aborted) return;
    await new Promise<void>((done) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.sleepers.delete(end);
        done();
      };
      const timer = setTimeout(end, timeoutMs);
      signal.addEventListener('abort', end);
      this.sleepers.add(end);
    });
  }
}
