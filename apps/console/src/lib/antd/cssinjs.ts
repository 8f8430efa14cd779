// In the place of @ant-design/cssinjs, whose work is done at build time (build/static-look.mjs): what components still ask of it while
// they run.
import { createContext } from 'react';

export const StyleContext = createContext({});
export const createTheme = () => undefined;
export const getComputedToken = () => ({});
export const token2CSSVar = (name: string) => name;
export const unit = (value: string | number) => (typeof value === 'number' ? `${value}px` : value);
export const useCacheToken = () => [];
export const useCSSVarRegister = () => {};
export const useStyleRegister = () => {};
export class Keyframes {}
