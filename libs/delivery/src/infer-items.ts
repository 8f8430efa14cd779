import { itemNameSchema, refuse, titleSchema, type Item, type ItemType } from '#contracts';
import { shortened } from './csv-head.js';
import { CsvRows, faultAt } from './csv-rows.js';
import type { Row, RowFront } from './in/row.js';
import { guessPersonal, NAME_MASK } from './guess-personal.js';
import { canonicalValue, DECIMAL_DIGITS } from './item-value.js';
import { csvLimits, type CsvLimits } from './csv-limits.js';

/** An item as its values suggest it, and why: for a person to correct. */
export interface InferredItem {
  readonly item: Item;
  readonly why: { readonly zh: string; readonly en: string };
  /** Its values point to one person: an ID or a phone number. */
  readonly identifiesPerson?: true;
}

export interface InferredItems {
  readonly items: readonly InferredItem[];
  readonly rows: number;
}

/**
 * Reads a whole CSV file as a stream and says what its items seem to be. Careful with what cannot be undone: whatever looks like an
 * identifier stays text, since a number loses leading zeros and a spreadsheet loses digits; whatever looks personal is marked so, with
 * the mask of RULES §7. An item is called as its column is, or nearly so where no item may be called that; its title is the header whole.
 * Throws the same Refusals as an ingest for a file that is not CSV, and `header-unnamed`, `header-repeats`, `header-is-data`,
 * `header-unusable`.
 */
export async function inferItems(source: AsyncIterable<Uint8Array>, limits: CsvLimits = csvLimits): Promise<InferredItems> {
  const row = new CsvRows(limits);
  const pieces = source[Symbol.asyncIterator]();
  let ended = false;
  return inferFrom({
    row,
    next: () => row.next(),
    async more() {
      if (ended) return false;
      const { value, done } = await pieces.next();
      ended = done === true;
      if (done === true) row.end();
      else row.push(value);
      return true;
    },
  });
}

/** Says of any records, the header first, what their items seem to be. */
export async function inferFrom(front: RowFront): Promise<InferredItems> {
  let columns: ColumnGuess[] | undefined;
  let count = 0;
  do {
    while (front.next()) {
      const { row } = front;
      if (columns === undefined) {
        columns = readHeader(row);
        continue;
      }
      if (row.fields !== columns.length) throw faultAt('csv-ragged', row.line, { found: row.fields, expected: columns.length });
      for (const [i, column] of columns.entries()) column.see(row.starts[i] === row.ends[i] ? '' : row.text(i));
      count += 1;
    }
  } while (await front.more());
  if (columns === undefined || count === 0) throw refuse('file-empty');
  const items = columns.map((column) => column.infer());
  return { items: items.map((each) => withCompany(each, items)), rows: count };
}

// A column called "name" alone may be a street's or a school's; beside an ID or phone number it is a person's.
function withCompany(inferred: InferredItem, all: readonly InferredItem[]): InferredItem {
  const { item } = inferred;
  if (item.personal || item.type !== 'C' || !/^(name|名字)$/iu.test(item.name)) return inferred;
  if (!all.some((other) => other.identifiesPerson)) return inferred;
  return {
    item: { ...item, personal: true, mask: NAME_MASK },
    why: { zh: '与证件号或电话同表，疑似姓名', en: "beside an ID or phone number, so perhaps a person's name" },
  };
}

function readHeader(rows: Row): ColumnGuess[] {
  const { line } = rows;
  if (rows.fields > rows.starts.length) throw faultAt('csv-header', line, { difference: `> ${rows.starts.length}` });
  const titles = Array.from({ length: rows.fields }, (_, i) => rows.text(i).trim());
  // A name that an item may have stays as it is, so what is made up must be none of these.
  const names = new Set(titles.filter((title) => isItemName(title)));
  return titles.map((title, i) => {
    const column = i + 1;
    const shown = shortened(title);
    if (title === '') throw faultAt('header-unnamed', line, { column }, column);
    if (titles.indexOf(title) < i) throw faultAt('header-repeats', line, { name: shown }, column);
    if (DATA.test(title)) throw faultAt('header-is-data', line, { column, name: shown }, column);
    if (!titleSchema.safeParse(title).success) throw faultAt('header-unusable', line, { column, name: shown }, column);
    const name = isItemName(title) ? title : madeUp(title, names);
    names.add(name);
    return new ColumnGuess(name, title);
  });
}

const isItemName = (name: string): boolean => itemNameSchema.safeParse(name).success;

// A header of figures alone is the first row of a table without one.
const DATA = /^[\d\s.,:/%+-]+$/u;
const NAME_LONGEST = 60;

/** What of a header an item's name may hold: "面积(平方米)" becomes 面积_平方米. */
function madeUp(title: string, taken: ReadonlySet<string>): string {
  const words = title.split(/[^\p{L}\p{N}.-]+/u).filter((word) => word !== '');
  const joined = words.join('_').replace(/^(?!\p{L})/u, '_');
  const name = Array.from(joined).slice(0, NAME_LONGEST).join('');
  if (!taken.has(name)) return name;
  let count = 2;
  while (taken.has(`${name}_${count}`)) count += 1;
  return `${name}_${count}`;
}

