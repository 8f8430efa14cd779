/** Styles are sheets made by the build; icons ask here whether to write theirs. */
export const withoutRuntimeStyle = { zeroRuntime: true };
