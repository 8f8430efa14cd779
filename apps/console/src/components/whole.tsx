import { Button, Empty, Skeleton } from 'antd';
import type { ReactNode } from 'react';
import { defineWords, useWords } from '../lib/words';
import { RefusalNote } from './refusal-note';

const words = defineWords('whole', { again: { zh: '再试一次', en: 'Try again' } });

/** What a reading looks like to this component: that of `useRead` and of `useReadPages`. */
export interface Reading {
  readonly data: unknown;
  readonly error: unknown;
  readonly isPending: boolean;
  readonly isFetching: boolean;
  refetch(): unknown;
}

/** Shows what was read; until then a quiet skeleton, and when it fails the reason and a way to try again. */
export function Whole({
  reading,
  empty,
  children,
}: {
  readonly reading: Reading;
  /** What to say when there is nothing; undefined: there is something. */
  readonly empty?: ReactNode;
  readonly children?: ReactNode;
}) {
  const say = useWords(words);
  if (reading.data === undefined && reading.error) {
    return (
      <div className="whole">
        <RefusalNote error={reading.error} isReading />
        <Button onClick={() => void reading.refetch()} loading={reading.isFetching}>
          {say('again')}
        </Button>
      </div>
    );
  }
  if (reading.data === undefined) return <Skeleton active paragraph={{ rows: 4 }} className="whole" />;
  if (empty !== undefined) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={empty} />;
  return children;
}
