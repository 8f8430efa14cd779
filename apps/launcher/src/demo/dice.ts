/** Draws that are the same on every machine for the same seed: only 32-bit integers and exact products, never a logarithm. */
export interface Dice {
  /** A whole number from 0 to 2³² − 1. */
  next(): number;
  /** A whole number from 0 to `count` − 1. */
  below(count: number): number;
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  /** True in `percent` of a hundred draws. */
  chance(percent: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** An index, drawn in proportion to its weight. Weights are whole numbers. */
  weighted(weights: readonly number[]): number;
}

/** Throws dice whose every throw follows from the seed. The generator is sfc32 of PractRand (public domain). */
export function throwDice(seed: string): Dice {
  let a = hash(seed, 0x811c9dc5);
  let b = hash(seed, 0x9e3779b9);
  let c = hash(seed, 0x85ebca6b);
  let counter = 1;

  function next(): number {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  }
  // The author's advice: fifteen draws until every bit of the seed has reached every bit of the state.
  for (let i = 0; i < 15; i++) next();

  const below = (count: number) => Math.floor((next() * count) / 4_294_967_296);
  return {
    next,
    below,
    between: (low, high) => low + below(high - low + 1),
    chance: (percent) => below(100) < percent,
    pick: (list) => list[below(list.length)] as (typeof list)[number],
    weighted(weights) {
      let left = below(weights.reduce((sum, weight) => sum + weight, 0));
      for (const [index, weight] of weights.entries()) {
        if (left < weight) return index;
        left -= weight;
      }
      return weights.length - 1;
    },
  };
}

// FNV-1a over UTF-16 units; the start value gives independent words of one seed.
function hash(text: string, start: number): number {
  let value = start;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value | 0;
}
