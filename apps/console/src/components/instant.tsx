import { Tooltip } from 'antd';
import { fromNow, localDay, localTime, utcTime } from '../lib/times';
import { useLocale } from '../lib/words';

/** An instant in local time; UTC when pointed at or focused. */
export function Instant({ at, show = 'minute' }: { readonly at: string; readonly show?: 'day' | 'minute' | 'second' | 'ago' }) {
  const locale = useLocale();
  const text = show === 'day' ? localDay(at) : show === 'ago' ? fromNow(at, locale) : localTime(at, show === 'second');
  return (
    <Tooltip title={`${localTime(at, true)} · ${utcTime(at)}`}>
      {/* "3 minutes ago" may be four when the page that the server drew comes to life. */}
      <time dateTime={at} className="instant" suppressHydrationWarning>
        {text}
      </time>
    </Tooltip>
  );
}
