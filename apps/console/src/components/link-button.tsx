import { Button, type ButtonProps } from 'antd';
import { useNavigate } from 'react-router';

/** A link to a page of the console that looks like a button. */
export function LinkButton({ to, ...rest }: ButtonProps & { readonly to: string }) {
  const navigate = useNavigate();
  return (
    <Button
      {...rest}
      href={to}
      onClick={(event) => {
        // Opening in a new tab or window is the browser's business.
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        void navigate(to);
      }}
    />
  );
}