// Words in a name that mean a code, whatever its values look like.
const CODE_NAME =
  /(代码|编码|编号|号码|证号|字号|文号|邮编|条码|(?<!年|月)号$|身份证|电话|手机|账号|卡号|[cC]ode|CODE|(^|[_.-])(id|no|num|zip|tel|phone|mobile|uscc)$|[a-z](Id|ID|No)$)/u;
const LONG_TEXT = 255;
const NUMBER_DIGITS = 15;
// So many digits in every value, all of one length: rarely an amount.
const CODE_DIGITS = 6;
const CODE_VALUES = 20;

const SHAPES = ['I', 'N', 'B', 'D', 'T', 'L'] as const;

/** What the values of one column may still be. */
class ColumnGuess {
  #values = 0;
  #missing = 0;
  #longest = 0;
  #scale = 0;
  #leadingZero = false;
  #manyDigits = false;
  #digitLengths = new Set<number>();
  #possible = new Set<(typeof SHAPES)[number]>(SHAPES);
  readonly #personal;

  constructor(
    readonly name: string,
    readonly title: string,
  ) {
    this.#personal = guessPersonal(title);
  }

  see(text: string): void {
    if (text === '') {
      this.#missing += 1;
      return;
    }
    this.#values += 1;
    if (text.length > this.#longest) this.#longest = text.length;
    this.#personal.see(text);
    if (this.#possible.size === 0) return;
    if (/^\d+$/.test(text)) {
      if (text.length > 1 && text.startsWith('0')) this.#leadingZero = true;
      if (text.length > NUMBER_DIGITS) this.#manyDigits = true;
      if (this.#digitLengths.size < 2) this.#digitLengths.add(text.length);
    }
    for (const shape of this.#possible) if (!this.#fits(shape, text)) this.#possible.delete(shape);
  }

  infer(): InferredItem {
    const required = this.#missing === 0;
    const personal = this.#personal.result();
    const { type, why } = this.#type();
    // A mask of characters belongs to text only.
    const fits =
      personal?.mask === undefined ||
      type === 'C' ||
      type === 'M' ||
      (personal.mask.kind === 'year' && (type === 'D' || type === 'T'));
    const mask = fits ? personal?.mask : undefined;
    const item: Item = {
      name: this.name,
      title: this.title,
      type,
      ...(type === 'N' ? { scale: this.#scale } : {}),
      required,
      personal: personal !== undefined,
      ...(mask === undefined ? {} : { mask }),
    };
    return {
      item,
      ...(personal?.identifies ? { identifiesPerson: true as const } : {}),
      why: personal === undefined ? why : { zh: `${why.zh}；${personal.why.zh}`, en: `${why.en}; ${personal.why.en}` },
    };
  }

  #type(): { type: ItemType; why: { zh: string; en: string } } {
    const can = (shape: (typeof SHAPES)[number]): boolean => this.#possible.has(shape);
    const text = this.#longest > LONG_TEXT ? 'M' : 'C';
    if (this.#values === 0) return { type: 'C', why: { zh: '没有值，暂作文本', en: 'no values, taken as text' } };
    if (can('L')) return { type: 'L', why: { zh: '全部为 true 或 false', en: 'true or false throughout' } };
    if (can('D')) return { type: 'D', why: { zh: '全部为日期', en: 'dates throughout' } };
    if (can('T')) return { type: 'T', why: { zh: '全部为日期时间', en: 'times throughout' } };
    if (!can('I') && !can('N') && !can('B') && !this.#leadingZero && !this.#manyDigits) {
      return { type: text, why: { zh: '文本', en: 'text' } };
    }
    if (CODE_NAME.test(this.title))
      return { type: text, why: { zh: '名称表明是代码或号码，按文本保存', en: 'its name says it is a code: kept as text' } };
    if (this.#leadingZero) return { type: text, why: { zh: '有前导零，按文本保存', en: 'leading zeros: kept as text' } };
    if (this.#manyDigits)
      return { type: text, why: { zh: '超过 15 位数字，按文本保存', en: 'more than 15 digits: kept as text' } };
    if (can('I')) {
      const [length] = this.#digitLengths;
      if (this.#values >= CODE_VALUES && this.#digitLengths.size === 1 && (length ?? 0) >= CODE_DIGITS) {
        return {
          type: text,
          why: { zh: '位数一致，可能是代码，按文本保存', en: 'all of one length, perhaps codes: kept as text' },
        };
      }
      return { type: 'I', why: { zh: '全部为整数', en: 'whole numbers throughout' } };
    }
    if (can('N'))
      return { type: 'N', why: { zh: `小数，至多 ${this.#scale} 位`, en: `decimals of at most ${this.#scale} digits` } };
    return { type: 'B', why: { zh: '科学计数或位数较多的小数', en: 'numbers with an exponent or many decimals' } };
  }

  #fits(shape: (typeof SHAPES)[number], text: string): boolean {
    switch (shape) {
      case 'L':
        // Ones and noughts are more often counts.
        return text === 'true' || text === 'false';
      case 'N': {
        const match = /^-?(0|[1-9]\d*)(?:\.(\d{1,12}))?$/.exec(text);
        if (match === null || (match[1] as string).length > DECIMAL_DIGITS - 12) return false;
        this.#scale = Math.max(this.#scale, match[2]?.length ?? 0);
        return true;
      }
      default:
        return canonicalValue({ type: shape }, text) !== undefined;
    }
  }
}
