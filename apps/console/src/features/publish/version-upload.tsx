import type { DatasetView, Item } from '#contracts';
import { Alert, Button, Checkbox, Progress, Upload } from 'antd';
import { useMemo, useState } from 'react';
import { Link } from 'react-router';
import { SignHere } from '../../components/sign-here';
import { NextStep, StateTag } from '../../components/state-tag';
import { bytes, count } from '../../lib/numbers';
import { useLocale, usePick, useWords } from '../../lib/words';
import { FaultsTable } from './faults-table';
import { HeaderTable } from './header-match';
import { asSent, columnsOf, fromGb18030, isWhole, readFile, type ReadFile } from './read-file';
import { useCheck } from './use-check';
import { UploadTold } from './upload-told';
import { useUpload, type UploadChoices } from './use-upload';
import { publishWords } from './words';

/** Publishes a version: choose a file, see it beside the entry, check all of it here, then send it and watch. */
export function VersionUpload({ dataset }: { readonly dataset: DatasetView }) {
  const say = useWords(publishWords);
  const { items } = dataset.entry;
  const [read, setRead] = useState<ReadFile>();
  const upload = useUpload(dataset.id);
  const choose = (file: Blob, name: string, isConverted = false) => void readFile(file, name, items, isConverted).then(setRead);
  if (upload.kept !== undefined && !upload.canGoOn)
    return <UploadNews upload={upload} items={items} again={() => upload.forget()} taken={() => setRead(undefined)} />;
  return (
    <>
      {upload.kept && upload.canGoOn ? (
        <Alert
          className="refusal"
          type="info"
          showIcon
          role="status"
          title={say('goOnTitle', { done: bytes(upload.view?.bytes ?? 0), total: bytes(upload.kept.sizeBytes) })}
          description={
            <>
              <p>{say('goOn', { name: upload.kept.name })}</p>
              <Button size="small" onClick={upload.cancel}>
                {say('cancel')}
              </Button>
            </>
          }
        />
      ) : null}
      {read ? null : (
        <Upload.Dragger
          multiple={false}
          showUploadList={false}
          beforeUpload={(file) => {
            choose(file, file.name);
            return false;
          }}
        >
          <p className="drop-title">{say('drop')}</p>
          <p className="quiet">{say('dropHint')}</p>
        </Upload.Dragger>
      )}
      {read ? (
        <ChosenFile
          read={read}
          items={items}
          onOther={() => setRead(undefined)}
          onConvert={() => void fromGb18030(read.file).then((file) => choose(file, read.name, true))}
          onSend={(choices) => upload.send(read.isCheckedThere ? read.file : asSent(read), read.name, choices)}
        />
      ) : null}
    </>
  );
}

function ChosenFile({
  read,
  items,
  onOther,
  onConvert,
  onSend,
}: {
  readonly read: ReadFile;
  readonly items: readonly Item[];
  readonly onOther: () => void;
  readonly onConvert: () => void;
  readonly onSend: (choices: UploadChoices) => void;
}) {
  const say = useWords(publishWords);
  const pick = usePick();
  const locale = useLocale();
  const [isConfirmed, confirm] = useState(false);
  const [isTried, setTried] = useState(false);
  const [takesAsFound, setAsFound] = useState(false);
  const [leavesOut, setLeaveOut] = useState(false);
  const { file, name, match, problem, isConverted, isCheckedThere = false } = read;
  const fits = isWhole(read);
  const columns = useMemo(() => (match && fits ? columnsOf(match, items) : undefined), [match, fits, items]);
  const check = useCheck(fits ? file : undefined, items, columns);
  const faults = check?.state === 'checked' ? check.faults : [];
  // Where rows cannot be told apart none can be left out.
  const canLeaveOut = faults.length > 0 && faults.every(({ code }) => code.startsWith('value-') || code === 'csv-ragged');
  const hasTitles = match?.columns.some((column) => column?.by === 'title') === true;
  const notUtf8 = problem?.code === 'csv-not-utf8' || faults.some(({ code }) => code === 'csv-not-utf8');
  return (
    <>
      <p className="chosen">
        <b>{name}</b> <span className="quiet">{bytes(file.size)}</span>
        <Button size="small" onClick={onOther}>
          {say('otherFile')}
        </Button>
      </p>
      {notUtf8 ? (
        <Alert
          className="refusal"
          type="warning"
          showIcon
          title={say('notUtf8')}
          description={
            <Button size="small" onClick={onConvert}>
              {say('convert')}
            </Button>
          }
        />
      ) : problem ? (
        <Alert className="refusal" type="warning" showIcon role="alert" title={pick(problem.title)} />
      ) : null}
      {isConverted ? <Alert className="refusal" type="info" showIcon title={say('converted')} /> : null}
      {match ? (
        <>
          {fits ? (
            <p className="good">✓ {say('allMatched', { count: items.length })}</p>
          ) : (
            <Alert className="refusal" type="warning" showIcon role="alert" title={say('headerWrong')} />
          )}
          {fits && hasTitles ? <p>{say('titlesReplaced')}</p> : null}
          <HeaderTable read={read} />
        </>
      ) : null}
      {check?.state === 'checking' ? (
        <p role="status" className="quiet">
          {say('checking', { done: bytes(check.doneBytes), total: bytes(file.size), rows: count(check.rows, locale) })}
        </p>
      ) : null}
      {check?.state === 'unread' ? (
        <Alert className="refusal" type="error" showIcon role="alert" title={say('fileUnread')} />
      ) : null}
      {check?.state === 'checked' && faults.length === 0 ? (
        <p className="good" role="status">
          ✓ {say('checkedGood', { rows: count(check.rows, locale) })}
        </p>
      ) : null}
      {check?.state === 'checked' && faults.length > 0 && !notUtf8 ? (
        <FaultsTable faults={faults} isCut={check.isCut} items={items} fileName={name} />
      ) : null}
      {isCheckedThere ? (
        <>
          <Alert className="refusal" type="info" showIcon title={say('checkedThere')} />
          <p>
            <Checkbox checked={takesAsFound} onChange={(event) => setAsFound(event.target.checked)}>
              {say('asFound')}
            </Checkbox>
          </p>
        </>
      ) : null}
      {isCheckedThere || canLeaveOut ? (
        <p>
          <Checkbox checked={leavesOut} onChange={(event) => setLeaveOut(event.target.checked)}>
            {say('leaveOut')}
          </Checkbox>
        </p>
      ) : null}
      {isCheckedThere || (fits && check?.state === 'checked' && (faults.length === 0 || (canLeaveOut && leavesOut))) ? (
        <>
          <p>
            <Checkbox checked={isConfirmed} onChange={(event) => confirm(event.target.checked)}>
              {say('noSecrets')}
            </Checkbox>
            {isTried && !isConfirmed ? (
              <span role="alert" className="bad">
                {' '}
                {say('noSecretsNeeded')}
              </span>
            ) : null}
          </p>
          <Button
            type="primary"
            onClick={() => {
              setTried(true);
              if (isConfirmed)
                onSend({ ...(takesAsFound ? { skip: 'all' } : {}), ...(leavesOut ? { leaveOutFaulty: 'true' } : {}) });
            }}
          >
            {say('upload')}
          </Button>
        </>
      ) : null}
    </>
  );
}

