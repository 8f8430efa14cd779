import { EvidenceFault, leafHash, LogFault, openLogKeys, openProofBy, type TrustRoot } from '#ledger';

/** Where an entry stands in the tree that the log signed. */
export type Inclusion =
  | { readonly kind: 'proven'; readonly size: number; readonly witnesses: number }
  | { readonly kind: 'refuted'; readonly fault: LogFault | EvidenceFault }
  /** No proof was to be had: the entry has no checkpoint yet, its log has a newer key than is known here, or nobody answers. */
  | { readonly kind: 'none' };

/**
 * Takes the proof for an entry from the log (docs/formats/log-proof.md) and checks it here: a key of the log, known from the trust root on,
 * signed a checkpoint, the trust root's witnesses reach its quorum, and the leaf of these bytes is in its tree at this index.
 */
export async function inclusionOf(bytes: Uint8Array<ArrayBuffer>, index: number, root: TrustRoot): Promise<Inclusion> {
  const answer = await fetch(`/log/proof/${index}`).catch(() => undefined);
  if (!answer?.ok) return { kind: 'none' };
  const shown = await fetch('/log/keys').catch(() => undefined);
  try {
    const keys = openLogKeys(shown?.ok ? new Uint8Array(await shown.arrayBuffer()) : new Uint8Array(0), root);
    const { index: at, checkpoint } = openProofBy(new Uint8Array(await answer.arrayBuffer()), leafHash(bytes), keys);
    if (at !== index) throw new LogFault('inclusion-wrong', `a proof for ${at}`);
    return { kind: 'proven', size: checkpoint.size, witnesses: checkpoint.cosignatures.length };
  } catch (error) {
    // Nobody known signed: a key of the log whose admission was not shown, perhaps. That refutes nothing.
    if (error instanceof LogFault && error.code === 'note-unsigned') return { kind: 'none' };
    if (error instanceof LogFault || error instanceof EvidenceFault) return { kind: 'refuted', fault: error };
    throw error;
  }
}
