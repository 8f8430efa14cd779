import { commonRefusals } from './refusals/common.js';
import { deliveryRefusals } from './refusals/delivery.js';
import { ledgerRefusals } from './refusals/ledger.js';
import { peopleRefusals } from './refusals/people.js';
import { rightsRefusals } from './refusals/rights.js';
import type { Sentence } from './routes/views.js';
import { word } from './vocabulary-words.js';

/** One reason to say no: the HTTP status that carries it, and one sentence for a person in each language. `{name}` marks a detail. */
export interface RefusalText {
  readonly status: number;
  readonly zh: string;
  readonly en: string;
  /** Details that are codes: a sentence tells them by these words, `details` as they are. */
  readonly words?: Readonly<Record<string, Readonly<Record<string, Sentence>>>>;
}

/** Every stable refusal code of the product. A code, once released, keeps its meaning. */
export const refusalTexts = {
  ...commonRefusals,
  ...peopleRefusals,
  ...ledgerRefusals,
  ...rightsRefusals,
  ...deliveryRefusals,
} as const satisfies Record<string, RefusalText>;

export type RefusalCode = keyof typeof refusalTexts;
export type RefusalDetails = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Where in the input the fault lies: a field's path, or a line (1-based) and column of a file. */
export interface FaultPlace {
  readonly field?: string;
  readonly line?: number;
  readonly column?: number;
}

/** What leaves the exchange when it says no (RFC 9457 problem details, with both languages). */
export interface Problem {
  readonly type: string;
  readonly code: string;
  readonly status: number;
  readonly title: { readonly zh: string; readonly en: string };
  readonly details?: RefusalDetails;
  readonly at?: FaultPlace;
  readonly faults?: readonly Problem[];
  readonly violations?: Violations;
}

/** What is wrong with the rows of a file: the first with their places, all of them counted by code and item. */
export interface Violations {
  readonly count: number;
  readonly rows: number;
  readonly totals: readonly { readonly code: string; readonly item?: string; readonly count: number }[];
  readonly first: readonly Problem[];
}

/**
 * A polite no. `decide…` functions return it, use cases throw it; either way it carries a stable code and sentences in both languages.
 * It is an answer and not a bug: nobody logs it as an error.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;

  constructor(
    readonly code: RefusalCode,
    readonly details: RefusalDetails = {},
    readonly at?: FaultPlace,
    readonly faults?: readonly Refusal[],
    readonly violations?: Violations,
  ) {
    super(fill(code, 'en', details));
    this.status = refusalTexts[code].status;
  }

  /** The sentence for a person, in the language asked for. */
  sentence(locale: 'zh' | 'en'): string {
    return fill(this.code, locale, this.details);
  }

  toProblem(): Problem {
    return {
      type: `urn:quanlian:refusal:${this.code}`,
      code: this.code,
      status: this.status,
      title: { zh: this.sentence('zh'), en: this.sentence('en') },
      ...(Object.keys(this.details).length > 0 ? { details: this.details } : {}),
      ...(this.at ? { at: this.at } : {}),
      ...(this.faults && this.faults.length > 0 ? { faults: this.faults.map((fault) => fault.toProblem()) } : {}),
      ...(this.violations ? { violations: this.violations } : {}),
    };
  }
}

/** A refusal again from the problem that it was told as, where the problem is of our own making. */
export function refusalOf(problem: Problem): Refusal {
  const { code, details, at, faults, violations } = problem;
  return new Refusal(code as RefusalCode, details, at, faults?.map(refusalOf), violations);
}

/** Makes a refusal: `throw refuse('unknown')` in a use case, `return refuse(…)` in a decision. */
export function refuse(
  code: RefusalCode,
  details?: RefusalDetails,
  at?: FaultPlace,
  faults?: readonly Refusal[],
  violations?: Violations,
): Refusal {
  return new Refusal(code, details, at, faults, violations);
}

function fill(code: RefusalCode, locale: 'zh' | 'en', details: RefusalDetails): string {
  const text: RefusalText = refusalTexts[code];
  return text[locale].replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = details[name];
    if (Array.isArray(value)) return value.join(', ');
    return word(text.words?.[name] ?? {}, String(value ?? '–'))[locale];
  });
}
