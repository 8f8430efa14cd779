import { cryptoSentences, type CryptoCode } from './sentences.js';

/**
 * What every refusal of this library has in common: a stable kebab-case code for programs and a sentence for people. The message is
 * for logs. None of them ever holds a key, a password or plaintext.
 */
export class CryptoError<Code extends CryptoCode = CryptoCode> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string) {
    super(message);
    this.code = code;
    this.name = new.target.name;
  }

  /** The sentence for a person, in the language asked for. */
  sentence(locale: 'zh' | 'en'): string {
    return cryptoSentences[this.code][locale];
  }
}
