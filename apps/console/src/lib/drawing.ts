/** Where the console stands in its page, and what it was drawn with. */
const ids = { root: 'root', drawn: 'drawn' } as const;

export const rootNow = (): HTMLElement | null => document.getElementById(ids.root);
const drawnNow = (): HTMLElement | null => document.getElementById(ids.drawn);

/** Whether the server drew this page. */
export const isDrawn = (): boolean => drawnNow() !== null;

/** The look that the server drew it for, in one word. */
export const drawnFor = (): string | undefined => drawnNow()?.dataset['look'];

/** What the server read to draw it: the state of the console's cache. */
export const drawnState = (): unknown => JSON.parse(drawnNow()?.textContent ?? 'null');

/** Throws the drawing away: the console draws the page itself, as if there had been none. */
export function dropDrawing(): void {
  drawnNow()?.remove();
  rootNow()?.replaceChildren();
}

/** What stands in the page's body. `<` cannot stand in a script's text, nor a style in markup: script sets it (`showStyles`). */
export function drawingOf({
  html,
  look,
  state,
}: {
  readonly html: string;
  readonly look: string;
  readonly state: unknown;
}): string {
  const json = JSON.stringify(state).replaceAll('<', '\\u003c');
  const word = look.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  const markup = html.replaceAll(' style="', ' data-style="');
  return `<div id="${ids.root}">${markup}</div><script type="application/json" id="${ids.drawn}" data-look="${word}">${json}</script>`;
}

/** Gives the drawing its styles: the page's policy takes none from markup, and all from script. */
export function showStyles(): void {
  for (const element of document.querySelectorAll<HTMLElement>('[data-style]')) {
    element.style.cssText = element.dataset['style'] ?? '';
    delete element.dataset['style'];
  }
}
