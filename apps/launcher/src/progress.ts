/** Shows what is under way and how long each step took: on a terminal in place, elsewhere one line a finished step. */
export class Progress {
  readonly #begun = Date.now();

  constructor(private readonly out: NodeJS.WriteStream = process.stdout) {}

  /**
   * Runs the step and prints its line; `done` may say something that only the result tells. The work may say how
   * far it is: on a terminal that stands in the step's line, elsewhere it is a line every five seconds at most.
   */
  async step<T>(
    doing: string,
    work: (update: (now: string) => void) => Promise<T> | T,
    done: (result: T) => string = () => doing,
  ): Promise<T> {
    const since = Date.now();
    let now = doing;
    let lineAt = since;
    const draw = (): void => {
      if (this.out.isTTY) this.out.write(`\r\x1b[2K… ${now} ${((Date.now() - since) / 1000).toFixed(0)} s`);
    };
    const update = (text: string): void => {
      now = text;
      draw();
      if (this.out.isTTY || Date.now() - lineAt < 5000) return;
      lineAt = Date.now();
      this.line(`… ${text}`);
    };
    draw();
    const ticking = setInterval(draw, 1000);
    try {
      const result = await work(update);
      clearInterval(ticking);
      this.line(`✓ ${done(result)} (${((Date.now() - since) / 1000).toFixed(1)} s)`);
      return result;
    } catch (error) {
      clearInterval(ticking);
      this.line(`✗ ${doing}`);
      throw error;
    }
  }

  line(text: string): void {
    this.out.write(`${this.out.isTTY ? '\r\x1b[2K' : ''}${text}\n`);
  }

  /** Seconds since the launcher began. */
  get elapsed(): string {
    return ((Date.now() - this.#begun) / 1000).toFixed(1);
  }
}
