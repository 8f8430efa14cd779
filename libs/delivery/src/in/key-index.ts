import { randomBytes } from 'node:crypto';
import { refuse } from '#contracts';

/** Shards grow one by one, so that growing never needs a second table of the whole. */
const SHARDS = 256;
const START_SLOTS = 64;
const FULLEST = 0.8;
const GROWTH = 1.25;
const TWO_24 = 2 ** 24;

/**
 * Finds keys that repeat, in 12 bytes a slot and some 17 a row: 64 bits of a hash and the line. Its seed is this object's own, so nobody
 * can write a file whose keys meet in it. Two different keys of 32 million meet with a chance of 1 in 36,000; the row is then called a
 * repetition, which its publisher can see is none. Throws `key-rows-too-many` beyond `rowsMost`.
 */
export class KeyIndex {
  readonly #shards = Array.from({ length: SHARDS }, () => new Shard());
  #count = 0;
  #high = 0;
  #low = 0;
  readonly #seeds = new Uint32Array(randomBytes(8).buffer.slice(0, 8));

  constructor(private readonly rowsMost: number) {}

  /** Begins a key. */
  begin(): void {
    this.#high = this.#seeds[0] as number;
    this.#low = this.#seeds[1] as number;
  }

  /** Adds bytes to the key; those of several values have to say themselves where one ends. */
  update(bytes: Uint8Array, start: number, end: number): void {
    let [high, low] = [this.#high, this.#low];
    for (let p = start; p < end; p += 1) {
      const byte = bytes[p] as number;
      high = Math.imul(high ^ byte, 0x85ebca6b);
      high = (high << 13) | (high >>> 19);
      low = Math.imul(low ^ byte, 0xc2b2ae35) + high;
      low = (low << 11) | (low >>> 21);
    }
    this.#high = high;
    this.#low = low;
  }

  /** Ends the key, of the record at `line`. Answers the line of the first with the same key; 0 when it is the first. */
  end(line: number): number {
    const low = mixed(this.#low ^ Math.imul(this.#high, 0x9e3779b1));
    const high = mixed(this.#high + low);
    const first = (this.#shards[high >>> 24] as Shard).take(high, low, line);
    if (first !== 0) return first;
    if (this.#count >= this.rowsMost) throw refuse('key-rows-too-many', { limit: this.rowsMost });
    this.#count += 1;
    return 0;
  }
}

/** A part of the table: open addressing, one slot after the other. */
class Shard {
  #highs = new Uint32Array(START_SLOTS);
  #lows = new Uint32Array(START_SLOTS);
  /** 0: the slot is free. */
  #lines = new Uint32Array(START_SLOTS);
  #count = 0;

  /** Keeps what is not there yet. Answers the line of what was, or 0. */
  take(high: number, low: number, line: number): number {
    if (this.#count >= this.#lines.length * FULLEST) this.#grow();
    const slot = this.#find(high, low);
    const first = this.#lines[slot] as number;
    if (first !== 0) return first;
    this.#highs[slot] = high;
    this.#lows[slot] = low;
    this.#lines[slot] = line;
    this.#count += 1;
    return 0;
  }

  #find(high: number, low: number): number {
    const size = this.#lines.length;
    // The upper eight bits chose the shard.
    let slot = Math.floor(((high & 0xffffff) / TWO_24) * size);
    while (this.#lines[slot] !== 0 && (this.#highs[slot] !== high || this.#lows[slot] !== low))
      slot = slot + 1 === size ? 0 : slot + 1;
    return slot;
  }

  #grow(): void {
    const [highs, lows, lines] = [this.#highs, this.#lows, this.#lines];
    const size = Math.ceil(lines.length * GROWTH);
    this.#highs = new Uint32Array(size);
    this.#lows = new Uint32Array(size);
    this.#lines = new Uint32Array(size);
    for (let i = 0; i < lines.length; i += 1) {
      if (lines[i] === 0) continue;
      const slot = this.#find(highs[i] as number, lows[i] as number);
      this.#highs[slot] = highs[i] as number;
      this.#lows[slot] = lows[i] as number;
      this.#lines[slot] = lines[i] as number;
    }
  }
}

/** The last steps of MurmurHash3: every bit of the answer depends on every bit. */
function mixed(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
