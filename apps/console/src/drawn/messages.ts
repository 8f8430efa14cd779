/** Draw the page at this path for a browser that looks so (lib/look.ts), in one word. */
export interface ToDraw {
  readonly kind: 'draw';
  readonly id: number;
  /** With its query. */
  readonly path: string;
  readonly look: string;
}
/** Read this path of the API in the name of whom the page is for. */
export interface Asked {
  readonly kind: 'ask';
  readonly call: number;
  readonly of: number;
  readonly path: string;
}
export interface Answered {
  readonly kind: 'answer';
  readonly call: number;
  readonly status: number;
  readonly body: string;
}
/** What stands in the page's body; where to go instead; or neither: the console has to draw it itself. */
export interface Told {
  readonly kind: 'drawn';
  readonly id: number;
  readonly drawing?: string;
  readonly to?: string;
  /** What broke, for the log. */
  readonly fault?: string;
}
