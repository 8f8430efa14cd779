// In the place of Ant Design's hooks that write style: the styles are sheets by now (build/static-look.mjs). Same exports as its own
// theme/util/genStyleUtils.js.
export const genStyleHooks = () => () => ['', ''];
export const genComponentStyleHook = () => () => '';
export const genSubStyleComponent = () => () => null;

/** Names of a component's custom properties, and references to them. */
export function genCssVar(antCls: string, component: string) {
  const nameOf = (name: string) => `--${antCls.replaceAll('.', '')}-${component}-${name}`;
  return [nameOf, (name: string, fallback?: string) => `var(${nameOf(name)}${fallback ? `, ${fallback}` : ''})`];
}
