import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { RefusalNote } from './refusal-note';

/** A button that fetches a file and hands it to the browser's downloads, or says why it could not. */
export function TakeFile({
  label,
  icon,
  take,
}: {
  readonly label: string;
  readonly icon: ReactNode;
  readonly take: () => Promise<void>;
}) {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const onClick = async () => {
    setBusy(true);
    setError(undefined);
    await take().catch(setError);
    setBusy(false);
  };
  return (
    <>
      <Button icon={icon} loading={isBusy} onClick={() => void onClick()}>
        {label}
      </Button>
      <RefusalNote error={error} />
    </>
  );
}
