declare module 'virtual:look/base.css';
declare module 'virtual:look/tokens' {
  type Token = Readonly<Record<string, string | number | boolean>>;
  /** Ant Design's plain values in the light shade, and those that differ in the dark one. */
  export const tokens: { readonly light: Token; readonly dark: Token };
}
