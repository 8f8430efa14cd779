import type { Law, Touches } from '#ledger';
import { foldRights, isRightsStatement, rightsTouches } from '#rights';

/**
 * By what entries are judged besides the register's law: by the law of rights. Sealer, audit and verifier judge alike, and each checks
 * every signature itself: the sealer does not take the inbox's word for it.
 */
export function lawOf(origin: string): Law {
  return {
    origin,
    signatures: 'signatures',
    folds: [
      (view, entry) => {
        if (isRightsStatement(entry.statement)) foldRights(view, { ...entry, statement: entry.statement });
      },
    ],
  };
}

/** What the law of rights reads, for the sealer to load in one go. */
export const rightsLawTouches: Touches = rightsTouches;
