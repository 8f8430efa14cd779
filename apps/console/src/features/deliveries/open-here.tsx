import { routes, shortId, type DeliveryView, type Format } from '#contracts';
import { ageRecipientOf, type AgeSecret } from '#crypto';
import type { SealedDelivery } from '#ledger';
import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Checkbox, Progress, Radio, Upload } from 'antd';
import { useState } from 'react';
import { useSession } from '../../app/session';
import { RefusalNote } from '../../components/refusal-note';
import { client } from '../../lib/api';
import { heldIdentities } from '../../lib/held-keys';
import { bytes, count } from '../../lib/numbers';
import { useLocale, usePick, useWords } from '../../lib/words';
import { readIdentityFile } from './identity-file';
import type { useReceipt } from './use-receipt';
import type { Opener, Opening } from './use-opening';
import { deliveryWords } from './words';

/** A smaller file is opened before anybody asks how fast. */
const worthTiming = 1024 * 1024;

export const endings: Readonly<Record<Format, string>> = {
  csv: 'csv',
  'csv-bom': 'csv',
  'csv-gb18030': 'csv',
  xlsx: 'xlsx',
  parquet: 'parquet',
  jsonl: 'jsonl',
};

/** What the file is called on the person's disk. */
export const fileNameOf = ({ id, datasetTitle, format }: DeliveryView): string =>
  `${datasetTitle.replaceAll(/[\\/:*?"<>|\s]+/g, '_').slice(0, 60)}-${shortId(id)}.${endings[format]}`;

/** Opens a delivery in the browser: which identity, then decrypted and checked while it is written to disk, then the receipt. */
export function OpenHere({
  delivery,
  sealed,
  opener: { opening, start, stop },
  receipt,
}: {
  readonly delivery: DeliveryView;
  readonly sealed: SealedDelivery;
  readonly opener: Opener;
  readonly receipt: ReturnType<typeof useReceipt>;
}) {
  const say = useWords(deliveryWords);
  const { department } = useSession();
  const [identities, setIdentities] = useState<readonly AgeSecret[]>([]);
  const [withReceipt, setWithReceipt] = useState(true);
  const [error, setError] = useState<unknown>();
  const isSigned = delivery.state === 'received';
  // The receipt disposes of the payload: then there is nothing to open again, only what was opened to be saved.
  const isIdle = opening.state !== 'running' && delivery.payload;

  const open = async () => {
    setError(undefined);
    try {
      const { key } = await client.call(routes.deliveryKey, { params: { id: delivery.id } });
      const isOpened = await start(fileNameOf(delivery), {
        delivery: delivery.id,
        department,
        expected: sealed,
        decrypt: { identities, key },
      });
      if (!isOpened) return;
      receipt.noteOpened();
      if (withReceipt && !isSigned) receipt.sign();
    } catch (fault) {
      setError(fault);
    }
  };
  return (
    <>
      <p className="quiet">{say('hereLead')}</p>
      {isIdle ? <IdentityChoice recipients={sealed.recipients} onChange={setIdentities} /> : null}
      <RefusalNote error={error} />
      <OpeningNews opening={opening} rows={sealed.rows} stop={stop} />
      {isIdle ? (
        <p className="open-actions">
          {isSigned ? null : (
            <Checkbox checked={withReceipt} onChange={(event) => setWithReceipt(event.target.checked)}>
              {say('withReceipt')}
            </Checkbox>
          )}
          <Button type="primary" disabled={identities.length === 0} onClick={() => void open()}>
            {say(opening.state === 'done' || isSigned ? 'openAgain' : 'openNow')}
          </Button>
        </p>
      ) : null}
    </>
  );
}

