import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Tells which of the objects that it was shown something still holds, without holding them itself. */
export class Held {
  private readonly seen: WeakRef<object>[] = [];
  private readonly collectGarbage: () => void;

  constructor() {
    setFlagsFromString('--expose-gc');
    this.collectGarbage = runInNewContext('gc') as () => void;
  }

  add(object: object): void {
    this.seen.push(new WeakRef(object));
  }

  /** How many are held once what only waits to be collected is collected. */
  async count(): Promise<number> {
    // An object that was looked at through its reference stays until the turn ends.
    await sleep(1);
    this.collectGarbage();
    return this.seen.filter((one) => one.deref() !== undefined).length;
  }
}
