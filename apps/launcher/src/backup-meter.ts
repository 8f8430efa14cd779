const redrawMs = 100;
const lineEveryMs = 5000;

/** Says how far a thing has come: in place on a terminal, elsewhere a line at each beginning and one every five seconds. */
export class Meter {
  #stage = '';
  #saidAt = 0;
  #isOpen = false;

  constructor(private readonly out: NodeJS.WriteStream) {}

  /** Begins a stage. */
  begin(stage: string): void {
    this.end();
    this.#stage = stage;
    this.#saidAt = Date.now();
    if (this.out.isTTY) this.#draw('');
    else this.out.write(`… ${stage}\n`);
  }

  /** So much of the stage is done, in words; asked for only when it is shown. */
  at(done: () => string): void {
    if (Date.now() - this.#saidAt < (this.out.isTTY ? redrawMs : lineEveryMs)) return;
    this.#saidAt = Date.now();
    if (this.out.isTTY) this.#draw(done());
    else this.out.write(`  ${done()}\n`);
  }

  /** A line that stays. */
  line(text: string): void {
    this.end();
    this.out.write(`${text}\n`);
  }

  /** Takes the moving line away. */
  end(): void {
    if (this.#isOpen) this.out.write('\r\x1b[2K');
    this.#isOpen = false;
  }

  #draw(done: string): void {
    this.#isOpen = true;
    this.out.write(`\r\x1b[2K… ${this.#stage} ${done}`);
  }
}

/** A size for people, in units of 1024. */
export function sizeText(sizeBytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let amount = sizeBytes;
  let unit = 0;
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${unit === 0 ? amount : amount.toFixed(1)} ${units[unit]}`;
}
