// What Ant Design's libraries use to write `<style>` elements at run time, on constructed style sheets instead. A page whose content
// security policy allows no inline style blocks the former; the latter are script's own objects and no markup (CSSOM, "adopted style
// sheets"). This file takes the place of the libraries' own modules of the same exports (build/vite.config.mjs).

/** By key: the sheet and the element that callers mark with attributes; it is never part of the document. */
const sheets = new Map();

/** Later sheets win: variables and resets go before, what is asked for last goes after. */
function adopt(sheet, isFirst) {
  const adopted = document.adoptedStyleSheets;
  document.adoptedStyleSheets = isFirst ? [sheet, ...adopted] : [...adopted, sheet];
}

export function injectCSS(css, option = {}) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  adopt(sheet, Boolean(option.prepend));
  return document.createElement('style');
}

export function updateCSS(css, key, option = {}) {
  const known = sheets.get(key);
  if (known) {
    if (known.css !== css) {
      known.sheet.replaceSync(css);
      known.css = css;
    }
    return known.element;
  }
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  adopt(sheet, Boolean(option.prepend));
  const element = document.createElement('style');
  sheets.set(key, { sheet, css, element });
  return element;
}

export function removeCSS(key) {
  const known = sheets.get(key);
  if (!known) return;
  sheets.delete(key);
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== known.sheet);
}

export function clearContainerCache() {
  // There are no containers here.
}
