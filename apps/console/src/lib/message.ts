type Kind = 'success' | 'error';

function show(kind: Kind, text: string, seconds: number | undefined): void {
  // Said after something was done: its code need not come with the first page.
  void import('./message-box').then(({ message }) => message[kind](text, seconds));
}

/** A word that comes and goes by itself, such as "Done"; `seconds` on screen, 3 unless told. */
export const message = {
  success: (text: string, seconds?: number): void => show('success', text, seconds),
  error: (text: string, seconds?: number): void => show('error', text, seconds),
};
