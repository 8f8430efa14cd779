// In the place of Ant Design's theme/useToken.js: values were computed at build time, so none is derived while a page loads.
import { tokens } from 'virtual:look/tokens';
import { useShade } from '../shade';

const stillness = matchMedia('(prefers-reduced-motion: reduce)');
const light = { ...tokens.light, motion: !stillness.matches };
const values = { light, dark: { ...light, ...tokens.dark } };

export const unitless = {};
export const ignore = {};
export const getComputedToken = () => light;

export default function useToken() {
  const token = values[useShade()];
  return [undefined, token, '', token, { prefix: 'ant', key: '' }, true];
}