function UploadNews({
  upload: { kept, sending, view, isLooking, cancel, forget },
  items,
  again,
  taken,
}: {
  readonly upload: ReturnType<typeof useUpload>;
  readonly items: readonly Item[];
  /** The same file is to be sent again. */
  readonly again: () => void;
  /** It arrived; another file may be chosen. */
  readonly taken: () => void;
}) {
  const say = useWords(publishWords);
  const pick = usePick();
  const locale = useLocale();
  if (!kept) return null;
  const { name, sizeBytes } = kept;
  const problem = sending.state === 'refused' ? sending.problem : view?.state === 'failed' ? view.problem : undefined;
  if (view?.state === 'proposed') {
    const { proposal } = view;
    const done = () => {
      forget();
      taken();
    };
    return (
      <>
        <Alert
          className="refusal"
          type="success"
          showIcon
          role="status"
          title={say('proposed', { rows: count(view.rows, locale) })}
          description={
            proposal ? (
              <>
                <p>
                  <StateTag kind="proposal" state={proposal.state} /> <NextStep kind="proposal" state={proposal.state} />
                </p>
                <span className="page-actions">
                  <Link to={`/inbox/proposals/${proposal.id}`}>{say('toInbox')}</Link>
                  <Button size="small" onClick={done}>
                    {say('forget')}
                  </Button>
                </span>
              </>
            ) : undefined
          }
        />
        {view ? <UploadTold view={view} items={items} /> : null}
        {proposal?.state === 'awaiting-signature' ? <SignHere proposal={proposal} /> : null}
      </>
    );
  }
  if (sending.state === 'sending')
    return (
      <div role="status">
        <p>
          <b>{say('uploading', { name })}</b>
        </p>
        <Progress
          percent={Math.floor((sending.sentBytes / Math.max(1, sizeBytes)) * 100)}
          aria-label={say('uploading', { name })}
        />
        <p className="quiet">
          {sending.isBroken ? say('broken') : say('sent', { done: bytes(sending.sentBytes), total: bytes(sizeBytes) })}
          {view ? ` · ${say('taken', { rows: count(view.rows, locale) })}` : null}
        </p>
        <Button onClick={cancel}>{say('cancel')}</Button>
      </div>
    );
  if (problem && problem.code !== 'upload-cut')
    return (
      <>
        <Alert
          className="refusal"
          type="warning"
          showIcon
          role="alert"
          title={say('failedTitle')}
          description={pick(problem.title)}
        />
        {view ? <UploadTold view={view} violations={problem.violations} items={items} /> : null}
        {problem.at?.line === undefined && !problem.faults ? null : (
          <FaultsTable
            faults={problem.faults && problem.faults.length > 0 ? problem.faults : [problem]}
            isCut={false}
            items={items}
            fileName={name}
          />
        )}
        <Button onClick={again}>{say('backToFile')}</Button>
      </>
    );
  if (isLooking && sending.state === 'none') return null;
  const isGoing = view?.state === 'receiving' && sending.state === 'none';
  return (
    <Alert
      className="refusal"
      type={isGoing ? 'info' : 'warning'}
      showIcon
      role="status"
      title={isGoing ? say('uploading', { name }) : say('cutTitle')}
      description={
        <>
          <p>{say(sending.state === 'unread' ? 'fileUnread' : isGoing ? 'elsewhere' : 'cut', { name })}</p>
          {isGoing ? (
            <p className="quiet">{say('taken', { rows: count(view.rows, locale) })}</p>
          ) : (
            <Button size="small" type="primary" onClick={again}>
              {say('forget')}
            </Button>
          )}
        </>
      }
    />
  );
}
