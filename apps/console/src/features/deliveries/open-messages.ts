import type { Problem } from '#contracts';
import type { AgeSecret } from '#crypto';
import type { ExpectedDelivery } from '#delivery';

/** Where the bytes go. */
export type Target =
  | { readonly kind: 'file'; readonly handle: FileSystemFileHandle }
  /** A file of the browser's own, under this name; handed to its downloads afterwards. */
  | { readonly kind: 'own'; readonly name: string }
  | { readonly kind: 'memory' };

/** What the worker is to do: with identities it decrypts and checks, without it keeps the age file as it is. */
export interface OpenOrder {
  readonly delivery: string;
  readonly department: string;
  readonly expected: ExpectedDelivery;
  readonly decrypt?: { readonly identities: readonly AgeSecret[]; readonly key: string };
  readonly target: Target;
}

/** What the worker tells. */
export type OpenNews =
  | { readonly kind: 'progress'; readonly doneBytes: number }
  | { readonly kind: 'waiting'; readonly reason: 'line' | 'session' | undefined }
  | { readonly kind: 'done'; readonly sizeBytes: number; readonly blob?: Blob }
  | { readonly kind: 'failed'; readonly problem?: Problem; readonly message: string };
