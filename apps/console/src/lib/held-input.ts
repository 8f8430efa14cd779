// What a person does to a page that stands already and whose code is still coming: it is kept, and done when the page can.
const kinds = ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click'] as const;
/** The last click's events; whoever clicks twice at a page that does not answer yet means one click. */
let held: Event[] = [];
let isHolding = false;

function hold(event: Event): void {
  const target = event.target as Element;
  // A link leads on by itself.
  if (target.closest('a[href]')) return;
  event.stopPropagation();
  // It would be done by the browser now and by the page once more.
  if (event.type === 'click') event.preventDefault();
  if (event.type === 'pointerdown') held = [];
  held.push(event);
}

/** Keeps clicks from here on. */
export function holdInput(): void {
  isHolding = true;
  for (const kind of kinds) addEventListener(kind, hold, { capture: true });
}

/** The page answers now: what was typed meanwhile is told to it, and the last click is done. */
export function giveInput(): void {
  if (!isHolding) return;
  isHolding = false;
  for (const kind of kinds) removeEventListener(kind, hold, { capture: true });
  for (const field of document.querySelectorAll<HTMLInputElement>('input:not([type=checkbox],[type=radio],[type=file])'))
    if (field.value !== field.defaultValue) tellTyped(field);
  for (const event of held)
    if (event.target instanceof Element && event.target.isConnected) event.target.dispatchEvent(copyOf(event));
  held = [];
}

const copyOf = (event: Event): Event =>
  event instanceof PointerEvent ? new PointerEvent(event.type, event) : new MouseEvent(event.type, event);

/** React tells its handlers of a change only, and counts what it found in the field as known: so it is shown the field empty first. */
function tellTyped(field: HTMLInputElement): void {
  const typed = field.value;
  field.value = field.defaultValue;
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(field, typed);
  field.dispatchEvent(new Event('input', { bubbles: true }));
}
