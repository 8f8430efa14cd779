import { Refusal } from '#contracts';
import { Alert, Button, Upload } from 'antd';
import { useState } from 'react';
import { fingerprintOf, forgetRoot, rememberRootFile, TrustRootDiffers, useTrust } from '../lib/trust';
import { defineWords, usePick, useWords } from '../lib/words';
import { RefusalNote } from './refusal-note';

const words = defineWords('trust-note', {
  unverified: {
    zh: '信任根未经核对：它是平台自报的。请载入主管部门另行发布的 root.json，或经电话核对指纹。',
    en: 'The trust root is unverified: the exchange itself stated it. Load root.json as the competent department publishes it, or compare the fingerprint by telephone.',
  },
  verified: { zh: '信任根来自您载入的文件。', en: 'The trust root comes from the file that you loaded.' },
  fingerprint: { zh: '指纹', en: 'Fingerprint' },
  load: { zh: '载入 root.json', en: 'Load root.json' },
  forget: { zh: '忘记它', en: 'Forget it' },
  forgetKnown: { zh: '已核对，忘记旧的', en: 'Compared: forget the old one' },
});

/** On which trust root the checks of this page rest, and how to give it a better one. */
export function TrustNote() {
  const say = useWords(words);
  const pick = usePick();
  const trust = useTrust();
  const [fault, setFault] = useState<{ zh: string; en: string }>();
  const load = async (file: Blob) => {
    setFault(undefined);
    try {
      await rememberRootFile(new Uint8Array(await file.arrayBuffer()));
    } catch (error) {
      if (error instanceof Refusal) setFault(error.toProblem().title);
      else if (error instanceof TrustRootDiffers) setFault(error.sentence);
      else throw error;
    }
  };
  const differs = trust.error instanceof TrustRootDiffers ? trust.error.sentence : undefined;
  if (trust.error && !differs) return <RefusalNote error={trust.error} isReading />;
  if (!trust.data && !differs) return null;
  const isVerified = trust.data?.from === 'file' && !differs;
  return (
    <>
      {fault ? <Alert type="error" showIcon role="alert" title={pick(fault)} className="refusal" /> : null}
      <Alert
        className="refusal"
        type={differs ? 'error' : isVerified ? 'success' : 'info'}
        showIcon
        title={differs ? pick(differs) : say(isVerified ? 'verified' : 'unverified')}
        description={
          <>
            {trust.data ? (
              <p>
                {say('fingerprint')}{' '}
                <code className="fingerprint">{(fingerprintOf(trust.data.root).match(/.{8}/g) ?? []).join(' ')}</code>
              </p>
            ) : null}
            <span className="page-actions">
              {isVerified ? null : (
                <Upload
                  accept=".json,application/json"
                  showUploadList={false}
                  beforeUpload={(file) => {
                    void load(file);
                    return false;
                  }}
                >
                  <Button size="small">{say('load')}</Button>
                </Upload>
              )}
              {isVerified || differs ? (
                <Button size="small" type="text" onClick={() => void forgetRoot()}>
                  {say(differs ? 'forgetKnown' : 'forget')}
                </Button>
              ) : null}
            </span>
          </>
        }
      />
    </>
  );
}
