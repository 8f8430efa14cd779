// The door of `#witnesses`: how an exchange asks the witnesses of its log, and what it makes of their answers.
export { Gatherer, type GatherSettings } from './gather.js';
export { checkMayBegin, type MayBeginQuestion } from './may-begin.js';
export type { Cosignature, CosignatureStore, WitnessedNote } from './ports.js';
export { noWitnesses, readWitnessPolicy, witnessPolicyOf, type WitnessPolicy } from './read-policy.js';
export { stampCheckpoint, type TimestampStore } from './timestamps.js';
export { WitnessDoor, type AskedWitness } from './witness-door.js';
