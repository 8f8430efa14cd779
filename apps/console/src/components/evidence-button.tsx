import { routes, shortId } from '#contracts';
import { SafetyCertificateOutlined } from '@ant-design/icons';
import { client } from '../lib/api';
import { saveBlob } from '../lib/save';
import { defineWords, useWords } from '../lib/words';
import { TakeFile } from './take-file';

const words = defineWords('evidence', { take: { zh: '证据包', en: 'Evidence' } });

/** Takes the evidence bundle about one object: a zip that anybody can check without the exchange (docs/formats/evidence-bundle.md). */
export function EvidenceButton({ of, id }: { readonly of: 'right' | 'delivery' | 'dataset'; readonly id: string }) {
  const say = useWords(words);
  const take = async () => {
    // Fetched here and not linked to: a link cannot say for which department one acts. A bundle holds 10,000 entries at most.
    const response = await client.open(routes.evidence, { query: { [of]: id } });
    saveBlob(`${of}-${shortId(id)}.evidence.zip`, await response.blob());
  };
  return <TakeFile label={say('take')} icon={<SafetyCertificateOutlined />} take={take} />;
}