function IdentityChoice({
  recipients,
  onChange,
}: {
  readonly recipients: readonly string[];
  readonly onChange: (identities: readonly AgeSecret[]) => void;
}) {
  const say = useWords(deliveryWords);
  const locale = useLocale();
  const [source, setSource] = useState<'held' | 'file'>();
  const [file, setFile] = useState<{ name: string; fault?: 'notIdentity' | 'notRecipient' }>();
  const held = useQuery({
    queryKey: ['held-identities', recipients],
    queryFn: async () => (await heldIdentities().catch(() => [])).filter((one) => recipients.includes(one.recipient)),
  });
  const hasHeld = (held.data?.length ?? 0) > 0;
  const chosen = source ?? (hasHeld ? 'held' : 'file');
  const useHeld = () => {
    setSource('held');
    onChange((held.data ?? []).map((one) => one.privateKey));
  };
  // What is held and fits needs no choice.
  const [isOffered, setOffered] = useState(false);
  if (hasHeld && !isOffered && source === undefined) {
    setOffered(true);
    queueMicrotask(useHeld);
  }

  const read = async (blob: File) => {
    onChange([]);
    const found = await readIdentityFile(blob);
    if (found.length === 0) {
      setFile({ name: blob.name, fault: 'notIdentity' });
      return;
    }
    const own = await Promise.all(found.map(ageRecipientOf));
    const fits = own.some((one) => recipients.includes(one));
    setFile({ name: blob.name, ...(fits ? {} : { fault: 'notRecipient' as const }) });
    if (fits) onChange(found);
  };
  return (
    <fieldset className="identity">
      <legend>{say('identity')}</legend>
      {hasHeld ? (
        <p>
          <Radio.Group
            aria-label={say('identity')}
            value={chosen}
            onChange={(event) => {
              if (event.target.value === 'held') useHeld();
              else {
                setSource('file');
                setFile(undefined);
                onChange([]);
              }
            }}
            options={[
              { value: 'held', label: say('held') },
              { value: 'file', label: say('fromFile') },
            ]}
          />
        </p>
      ) : null}
      {chosen === 'file' ? (
        <>
          <Upload
            showUploadList={false}
            beforeUpload={(blob) => {
              void read(blob);
              return false;
            }}
          >
            <Button>{say('chooseFile')}</Button>
          </Upload>{' '}
          {file && !file.fault ? <span className="identity-ok">✓ {say('fileIs', { name: file.name })}</span> : null}
          {file?.fault ? (
            <p className="identity-fault" role="alert">
              {say(file.fault, {
                recipients: recipients.map((one) => `${one.slice(0, 12)}…`).join(locale === 'zh' ? '、' : ', '),
              })}
            </p>
          ) : null}
          <p className="quiet">
            {hasHeld ? null : `${say('noneHeld')} `}
            {say('fileHint')}
          </p>
        </>
      ) : null}
    </fieldset>
  );
}

/** How an opening or a download goes. `rows` is what the ledger says; undefined where nothing was decrypted. */
export function OpeningNews({
  opening,
  rows,
  stop,
}: {
  readonly opening: Opening;
  readonly rows?: number;
  readonly stop: () => void;
}) {
  const say = useWords(deliveryWords);
  const pick = usePick();
  const locale = useLocale();
  switch (opening.state) {
    case 'idle':
      return null;
    case 'too-large':
      return <Alert className="refusal" type="warning" showIcon title={say('tooLarge', { limit: bytes(opening.limitBytes) })} />;
    case 'running': {
      const { doneBytes, totalBytes, startedAt, waiting } = opening;
      const seconds = (performance.now() - startedAt) / 1000;
      const rate = doneBytes / Math.max(seconds, 0.1);
      return (
        <div className="open-running" role="status">
          <Progress percent={Math.floor((doneBytes / Math.max(1, totalBytes)) * 100)} aria-label={say('progress')} />
          <p>
            {say('running', { done: bytes(doneBytes), total: bytes(totalBytes), rate: bytes(rate) })}
            {rate > 0 && doneBytes < totalBytes && seconds > 3
              ? ` · ${say('timeLeft', { seconds: Math.ceil((totalBytes - doneBytes) / rate) })}`
              : null}
          </p>
          {'showSaveFilePicker' in globalThis ? <p className="quiet">{say('leaving')}</p> : null}
          {waiting ? (
            <Alert
              className="refusal"
              type="warning"
              showIcon
              title={say(waiting === 'line' ? 'waitingLine' : 'waitingSession')}
            />
          ) : null}
          <Button onClick={stop}>{say('stop')}</Button>
        </div>
      );
    }
    case 'failed':
      return (
        <Alert
          className="refusal"
          type="error"
          showIcon
          role="alert"
          title={say('failedTitle')}
          description={
            <>
              <p>{opening.problem ? pick(opening.problem.title) : opening.message}</p>
              <p>{say('retry')}</p>
              {opening.problem ? (
                <small className="quiet">
                  <code>{opening.problem.code}</code>
                </small>
              ) : null}
            </>
          }
        />
      );
    case 'done': {
      const seconds = Math.max(opening.tookMs / 1000, 0.001);
      return (
        <Alert
          className="refusal"
          type="success"
          showIcon
          role="status"
          title={say(rows === undefined ? 'savedAge' : 'doneTitle')}
          description={
            <>
              {rows === undefined ? null : (
                <p>
                  {say('done', {
                    size: bytes(opening.sizeBytes),
                    rows: count(rows, locale),
                  })}{' '}
                  {opening.sizeBytes < worthTiming
                    ? null
                    : say('took', { seconds: seconds.toFixed(1), rate: bytes(opening.sizeBytes / seconds) })}
                </p>
              )}
              {opening.save ? (
                <p>
                  {say('saveHint')}{' '}
                  <Button size="small" onClick={opening.save}>
                    {say('saveAgain')}
                  </Button>
                </p>
              ) : null}
            </>
          }
        />
      );
    }
  }
}
