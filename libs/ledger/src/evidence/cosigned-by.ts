import type { OpenedCheckpoint } from '../log/checkpoint.js';
import type { LogPolicy } from '../log/policy.js';

/** A witness of a policy whose cosignature holds, and when it saw the checkpoint. */
export interface Cosigned {
  readonly witness: string;
  readonly at: string;
}

/** Of the policy's witnesses those that cosigned, in the policy's order. */
export function cosignedBy({ cosignatures }: OpenedCheckpoint, { witnesses }: LogPolicy): Cosigned[] {
  return witnesses.flatMap(({ name, key }) => {
    const held = cosignatures.find((one) => one.key.publicKey === key.publicKey);
    return held?.timeSeconds === undefined ? [] : [{ witness: name, at: new Date(held.timeSeconds * 1000).toISOString() }];
  });
}
