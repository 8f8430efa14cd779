/** A run of code points, both ends included. */
export type CodeRange = readonly [first: number, last: number];

/** What a pattern asks for. Whatever the pattern, it is a regular language: nothing looks back, ahead or at what was matched before. */
export type PatternNode =
  | { readonly kind: 'one'; readonly ranges: readonly CodeRange[] }
  | { readonly kind: 'sequence'; readonly of: readonly PatternNode[] }
  | { readonly kind: 'either'; readonly of: readonly PatternNode[] }
  | { readonly kind: 'repeat'; readonly of: PatternNode; readonly least: number; readonly most: number };

export const patternCharacters = 200;
/** What a pattern may come to once its counted repetitions are written out: bounds time and memory of whoever matches by it. */
export const patternStates = 1000;
const depthMost = 20;
const LAST = 0x10ffff;
const SYNTAX = new Set(String.raw`\^$.|?*+()[]{}/`);
const SYNTAX_IN_SET = new Set([...SYNTAX, '-']);
/** Where ECMAScript's `.` stops. */
const lineEnds: readonly CodeRange[] = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
];
const digits: readonly CodeRange[] = [[0x30, 0x39]];

class NotAPattern extends Error {}

/**
 * Reads a pattern of an item's rules: a part of ECMAScript's regular expressions (flag `u`) that can be matched in linear time
 * (docs/formats/item-rules.md). Undefined: not of that language, or too large.
 */
export function parsePattern(text: string): PatternNode | undefined {
  const characters = [...text];
  if (characters.length === 0 || characters.length > patternCharacters) return undefined;
  try {
    const reader = new PatternReader(characters);
    const node = reader.either(0);
    return reader.isAtEnd && statesOf(node) <= patternStates ? node : undefined;
  } catch (error) {
    if (error instanceof NotAPattern) return undefined;
    throw error;
  }
}

function statesOf(node: PatternNode): number {
  switch (node.kind) {
    case 'one':
      return 1;
    case 'sequence':
    case 'either':
      return node.of.reduce((sum, part) => sum + statesOf(part), 1);
    case 'repeat':
      return (statesOf(node.of) + 1) * Math.max(1, node.most === Infinity ? node.least + 1 : node.most);
  }
}

class PatternReader {
  #at = 0;
  constructor(readonly characters: readonly string[]) {}

  get isAtEnd(): boolean {
    return this.#at === this.characters.length;
  }

  either(depth: number): PatternNode {
    if (depth > depthMost) throw new NotAPattern();
    const branches = [this.#sequence(depth)];
    while (this.#take('|')) branches.push(this.#sequence(depth));
    return branches.length === 1 ? (branches[0] as PatternNode) : { kind: 'either', of: branches };
  }

  #sequence(depth: number): PatternNode {
    const parts: PatternNode[] = [];
    while (!this.isAtEnd && this.#next !== '|' && this.#next !== ')') parts.push(this.#repeated(this.#atom(depth)));
    return { kind: 'sequence', of: parts };
  }

  #repeated(of: PatternNode): PatternNode {
    const [least, most] = this.#counts() ?? [1, 1];
    // A second quantifier would mean "lazy" or nothing at all.
    if ((least !== 1 || most !== 1) && ['?', '*', '+', '{'].includes(this.#next ?? '')) throw new NotAPattern();
    return least === 1 && most === 1 ? of : { kind: 'repeat', of, least, most };
  }

  #counts(): readonly [number, number] | undefined {
    if (this.#take('?')) return [0, 1];
    if (this.#take('*')) return [0, Infinity];
    if (this.#take('+')) return [1, Infinity];
    if (!this.#take('{')) return undefined;
    const least = this.#number();
    const most = this.#take(',') ? (this.#next === '}' ? Infinity : this.#number()) : least;
    if (!this.#take('}') || most < least || most === 0) throw new NotAPattern();
    return [least, most];
  }

  #number(): number {
    let text = '';
    while (/^\d$/.test(this.#next ?? '')) text += this.#any();
    if (text === '' || text.length > 4) throw new NotAPattern();
    return Number(text);
  }

  #atom(depth: number): PatternNode {
    const character = this.#any();
    switch (character) {
      case '(': {
        if (this.#take('?') && !this.#take(':')) throw new NotAPattern();
        const inside = this.either(depth + 1);
        if (!this.#take(')')) throw new NotAPattern();
        return inside;
      }
      case '[':
        return { kind: 'one', ranges: this.#set() };
      case '.':
        return { kind: 'one', ranges: allBut(lineEnds) };
      case '\\':
        return { kind: 'one', ranges: this.#escaped(SYNTAX) };
      default:
        if (SYNTAX.has(character) && character !== '/') throw new NotAPattern();
        return { kind: 'one', ranges: [alone(character)] };
    }
  }

  #set(): readonly CodeRange[] {
    const isNegated = this.#take('^');
    const ranges: CodeRange[] = [];
    while (!this.#take(']')) {
      const first = this.#member();
      if (this.#next !== '-' || this.characters[this.#at + 1] === ']') {
        ranges.push(...first);
        continue;
      }
      this.#any();
      const [[low] = [0], [high] = [0]] = [first[0], this.#member()[0]];
      if (first === digits || high < low) throw new NotAPattern();
      ranges.push([low, high]);
    }
    if (ranges.length === 0) throw new NotAPattern();
    return isNegated ? allBut(ranges) : ranges;
  }

  #member(): readonly CodeRange[] {
    const character = this.#any();
    if (character === '\\') return this.#escaped(SYNTAX_IN_SET);
    if (character === '[' || character === ']') throw new NotAPattern();
    return [alone(character)];
  }

  #escaped(syntax: ReadonlySet<string>): readonly CodeRange[] {
    const character = this.#any();
    if (character === 'd') return digits;
    if (!syntax.has(character)) throw new NotAPattern();
    return [alone(character)];
  }

  get #next(): string | undefined {
    return this.characters[this.#at];
  }

  #take(character: string): boolean {
    if (this.#next !== character) return false;
    this.#at += 1;
    return true;
  }

  #any(): string {
    const character = this.#next;
    if (character === undefined) throw new NotAPattern();
    this.#at += 1;
    return character;
  }
}

function alone(character: string): CodeRange {
  const code = character.codePointAt(0) as number;
  return [code, code];
}

function allBut(ranges: readonly CodeRange[]): CodeRange[] {
  const rest: CodeRange[] = [];
  let from = 0;
  for (const [first, last] of ranges.toSorted((a, b) => a[0] - b[0])) {
    if (first > from) rest.push([from, first - 1]);
    from = Math.max(from, last + 1);
  }
  if (from <= LAST) rest.push([from, LAST]);
  return rest;
}
