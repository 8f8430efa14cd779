import type { Statement } from '#contracts';
import type { TaskKind } from './ports.js';

export interface DueTask {
  readonly kind: TaskKind;
  readonly subject: string;
  /** Days to wait; 0 is now. */
  readonly afterDays?: number;
}

/**
 * What the workers owe once an entry is sealed. Written in the sealing transaction, so an entry and its consequences are durable
 * together.
 */
export function consequencesOf(
  statement: Statement,
  settings: { payloadDays: number; inForce: 'durable' | 'witnessed' },
): DueTask[] {
  switch (statement.type) {
    case 'request.submitted':
    case 'request.supplemented': {
      const subject = statement.type === 'request.submitted' ? statement.id : statement.body.request;
      return [{ kind: 'grant', subject }];
    }
    case 'version.published':
      return [{ kind: 'report', subject: statement.id }];
    case 'pull.signed':
      // Else it is due once it is witnessed (`consequencesOfWitnessing`).
      return settings.inForce === 'durable' ? [{ kind: 'decide', subject: statement.id }] : [];
    case 'delivery.decided':
      return [{ kind: 'deliver', subject: statement.body.delivery }];
    case 'delivery.prepared':
      return [{ kind: 'dispose', subject: statement.body.delivery, afterDays: settings.payloadDays }];
    case 'receipt.signed':
    case 'delivery.failed':
    case 'delivery.cancelled':
      return [{ kind: 'dispose', subject: statement.body.delivery }];
    case 'right.suspended':
    case 'right.terminated':
      return [{ kind: 'end', subject: statement.body.right }];
    default:
      return [];
  }
}

/** What the workers owe once an entry counts, where that takes witnesses; written together with the note that they cosigned. */
export function consequencesOfWitnessing(entry: { readonly type: string; readonly statement: string }): DueTask[] {
  return entry.type === 'pull.signed' ? [{ kind: 'decide', subject: entry.statement }] : [];
}

/** Entries of which something waits until they count, or of which people are shown that it does. */
export const waitingForWitnesses = ['right.granted', 'pull.signed', 'delivery.decided'] as const;

/** What follows when the seal refuses a statement: a decision made on what has changed since is made again. */
export function consequencesOfRejection(statement: Statement, code: string): DueTask[] {
  if (code === 'stale-decision' && (statement.type === 'delivery.decided' || statement.type === 'pull.refused')) {
    return [{ kind: 'decide', subject: statement.body.delivery }];
  }
  return [];
}
