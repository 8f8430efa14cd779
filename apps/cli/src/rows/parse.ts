import { itemNameSchema, rowScopeSchema, type RowScope } from '#contracts';
import { reserved, ScopeFault, tokensOf, type Token } from './words.js';

// Far more than a person writes, far from any stack's end.
const depthMax = 40;

/**
 * Reads a row scope as people write it:
 *
 *     scope      = part { "or" part }
 *     part       = one { "and" one }
 *     one        = "not" one | "(" scope ")" | "all" | comparison
 *     comparison = item ( "=" | "!=" ) value
 *                | item [ "not" ] "in" "(" value { "," value } ")"
 *                | item [ "not" ] "between" value "and" value
 *                | item [ "not" ] "prefix" value
 *                | item [ "not" ] "in-list" id ":" count ":" commitment
 *
 * Values with blanks or signs, and names that are words of the language, are quoted; a quote inside is written twice. Throws
 * ScopeFault with the column.
 */
export function parseScope(text: string): RowScope {
  const reader = new Reader(tokensOf(text));
  const scope = reader.scope(0);
  reader.expectEnd();
  return scope;
}

class Reader {
  private at = 0;
  constructor(private readonly tokens: readonly Token[]) {}

  private get token(): Token {
    return this.tokens[this.at] as Token;
  }
  private next(): Token {
    const token = this.token;
    if (token.kind !== 'end') this.at++;
    return token;
  }
  private isWord(word: string): boolean {
    return this.token.kind === 'word' && this.token.text.toLowerCase() === word;
  }
  private skipWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.at++;
    return true;
  }
  private skipSign(sign: string): boolean {
    if (this.token.kind !== 'sign' || this.token.text !== sign) return false;
    this.at++;
    return true;
  }
  private fail(zh: string, en: string, token = this.token): never {
    throw new ScopeFault({ zh, en }, token.column);
  }

  scope(depth: number): RowScope {
    const of = [this.part(depth)];
    while (this.skipWord('or')) of.push(this.part(depth));
    return of.length === 1 ? (of[0] as RowScope) : { op: 'or', of };
  }

  private part(depth: number): RowScope {
    const of = [this.one(depth)];
    while (this.skipWord('and')) of.push(this.one(depth));
    return of.length === 1 ? (of[0] as RowScope) : { op: 'and', of };
  }

  private one(depth: number): RowScope {
    if (depth > depthMax) this.fail('嵌套太深', 'this is nested too deep');
    if (this.skipWord('not')) return { op: 'not', of: this.one(depth + 1) };
    if (this.skipWord('all')) return { op: 'all' };
    if (this.skipSign('(')) {
      const inside = this.scope(depth + 1);
      if (!this.skipSign(')')) this.fail('缺少右括号“)”', 'a closing “)” is missing');
      return inside;
    }
    return this.comparison();
  }

  private comparison(): RowScope {
    const item = this.name();
    if (this.skipSign('=')) return { op: '=', item, value: this.value() };
    if (this.skipSign('!=')) return { op: 'not', of: { op: '=', item, value: this.value() } };
    const negated = this.skipWord('not');
    const scope = this.wordComparison(item);
    return negated ? { op: 'not', of: scope } : scope;
  }

  private wordComparison(item: string): RowScope {
    if (this.skipWord('in')) {
      if (!this.skipSign('(')) this.fail('in 之后应为“(”', '“(” is expected after in');
      const values = [this.value()];
      while (this.skipSign(',')) values.push(this.value());
      if (!this.skipSign(')')) this.fail('缺少右括号“)”', 'a closing “)” is missing');
      return { op: 'in', item, values };
    }
    if (this.skipWord('between')) {
      const low = this.value();
      if (!this.skipWord('and')) this.fail('between 的两个值之间应为 and', 'between needs “and” between its two values');
      return { op: 'between', item, low, high: this.value() };
    }
    if (this.skipWord('prefix')) return { op: 'prefix', item, value: this.value() };
    if (this.skipWord('in-list')) return this.keyList(item);
    return this.fail(
      `“${item}”之后应为 =、!=、in、between、prefix 或 in-list`,
      `after “${item}” one of =, !=, in, between, prefix, in-list is expected`,
    );
  }

  // As it is printed. People send a list and have it named with --list.
  private keyList(item: string): RowScope {
    const token = this.token;
    const [list, count, commitment] = this.value().split(':');
    const read = rowScopeSchema.safeParse({ op: 'key-list', item, list, count: Number(count), commitment });
    if (read.success) return read.data;
    return this.fail('名单写作 编号:键数:承诺值', 'a key list is written id:count:commitment', token);
  }

  private name(): string {
    const token = this.next();
    const isName = token.kind === 'quoted' || (token.kind === 'word' && !reserved.has(token.text.toLowerCase()));
    // Quotes let an item be called `in`; they do not make a name of what is none.
    if (isName && itemNameSchema.safeParse(token.text).success) return token.text;
    return this.fail('此处应为数据项名', 'the name of an item is expected here', token);
  }

  private value(): string {
    const token = this.next();
    if (token.kind === 'quoted') return token.text;
    if (token.kind !== 'word') return this.fail('此处应为一个值', 'a value is expected here', token);
    if (reserved.has(token.text.toLowerCase()))
      this.fail(`作为值时“${token.text}”须加引号`, `as a value, “${token.text}” needs quotes`, token);
    return token.text;
  }

  expectEnd(): void {
    if (this.token.kind === 'end') return;
    this.fail(
      `多余的“${this.token.text}”；条件之间写 and 或 or`,
      `“${this.token.text}” is left over; join conditions by and or or`,
    );
  }
}
