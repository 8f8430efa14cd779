import type pg from 'pg';
import { inboxChannel } from './seal-transaction.js';

/**
 * Makes what wakes the sealer after an admission was committed. NOTIFY inside the admission would be simpler, and was: but from NOTIFY to the
 * end of its commit PostgreSQL lets no other transaction that notifies commit, so admissions would wait for the disk one after the other
 * instead of together. However many ring at once, one message is under way and one follows it; it has nothing to lose, so it waits for no
 * disk. A process that dies between commit and ring leaves a row that the sealer finds by itself (`pollMs`): later, never not.
 */
export function inboxRinger(pool: pg.Pool): () => void {
  let isUnderWay = false;
  let isWanted = false;
  const ringOut = async (): Promise<void> => {
    while (isWanted) {
      isWanted = false;
      // One message for all four, so one way to the server and back.
      await pool
        .query(`BEGIN; SET LOCAL synchronous_commit = off; SELECT pg_notify('${inboxChannel}', ''); COMMIT`)
        .catch(() => undefined);
    }
    isUnderWay = false;
  };
  return () => {
    isWanted = true;
    if (isUnderWay) return;
    isUnderWay = true;
    void ringOut();
  };
}
