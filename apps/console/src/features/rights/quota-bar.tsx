import { Bar } from '../../components/bar';
import { count } from '../../lib/numbers';
import { useLocale } from '../../lib/words';

/** How much of a quota is used: a bar and the two numbers. */
export function QuotaBar({ label, used, total }: { readonly label: string; readonly used: number; readonly total: number }) {
  const locale = useLocale();
  const share = total === 0 ? 1 : used / total;
  const standing = share >= 1 ? 'full' : share >= 0.8 ? 'near' : undefined;
  return (
    <Bar label={label} part={used} of={total} told={`${count(used, locale)} / ${count(total, locale)}`} standing={standing} />
  );
}
