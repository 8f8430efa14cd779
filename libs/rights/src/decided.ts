import type { Refusal } from '#contracts';

/** What every `decide…` gives: the answer, or a polite no with its stable code. */
export type Decided<T> =
  | { readonly ok: T; readonly refused?: undefined }
  | { readonly ok?: undefined; readonly refused: Refusal };

export function yes<T>(ok: T): Decided<T> {
  return { ok };
}

export function no<T>(refused: Refusal): Decided<T> {
  return { refused };
}
