import { parsePattern, type CodeRange, type PatternNode } from './parse.js';

/** Whether a whole text is of a pattern. */
export type PatternMatcher = (text: string) => boolean;

const ASCII = 128;
/** Sets of states that are remembered; then forgotten and found again, as RE2 does, so that no pattern fills the memory. */
const remembered = 1000;

/**
 * A matcher for a pattern, or undefined for what is none. Time: linear in the text, at most a thousand steps a character and mostly one;
 * no text makes it slow. Memory: bounded. (Thompson's construction, with its sets of states remembered as they are met.)
 */
export function compilePattern(pattern: string): PatternMatcher | undefined {
  const node = parsePattern(pattern);
  if (node === undefined) return undefined;
  const machine = new Machine(node);
  return (text) => machine.matches(text);
}

/** A state waits for a character and moves on, or moves on without one. */
interface State {
  readonly ranges?: readonly CodeRange[];
  readonly next: number[];
}

interface Seen {
  readonly states: readonly number[];
  readonly isFinal: boolean;
  /** By class of character: what follows, once it was asked for. */
  readonly after: (Seen | undefined)[];
}

class Machine {
  readonly #states: State[] = [];
  readonly #final: number;
  /** Where a class of characters, which no state tells apart, begins. */
  readonly #classes: readonly number[];
  readonly #asciiClass: Uint16Array;
  #seen = new Map<string, Seen>();
  #start: Seen;

  constructor(node: PatternNode) {
    const first = this.#add({ next: [] });
    this.#final = this.#build(node, first);
    const cuts = new Set([0]);
    for (const { ranges } of this.#states) for (const [low, high] of ranges ?? []) cuts.add(low).add(high + 1);
    this.#classes = [...cuts].sort((a, b) => a - b);
    this.#asciiClass = Uint16Array.from({ length: ASCII }, (_, code) => this.#search(code));
    this.#start = this.#set([first]);
  }

  matches(text: string): boolean {
    let at: Seen = this.#start;
    for (let i = 0; i < text.length; i += 1) {
      const code = text.codePointAt(i) as number;
      if (code > 0xffff) i += 1;
      const which = code < ASCII ? (this.#asciiClass[code] as number) : this.#search(code);
      at = at.after[which] ?? this.#step(at, which);
      if (at.states.length === 0) return false;
    }
    return at.isFinal;
  }

  #step(from: Seen, which: number): Seen {
    const code = this.#classes[which] as number;
    const reached = from.states.flatMap((state) => {
      const { ranges, next } = this.#states[state] as State;
      return ranges?.some(([low, high]) => code >= low && code <= high) ? next : [];
    });
    const seen = this.#set(reached);
    from.after[which] = seen;
    return seen;
  }

  /** These states and all that follow from them without a character. */
  #set(from: readonly number[]): Seen {
    const all = new Set<number>();
    const open = [...from];
    for (let state = open.pop(); state !== undefined; state = open.pop()) {
      if (all.has(state)) continue;
      all.add(state);
      const { ranges, next } = this.#states[state] as State;
      if (ranges === undefined) open.push(...next);
    }
    // Those that only lead on have been followed.
    const states = [...all].filter((state) => this.#states[state]?.ranges !== undefined || state === this.#final);
    const key = states.sort((a, b) => a - b).join(' ');
    const known = this.#seen.get(key);
    if (known) return known;
    if (this.#seen.size >= remembered) this.#forget();
    const seen: Seen = { states, isFinal: all.has(this.#final), after: [] };
    this.#seen.set(key, seen);
    return seen;
  }

  #forget(): void {
    for (const seen of this.#seen.values()) seen.after.length = 0;
    this.#seen = new Map([[this.#start.states.join(' '), this.#start]]);
  }

  #add(state: State): number {
    return this.#states.push(state) - 1;
  }

  #lead(from: number, to: number): void {
    (this.#states[from] as State).next.push(to);
  }

  /** Adds what a node asks for after state `from`, which waits for nothing; answers the state that is reached. */
  #build(node: PatternNode, from: number): number {
    switch (node.kind) {
      case 'one': {
        const to = this.#add({ next: [] });
        this.#lead(from, this.#add({ ranges: node.ranges, next: [to] }));
        return to;
      }
      case 'sequence':
        return node.of.reduce((at, part) => this.#build(part, at), from);
      case 'either': {
        const to = this.#add({ next: [] });
        for (const part of node.of) {
          const begin = this.#add({ next: [] });
          this.#lead(from, begin);
          this.#lead(this.#build(part, begin), to);
        }
        return to;
      }
      case 'repeat': {
        let at = from;
        for (let i = 0; i < node.least; i += 1) at = this.#build(node.of, at);
        const to = this.#add({ next: [] });
        this.#lead(at, to);
        if (node.most === Infinity) {
          const begin = this.#add({ next: [] });
          this.#lead(at, begin);
          const end = this.#build(node.of, begin);
          this.#lead(end, begin);
          this.#lead(end, to);
          return to;
        }
        for (let i = node.least; i < node.most; i += 1) {
          at = this.#build(node.of, at);
          this.#lead(at, to);
        }
        return to;
      }
    }
  }

  #search(code: number): number {
    let [low, high] = [0, this.#classes.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#classes[middle] as number) <= code) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
