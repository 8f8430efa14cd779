import type { Statement } from '#contracts';

/** Commitments to texts that stand in a statement, by what its type calls them (docs/formats/statements.md). */
export function commitmentsIn(statement: Statement): string[] {
  switch (statement.type) {
    case 'dataset.entered':
    case 'dataset.changed': {
      const { abstract, shareCondition, openCondition } = statement.body.entry;
      return [abstract, shareCondition, openCondition].filter((text) => text !== undefined);
    }
    case 'request.submitted':
      return purposeOf(statement.body.asked);
    case 'request.supplemented':
      return [...purposeOf(statement.body.asked), statement.body.answer];
    case 'request.supplement-asked':
      return [statement.body.missing];
    case 'request.refused':
    case 'right.suspended':
    case 'right.resumed':
    case 'right.terminated':
      return [statement.body.reason];
    case 'right.granted':
      return [...purposeOf(statement.body.terms), ...(statement.body.condition === undefined ? [] : [statement.body.condition])];
    case 'pull.signed':
      return purposeOf(statement.body);
    case 'use.recorded':
      return [statement.body.record];
    default:
      return [];
  }
}

function purposeOf(held: { purpose: { basis: string; scenario: string } }): string[] {
  return [held.purpose.basis, held.purpose.scenario];
}
