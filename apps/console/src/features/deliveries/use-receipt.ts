import { routes, type DeliveryView, type ProposalView } from '#contracts';
import type { SealedDelivery } from '#ledger';
import { useState } from 'react';
import { useSend } from '../../lib/api';

// That this browser opened a delivery and found it right, kept so that a reload between opening and signing loses nothing. Nothing of it
// is secret: it is what the ledger says anyway.
const keyOf = (delivery: string) => `quanlian.opened.${delivery}`;

/** Signs the receipt of a delivery that was opened and checked. The prepared statement must say exactly what was checked. */
export function useReceipt({ id, right, dataset }: DeliveryView, sealed: SealedDelivery) {
  const { ciphertextSha256, plaintextHmac, rows } = sealed;
  const [isWrong, setWrong] = useState(false);
  const [isOpened, setOpened] = useState(() => localStorage.getItem(keyOf(id)) === ciphertextSha256);
  const says = ({ statement }: ProposalView) => {
    if (statement.type !== 'receipt.signed') return false;
    const { body } = statement;
    return (
      body.delivery === id &&
      body.right === right &&
      body.dataset === dataset &&
      body.ciphertextSha256 === ciphertextSha256 &&
      body.plaintextHmac === plaintextHmac &&
      body.rows === rows
    );
  };
  const send = useSend(routes.signReceipt, { refresh: ['deliveries'], onDone: (proposal) => setWrong(!says(proposal)) });
  const sign = () => send.mutate({ params: { id }, body: { ciphertextSha256, plaintextHmac, rows } });
  /** Remembers that the delivery was opened here and agreed with what was sealed. */
  const noteOpened = () => {
    localStorage.setItem(keyOf(id), ciphertextSha256);
    setOpened(true);
  };
  return { sign, noteOpened, isOpened, error: send.error, isPending: send.isPending, isWrong };
}
