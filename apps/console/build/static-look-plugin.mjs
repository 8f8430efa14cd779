// Takes Ant Design's writing of styles out of the bundle and puts the sheets of static-look.mjs in its place.
import { join } from 'node:path';
import { staticLook } from './static-look.mjs';

const prefix = 'virtual:look/';
const own = (name) => join(import.meta.dirname, '../src/lib/antd', name);
const from = (name) => `from ${JSON.stringify(own(name))};`;
const unknown = 'no-rendering-of-';
const makers = new Set(['genStyleHooks', 'genComponentStyleHook', 'genSubStyleComponent']);
/** A part for browsers without `:has`, which no rendering shows. */
const neverRendered = new Set(['Form-item-item']);

/** Calls of `makers` at the top of a module: where they stand, and the component and part that they style. */
function stylings(program) {
  const found = [];
  const see = (node) => {
    if (node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) return node.forEach(see);
    if (node.type === 'CallExpression' && makers.has(node.callee.name)) {
      const [first] = node.arguments;
      const words = first?.type === 'ArrayExpression' ? first.elements.map((one) => one.value) : [first?.value, first?.value];
      if (words.some((word) => typeof word !== 'string'))
        throw new Error('A component is styled under a name that is made while it runs');
      found.push({ maker: node.callee.name, start: node.start, end: node.end, name: words.join('-') });
    }
    for (const value of Object.values(node)) see(value);
  };
  see(program);
  return found;
}

/**
 * The virtual sheets `virtual:look/base.css` and `virtual:look/Component-Part.css`; the module of each styled component imports its own
 * and no longer holds the functions that would write it. `virtual:look/tokens` has the values that components read while they run.
 */
export function withStaticLook() {
  let look;
  const lookNow = () => (look ??= staticLook());
  return {
    name: 'static-look',
    enforce: 'pre',
    resolveId(id) {
      if (id === '@ant-design/cssinjs') return own('cssinjs.ts');
      return id.startsWith(prefix) ? `\0${id}` : undefined;
    },
    load(id) {
      const path = id.split('?')[0];
      if (path.startsWith(`\0${prefix}`)) {
        const name = path.slice(prefix.length + 1);
        if (name === 'tokens') return `export const tokens = ${JSON.stringify(lookNow().tokens)};`;
        if (name === 'base.css') return lookNow().base;
        const part = name.replace(/\.css$/, '');
        // Most of these modules are dropped again, since nothing uses them: only what stays must have its style.
        return lookNow().components.get(part) ?? (neverRendered.has(part) ? '' : `.${unknown}${part}{color:red}`);
      }
      if (path.endsWith('antd/es/theme/util/genStyleUtils.js')) return `export * ${from('style-hooks.ts')}`;
      if (path.endsWith('antd/es/theme/useToken.js'))
        return `export * ${from('use-token.ts')} export { default } ${from('use-token.ts')}`;
      return undefined;
    },
    transform(code, id) {
      if (!/antd\/es\/.*style(?:\/[\w-]+)*\.js$/.test(id.split('?')[0]) || ![...makers].some((name) => code.includes(`${name}(`)))
        return undefined;
      const found = stylings(this.parse(code));
      let out = code;
      for (const { maker, start, end } of found.toReversed()) out = `${out.slice(0, start)}${maker}()${out.slice(end)}`;
      const sheets = [...new Set(found.map(({ name }) => name))].map(
        (name) => `import ${JSON.stringify(`${prefix}${name}.css`)};\n`,
      );
      return { code: sheets.join('') + out, map: null };
    },
    generateBundle(_options, bundle) {
      for (const { source } of Object.values(bundle)) {
        const missing = typeof source === 'string' && new RegExp(`\\.${unknown}([\\w-]+)`).exec(source);
        if (missing) throw new Error(`No rendering of Ant Design shows the style of ${missing[1]}`);
      }
    },
  };
}
