import { kindOfStatement, statementKindWords, type StatementType } from '#contracts';
import { usePick } from '../../lib/words';

/** What kind of act an entry is: a colour with its name, for those who do not see it. */
export function KindMark({ type }: { readonly type: StatementType }) {
  const kind = kindOfStatement(type);
  const name = usePick()(statementKindWords[kind]);
  return <span className={`kind-mark kind-${kind}`} role="img" aria-label={name} title={name} />;
}
