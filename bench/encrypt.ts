// How fast an age file is made and opened, against Debian's `age` command in the same run: `npm run bench -- encrypt [rounds] [--mib N]`.
// One file, 1 GiB unless told, in a memory-backed folder, where both sides read and write. First the cipher alone on both sides; then
// with the SHA-256 of the ciphertext that a stored part has, against `age` and then `openssl dgst`, which is faster than a pipe from one to the other; then
// with the HMAC of the plaintext besides, as deliveries have, against the same beside a second `openssl dgst`. Medians of the rounds, five
// unless told; a ratio above 1 is faster than the commands.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { AGE_THREADS, decryptAgeFile, decryptAgeRange, generateAgeIdentity, sealAgeFile, type SealingDigests } from '#crypto';
import { filePieces, openReader, writeAll } from '../libs/delivery/src/file-pieces.js';
import { runCommand } from './shared/command.js';
import { compare, describeMachine, quantile, readAsked } from './shared/rounds.js';
import { watchMemory } from './shared/process-tree.js';

const MiB = 1024 * 1024;
const asked = readAsked();
const mib = asked.number('mib', 1024);
const folder = mkdtempSync('/dev/shm/quanlian-bench-');
const [plain, byAge, ours, opened, identityFile] = ['plain', 'by-age', 'ours', 'opened', 'identity'].map((name) =>
  join(folder, name),
) as [string, string, string, string, string];

async function written(path: string, pieces: AsyncIterable<Uint8Array>): Promise<number> {
  const file = await open(path, 'w');
  for await (const bytes of pieces) await writeAll(file, bytes);
  await file.close();
  return mib;
}
const encryptHere = async (digests: SealingDigests) => written(ours, sealAgeFile([recipient], await openReader(plain), digests));
const decryptHere = () => written(opened, decryptAgeFile([identity], filePieces(ours)));

/** Milliseconds from nothing to a mebibyte of plaintext: header opened, last chunk checked. */
async function openRange(from: number): Promise<number> {
  const since = performance.now();
  const file = await open(ours, 'r');
  const { size } = await file.stat();
  const read = async (start: number, end: number): Promise<Uint8Array> => {
    const bytes = Buffer.alloc(end - start);
    await file.read(bytes, 0, bytes.length, start);
    return bytes;
  };
  let got = 0;
  for await (const bytes of decryptAgeRange([identity], { sizeBytes: size, read }, from, from + MiB)) got += bytes.length;
  await file.close();
  if (got !== MiB) throw new Error('A range came short');
  return performance.now() - since;
}

const { identity, recipient } = await generateAgeIdentity();
try {
  console.log(`${describeMachine()}; age ${execFileSync('age', ['--version']).toString().trim()}`);
  console.log(`${mib} MiB, memory to memory; ${AGE_THREADS} threads, chunks of 64 KiB; rates in MiB a second`);
  writeFileSync(identityFile, `${identity}\n`, { mode: 0o600 });
  execFileSync('bash', [
    '-c',
    `head -c ${mib * MiB} <(openssl enc -aes-128-ctr -pass pass:x -nosalt -pbkdf2 < /dev/zero 2> /dev/null) > ${plain}`,
  ]);

  const rawName = 'the age command';
  const age = async (): Promise<number> => {
    await runCommand('age', ['-r', recipient, '-o', byAge, plain]);
    return mib;
  };
  const shell = (script: string) => async (): Promise<number> => {
    await runCommand('bash', ['-o', 'pipefail', '-c', script]);
    return mib;
  };
  const [digest, mac] = ['openssl dgst -sha256', `openssl dgst -sha256 -mac HMAC -macopt hexkey:${'07'.repeat(32)}`];
  const ageAndDigest = shell(`age -r ${recipient} -o ${byAge} ${plain} && ${digest} ${byAge}`);
  const ageAndBoth = shell(
    `${mac} ${plain} > /dev/null & age -r ${recipient} -o ${byAge} ${plain} && ${digest} ${byAge} && wait $!`,
  );
  const key = Buffer.alloc(32, 7);
  await compare('encrypt', asked, { raw: age, rawName, work: () => encryptHere({ sha256: false }), goals: { ratio: 1.2 } });
  await compare('encrypt, with one digest', asked, {
    raw: ageAndDigest,
    rawName: 'age with openssl',
    work: () => encryptHere({}),
  });
  await compare('encrypt, with both digests', asked, {
    raw: ageAndBoth,
    rawName: 'age with openssl twice',
    work: () => encryptHere({ hmacKey: key }),
  });
  execFileSync('age', ['-d', '-i', identityFile, '-o', opened, ours]);
  execFileSync('cmp', [plain, opened]);
  const ageOpens = async (): Promise<number> => {
    await runCommand('age', ['-d', '-i', identityFile, '-o', opened, ours]);
    return mib;
  };
  await compare('decrypt', asked, { raw: ageOpens, rawName, work: decryptHere, goals: { ratio: 1.1 } });
  execFileSync('cmp', [plain, opened]);
  const ranges: number[] = [];
  for (let i = 0; i < 20 * asked.rounds; i++) ranges.push(await openRange(((i * 7919) % (mib - 1)) * MiB));
  const worst = quantile(ranges, 0.95);
  console.log(
    `a range of 1 MiB with the header: median ${quantile(ranges, 0.5).toFixed(1)} ms, 95 % within ${worst.toFixed(1)} ms; goal 25 ms: ${worst <= 25 ? 'reached' : 'MISSED'}`,
  );
  // A round of its own: to look at memory costs this process time, and the command none.
  const stop = watchMemory(process.pid);
  await encryptHere({ hmacKey: key });
  await decryptHere();
  console.log(`memory of this process and what it started, at most: ${Math.round(stop().processesBytes / MiB)} MiB`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
