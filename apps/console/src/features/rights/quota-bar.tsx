import { count } from '../../lib/numbers';
import { useLocale } from '../../lib/words';
import './rights.css';

/** How much of a quota is used: a bar and the two numbers. */
export function QuotaBar({ label, used, total }: { readonly label: string; readonly used: number; readonly total: number }) {
  const locale = useLocale();
  const share = total === 0 ? 1 : used / total;
  return (
    <span className={share >= 1 ? 'quota quota-full' : share >= 0.8 ? 'quota quota-near' : 'quota'}>
      <progress
        value={Math.min(used, total)}
        max={total}
        aria-label={`${label} ${count(used, locale)} / ${count(total, locale)}`}
      />
      <span>
        {count(used, locale)} / {count(total, locale)}
      </span>
    </span>
  );
}
