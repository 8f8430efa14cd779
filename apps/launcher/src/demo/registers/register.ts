import type { DatasetEntry, Item, ItemType } from '#contracts';
import type { City } from '../city.js';
import type { DepartmentKey } from '../departments.js';

export type RegisterKey =
  | 'households'
  | 'marriages'
  | 'vehicles'
  | 'real-estate'
  | 'enterprises'
  | 'social-security'
  | 'subsistence'
  | 'births'
  | 'qualifications'
  | 'schools'
  | 'clinics'
  | 'elderly-care'
  | 'sealed-records';

/** A dataset of the demo city: the entry that its steward writes, and the rows of its versions. */
export interface Register {
  readonly key: RegisterKey;
  readonly provider: DepartmentKey;
  readonly entry: DatasetEntry;
  /**
   * The rows of a version, in the order of the entry's items, each value as its type is written; an empty text is a missing value.
   * Left out where the dataset is catalogued but may not be shared, so that no version is ever uploaded.
   */
  rows?(city: City, version: number): Iterable<readonly string[]>;
  /** How many versions the register has published by now. */
  readonly versions: number;
}

type ItemExtras = Partial<Pick<Item, 'required' | 'personal' | 'mask' | 'scale'>>;

function item(name: string, title: string, type: ItemType, extras: ItemExtras = {}): Item {
  return { name, title, type, required: true, personal: false, ...extras };
}

// Masks of RULES: an ID number keeps its first three and last four characters, a telephone three and four, a name its surname.
const idMask = { kind: 'keep', first: 3, last: 4 } as const;
const nameMask = { kind: 'keep', first: 1, last: 0 } as const;
const phoneMask = { kind: 'keep', first: 3, last: 4 } as const;

/** Shorthand for items of the catalogue guide; what is personal is masked. */
export const items = {
  text: (name: string, title: string, extras?: ItemExtras) => item(name, title, 'C', extras),
  number: (name: string, title: string, scale: number, extras?: ItemExtras) => item(name, title, 'N', { scale, ...extras }),
  money: (name: string, title: string, extras?: ItemExtras) => item(name, title, 'Y', { scale: 2, ...extras }),
  whole: (name: string, title: string, extras?: ItemExtras) => item(name, title, 'I', extras),
  date: (name: string, title: string, extras?: ItemExtras) => item(name, title, 'D', extras),
  time: (name: string, title: string, extras?: ItemExtras) => item(name, title, 'T', extras),
  flag: (name: string, title: string, extras?: ItemExtras) => item(name, title, 'L', extras),
  id: (name: string, title: string, extras?: ItemExtras) => item(name, title, 'C', { personal: true, mask: idMask, ...extras }),
  person: (name: string, title: string, extras?: ItemExtras) =>
    item(name, title, 'C', { personal: true, mask: nameMask, ...extras }),
  phone: (name: string, title: string, extras?: ItemExtras) =>
    item(name, title, 'C', { personal: true, mask: phoneMask, ...extras }),
  /** An address down to the door: the street stays. */
  address: (name: string, title: string, extras?: ItemExtras) =>
    item(name, title, 'C', { personal: true, mask: { kind: 'keep', first: 6, last: 0 }, ...extras }),
  /** Personal, and in full or not at all: a part of it would tell as much. */
  hidden: (name: string, title: string, extras?: ItemExtras) =>
    item(name, title, 'C', { personal: true, mask: { kind: 'keep', first: 0, last: 0 }, ...extras }),
  birthDate: (name: string, title: string, extras?: ItemExtras) =>
    item(name, title, 'D', { personal: true, mask: { kind: 'year' }, ...extras }),
};

/** Region items that every register of places and people has: rows can be asked for by them, as they name nobody. */
export const regionItems = (): Item[] => [
  items.text('districtCode', '县（区）代码'),
  items.text('streetCode', '街道（乡镇）代码'),
];

/** An entry with the fields that are alike for the whole city. */
export function entryOf(
  fields: Pick<DatasetEntry, 'title' | 'resourceCode' | 'category' | 'abstract' | 'items' | 'shareType' | 'classification'> &
    Partial<DatasetEntry>,
): DatasetEntry {
  return {
    format: '3',
    shareMethods: ['file'],
    open: false,
    updateCycle: '4',
    publishedOn: '2026-06-30',
    grade: '一般',
    relatedCodes: [],
    ...fields,
  };
}
