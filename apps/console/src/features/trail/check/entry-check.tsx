import { Refusal, routes, type EntryView } from '#contracts';
import { checkTextCommitment, CommitmentError } from '#crypto';
import { Alert, Button } from 'antd';
import { useState } from 'react';
import { useSession } from '../../../app/session';
import { TrustNote } from '../../../components/trust-note';
import { useRead } from '../../../lib/api';
import { count } from '../../../lib/numbers';
import { useTrust } from '../../../lib/trust';
import { useLocale, usePick, useWords, type Locale } from '../../../lib/words';
import { inclusionOf, type Inclusion } from './inclusion';
import { checkEntry, type EntryCheck } from './signatures';
import { CannotTell, Steps, type Step } from './steps';
import { useWalk } from './use-walk';
import { useWalkSteps } from './walk-steps';
import { checkWords } from './words';
import './check.css';

type Found =
  | { readonly check: EntryCheck; readonly areTextsRight: boolean; readonly inclusion: Inclusion | undefined }
  | { readonly refusal: Refusal };

/** "Check this entry": in this browser, by its bytes and its place in the log's tree; supervisors may walk the whole ledger to it besides. */
export function CheckEntry({ entry, bytes }: { readonly entry: EntryView; readonly bytes: Uint8Array<ArrayBuffer> | undefined }) {
  const say = useWords(checkWords);
  const pick = usePick();
  const locale = useLocale();
  const { has } = useSession();
  const { data: root } = useTrust();
  const departments = useRead(routes.departments, {}, { staleTime: 60_000 });
  const { state, start, cancel } = useWalk();
  const walkSteps = useWalkSteps();
  const ownSteps = useEntrySteps(entry, locale);
  const [found, setFound] = useState<Found>();
  const canWalk = has('supervisor');
  const isReady = root !== undefined && departments.data !== undefined && bytes !== undefined;

  const run = async () => {
    if (!isReady) return;
    const own = foundIn(entry, bytes, departments.data.items, root.root);
    setFound(own);
    if ('check' in own) setFound({ ...own, inclusion: await inclusionOf(bytes, entry.index, root.root) });
  };
  const isWalked = state.kind !== 'idle';
  const steps = found && root ? [...ownSteps(found), ...(isWalked ? walkSteps(state, root, entry.index) : [])] : [];
  const inclusion = found && 'check' in found ? found.inclusion : undefined;
  const isOver = found !== undefined && ('refusal' in found || inclusion !== undefined) && state.kind !== 'walking';
  const hasFault = steps.some((step) => step.state === 'bad');
  const isWhole = inclusion?.kind === 'proven' && (!isWalked || state.kind === 'done');
  const warnings = state.kind === 'done' && state.verdict.kind === 'clean' ? state.verdict.report.warnings.map(pick) : [];
  return (
    <section className="section check" aria-label={say('title')}>
      <div className="section-head">
        <h2>{say('title')}</h2>
        {state.kind === 'walking' ? (
          <Button onClick={cancel}>{say('cancel')}</Button>
        ) : (
          <span className="page-actions">
            {canWalk && found && isReady ? (
              <Button onClick={() => start({ root: root.root, entry: { index: entry.index, bytes } })}>{say('walk')}</Button>
            ) : null}
            <Button type="primary" disabled={!isReady} onClick={() => void run()}>
              {say(found ? 'again' : 'start')}
            </Button>
          </span>
        )}
      </div>
      <p className="quiet">{say('lead')}</p>
      {bytes ? null : <p className="check-bad">{say('bytesNone')}</p>}
      {isOver && (hasFault || isWhole) ? (
        <Alert
          type={hasFault ? 'error' : root?.from === 'file' ? 'success' : 'info'}
          showIcon
          role="status"
          title={say(hasFault ? 'failed' : root?.from === 'file' ? 'passed' : 'passedOnly')}
        />
      ) : null}
      <Steps steps={steps} />
      {found && !isWalked ? <p className="quiet">{say('keysFrom')}</p> : null}
      {isOver ? (
        <CannotTell sentences={warnings.length > 0 ? warnings : [...(isWalked ? [] : [say('cannotEntry')]), say('cannotFork')]} />
      ) : null}
      <details className="check-root">
        <summary>{say('root')}</summary>
        <TrustNote />
      </details>
    </section>
  );
}

