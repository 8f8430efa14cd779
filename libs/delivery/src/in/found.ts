import { refuse, type FoundKind, type Refusal, type RefusalCode } from '#contracts';

/** Of each kind so many places are named. */
const placesMost = 20;

const codes: Record<FoundKind, RefusalCode> = {
  title: 'found-title',
  'merged-header': 'found-merged-header',
  footer: 'found-footer',
  'side-note': 'found-side-note',
  'extra-column': 'found-extra-column',
  'hidden-sheet': 'found-hidden-sheet',
  'hidden-row': 'found-hidden-row',
  'hidden-column': 'found-hidden-column',
  formula: 'found-formula',
  'date-number': 'found-date-number',
};

/** What was found so far: the first places of each kind, and how many there are. */
export class Findings {
  readonly #first: { readonly kind: FoundKind; readonly row: number; readonly column: number; readonly name: string }[] = [];
  readonly #counts = new Map<FoundKind, number>();

  /** `skip`: what the person has said may be skipped, or taken as it is. */
  constructor(private readonly skip: ReadonlySet<FoundKind>) {}

  /** Row and column counted from 1; 0: of the whole sheet. `name`: of a sheet or column, never a value. */
  add(kind: FoundKind, row: number, column: number, name = ''): void {
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    if (count <= placesMost) this.#first.push({ kind, row, column, name });
  }

  has(kind: FoundKind): boolean {
    return this.skip.has(kind);
  }

  /** How many of each kind were found and skipped or taken, for the record. */
  get counts(): ReadonlyMap<FoundKind, number> {
    return this.#counts;
  }

  /** Refusal `sheet-found` that names every kind nobody has spoken for, each with its places; undefined when there is none. */
  refusal(): Refusal | undefined {
    const open = [...this.#counts.keys()].filter((kind) => !this.skip.has(kind));
    if (open.length === 0) return undefined;
    const faults = this.#first
      .filter(({ kind }) => open.includes(kind))
      .map(({ kind, row, column, name }) =>
        refuse(
          codes[kind],
          { row, cell: column === 0 ? '' : cellName(row, column), name, count: this.#counts.get(kind) ?? 0 },
          row === 0 ? undefined : { line: row, ...(column === 0 ? {} : { column }) },
        ),
      );
    return refuse('sheet-found', { kinds: open.join(',') }, faults[0]?.at, faults);
  }
}

/** `AB12`, as spreadsheets write it. */
export function cellName(row: number, column: number): string {
  let letters = '';
  for (let rest = column; rest > 0; rest = Math.floor((rest - 1) / 26))
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  return `${letters}${row === 0 ? '' : row}`;
}
