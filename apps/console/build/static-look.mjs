// Ant Design's styles as plain style sheets, made once at build time: no component computes colours or writes style while a page loads.
// Each component's sheet is imported by the component's own module (static-look-plugin.mjs), so a page loads those that it shows.
import { createCache, extractStyle, StyleProvider } from '@ant-design/cssinjs';
import { extractStyle as renderAll } from '@ant-design/static-style-extract';
import * as antd from 'antd';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { lookOf } from './look.mjs';

const shades = ['light', 'dark'];
/** Every sheet begins with this, since the first to arrive fixes the order. The console's own rules stand in no layer and so above all. */
const layers = '@layer reset, shared, base, antd, antd-sub;';

/** What rendering every component once leaves in the style cache: `style%hash%Component-Part%…` and `cssVar%Component%…`. */
function renderedCache(look) {
  const cache = createCache();
  const warn = console.error;
  // Rendering components without their data makes React warn; only the styles are wanted.
  console.error = () => {};
  try {
    renderAll({
      customTheme: (node) => {
        renderToString(createElement(StyleProvider, { cache }, createElement(antd.ConfigProvider, { theme: look }, node)));
        return createElement('i');
      },
    });
  } finally {
    console.error = warn;
  }
  return cache;
}

function cssOf(cache, key) {
  const one = { cache: new Map([[key, cache.cache.get(key)]]), extracted: new Set(), updateTimes: new Map() };
  // The library's last rule is its own note of what was extracted.
  return extractStyle(one, { plain: true, types: [key.split('%')[0]] }).replace(/\.data-ant-cssinjs-cache-path\{[^}]*\}$/, '');
}

/** Custom properties of a sheet that holds nothing else; their names are unique in the whole look, so no scope is needed. */
const propertiesOf = (css) =>
  new Map([...css.matchAll(/(--[\w-]+):((?:[^;{}"]|"[^"]*")*);/g)].map(([, name, value]) => [name, value]));

function variablesOf(caches, filter) {
  const [light, dark] = caches.map((cache) => {
    const keys = [...cache.cache.keys()].filter(filter);
    // The look's own value comes first; panels that are drawn in place state others for themselves, such as no height above the page.
    return new Map(keys.flatMap((key) => [...propertiesOf(cssOf(cache, key))]).toReversed());
  });
  const rule = (selector, entries) => (entries.length ? `${selector}{${entries.map((pair) => pair.join(':')).join(';')}}` : '');
  const other = [...dark].filter(([name, value]) => light.get(name) !== value);
  return rule(':root', [...light]) + rule(":root[data-shade='dark']", other);
}

/** Tokens that components read while they run (z-indexes, breakpoints, colours of drawings); palettes are none of them. */
const plainTokens = (look) =>
  Object.fromEntries(
    Object.entries(antd.theme.getDesignToken(look)).filter(
      ([name, value]) =>
        typeof value !== 'object' &&
        !/^(?:blue|purple|cyan|green|magenta|pink|red|orange|yellow|volcano|geekblue|gold|lime)/.test(name),
    ),
  );

/** Whoever wants no motion gets none: nothing then waits for an animation to end. */
function variablesStill(look) {
  const { motionDurationFast, motionDurationMid, motionDurationSlow } = antd.theme.getDesignToken({
    ...look,
    token: { ...look.token, motion: false },
  });
  return `@media (prefers-reduced-motion: reduce){:root{--ant-motion-duration-fast:${motionDurationFast};--ant-motion-duration-mid:${motionDurationMid};--ant-motion-duration-slow:${motionDurationSlow}}}`;
}

/**
 * The whole look:
 * `base`: the variables of both shades, and what holds for every component;
 * `components`: a sheet by component and part, such as `Input-Search`;
 * `tokens`: the light shade's values, and those of the dark one that differ.
 */
export function staticLook() {
  const looks = shades.map(lookOf);
  const caches = looks.map(renderedCache);
  const [cache] = caches;
  const keys = [...cache.cache.keys()];
  const shared = keys.filter((key) => /^style%%(?:Shared|ant-design-icons)%/.test(key)).map((key) => cssOf(cache, key));
  const components = new Map();
  for (const key of keys) {
    const [kind, , name] = key.split('%');
    if (kind !== 'style' || name === 'Shared' || name === 'ant-design-icons') continue;
    const [component] = name.split('-');
    const layer = Number(cache.cache.get(key)[1].at(-1)) > -999 ? 'antd-sub' : 'antd';
    const variables = components.has(name) ? '' : variablesOf(caches, (other) => other.startsWith(`cssVar%${component}%`));
    components.set(name, `${components.get(name) ?? layers}${variables}@layer ${layer}{${cssOf(cache, key)}}`);
  }
  const [light, dark] = looks.map(plainTokens);
  const darkOnly = Object.fromEntries(Object.entries(dark).filter(([name, value]) => light[name] !== value));
  return {
    base: `${layers}${variablesOf(caches, (key) => key.startsWith('token%'))}${variablesStill(looks[0])}@layer shared{${shared.join('')}}`,
    components,
    tokens: { light, dark: darkOnly },
  };
}
