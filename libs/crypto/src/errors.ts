/**
 * What every refusal of this library has in common: a stable kebab-case code for programs. The message is for logs and never
 * holds a key, a password or plaintext. The sentences people read stand in `contracts` under the same codes.
 */
export class CryptoError<Code extends string = string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}
