import { Transform } from 'node:stream';
import type { Decrypter } from 'age-encryption';
import { HeadReader } from './age-decrypt.js';
import { startAgeFile } from './age-encrypt.js';
import { decrypterOf } from './age-header.js';
import { PayloadOpener } from './age-payload.js';
import { concatBytes, type Bytes } from '#platform';

// `encryptAge` and `decryptAge` as streams of Node.

/**
 * A stream that turns plaintext into an age file to all of the recipients (`age1…`). Holds one chunk of 64 KiB besides what the
 * stream's own buffers hold; respects backpressure. The output is complete only when the stream has ended.
 */
export async function ageEncryptor(recipients: readonly string[]): Promise<Transform> {
  const { head, sealer } = await startAgeFile(recipients);
  const stream = new Transform({
    transform(plaintext: Buffer, _encoding, done) {
      for (const sealed of sealer.push(plaintext)) this.push(sealed);
      done();
    },
    flush(done) {
      this.push(sealer.finish());
      done();
    },
  });
  stream.push(head);
  return stream;
}

/**
 * A stream that turns an age file back into plaintext with any of the identities (`AGE-SECRET-KEY-1…`). Each chunk is
 * authenticated before it is handed on; that the file is whole is known only when the stream ends without an `AgeError`. Use
 * what came out before that only where it can be undone.
 */
export async function ageDecryptor(identities: readonly string[]): Promise<Transform> {
  return decryptorWith(decrypterOf(identities));
}

// What came of one piece goes on as one piece: an event and a write for each chunk of 64 KiB cost more than opening it.
function asOne(chunks: Iterable<Bytes>): Bytes {
  const all = [...chunks];
  return all.length === 1 ? (all[0] as Bytes) : concatBytes(all);
}

/** For tests with published vectors, whose identities are of every kind. */
export function decryptorWith(decrypter: Decrypter): Transform {
  const head = new HeadReader(decrypter);
  let opener: PayloadOpener | undefined;
  const open = async (stream: Transform, bytes: Buffer): Promise<void> => {
    const opened = await head.push(bytes);
    if (opened === undefined) return;
    opener = new PayloadOpener(opened.key);
    stream.push(asOne(opener.push(opened.rest)));
  };
  return new Transform({
    transform(bytes: Buffer, _encoding, done) {
      if (opener === undefined) {
        open(this, bytes).then(() => done(), done);
        return;
      }
      try {
        this.push(asOne(opener.push(bytes)));
      } catch (error) {
        done(error as Error);
        return;
      }
      done();
    },
    flush(done) {
      if (opener === undefined) {
        head.fail().catch(done);
        return;
      }
      try {
        this.push(opener.finish());
      } catch (error) {
        done(error as Error);
        return;
      }
      done();
    },
  });
}
