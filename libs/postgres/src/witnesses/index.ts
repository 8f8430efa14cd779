export { PgCosignatureStore } from './cosignatures.js';
export {
  readSealing,
  readWitnessStandings,
  setSealing,
  standingChannel,
  type Sealing,
  type WitnessStanding,
} from './standing.js';
export { lastWitnessedSize, readLastWitnessed, witnessedChannel } from './witnessed.js';
export { readLedgerStatus } from './status.js';
export { PgTimestampStore } from './timestamps.js';
