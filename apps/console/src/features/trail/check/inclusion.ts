import { leafHash, LogFault, openLogProof, verifierKeyOf, type TrustRoot } from '#ledger';

/** Where an entry stands in the tree that the log signed. */
export type Inclusion =
  | { readonly kind: 'proven'; readonly size: number }
  | { readonly kind: 'refuted'; readonly fault: LogFault }
  /** No proof was to be had: the entry has no checkpoint yet, or the exchange cannot be reached. */
  | { readonly kind: 'none' };

/**
 * Takes the proof for an entry from the log (docs/formats/log-proof.md) and checks it here: the log's key, as the trust root names it, signed
 * a checkpoint, and the leaf of these bytes is in its tree at this index.
 */
export async function inclusionOf(bytes: Uint8Array<ArrayBuffer>, index: number, root: TrustRoot): Promise<Inclusion> {
  const answer = await fetch(`/log/proof/${index}`).catch(() => undefined);
  if (!answer?.ok) return { kind: 'none' };
  const key = verifierKeyOf(root.origin, 'ed25519', root.logKey.publicKey);
  try {
    const proof = openLogProof(new Uint8Array(await answer.arrayBuffer()), leafHash(bytes), {
      logs: [{ key }],
      witnesses: [],
      groups: [],
      quorum: 'none',
    });
    if (proof.index !== index) throw new LogFault('inclusion-wrong', `a proof for ${proof.index}`);
    return { kind: 'proven', size: proof.checkpoint.size };
  } catch (error) {
    if (error instanceof LogFault) return { kind: 'refuted', fault: error };
    throw error;
  }
}
