// The language's tokens: what stands in `provinceCode = 42 and not (code in (1, 2))`.

export type Token =
  | { readonly kind: 'word'; readonly text: string; readonly column: number }
  | { readonly kind: 'quoted'; readonly text: string; readonly column: number }
  | { readonly kind: 'sign'; readonly text: '(' | ')' | ',' | '=' | '!='; readonly column: number }
  | { readonly kind: 'end'; readonly text: ''; readonly column: number };

/** Words with a meaning of their own; as a name or a value they are quoted. Case does not matter. */
export const reserved = new Set(['and', 'or', 'not', 'in', 'between', 'prefix', 'in-list', 'all']);

// Full-width signs, as an input method for Chinese leaves them.
const signs: Readonly<Record<string, '(' | ')' | ',' | '=' | '!='>> = {
  '(': '(',
  ')': ')',
  ',': ',',
  '=': '=',
  '（': '(',
  '）': ')',
  '，': ',',
  '、': ',',
  '＝': '=',
};
const twoSigns: Readonly<Record<string, '=' | '!='>> = { '==': '=', '!=': '!=', '<>': '!=' };
const closing: Readonly<Record<string, string>> = { "'": "'", '"': '"', '‘': '’', '“': '”' };
const bareCharacter = /[^\s()（）,，、=＝!<>'"‘’“”]/u;

/** What is wrong with a row scope, and at which column (1-based, in characters). */
export class ScopeFault extends Error {
  override readonly name = 'ScopeFault';
  constructor(
    readonly sentence: { readonly zh: string; readonly en: string },
    readonly column: number,
  ) {
    super(sentence.en);
  }
}

export function isBareWord(text: string): boolean {
  return text !== '' && Array.from(text).every((character) => bareCharacter.test(character)) && !reserved.has(text.toLowerCase());
}

/** Cuts a row scope into tokens. Throws ScopeFault. */
export function tokensOf(text: string): Token[] {
  const characters = Array.from(text);
  const tokens: Token[] = [];
  for (let i = 0; i < characters.length;) {
    const character = characters[i] ?? '';
    const column = i + 1;
    const two = twoSigns[character + (characters[i + 1] ?? '')];
    const one = signs[character];
    if (/\s/u.test(character)) i++;
    else if (two) {
      tokens.push({ kind: 'sign', text: two, column });
      i += 2;
    } else if (one) {
      tokens.push({ kind: 'sign', text: one, column });
      i++;
    } else if (closing[character]) {
      const { value, next } = readQuoted(characters, i);
      tokens.push({ kind: 'quoted', text: value, column });
      i = next;
    } else if (bareCharacter.test(character)) {
      let word = '';
      while (i < characters.length && bareCharacter.test(characters[i] ?? '')) word += characters[i++];
      tokens.push({ kind: 'word', text: word, column });
    } else throw new ScopeFault({ zh: `此处不能出现“${character}”`, en: `“${character}” may not stand here` }, column);
  }
  return [...tokens, { kind: 'end', text: '', column: characters.length + 1 }];
}

// The closing quote twice stands for itself.
function readQuoted(characters: readonly string[], start: number): { value: string; next: number } {
  const end = closing[characters[start] ?? ''];
  let value = '';
  for (let i = start + 1; i < characters.length; i++) {
    if (characters[i] !== end) value += characters[i];
    else if (characters[i + 1] === end) value += characters[i++];
    else return { value, next: i + 1 };
  }
  throw new ScopeFault({ zh: '引号没有结束', en: 'the quote is not closed' }, start + 1);
}
