import { Office1795000000002 } from './0002-office.js';

/** The schema's history, in order. A migration once released never changes. */
export const migrations = [Office1795000000002];
