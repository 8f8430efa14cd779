import { LeftOutlined } from '@ant-design/icons';
import type { ReactNode } from 'react';
import { Link, useLocation, useNavigate } from 'react-router';

/** What a list says to the page that is opened from it. */
export const fromList = { isFromList: true } as const;

/** The way back to a list: to the very place that one came from, else to its beginning. */
export function BackLink({ to, children }: { readonly to: string; readonly children: ReactNode }) {
  const navigate = useNavigate();
  const state = useLocation().state as Partial<typeof fromList> | null;
  return (
    <Link
      to={to}
      className="page-back"
      onClick={(event) => {
        if (!state?.isFromList || event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        void navigate(-1);
      }}
    >
      <LeftOutlined aria-hidden /> {children}
    </Link>
  );
}
