import { routes, type DepartmentView, type ProposalView } from '#contracts';
import { useRead } from './api';

/** The key that signs for a department from now on: the one admitted last of those that have not ended. */
export function keyInForce({ keys }: DepartmentView): DepartmentView['keys'][number] | undefined {
  return keys.filter(({ endedAt }) => endedAt === undefined).toSorted((a, b) => b.admittedAt - a.admittedAt)[0];
}

/** Who keeps the key that signs a proposal. Until it is approved that is the key in force, which may have changed since it was prepared. */
export function useCustody({ custody, state, statement }: ProposalView): ProposalView['custody'] {
  const isOpen = state === 'awaiting-approval';
  const issuer = useRead(routes.department, { params: { code: statement.issuer } }, { enabled: isOpen }).data;
  return (isOpen && issuer ? keyInForce(issuer)?.custody : undefined) ?? custody;
}
