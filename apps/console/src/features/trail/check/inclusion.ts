import { leafHash, LogFault, openLogProof, policyOf, type TrustRoot } from '#ledger';

/** Where an entry stands in the tree that the log signed. */
export type Inclusion =
  | { readonly kind: 'proven'; readonly size: number; readonly witnesses: number }
  | { readonly kind: 'refuted'; readonly fault: LogFault }
  /** No proof was to be had: the entry has no checkpoint yet, its log has a newer key than the trust root, or nobody answers. */
  | { readonly kind: 'none' };

/**
 * Takes the proof for an entry from the log (docs/formats/log-proof.md) and checks it here: the log's key, as the trust root names it, signed
 * a checkpoint, and the leaf of these bytes is in its tree at this index.
 */
export async function inclusionOf(bytes: Uint8Array<ArrayBuffer>, index: number, root: TrustRoot): Promise<Inclusion> {
  const answer = await fetch(`/log/proof/${index}`).catch(() => undefined);
  if (!answer?.ok) return { kind: 'none' };
  try {
    const proof = openLogProof(new Uint8Array(await answer.arrayBuffer()), leafHash(bytes), policyOf(root));
    if (proof.index !== index) throw new LogFault('inclusion-wrong', `a proof for ${proof.index}`);
    return { kind: 'proven', size: proof.checkpoint.size, witnesses: proof.checkpoint.cosignatures.length };
  } catch (error) {
    // Nobody known signed: a key of the log that came later than the trust root, perhaps. That refutes nothing.
    if (error instanceof LogFault && error.code === 'note-unsigned') return { kind: 'none' };
    if (error instanceof LogFault) return { kind: 'refuted', fault: error };
    throw error;
  }
}
