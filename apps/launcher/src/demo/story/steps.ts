import type { Format, RowScope, Transformation } from '#contracts';
import type { DepartmentKey } from '../departments.js';
import type { RegisterKey } from '../registers/index.js';

/** Lengths of time, in minutes. */
export const hour = 60;
export const day = 24 * hour;
export const year = 365 * day;

/** What a department asks for, in the words of its requester. */
export interface Asking {
  readonly from: DepartmentKey;
  readonly dataset: RegisterKey;
  readonly basis: string;
  readonly scenario: string;
  readonly items: readonly string[];
  readonly rows?: RowScope;
  readonly formats?: readonly Format[];
  /** The term, in minutes from the moment of asking; a year from now when left out. */
  readonly term?: { readonly from: number; readonly until: number };
  readonly quota?: { readonly pulls: number; readonly rows: number; readonly pullsPerDay: number };
}

/** What becomes of a pull. */
export type Fate =
  /** Downloaded, opened, checked, its receipt signed. */
  | 'received'
  /** Prepared, and waiting to be fetched. */
  | 'waiting'
  /** Taken back while it is being prepared. */
  | 'cancelled'
  /** Refused by the right, with this code. */
  | { readonly refused: string };

interface Masks {
  readonly transformations?: readonly { readonly item: string; readonly transformation: Transformation }[];
  /** Personal items that leave as they are, because the purpose cannot be reached otherwise. */
  readonly clear?: readonly string[];
  readonly deleteInDays?: number;
}

interface Ending {
  readonly by: 'provider' | 'supervisor';
  readonly code: 'misuse' | 'purpose-reached' | 'purpose-ended' | 'data-changed' | 'security' | 'agreed' | 'other';
  readonly reason: string;
  readonly filing?: string;
}

/** What happens after a request was put, in order. With `unapproved` it is prepared and waits for its office head. */
export type Step = { readonly unapproved?: true } & (
  | ({ readonly do: 'agree' } & Masks)
  | ({
      readonly do: 'agree-in-part';
      readonly condition: string;
      readonly items?: readonly string[];
      readonly rows?: RowScope;
      readonly pulls?: number;
    } & Masks)
  | { readonly do: 'ask-supplement'; readonly missing: string }
  | { readonly do: 'supplement'; readonly answer: string; readonly rows?: RowScope }
  | {
      readonly do: 'refuse';
      readonly code: 'purpose-outside-duties' | 'scope-not-necessary' | 'law-forbids' | 'data-not-held' | 'security' | 'other';
      readonly reason: string;
    }
  | { readonly do: 'withdraw' }
  /** Nobody decides: the right follows from the entry. */
  | { readonly do: 'rule-grants' }
  | {
      readonly do: 'pull';
      readonly fate: Fate;
      readonly items?: readonly string[];
      readonly rows?: RowScope;
      readonly format?: Format;
    }
  | { readonly do: 'use' | 'dispose'; readonly record: string }
  | ({ readonly do: 'suspend' | 'terminate' } & Ending)
  | { readonly do: 'resume'; readonly by: 'provider' | 'supervisor'; readonly reason: string }
  /** The provider publishes a new version in between. */
  | { readonly do: 'publish'; readonly version: number }
);

/** One request and what became of it. */
export interface Affair {
  /** Names it in the journal. */
  readonly key: string;
  readonly asking: Asking;
  /** The request is prepared and waits for the requester's own office head. */
  readonly unapproved?: true;
  /** The exchange refuses the request at once, with this code. */
  readonly refused?: string;
  readonly steps: readonly Step[];
}
