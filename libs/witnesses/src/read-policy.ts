import { readFileSync } from 'node:fs';
import { decodePolicy, type LogPolicy } from '#ledger';
import type { AskedWitness } from './witness-door.js';

/** The witnesses of this exchange, each with an address at which it is asked. Which log is witnessed is the exchange's to say. */
export interface WitnessPolicy extends LogPolicy {
  readonly witnesses: readonly AskedWitness[];
}

/** Nobody is asked, and nobody needs to cosign. */
export const noWitnesses: WitnessPolicy = { logs: [], witnesses: [], groups: [], quorum: 'none' };

/**
 * Reads the file that QUANLIAN_WITNESS_POLICY names; without one nobody is asked. Its log lines, if any, say nothing here. Throws what
 * is wrong with it: LogFault, or an Error that names the witness without an address. An exchange must not start with half a policy.
 */
export function readWitnessPolicy(file: string | undefined): WitnessPolicy {
  return file === undefined ? noWitnesses : witnessPolicyOf(readFileSync(file));
}

/** The policy in these bytes. Throws as {@link readWitnessPolicy}. */
export function witnessPolicyOf(bytes: Uint8Array): WitnessPolicy {
  const { witnesses, groups, quorum } = decodePolicy(bytes);
  return { logs: [], witnesses: witnesses.map(withAddress), groups, quorum };
}

function withAddress({ name, key, url }: LogPolicy['witnesses'][number]): AskedWitness {
  if (url === undefined || !URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new Error(`The witness ${name} of the policy has no http(s) address`);
  }
  return { name, key, url };
}
