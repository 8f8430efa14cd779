import type { Sentence } from '#contracts';

export type { Detected, FileFormat, StatedForm } from '#contracts';

/** The reason for what its publisher said of a file. */
export const stated: Sentence = { zh: '按发布者所指定', en: 'as its publisher says' };
