import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { randomBytes } from 'node:crypto';
import { createSha256, decryptAgeFile } from '#crypto';
import { filePieces, writeFilePieces } from './file-pieces.js';
import { unpacked } from './unpack.js';
import { asRefusal, checkCiphertext, checkPlaintext, PlaintextMeasure, type ExpectedDelivery } from './delivery-checks.js';

export interface ReceivedDelivery {
  /** The downloaded age file. */
  readonly ciphertextPath: string;
  /** `AGE-SECRET-KEY-1…`; any one of them may fit. */
  readonly identities: readonly string[];
  readonly expected: ExpectedDelivery;
  readonly plaintextHmacKey: Uint8Array;
  /** Where the rows go. Appears whole or not at all; what was there before is replaced then. */
  readonly output: string;
  /** Bytes of ciphertext done, of both passes together, and how many there are. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Opens a delivery on the recipient's side: matches the file to the sealed delivery before anything is decrypted (age does not say who
 * wrote a file), decrypts it beside the output, checks the plaintext's HMAC and rows, and only then gives it its name. Throws a Refusal:
 * `digest-mismatch`, `identity-not-recipient`. Nothing is left when it fails.
 */
export async function openDelivery(received: ReceivedDelivery): Promise<{ rows: number; sizeBytes: number }> {
  const { expected, output } = received;
  const progress = progressOf(received);
  await checkFile(received, progress);

  const temporary = `${output}.${randomBytes(6).toString('hex')}.part`;
  try {
    const measure = new PlaintextMeasure(expected.format, received.plaintextHmacKey);
    const decrypted = decryptAgeFile(received.identities, readCiphertext(received, progress));
    await writeFilePieces(temporary, unpacked(decrypted, measure, expected.compression), { isDurable: true });

    const { rows, sizeBytes } = checkPlaintext(measure, expected);
    await rename(temporary, output);
    await syncFolder(dirname(output));
    return { rows, sizeBytes };
  } catch (error) {
    await rm(temporary, { force: true });
    throw asRefusal(error);
  }
}

async function checkFile(received: ReceivedDelivery, progress: (bytes: Uint8Array) => void): Promise<void> {
  const digest = createSha256();
  let sizeBytes = 0;
  for await (const bytes of readCiphertext(received, progress)) {
    digest.update(bytes);
    sizeBytes += bytes.length;
  }
  checkCiphertext({ sizeBytes, sha256: digest.digest('hex') }, received.expected);
}

/** The file piece by piece. Throws the signal's reason when it was aborted. */
async function* readCiphertext(
  { ciphertextPath, signal }: ReceivedDelivery,
  progress: (bytes: Uint8Array) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const bytes of filePieces(ciphertextPath)) {
    signal?.throwIfAborted();
    progress(bytes);
    yield bytes;
  }
}

function progressOf({ expected, onProgress }: ReceivedDelivery): (bytes: Uint8Array) => void {
  let done = 0;
  return (bytes) => {
    done += bytes.length;
    onProgress?.(done, expected.sizeBytes * 2);
  };
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
