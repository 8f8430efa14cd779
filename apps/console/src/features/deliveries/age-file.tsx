import { routes, shortId, type DeliveryView } from '#contracts';
import type { SealedDelivery } from '#ledger';
import { Button, Typography } from 'antd';
import { useState } from 'react';
import { useSession } from '../../app/session';
import { RefusalNote } from '../../components/refusal-note';
import { client } from '../../lib/api';
import { saveBlob } from '../../lib/save';
import { useWords } from '../../lib/words';
import { fileNameOf, OpeningNews } from './open-here';
import type { Opener } from './use-opening';
import { deliveryWords } from './words';

/** The encrypted file as it is, and exactly how it is opened elsewhere. */
export function AgeFile({
  delivery,
  sealed,
  opener: { opening, start, stop },
}: {
  readonly delivery: DeliveryView;
  readonly sealed: SealedDelivery;
  readonly opener: Opener;
}) {
  const say = useWords(deliveryWords);
  const { department } = useSession();
  const [error, setError] = useState<unknown>();
  const plainName = fileNameOf(delivery);
  const isPacked = delivery.compression === 'gzip';
  const ageName = `${plainName}${isPacked ? '.gz' : ''}.age`;
  const download = () =>
    start(ageName, { delivery: delivery.id, department, expected: sealed }).then(() => setError(undefined), setError);
  const saveManifest = async () => {
    // The bytes as the exchange wrote them: the page that reads the file checks them whole.
    const answer = await client.open(routes.deliveryManifest, { params: { id: delivery.id } });
    saveBlob(`${plainName}.manifest.json`, await answer.blob());
  };
  return (
    <>
      <p className="quiet">{say('ageLead')}</p>
      <RefusalNote error={error} />
      <OpeningNews opening={opening} stop={stop} />
      {opening.state === 'running' ? null : (
        <p className="open-actions">
          {/* The receipt disposes of the payload: then there is nothing to fetch, only what was fetched to be saved again. */}
          {delivery.payload ? (
            <Button type="primary" onClick={() => void download()}>
              {say('downloadAge')}
            </Button>
          ) : null}
          <Button onClick={() => void saveManifest().then(() => setError(undefined), setError)}>{say('manifest')}</Button>
          <a href="/open.html" download="open.html">
            {say('openPage')}
          </a>
        </p>
      )}
      <p className="quiet">{say('manifestHint')}</p>
      <h3>{say('compare')}</h3>
      <Command text={`echo "${sealed.ciphertextSha256}  ${ageName}" | sha256sum -c`} />
      <h3>{say('decrypt')}</h3>
      <Command
        text={
          isPacked
            ? `age -d -i IDENTITY.txt "${ageName}" | gunzip > "${plainName}"`
            : `age -d -i IDENTITY.txt -o "${plainName}" "${ageName}"`
        }
      />
      <h3>{say('allInOne')}</h3>
      <Command text={`quanlian fetch ${shortId(delivery.id)} -o "${plainName}" --identity IDENTITY.txt`} />
      <p className="quiet">{say('receiptByTool')}</p>
    </>
  );
}

function Command({ text }: { readonly text: string }) {
  return (
    <Typography.Paragraph className="command" copyable={{ text, tooltips: false }}>
      <code>{text}</code>
    </Typography.Paragraph>
  );
}
