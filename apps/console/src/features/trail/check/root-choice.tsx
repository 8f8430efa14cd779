import { Button } from 'antd';
import { useRef, useState } from 'react';
import { Facts } from '../../../components/facts';
import { Hash } from '../../../components/hash';
import { RefusalNote } from '../../../components/refusal-note';
import { forgetRoot, keepRoot, useKeptRoot } from '../../../lib/kept-root';
import { fingerprintOf, trustedRoot } from '../../../lib/trust';
import { useWords } from '../../../lib/words';
import { useQuery } from '@tanstack/react-query';
import type { TrustRoot } from '#ledger';
import { checkWords } from './words';

export interface RootInUse {
  readonly root: TrustRoot;
  readonly from: 'file' | 'exchange';
}

/** The trust root that checks rest on: the one from a file, else the one that the exchange stated at first sight. */
export function useRoot(): { root: RootInUse | undefined; error: unknown } {
  const kept = useKeptRoot();
  const stated = useQuery({ queryKey: ['trust-root'], queryFn: trustedRoot, enabled: kept === undefined, staleTime: 60_000 });
  if (kept) return { root: { root: kept, from: 'file' }, error: undefined };
  return { root: stated.data && { root: stated.data, from: 'exchange' }, error: stated.error };
}

/** Which trust root is in use, its fingerprint to compare, and a way to load one that was obtained elsewhere. */
export function RootChoice() {
  const say = useWords(checkWords);
  const { root, error } = useRoot();
  const input = useRef<HTMLInputElement>(null);
  const [isWrong, setWrong] = useState(false);
  const load = async (file: File | undefined) => {
    if (!file) return;
    setWrong(false);
    await keepRoot(file).catch(() => setWrong(true));
    if (input.current) input.current.value = '';
  };
  return (
    <div className="root-choice">
      <h3>{say('root')}</h3>
      <RefusalNote error={error} forward={error ? say('rootDiffers') : undefined} />
      {root ? (
        <Facts
          of={[
            [say('origin'), `${root.root.origin} · ${say(root.from === 'file' ? 'fromFile' : 'fromExchange')}`],
            [say('competent'), root.root.competent.department],
            [say('fingerprint'), <Hash key="print" of={fingerprintOf(root.root)} shown={64} />],
          ]}
        />
      ) : null}
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        aria-label={say('load')}
        className="file-input"
        tabIndex={-1}
        onChange={(event) => void load(event.target.files?.[0])}
      />
      <Button size="small" onClick={() => input.current?.click()}>
        {say('load')}
      </Button>{' '}
      {root?.from === 'file' ? (
        <Button size="small" onClick={forgetRoot}>
          {say('forget')}
        </Button>
      ) : null}
      {isWrong ? (
        <p role="alert" className="check-bad">
          {say('notARoot')}
        </p>
      ) : null}
    </div>
  );
}
