import { Typography } from 'antd';

/** An id or digest: its beginning, the whole when pointed at, and a button that copies it. */
export function Hash({ of, shown = 10 }: { readonly of: string; readonly shown?: number }) {
  return (
    <Typography.Text code copyable={{ text: of, tooltips: false }} title={of} className="hash">
      {of.length > shown + 1 ? `${of.slice(0, shown)}…` : of}
    </Typography.Text>
  );
}
