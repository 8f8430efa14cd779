import type { StatementSignature, StateView } from '#contracts';
import { checkSignatureLater } from '#crypto';
import type { FoundGood } from './signers.js';

/** A statement's bytes and the signatures over them, as they were read together. */
export interface SignedBytes {
  readonly statementBytes: Uint8Array;
  readonly signatures: readonly StatementSignature[];
}

/**
 * Signatures that were checked beside this thread, many at once, before their statements are judged one by one. Judging depends on the
 * order; whether a signature is one over these bytes by that key does not. What is remembered is the object that was read with the bytes,
 * and the key: nothing else passes for it. One that is not good is not remembered, so it is checked again where it is judged, and there
 * refused.
 */
export class GoodSignatures implements FoundGood {
  private readonly keys = new WeakMap<StatementSignature, string>();

  /** Checks by the keys that stand in `view` now. A signature by one that is not there yet is left for later. */
  async check(view: StateView, said: Iterable<SignedBytes>): Promise<void> {
    const checks: Promise<void>[] = [];
    for (const { statementBytes, signatures } of said) {
      for (const signature of signatures) {
        const publicKey = view.get('key', signature.keyId)?.state.publicKey;
        if (publicKey !== undefined) checks.push(this.checkOne(statementBytes, signature, publicKey));
      }
    }
    await Promise.all(checks);
  }

  has(signature: StatementSignature, publicKey: string): boolean {
    return this.keys.get(signature) === publicKey;
  }

  private async checkOne(statementBytes: Uint8Array, signature: StatementSignature, publicKey: string): Promise<void> {
    try {
      await checkSignatureLater(publicKey, statementBytes, signature.signature);
      this.keys.set(signature, publicKey);
    } catch {
      // Said where the statement is judged, with its reason.
    }
  }
}
