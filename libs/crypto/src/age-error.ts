import { CryptoError } from './errors.js';

export type AgeCode =
  | 'age-recipient-malformed'
  | 'age-recipients-count'
  | 'age-identity-malformed'
  | 'age-not-an-age-file'
  | 'age-armored'
  | 'age-header-malformed'
  | 'age-header-altered'
  | 'age-no-identity-matches'
  | 'age-truncated'
  | 'age-payload-altered'
  | 'age-range-outside';

/** An age file, recipient or identity that cannot be used; `code` says why. docs/formats/age-delivery.md. */
export class AgeError extends CryptoError<AgeCode> {}
