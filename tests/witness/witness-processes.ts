import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { decodeVerifierKey, encodePolicy, type LogPolicy, type VerifierKey } from '#ledger';
import { freePort } from '#testing';
import { runToEnd } from './sample-log.js';
import type { WitnessChild } from './witness-child.js';

/** Witnesses of one log, each a process of its own with a store and a key of its own. */
export interface WitnessProcesses {
  readonly policy: LogPolicy;
  /** The policy's file, for QUANLIAN_WITNESS_POLICY. */
  readonly policyFile: string;
  readonly keys: readonly VerifierKey[];
  readonly addresses: readonly string[];
  /** Starts one, or all, for the log of this verifier key. */
  start(vkey: string, which?: number, step?: string): Promise<void>;
  /** kill -9. */
  kill(which: number): Promise<void>;
  /** Whether its process is there. */
  isRunning(which: number): boolean;
  stop(): Promise<void>;
}

/**
 * Makes keys and policy; starts nothing. `throughPort`: where the policy says a witness is, if not where it listens: a proxy of the test.
 */
export async function makeWitnesses(
  count: number,
  threshold: number,
  addressOf: (which: number, address: string) => string = (_which, address) => address,
): Promise<WitnessProcesses> {
  const folder = mkdtempSync(join(tmpdir(), 'quanlian-witnesses-'));
  const storeOf = (which: number): string => join(folder, `w${which + 1}`);
  const keys: VerifierKey[] = [];
  const addresses: string[] = [];
  for (let which = 0; which < count; which++) {
    const { said } = await runToEnd('keys', 'new', '--store', storeOf(which), '--name', `witness.example/w${which + 1}`);
    keys.push(decodeVerifierKey(said.split('\n')[0] as string));
    addresses.push(`127.0.0.1:${await freePort()}`);
  }
  const policy: LogPolicy = {
    logs: [],
    witnesses: keys.map((key, which) => ({
      name: `w${which + 1}`,
      key,
      url: addressOf(which, `http://${addresses[which]}/`),
    })),
    groups: [{ name: 'departments', threshold, members: keys.map((_, which) => `w${which + 1}`) }],
    quorum: 'departments',
  };
  const policyFile = join(folder, 'policy');
  writeFileSync(policyFile, encodePolicy(policy));
  const running = new Map<number, ChildProcess>();

  const startOne = async (which: number, vkey: string, step?: string): Promise<void> => {
    const words = ['run', '--store', storeOf(which), '--log', vkey, '--listen', addresses[which] as string];
    const options: WitnessChild = { words, ...(step && { step }) };
    const script = resolve(import.meta.dirname, 'witness-child.js');
    const child = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
    running.set(which, child);
    child.once('exit', () => running.get(which) === child && running.delete(which));
    await new Promise<void>((done, fail) => {
      createInterface({ input: child.stdout }).on('line', (line) => /http:\S+$/.test(line) && done());
      child.once('exit', (code) => fail(new Error(`witness ${which + 1}: exit ${code}`)));
    });
  };
  const kill = async (which: number): Promise<void> => {
    const child = running.get(which);
    if (!child) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  return {
    policy,
    policyFile,
    keys,
    addresses,
    async start(vkey, which, step) {
      if (which !== undefined) return startOne(which, vkey, step);
      await Promise.all(keys.map((_, one) => startOne(one, vkey)));
    },
    kill,
    isRunning: (which) => running.has(which),
    async stop() {
      await Promise.all(keys.map((_, which) => kill(which)));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
