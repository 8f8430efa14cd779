import { Ledger1795000000001 } from './0001-ledger.js';
import { Office1795000000002 } from './0002-office.js';
import { Proposals1795000000003 } from './0003-proposals.js';
import { Catalogue1795000000004 } from './0004-catalogue.js';
import { KeyLists1795000000005 } from './0005-key-lists.js';
import { Log1795000000006 } from './0006-log.js';
import { Witnesses1795000000007 } from './0007-witnesses.js';
import { LogKeys1795000000008 } from './0008-log-keys.js';
import { UploadsTold1795000000009 } from './0009-uploads-told.js';
import { Arrivals1795000000011 } from './0011-arrivals.js';
import { VersionReports1795000000012 } from './0012-version-reports.js';

/** The schema's history, in order. A migration once released never changes. */
export const migrations = [
  Ledger1795000000001,
  Office1795000000002,
  Proposals1795000000003,
  Catalogue1795000000004,
  KeyLists1795000000005,
  Log1795000000006,
  Witnesses1795000000007,
  LogKeys1795000000008,
  UploadsTold1795000000009,
  Arrivals1795000000011,
  VersionReports1795000000012,
];
