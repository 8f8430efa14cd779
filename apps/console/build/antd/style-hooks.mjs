// In the place of Ant Design's hooks that write style: the styles are sheets by now (static-look.mjs). Same exports as its genStyleUtils.js.
export const genStyleHooks = () => () => ['', ''];
export const genComponentStyleHook = () => () => '';
export const genSubStyleComponent = () => () => null;

/** Names of a component's custom properties, and references to them. */
export function genCssVar(antCls, component) {
  const nameOf = (name) => `--${antCls.replaceAll('.', '')}-${component}-${name}`;
  return [nameOf, (name, fallback) => `var(${nameOf(name)}${fallback ? `, ${fallback}` : ''})`];
}
