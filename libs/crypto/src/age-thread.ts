import { createCipheriv, createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import type { FromAgeThread, ToAgeThread } from './age-thread-messages.js';
import { AGE_CHUNK_BYTES, AGE_SEALED_CHUNK_BYTES, AGE_TAG_BYTES, chunkNonce, openChunk } from './age-payload.js';

// The main module of a thread: seals and opens blocks of payloads and computes digests, as it is asked. Keys come by message and stay here.

interface Block {
  readonly plain: Uint8Array;
  readonly sealed: Uint8Array;
}
interface FileUnderWay {
  readonly key: Uint8Array;
  readonly sha256: Hash | undefined;
  readonly hmac: Hmac | undefined;
}
const files = new Map<number, FileUnderWay>();
const blocks = new Map<number, Block>();

parentPort?.on('message', (message: ToAgeThread) => {
  switch (message.ask) {
    case 'begin': {
      const { file, key, hmacKey, head } = message;
      const sha256 = head && createHash('sha256').update(head);
      files.set(file, { key, sha256, hmac: hmacKey && createHmac('sha256', hmacKey) });
      return;
    }
    case 'know':
      blocks.set(message.block, { plain: message.plain, sealed: message.sealed });
      return;
    case 'drop':
      blocks.delete(message.block);
      return;
    case 'seal': {
      const { task, plainBytes, firstChunk, isLast } = message;
      const { file, block } = placeOf(message);
      const plain = block.plain.subarray(0, plainBytes);
      sealBlock(file.key, firstChunk, isLast, plain, block.sealed);
      file.hmac?.update(plain);
      return answer({ task });
    }
    case 'open': {
      const { task, sealedBytes, firstChunk, isLast } = message;
      const { file, block } = placeOf(message);
      const sealed = block.sealed.subarray(0, sealedBytes);
      return answer({ task, openedChunks: openBlock(file.key, firstChunk, isLast, sealed, block.plain) });
    }
    case 'hmac': {
      const { file, block } = placeOf(message);
      file.hmac?.update(block.plain.subarray(0, message.sizeBytes));
      return answer({ task: message.task });
    }
    case 'digest': {
      const { file, block } = placeOf(message);
      file.sha256?.update(block.sealed.subarray(0, message.sizeBytes));
      return answer({ task: message.task });
    }
    case 'finish': {
      const { sha256, hmac } = fileOf(message.file);
      files.delete(message.file);
      return answer({
        task: message.task,
        digests: { ...(sha256 ? { sha256: sha256.digest('hex') } : {}), ...(hmac ? { hmac: hmac.digest('hex') } : {}) },
      });
    }
    case 'forget':
      files.delete(message.file);
  }
});

function placeOf(message: { readonly file: number; readonly block: number }): { file: FileUnderWay; block: Block } {
  const file = fileOf(message.file);
  const block = blocks.get(message.block);
  if (block === undefined) throw new Error('The thread was asked about a block that it does not know');
  return { file, block };
}

function fileOf(file: number): FileUnderWay {
  const found = files.get(file);
  if (found === undefined) throw new Error('The thread was asked about a file that it does not know');
  return found;
}

function answer(message: FromAgeThread): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
  parentPort?.postMessage(message);
}

// As `sealChunk`, but straight into the memory that is handed back: each copy less is a tenth of the whole.
function sealBlock(key: Uint8Array, firstChunk: number, isLast: boolean, plain: Uint8Array, sealed: Uint8Array): void {
  const chunks = Math.max(1, Math.ceil(plain.length / AGE_CHUNK_BYTES));
  for (let i = 0; i < chunks; i += 1) {
    const nonce = chunkNonce(firstChunk + i, isLast && i === chunks - 1);
    const cipher = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: AGE_TAG_BYTES });
    const chunk = plain.subarray(i * AGE_CHUNK_BYTES, (i + 1) * AGE_CHUNK_BYTES);
    const at = i * AGE_SEALED_CHUNK_BYTES;
    sealed.set(cipher.update(chunk), at);
    cipher.final();
    sealed.set(cipher.getAuthTag(), at + chunk.length);
  }
}

/** Answers the number of chunks that it opened, which is less than there are when one is not authentic at its place. */
function openBlock(key: Uint8Array, firstChunk: number, isLast: boolean, sealed: Uint8Array, plain: Uint8Array): number {
  const chunks = Math.max(1, Math.ceil(sealed.length / AGE_SEALED_CHUNK_BYTES));
  for (let i = 0; i < chunks; i += 1) {
    const chunk = sealed.subarray(i * AGE_SEALED_CHUNK_BYTES, (i + 1) * AGE_SEALED_CHUNK_BYTES);
    const opened = openChunk(key, firstChunk + i, isLast && i === chunks - 1, chunk);
    if (opened === undefined) return i;
    plain.set(opened, i * AGE_CHUNK_BYTES);
  }
  return chunks;
}