function foundIn(
  entry: EntryView,
  bytes: Uint8Array<ArrayBuffer>,
  departments: Parameters<typeof checkEntry>[2],
  root: Parameters<typeof checkEntry>[3],
): Found {
  try {
    const areTextsRight = Object.entries(entry.texts).every(([commitment, { key, text }]) => isCommitted(commitment, key, text));
    return { check: checkEntry(bytes, entry, departments, root), areTextsRight, inclusion: undefined };
  } catch (error) {
    if (error instanceof Refusal) return { refusal: error };
    throw error;
  }
}

function isCommitted(commitment: string, key: string, text: string): boolean {
  try {
    checkTextCommitment(commitment, key, text);
    return true;
  } catch (error) {
    if (error instanceof CommitmentError) return false;
    throw error;
  }
}

function useEntrySteps(entry: EntryView, locale: Locale): (found: Found) => Step[] {
  const say = useWords(checkWords);
  return (found) => {
    if ('refusal' in found) {
      const reason = found.refusal.sentence(locale);
      return [{ key: 'bytes', name: say('bytes'), state: 'bad', told: say('malformed', { reason }) }];
    }
    const { check, areTextsRight, inclusion } = found;
    const texts = Object.keys(entry.texts).length;
    const results = {
      good: 'signatureGood',
      bad: 'signatureBad',
      'no-key': 'signatureNoKey',
      'not-in-force': 'signatureNotInForce',
    } as const;
    const nameOf = (issuer: string) => entry.departments.find(({ code }) => code === issuer)?.name || entry.issuerName;
    return [
      {
        key: 'bytes',
        name: say('bytes'),
        state: check.isHashShown ? 'ok' : 'bad',
        told: say(check.isHashShown ? 'bytesOk' : 'bytesBad', { hash: check.leafHash }),
      },
      {
        key: 'shown',
        name: say('shown'),
        state: check.isShown ? 'ok' : 'bad',
        told: say(check.isShown ? 'shownOk' : 'shownBad'),
      },
      ...(texts > 0
        ? [
            {
              key: 'texts',
              name: say('texts'),
              state: areTextsRight ? 'ok' : 'bad',
              told: areTextsRight ? say('textsOk', { count: texts }) : say('textsBad'),
            } satisfies Step,
          ]
        : []),
      ...check.signatures.map(({ issuer, keyId, result }): Step => ({
        key: keyId,
        name: say('signature'),
        state: result === 'good' ? 'ok' : result === 'no-key' ? 'unknown' : 'bad',
        told: say(results[result], { issuer: nameOf(issuer), key: `${keyId.slice(0, 12)}…`, index: entry.index }),
      })),
      { key: 'inclusion', name: say('inclusion'), ...toldOf(inclusion) },
    ];
  };
  function proven({ size, witnesses }: Extract<Inclusion, { kind: 'proven' }>): string {
    const ok = say('inclusionOk', { size: count(size, locale), index: entry.index });
    return witnesses === 0 ? ok : [ok, say('inclusionCosigned', { count: witnesses })].join(locale === 'zh' ? '' : ' ');
  }
  function toldOf(inclusion: Inclusion | undefined): Pick<Step, 'state' | 'told'> {
    switch (inclusion?.kind) {
      case undefined:
        return { state: 'running', told: '' };
      case 'proven':
        return { state: 'ok', told: proven(inclusion) };
      case 'refuted':
        return { state: 'bad', told: inclusion.fault.sentence(locale) };
      case 'none':
        return { state: 'unknown', told: say('inclusionNone') };
    }
  }
}
