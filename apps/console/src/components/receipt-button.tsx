import { routes, shortId } from '#contracts';
import { canonicalText, type CanonicalValue } from '#crypto';
import { AuditOutlined } from '@ant-design/icons';
import { client } from '../lib/api';
import { saveText } from '../lib/save';
import { defineWords, useWords } from '../lib/words';
import { TakeFile } from './take-file';

const words = defineWords('receipt', { take: { zh: '存证回执', en: 'Receipt' } });

/** Takes the receipt of a statement as the file that `quanlian verify` checks offline (docs/formats/receipt.md). */
export function ReceiptButton({ statement }: { readonly statement: string }) {
  const say = useWords(words);
  const take = async () => {
    const { receipt } = await client.call(routes.receipt, { params: { id: statement } });
    saveText(`${shortId(statement)}.receipt.json`, 'application/json', canonicalText(receipt as CanonicalValue));
  };
  return <TakeFile label={say('take')} icon={<AuditOutlined />} take={take} />;
}
